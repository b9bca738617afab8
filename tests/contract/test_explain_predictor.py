"""`bsw explain-predictor`: the value of a predictor at a point, and the rows of the records that went into it."""

from __future__ import annotations

import pytest

from features.errors import InputError
from features.evidence import Evidence, evidence
from features.points import PointSettings, find_points
from pipelines.explain_predictor import in_words
from tests.contract.engine import facts_of, points_of
from tests.contract.small_writer import Frames


def test_a_value_is_shown_with_its_parts_and_the_rows_behind_each(several_patients: Frames) -> None:
    facts, last = facts_of(several_patients), points_of(several_patients)["point_id"].iloc[-1]
    points = find_points(facts, PointSettings()).table
    lines = in_words(evidence(facts, points, "reliable_change", last))
    assert lines[0].startswith(f"reliable_change at {last}: ")
    assert any(line.strip().startswith(f"phq9_change at {last}: ") for line in lines)
    assert any("known before the point" in line and "counted" in line for line in lines)
    assert any("score" in line and "known_at" in line for line in lines)


def test_of_a_count_in_a_window_the_rows_in_it_are_counted_and_no_other(several_patients: Frames) -> None:
    facts, asked = facts_of(several_patients), points_of(several_patients)["point_id"]
    points = find_points(facts, PointSettings()).table
    found = [evidence(facts, points, "logins_past_7_days", point) for point in asked]
    counted = [int(one.rows["platform_sessions"]["counted"].sum()) for one in found]
    assert counted == [one.value for one in found]
    assert any(len(one.rows["platform_sessions"]) > count for one, count in zip(found, counted, strict=True))


def test_an_unknown_predictor_or_point_is_told_with_the_nearest(several_patients: Frames) -> None:
    facts, last = facts_of(several_patients), points_of(several_patients)["point_id"].iloc[-1]
    points = find_points(facts, PointSettings()).table
    with pytest.raises(InputError, match="no predictor 'phq9_latst'; did you mean 'phq9_latest'"):
        evidence(facts, points, "phq9_latst", last)
    with pytest.raises(InputError, match=f"no point '{last}x'; did you mean '{last}'"):
        evidence(facts, points, "phq9_latest", f"{last}x")


def test_moments_are_days_and_times_and_as_many_rows_are_shown_as_asked_for(several_patients: Frames) -> None:
    facts, asked = facts_of(several_patients), points_of(several_patients)["point_id"]
    points = find_points(facts, PointSettings()).table
    found = max((evidence(facts, points, "days_waited", point) for point in asked), key=_most_rows)
    assert str(found.rows["referrals"]["received"].dtype).startswith("datetime64")
    assert str(found.rows["appointments"]["start"].dtype).startswith("datetime64")
    rows, number = found.rows["appointments"], _most_rows(found)
    assert number > 1
    first = f"{rows['known_at'].iloc[0]}"
    assert any(first in line for line in in_words(found, 0))
    few = in_words(found, 1)
    assert any("the last 1 are shown, --rows 0 shows all" in line for line in few)
    assert len(few) == len(in_words(found, 0)) - (number - 1) - (len(found.rows["referrals"]) - 1)


def _most_rows(found: Evidence) -> int:
    return len(found.rows["appointments"])
