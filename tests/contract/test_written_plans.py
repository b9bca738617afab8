"""Questions written once and asked again: of the same records, of others, beside what was kept before."""

from __future__ import annotations

import json

import pandas as pd
import pytest
from pandas.testing import assert_frame_equal

from features.engine import DuckDB
from features.facts import Facts, FactSettings
from features.matrix import columns, matrix
from features.plan import Asking, Plan
from features.points import PointSettings, find_points
from features.predictor import catalogue
from features.records import Records
from tests.contract.small_service import small_service

EVERY = catalogue()


def begun(seed: int) -> Facts:
    """The facts of a small service, none asked for yet."""
    return Facts(Records.from_frames(small_service(seed=seed, patients=4)), FactSettings())


def tables(facts: Facts) -> dict[str, object]:
    """Every fact of a service, asked for."""
    return {name: facts.table(name) for name in facts.recorded}


def points_table(facts: Facts) -> object:
    """The service's points, kept."""
    return find_points(facts, PointSettings()).table


def written(seed: int) -> tuple[Plan, Plan, pd.DataFrame]:
    """The plans of a service's facts and predictors, by way of text, and the matrix."""
    facts = begun(seed)
    assert isinstance(facts.engine, DuckDB)
    points = points_table(facts)
    found = columns(facts, points, EVERY)
    rows = facts.engine.keep("matrix", found.rows)
    plans = (
        Plan.of(facts.engine, tables(facts), {}),
        Plan.of(facts.engine, {"matrix": rows}, {"points": points, **tables(facts)}, found.left_out),
    )
    first, second = (Plan.from_json(json.loads(json.dumps(plan.as_json()))) for plan in plans)
    return first, second, facts.engine.frame(rows).sort_values("point_id", ignore_index=True)


@pytest.mark.parametrize("other", [7, 8])
def test_a_plan_asked_again_gives_what_the_questions_written_anew_give(other: int) -> None:
    of_facts, of_matrix, _ = written(seed=7)
    facts = begun(other)
    assert isinstance(facts.engine, DuckDB)
    first = Asking(of_facts, facts.engine, {})
    facts.take(first.tables("appointments", "discharges"))
    facts.take(first.tables(*of_facts.gives))
    points = points_table(facts)
    asked = Asking(of_matrix, facts.engine, {"points": points, **tables(facts)}).tables("matrix")["matrix"]
    found = facts.engine.frame(asked).sort_values("point_id", ignore_index=True)
    anew = begun(other)
    assert_frame_equal(found, matrix(anew, points_table(anew), EVERY).frame)
    assert len(found) > 3


def test_a_plan_may_be_asked_twice_of_one_engine() -> None:
    of_facts, of_matrix, frame = written(seed=7)
    facts = begun(7)
    assert isinstance(facts.engine, DuckDB)
    for _ in range(2):
        facts.take(Asking(of_facts, facts.engine, {}).tables(*of_facts.gives))
        given = {"points": points_table(facts), **tables(facts)}
        asked = Asking(of_matrix, facts.engine, given).tables("matrix")["matrix"]
        found = facts.engine.frame(asked).sort_values("point_id", ignore_index=True)
        assert_frame_equal(found, frame)


def test_a_plan_holds_nothing_that_the_records_say() -> None:
    frames = small_service(seed=7, patients=4)
    said = {
        str(value)
        for name, frame in frames.items()
        for column in ("LocalPatientId", "ServiceRequestId", "CareContactId", "PersonBirthDate", "TaskText")
        if column in frame.columns
        for value in frame[column].dropna()
    }
    text = json.dumps([plan.as_json() for plan in written(seed=7)[:2]])
    assert len(said) > 10
    assert [value for value in said if f"'{value}'" in text] == []


def test_what_is_no_plan_is_refused() -> None:
    held = written(seed=7)[0].as_json()
    for broken in ({}, {**held, "steps": [{"name": "x"}]}, {**held, "gives": {"x": 1}}):
        with pytest.raises((KeyError, TypeError, ValueError)):
            Plan.from_json(json.loads(json.dumps(broken)))
