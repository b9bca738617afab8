"""A service that lacks a table is told which, wherever the table is missed."""

from __future__ import annotations

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


def test_a_predictor_left_out_for_want_of_a_table_names_the_table_and_no_column_of_another(
    work: Path,
) -> None:
    left_out = read_manifest(work, "build")["left_out"]
    assert left_out["questionnaire_missing_now"] == "the source has no IDS607CodedScoreAssessmentAct"
    assert [name for name, why in left_out.items() if "does not record" in why] == []
