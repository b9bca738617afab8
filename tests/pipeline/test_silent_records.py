"""Where nothing is recorded nothing is said: a review that was none, tables without a row, services without a table."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest

from features.errors import InputError
from features.records import Records, SourceSettings, read_records
from pipelines.build import assemble, build
from pipelines.check import check
from pipelines.config import Config
from pipelines.store import read_manifest
from tests.contract.small_service import Frames
from tests.pipeline.small_source import clean_frames, write_source

TASKS, REVIEWS, LOGINS = "BSW001TaskSet", "BSW002TaskReview", "BSW004PlatformSession"


@pytest.fixture(scope="module")
def frames() -> Frames:
    return clean_frames(patients=4)


def test_work_that_was_not_reviewed_is_not_called_undone_by_a_percentage_that_a_form_filled_in(
    tmp_path: Path, frames: Frames
) -> None:
    nobody = frames[REVIEWS].assign(Completion="not reviewed", CompletionPercent=0.0)
    usual, built = (
        assemble(write_source(tmp_path / name, frames | {REVIEWS: reviews}), config=Config(), until=None)
        for name, reviews in (("usual", frames[REVIEWS]), ("nobody", nobody))
    )
    assert usual.outcome["not_completed"].notna().any()
    assert "reviewed" not in set(built.outcome["reason"]) and built.outcome["not_completed"].isna().all()
    said = built.features[["last_share_completed", "work_not_done_in_a_row"]]
    assert said.max().fillna(0).eq(0).all()


def test_a_table_without_a_row_counts_as_not_recorded(
    tmp_path: Path, frames: Frames, capsys: pytest.CaptureFixture[str]
) -> None:
    source = write_source(tmp_path / "source", frames | {LOGINS: frames[LOGINS].head(0)})
    records = read_records(source, SourceSettings())
    assert records.empty == (LOGINS,) and LOGINS not in records.columns
    build(source, out=tmp_path / "work", config=Config(), until=None)
    manifest = read_manifest(tmp_path / "work", "build")
    assert manifest["left_out"]["logins"] == f"the source has no {LOGINS}"
    assert "Use of the online programme" in manifest["unmeasured"]
    check(source, out=tmp_path / "quality", config=Config())
    assert f"holds no row: {LOGINS} (quality.html says what that costs)" in capsys.readouterr().out


def test_a_table_of_which_no_row_can_be_used_is_refused_by_name(
    tmp_path: Path, frames: Frames, capsys: pytest.CaptureFixture[str]
) -> None:
    logins = frames[LOGINS].assign(SessionStart="2024-01-02T10:00:00+01:00")
    source = write_source(tmp_path / "source", frames | {LOGINS: logins})
    with pytest.raises(InputError) as refused:
        build(source, out=tmp_path / "work", config=Config(), until=None)
    assert f"{LOGINS}.csv: none of its {len(logins)} rows can be used (SessionStart" in str(refused.value)
    assert "leave the file out" in str(refused.value)
    assert not (tmp_path / "work" / "features.parquet").exists()
    check(source, out=tmp_path / "quality", config=Config())  # shows which rows, and why
    assert f"none of its rows can be used: {LOGINS}; build refuses it" in capsys.readouterr().out


def test_a_build_says_which_service_never_fills_in_a_table_and_which_predictors_never_have_a_value(
    tmp_path: Path, frames: Frames, capsys: pytest.CaptureFixture[str]
) -> None:
    logins = frames[LOGINS]
    told = frames | {
        LOGINS: logins[logins["OrgID_Provider"] == "AAA01"],
        TASKS: frames[TASKS].assign(PatientConfidence=None),
    }
    build(write_source(tmp_path / "source", told), out=tmp_path / "work", config=Config(), until=None)
    manifest = read_manifest(tmp_path / "work", "build")
    assert manifest["silent_services"] == {LOGINS: ["BBB02"]}
    features = pd.read_parquet(tmp_path / "work" / "features.parquet")
    assert set(manifest["never_known"]) == set(features.columns[features.isna().all()])
    assert "patient_confidence" in manifest["never_known"]
    said = capsys.readouterr().out
    assert f"no row of {LOGINS}: BBB02; what is counted there is 0, and not unknown" in said
    assert "no value at any point: " in said


def test_records_made_in_memory_hold_back_nothing(frames: Frames) -> None:
    from features.records.silence import must_be_usable

    must_be_usable(Records.from_frames(frames), frames)


def test_nobody_is_looked_after_longer_on_the_platform_than_the_horizon() -> None:
    outcome = Config().outcome
    with pytest.raises(ValueError, match="platform_days must not be beyond horizon_days: 84 is more than 42"):
        replace(outcome, platform_days=84)


def test_a_row_that_breaks_two_rules_is_one_row_to_check_and_to_build(
    tmp_path: Path, frames: Frames, capsys: pytest.CaptureFixture[str]
) -> None:
    twice = frames[REVIEWS].copy()
    twice.loc[twice.index[0], ["DifficultyRating", "HelpfulnessRating"]] = [99.0, 99.0]
    source = write_source(tmp_path / "source", frames | {REVIEWS: twice})
    assert len(read_records(source, SourceSettings()).set_aside) == 2
    check(source, out=tmp_path / "quality", config=Config())
    build(source, out=tmp_path / "work", config=Config(), until=None)
    said = capsys.readouterr().out
    assert "1 row was set aside" in said and "rows set aside: 1; `bsw check` says why" in said


def test_a_table_that_nothing_reads_holds_nobody_up(tmp_path: Path, frames: Frames) -> None:
    own = frames["IDS101Referral"].iloc[0][["OrgID_Provider", "UniqueSubmissionID", "ServiceRequestId"]]
    paused = pd.DataFrame([{**own, "PauseID": "P1", "PauseStartDate": "no day"}])
    source = write_source(tmp_path / "source", frames | {"IDS108WaitingTimePauses": paused})
    build(source, out=tmp_path / "work", config=Config(), until=None)
    assert (tmp_path / "work" / "features.parquet").exists()
