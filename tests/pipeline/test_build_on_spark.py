"""`bsw build` with Spark as its engine: the artefacts of DuckDB, and what is refused before anything is read."""

from __future__ import annotations

import socket
import time
from collections.abc import Iterator
from pathlib import Path

import pandas as pd
import pytest

from features.errors import InputError
from features.records.read import SYNTHETIC_SYSTEM
from pipelines.cli import main
from pipelines.spark import refuse_silence
from pipelines.store import is_synthetic, read_manifest, read_table
from tests.conftest import need
from tests.contract.spark import on_spark, pyspark_or_skip
from tests.pipeline.small_source import clean_frames, write_source

SAME = ("points.parquet", "protected.parquet", "outcome.parquet")


def _build(source: Path, work: Path, *options: str) -> Path:
    assert main(["build", str(source), "--out", str(work), *options]) == 0
    return work


@on_spark
def test_a_build_on_spark_gives_the_artefacts_of_duckdb(tmp_path: Path) -> None:
    need("java")
    pyspark_or_skip()
    frames = clean_frames(patients=3)
    frames["IDS000Header"] = frames["IDS000Header"].assign(PrimSystemInUse=SYNTHETIC_SYSTEM)
    source = write_source(tmp_path / "source", frames)
    here, there = (
        _build(source, tmp_path / engine, "--engine", engine, *master)
        for engine, master in (("duckdb", ()), ("spark", ("--master", "local[2]")))
    )
    for name in SAME:
        pd.testing.assert_frame_equal(read_table(here / name), read_table(there / name))
    assert (here / "exclusions.csv").read_bytes() == (there / "exclusions.csv").read_bytes()
    one, other = (read_table(work / "features.parquet").set_index("point_id") for work in (here, there))
    assert len(one.columns) >= 90
    pd.testing.assert_frame_equal(one, other.loc[one.index], rtol=1e-9, atol=1e-9)
    _assert_by_service(there)
    _assert_finished(here, there)


def _assert_by_service(work: Path) -> None:
    """The points of each service lie in its own folder, and the mark of made-up records is kept."""
    services = read_table(work / "points.parquet").groupby("service_id")["point_id"].agg(set)
    folder = work / "features.parquet"
    assert len(services) > 1
    for service, points in services.items():
        assert set(read_table(folder / f"service={service}")["point_id"]) == points
    assert is_synthetic(folder)


def _assert_finished(here: Path, there: Path) -> None:
    """The manifests say the same but for the engine, and nothing unfinished lies about."""
    one, other = (read_manifest(work, "build") for work in (here, there))
    assert (one["engine"], other["engine"]) == ("duckdb", "spark")
    for said in ("synthetic", "records_up_to", "left_out", "unmeasured", "last_days", "points", "inputs"):
        assert one[said] == other[said]
    assert not list(there.rglob("*.partial"))


def test_an_address_of_spark_without_spark_is_refused_and_nothing_is_written(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    work = tmp_path / "work"
    asked = ["build", str(tmp_path), "--out", str(work), "--master", "spark://nowhere:7077"]
    assert main(asked) != 0
    assert "--master is Spark's address; add --engine spark, or leave it out" in capsys.readouterr().err
    assert not work.exists()


@pytest.fixture
def silent_port() -> Iterator[int]:
    """A port of this computer that somebody holds but nobody listens at."""
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))
        yield held.getsockname()[1]


def test_a_master_that_nobody_answers_for_is_refused_at_once_and_nothing_is_written(
    tmp_path: Path, silent_port: int, capsys: pytest.CaptureFixture[str]
) -> None:
    need("java")
    pyspark_or_skip()
    work, master = tmp_path / "work", f"spark://127.0.0.1:{silent_port}"
    began = time.monotonic()
    assert main(["build", str(tmp_path), "--out", str(work), "--engine", "spark", "--master", master]) != 0
    assert time.monotonic() - began < 10
    said = capsys.readouterr().err
    assert f"--master {master}: nobody answers at 127.0.0.1:{silent_port}" in said
    assert "leave --master out and Spark runs here" in said
    assert not work.exists()


@pytest.mark.parametrize(
    ("master", "said"),
    [
        ("sparc://127.0.0.1:7077", "Spark's address begins with spark://, local, yarn, k8s://"),
        ("spark://127.0.0.1", "nobody answers at 127.0.0.1"),
    ],
)
def test_an_address_that_is_none_is_refused(
    tmp_path: Path, master: str, said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    need("java")
    pyspark_or_skip()
    asked = ["build", str(tmp_path), "--out", str(tmp_path / "work"), "--engine", "spark"]
    assert main([*asked, "--master", master]) != 0
    assert said in capsys.readouterr().err
    assert not (tmp_path / "work").exists()


def test_java_is_looked_for_where_spark_looks(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pyspark_or_skip()
    java = tmp_path / "bin" / "java"
    java.parent.mkdir()
    java.touch(mode=0o755)
    monkeypatch.setenv("PATH", "")
    monkeypatch.setenv("JAVA_HOME", str(tmp_path / "elsewhere"))
    with pytest.raises(InputError, match="none is on the PATH or at JAVA_HOME"):
        refuse_silence(None)
    monkeypatch.setenv("JAVA_HOME", str(tmp_path))
    refuse_silence(None)


def test_a_master_is_found_at_an_address_in_brackets() -> None:
    need("java")
    pyspark_or_skip()
    try:
        listening = socket.create_server(("::1", 0), family=socket.AF_INET6)
    except OSError:
        pytest.skip("this computer has no IPv6")
    with listening:
        refuse_silence(f"spark://[::1]:{listening.getsockname()[1]}")
