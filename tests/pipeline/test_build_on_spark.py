"""`bsw build` with Spark as its engine: what is refused before anything is read."""

from __future__ import annotations

from pathlib import Path

import pytest

from pipelines.cli import main


def test_an_address_of_spark_without_spark_is_refused_and_nothing_is_written(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    work = tmp_path / "work"
    asked = ["build", str(tmp_path), "--out", str(work), "--master", "spark://nowhere:7077"]
    assert main(asked) != 0
    assert "--master is Spark's address; add --engine spark, or leave it out" in capsys.readouterr().err
    assert not work.exists()
