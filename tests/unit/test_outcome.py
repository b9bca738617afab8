from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from models.outcome import DAY, Afterwards, OutcomeSettings, outcomes, platform_outcomes

AT = 1_700_000_000
END = pd.Series({"S": AT + 100 * DAY})


def _point(at: int = AT) -> pd.DataFrame:
    return pd.DataFrame(
        {"point_id": ["c"], "contact_id": ["c"], "pathway_id": ["p"], "service_id": ["S"], "at": [at]}
    )


def _outcome(
    *reviews: tuple[str, float, float],
    tasks: int = 1,
    seen_after_days: float | None = 7,
    at: int = AT,
    settings: OutcomeSettings | None = None,
) -> pd.Series:
    """The outcome of one point whose tasks t0, t1, ... had these reviews (task, days after the point, share)."""
    held = pd.DataFrame({"task_id": [f"t{i}" for i in range(tasks)], "contact_id": "c"})
    shares = pd.DataFrame(
        [(task, AT + days * DAY, share) for task, days, share in reviews],
        columns=["task_id", "known_at", "share"],
    )
    seen = [] if seen_after_days is None else [("p", int(AT + seen_after_days * DAY))]
    attended = pd.DataFrame([("p", AT - 60), *seen], columns=["pathway_id", "start"])
    after = Afterwards(held, shares, attended, END)
    return outcomes(_point(at), after, settings or OutcomeSettings()).iloc[0]


@pytest.mark.parametrize(("share", "expected"), [(0.0, 1), (0.49, 1), (0.5, 0), (1.0, 0)])
def test_work_done_to_less_than_half_is_not_completed(share: float, expected: int) -> None:
    outcome = _outcome(("t0", 7, share))
    assert outcome["not_completed"] == expected
    assert outcome["reason"] == "reviewed"
    assert outcome["label_known_at"] == pd.Timestamp(AT + 7 * DAY, unit="s")


def test_the_first_review_that_says_how_much_counts() -> None:
    assert _outcome(("t0", 7, np.nan), ("t0", 14, 1.0), ("t0", 21, 0.0))["not_completed"] == 0


def test_the_share_is_the_mean_over_all_tasks_and_unknown_unless_all_are_known() -> None:
    assert _outcome(("t0", 7, 1.0), ("t1", 7, 0.0), tasks=2)["share"] == 0.5
    partly = _outcome(("t0", 7, 1.0), tasks=2)
    assert np.isnan(partly["not_completed"])
    assert partly["reason"] == "not reviewed"


def test_a_label_is_known_when_the_last_of_its_reviews_is() -> None:
    outcome = _outcome(("t0", 7, 1.0), ("t1", 20, 0.0), tasks=2)
    assert outcome["label_known_at"] == pd.Timestamp(AT + 20 * DAY, unit="s")


def test_a_review_after_the_horizon_is_late_and_says_nothing() -> None:
    outcome = _outcome(("t0", 43, 0.0))
    assert outcome["reason"] == "late"
    assert np.isnan(outcome["not_completed"])


def test_a_patient_who_never_came_back_left() -> None:
    assert _outcome(seen_after_days=None)["reason"] == "left"
    assert _outcome(seen_after_days=50)["reason"] == "left"
    assert _outcome(seen_after_days=10)["reason"] == "not reviewed"


def test_a_dropout_counts_as_not_completed_only_where_a_setting_says_so() -> None:
    counted = OutcomeSettings(count_dropout_as="not_completed")
    outcome = _outcome(seen_after_days=None, settings=counted)
    assert outcome["not_completed"] == 1
    assert outcome["reason"] == "left"
    assert outcome["label_known_at"] == pd.Timestamp(AT + 42 * DAY, unit="s")


def test_a_point_whose_horizon_is_not_over_is_pending() -> None:
    late_point = AT + 70 * DAY
    assert _outcome(at=late_point, seen_after_days=None)["reason"] == "pending"


def test_no_points_have_no_outcomes() -> None:
    empty = _point().iloc[:0]
    nothing = pd.DataFrame({"task_id": [], "contact_id": [], "known_at": [], "share": []})
    after = Afterwards(
        nothing[["task_id", "contact_id"]], nothing, _point()[["pathway_id"]].assign(start=AT), END
    )
    assert outcomes(empty, after, OutcomeSettings()).empty
    assert platform_outcomes(empty, pd.DataFrame(), END, OutcomeSettings()).empty


def test_without_a_review_table_nothing_is_known() -> None:
    after = Afterwards(pd.DataFrame(), None, pd.DataFrame(), END)
    outcome = outcomes(_point(), after, OutcomeSettings()).iloc[0]
    assert outcome["reason"] == "no task tables"
    assert np.isnan(outcome["not_completed"])


@pytest.mark.parametrize(("days", "expected"), [(13.9, 0), (14.0, 1), (40.0, 1)])
def test_no_log_in_within_14_days_is_non_completion_of_a_platform_week(days: float, expected: int) -> None:
    logins = pd.DataFrame({"pathway_id": ["p"], "started_at": [int(AT + days * DAY)]})
    outcome = platform_outcomes(_point(), logins, END, OutcomeSettings()).iloc[0]
    assert outcome["not_completed"] == expected


def test_a_platform_week_at_the_end_of_the_records_is_pending() -> None:
    logins = pd.DataFrame({"pathway_id": ["p"], "started_at": [AT - 5]})
    outcome = platform_outcomes(_point(AT + 95 * DAY), logins, END, OutcomeSettings()).iloc[0]
    assert outcome["reason"] == "pending"
    assert np.isnan(outcome["not_completed"])


def test_points_and_reviews_without_any_task_are_not_reviewed() -> None:
    none = pd.DataFrame({"task_id": pd.Series([], dtype=str), "contact_id": pd.Series([], dtype=str)})
    reviews = pd.DataFrame({"task_id": ["t9"], "known_at": [float(AT)], "share": [1.0]})
    attended = pd.DataFrame([("p", AT + 7 * DAY)], columns=["pathway_id", "start"])
    found = outcomes(_point(), Afterwards(none, reviews, attended, END), OutcomeSettings())
    assert list(found["reason"]) == ["not reviewed"]
