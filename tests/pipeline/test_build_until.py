"""Before anything was known there is nothing to build, which is said in one line."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from models.outcome import OutcomeSettings
from pipelines.build import assemble
from pipelines.cli import main
from pipelines.config import Config
from pipelines.flags.open_work import open_work
from tests.pipeline.small_source import clean_frames, write_source


def test_a_build_until_before_the_first_referral_says_that_there_is_no_work(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    source = tmp_path / "source"
    write_source(source, clean_frames())
    assert main(["build", str(source), "--out", str(tmp_path / "work"), "--until", "2001-01-01"]) == 2
    assert "no contact agrees any between-session work" in capsys.readouterr().err


def test_before_the_first_referral_no_work_is_open(tmp_path: Path) -> None:
    source, day = tmp_path / "source", date(2001, 1, 1)
    write_source(source, clean_frames())
    built = assemble(source, config=Config(), until=day)
    chosen, others = open_work(built, as_of=day, settings=OutcomeSettings())
    assert chosen.empty
    assert others.empty
