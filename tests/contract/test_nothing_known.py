"""Where rows are there but none says what is asked, nobody knows, and no number stands there."""

from __future__ import annotations

import pandas as pd
import pytest

from features.matrix import matrix
from features.points import PointSettings, find_points
from features.predictor import catalogue
from tests.contract.engine import facts_of
from tests.contract.small_service import Frames, small_service

CONTACTS, ACTIVITIES = "IDS201CareContact", "IDS202CareActivity"
LOGINS, TASKS, REVIEWS = "BSW004PlatformSession", "BSW001TaskSet", "BSW002TaskReview"


@pytest.fixture(scope="module")
def frames() -> Frames:
    return small_service(7)


def _values(frames: Frames, *names: str) -> pd.DataFrame:
    facts = facts_of(frames)
    asked = {name: catalogue()[name] for name in names}
    return matrix(facts, find_points(facts, PointSettings()).table, asked).frame.set_index("point_id")


def _saying(frames: Frames, table: str, **cells: object) -> Frames:
    """The service with these cells in every row of a table."""
    return frames | {table: frames[table].assign(**cells)}


def _without(frames: Frames, table: str) -> Frames:
    return frames | {table: frames[table].head(0)}


def test_log_ins_of_unknown_length_are_no_minutes_but_no_log_in_is_none(frames: Frames) -> None:
    asked = ("minutes_past_7_days", "logins_past_7_days", "days_since_last_login")
    values = _values(_saying(frames, LOGINS, SessionEnd=pd.NaT), *asked)
    over = values["days_since_last_login"] > 0.5  # what began lately may still be going on
    unknown = values.loc[over & (values["logins_past_7_days"] > 0), "minutes_past_7_days"]
    silent = values.loc[values["logins_past_7_days"] == 0, "minutes_past_7_days"]
    assert len(unknown) and unknown.isna().all()
    assert len(silent) and (silent == 0).all()


def test_a_single_log_in_has_no_place_among_the_log_ins(frames: Frames) -> None:
    values = _values(frames, "mean_place_of_logins", "logins")
    single, several = values["logins"] == 1, values["logins"] > 1
    assert single.any() and values.loc[single, "mean_place_of_logins"].isna().all()
    assert several.any() and values.loc[several, "mean_place_of_logins"].notna().all()


def test_modules_that_no_log_in_tells_of_are_not_known_but_without_a_log_in_there_are_none(
    frames: Frames,
) -> None:
    values = _values(_saying(frames, LOGINS, ModulesCompleted=None), "modules_finished", "logins")
    some = values["logins"] > 0
    assert some.any() and values.loc[some, "modules_finished"].isna().all()
    assert (_values(_without(frames, LOGINS), "modules_finished") == 0).all().all()


def test_reviews_that_do_not_say_how_much_was_done_are_no_run_of_any_length(frames: Frames) -> None:
    nobody_says = _saying(frames, REVIEWS, Completion="not reviewed", CompletionPercent=None)
    reviewed = _values(frames, "reviews_known")["reviews_known"] > 0
    assert reviewed.any()
    assert _values(nobody_says, "work_not_done_in_a_row")[reviewed].isna().all().all()
    assert (_values(_without(frames, REVIEWS), "work_not_done_in_a_row") == 0).all().all()


@pytest.mark.parametrize(
    ("table", "column", "predictors"),
    [(TASKS, "TaskType", ["activation_agreed", "exposure_agreed"]), (TASKS, "TaskFormat", ["online_task"]),
     (CONTACTS, "AppType", ["session"])],
)  # fmt: skip
def test_what_no_row_says_is_missing(frames: Frames, table: str, column: str, predictors: list[str]) -> None:
    assert _values(frames, *predictors).notna().any().all()
    assert _values(_saying(frames, table, **{column: None}), *predictors).isna().all().all()


def test_an_employment_that_is_not_stated_has_not_stayed_the_same(frames: Frames) -> None:
    values = _values(_saying(frames, "IDS004EmpStatus", EmployStatus="ZZ"), "employment_changes")
    assert values.isna().all().all()
    assert (_values(_without(frames, "IDS004EmpStatus"), "employment_changes") == 0).all().all()


def test_a_cancellation_that_does_not_say_when_is_not_known_to_be_early(frames: Frames) -> None:
    asked = ("short_notice_cancellations", "cancelled_appointments")
    values = _values(_saying(frames, CONTACTS, Cancellation=None), *asked)
    some = values["cancelled_appointments"] > 0
    assert some.any() and values.loc[some, "short_notice_cancellations"].isna().all()
    assert (values.loc[~some, "short_notice_cancellations"] == 0).all()


def test_nobodys_caseload_is_not_none(frames: Frames) -> None:
    nobody = _saying(_saying(frames, TASKS, CarePersLocalId=None), ACTIVITIES, CarePersLocalId=None)
    asked = ("practitioner_caseload", "practitioner_experience")
    assert _values(frames, *asked).notna().all().all()
    assert _values(nobody, *asked).isna().all().all()
