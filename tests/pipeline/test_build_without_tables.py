"""A service that lacks a table is told which, wherever the table is missed."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from pipelines.cli import main
from pipelines.store import read_manifest
from tests.pipeline.small_source import clean_frames, write_source


@pytest.fixture(scope="module")
def work(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The build of a service with neither reviews nor scores by activity."""
    folder = tmp_path_factory.mktemp("without")
    lost = ("BSW002TaskReview", "IDS607CodedScoreAssessmentAct")
    frames = {table: frame for table, frame in clean_frames().items() if table not in lost}
    write_source(folder / "source", frames)
    assert main(["build", str(folder / "source"), "--out", str(folder / "work")]) == 0
    return folder / "work"


def test_training_names_the_table_that_outcomes_stand_in(
    work: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["train", str(work)]) == 2
    said = capsys.readouterr().err
    assert "no outcome is known, because the source has no BSW002TaskReview" in said
    assert said.count("\n") == 1


def test_a_predictor_left_out_for_want_of_a_table_names_the_table_and_no_column_of_another(
    work: Path,
) -> None:
    left_out = read_manifest(work, "build")["left_out"]
    assert left_out["questionnaire_missing_now"] == "the source has no IDS607CodedScoreAssessmentAct"
    assert [name for name, why in left_out.items() if "does not record" in why] == []


def test_the_build_says_how_many_known_outcomes_do_not_count_yet(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    source, settings = write_source(tmp_path / "source", clean_frames()), tmp_path / "settings.toml"
    settings.write_text("[outcome]\nhorizon_days = 240\n")
    asked = [str(source), "--config", str(settings), "--out"]
    assert main(["build", *asked, str(tmp_path / "work")]) == 0
    built = capsys.readouterr().out
    assert main(["check", *asked, str(tmp_path / "quality")]) == 0
    checked = capsys.readouterr().out
    known, early = map(int, _figures(r"(\d+) outcomes known \((\d+) of them at points whose 240 days", built))
    (counted,) = map(int, _figures(r"(\d+) with a known outcome", checked))
    assert early > 0
    assert known - early == counted


def _figures(asked: str, said: str) -> tuple[str, ...]:
    found = re.search(asked, said)
    assert found, said
    return found.groups()
