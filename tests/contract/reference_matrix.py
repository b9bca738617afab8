"""Every predictor at every point in plain Python: one point after the other, one row after the other."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from features.facts import FACTS, Fact, Facts
from features.points import PointSettings, find_points
from features.predictor import Predictor, catalogue
from tests.contract.reference import History, Row
from tests.contract.reference_number import Number, unless_missing

SECONDS_A_DAY = 86_400
SIX_HOURS = 21_600
Values = dict[str, dict[str, float | None]]


def reference_matrix(facts: Facts, points: Any) -> Values:
    """`point_id` -> predictor -> value, None where missing; `points` as `find_points` gives them."""
    rows = {name: _fetched(facts, facts.table(name)) for name in facts.recorded}
    return {point["point_id"]: values_at(point, rows) for point in _fetched(facts, points)}


def empty_histories(facts: Facts) -> Iterator[tuple[str, str]]:
    """The points and the predictors of nothing but facts of which no row was known at the point."""
    rows = {name: _fetched(facts, facts.table(name)) for name in facts.recorded}
    for point in _fetched(facts, find_points(facts, PointSettings()).table):
        empty = {name for name in rows if not known_before(point, rows[name], FACTS[name])}
        for name, predictor in catalogue().items():
            if empty.issuperset(predictor.parameters) and not _about_nobody(point, predictor):
                yield point["point_id"], name


def values_at(point: Row, rows: Mapping[str, Sequence[Row]]) -> dict[str, float | None]:
    """Every predictor of the catalogue at one point, from every fact's rows."""
    histories = {name: History(known_before(point, rows[name], FACTS[name])) for name in rows}
    numbers: dict[str, Number] = {}
    for name, predictor in catalogue().items():
        given = {p: numbers[p] if p in numbers else histories[p] for p in predictor.parameters}
        numbers[name] = predictor.function(**given)
        empty = all(not one._rows for one in given.values() if isinstance(one, History))
        if empty and not _about_nobody(point, predictor):
            numbers[name] = _with_absence(predictor, numbers[name])
    return {name: number.value for name, number in numbers.items()}


def known_before(point: Row, rows: Sequence[Row], fact: Fact) -> list[Row]:
    """The rows about the point's own subject that were known strictly before it, as they were known then.

    Of what a practitioner or a service saw, the rows of the point's own patient are left out.
    """
    key, at = f"{fact.about}_id", point["at"]
    known = [
        row
        for row in rows
        if point[key] is not None
        and row[key] == point[key]
        and row["known_at"] < at
        and (row["superseded_at"] is None or row["superseded_at"] >= at)
        and not (fact.running and row["patient_id"] == point["patient_id"])
    ]
    known.sort(key=lambda row: (_happened(row), row["record_key"], row.get("version") or 0))
    return [_as_known_at(point, row, fact) for row in known]


def _as_known_at(point: Row, row: Row, fact: Fact) -> Row:
    """The row without what was filled in later, and with what it is to this point."""
    at = point["at"]
    seen = dict(row)
    for column, moment in fact.later.items():
        if row[moment] is None or row[moment] >= at:
            seen[column] = None
    seen["days_before"] = (at - _happened(row)) / SECONDS_A_DAY
    if "ended_at" in row:
        seen["minutes_until_point"] = _minutes(row["known_at"], row["ended_at"], at)
    if "contact_id" in row:
        seen["in_this_contact"] = row["contact_id"] is not None and row["contact_id"] == point["contact_id"]
    for column, mine, theirs in (
        ("with_this_practitioner", "practitioner", "practitioner_id"),
        ("in_this_pathway", "pathway_id", "pathway_id"),
    ):
        if mine in row:
            seen[column] = unless_missing(lambda one, two: one == two, row[mine], point[theirs])
    return seen


def _happened(row: Row) -> int:
    """When it happened; where nothing else is said, when it was known."""
    return int(row.get("happened_at", row["known_at"]))


def _minutes(started: int, ended: int | None, at: int) -> float | None:
    """Minutes of a log-in that ended before the point, or so far; one that has no end for six hours has none."""
    if ended is not None and ended < at:
        return (ended - started) / 60
    return (at - started) / 60 if at - started <= SIX_HOURS else None


def _about_nobody(point: Row, predictor: Predictor) -> bool:
    """Whether it asks what a practitioner saw and the point has none."""
    running = [FACTS[name] for name in predictor.parameters if name in FACTS and FACTS[name].running]
    return any(point[f"{fact.about}_id"] is None for fact in running)


def _with_absence(predictor: Predictor, number: Number) -> Number:
    absent = predictor.when_absent
    return number.or_else(float(absent)) if isinstance(absent, int | float) else number


def _fetched(facts: Facts, table: Any) -> list[Row]:
    frame = facts.engine.frame(table)
    rows: list[Row] = frame.astype(object).where(frame.notna(), None).to_dict("records")
    return rows
