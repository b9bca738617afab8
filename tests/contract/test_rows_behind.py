"""The rows behind many values at once are those that stand behind each, found one query per fact."""

from __future__ import annotations

import pandas as pd
import pytest

from features.evidence import evidence, with_parts
from features.facts import FACTS, Facts
from features.points import PointSettings, find_points, only
from features.predictor import everything
from features.rows_behind import Behind, rows_behind
from tests.contract.engine import facts_of
from tests.contract.small_writer import Frames

NAMES = ("mean_share_completed", "phq9_change", "where_agreed", "resistance_latest", "reliable_change")


@pytest.fixture(scope="module")
def facts(several_patients: Frames) -> Facts:
    return facts_of(several_patients)


@pytest.fixture(scope="module")
def behind(facts: Facts) -> dict[str, Behind]:
    points = find_points(facts, PointSettings())
    return dict(rows_behind(facts, points.table, NAMES))


@pytest.mark.parametrize("name", NAMES)
def test_they_are_those_that_went_into_each_value(name: str, facts: Facts, behind: dict[str, Behind]) -> None:
    points = find_points(facts, PointSettings())
    point = str(points.frame()["point_id"].iloc[-1])
    found = {fact: _known(one, name, point) for fact, one in behind.items() if name in one.columns}
    alone: dict[str, list[pd.Timestamp]] = {}
    for part in with_parts(everything()[name]):
        for fact, rows in evidence(facts, points.table, part, point).rows.items():
            when = "happened_at" if "happened_at" in rows.columns else "known_at"
            alone.setdefault(fact, []).extend(rows.loc[rows["counted"], when])
    assert {fact: sorted(set(times)) for fact, times in found.items()} == {
        fact: sorted(set(times)) for fact, times in alone.items()
    }


def _known(one: Behind, name: str, point: str) -> list[pd.Timestamp]:
    rows = one.rows[(one.rows["point_id"] == point) & one.rows[f"counted_{name}"]]
    return list(rows["happened_at"])


def test_a_row_that_says_no_adds_nothing_to_a_count(facts: Facts) -> None:
    points = find_points(facts, PointSettings()).table
    rows = rows_behind(facts, points, ["missed_appointments_past_90_days"])["appointments"].rows
    assert rows.loc[rows["counted_missed_appointments_past_90_days"], "missed"].all()


def test_nothing_that_names_somebody_or_is_about_other_patients_is_among_them(facts: Facts) -> None:
    points = find_points(facts, PointSettings()).table
    reasons = [name for name, known in everything().items() if known.shown == "reason"]
    for fact, one in rows_behind(facts, points, reasons).items():
        assert not FACTS[fact].running
        shown = {column for columns in one.columns.values() for column in columns}
        assert not {column for column in shown if column.endswith("_id") or column == "practitioner"}


def test_a_reason_about_debt_or_work_lays_open_no_pregnancy_no_disability_and_no_age(facts: Facts) -> None:
    points = find_points(facts, PointSettings()).table
    found = rows_behind(facts, points, ["debt", "employment_changes"])
    assert set(found) == {"circumstances", "employment"}
    assert not any(columns for one in found.values() for columns in one.columns.values())


def test_only_the_chosen_points_are_looked_at(facts: Facts) -> None:
    points = find_points(facts, PointSettings())
    chosen = list(points.frame()["point_id"].tail(2))
    rows = rows_behind(facts, only(facts, points, chosen), ["where_agreed"])["tasks"].rows
    assert set(rows["point_id"]) <= set(chosen)
    assert len(rows)
