"""One practitioner by two ids would be two people: whoever reads the records is told."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from features.records import SourceSettings, read_records
from features.records.staff import ACTIVITY, STAFF, unlike_ids
from tests.contract.small_service import Frames
from tests.pipeline.small_source import clean_frames, write_source

TASKS = "BSW001TaskSet"


@pytest.fixture(scope="module")
def frames() -> Frames:
    """Tasks set by those who were seen in contacts."""
    frames = clean_frames(patients=4)
    seen = frames[ACTIVITY].dropna(subset=[STAFF]).groupby("OrgID_Provider")[STAFF].first()
    tasks = frames[TASKS]
    return frames | {TASKS: tasks.assign(**{STAFF: tasks["OrgID_Provider"].map(seen)})}


def said_of(frames: Frames, folder: Path, ids: pd.Series) -> list[str]:
    tasks = frames[TASKS].assign(**{STAFF: ids})
    return unlike_ids(read_records(write_source(folder, frames | {TASKS: tasks}), SourceSettings()))


def test_the_same_ids_are_no_news(frames: Frames, tmp_path: Path) -> None:
    assert said_of(frames, tmp_path / "source", frames[TASKS][STAFF]) == []


def test_ids_in_small_letters_in_one_table_are_told(frames: Frames, tmp_path: Path) -> None:
    (line,) = said_of(frames, tmp_path / "source", frames[TASKS][STAFF].str.lower())
    assert "differ by capitals at 100% of the tasks" in line


def test_practitioners_whom_no_contact_names_are_told(frames: Frames, tmp_path: Path) -> None:
    (line,) = said_of(frames, tmp_path / "source", "AGENCY-" + frames[TASKS][STAFF])
    assert "100% of the tasks in BSW001TaskSet is in no row of IDS202CareActivity" in line


def test_records_that_name_nobody_are_passed_over(frames: Frames, tmp_path: Path) -> None:
    source = write_source(tmp_path / "source", {n: f for n, f in frames.items() if n != ACTIVITY})
    assert unlike_ids(read_records(source, SourceSettings())) == []
