"""The matrix: points x predictors, each fact's histories summed up in one grouped query."""

from __future__ import annotations

import math
import operator
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import reduce
from pathlib import Path
from typing import Any, Protocol

import ibis
import pandas as pd

from features.as_of import POINT_COLUMNS, known_before
from features.engine import Engine
from features.facts import FACTS, Fact, Facts
from features.history import History, NotRecordedError
from features.number import Number
from features.predictor import Predictor
from features.records import Reading, Records
from features.tally import RunningTally, Tally

# A million points by all predictors take some 4 GiB while they are worked out; every part reads all facts anew.
AT_ONCE = 1_000_000


@dataclass(frozen=True)
class Matrix:
    """`frame`: point_id and one float column per predictor; `left_out`: predictor -> why it is not there."""

    frame: pd.DataFrame
    left_out: Mapping[str, str]


class FactTables(Protocol):
    """What of `Facts` is asked for here."""

    @property
    def recorded(self) -> Mapping[str, frozenset[str]]:
        """See `Facts.recorded`."""

    @property
    def records(self) -> Records | Reading:
        """The records behind the facts."""

    def table(self, name: str) -> Any:
        """See `Facts.table`."""


@dataclass(frozen=True)
class Asked:
    """The predictors as numbers over the histories' answers, and what each could not read."""

    numbers: Mapping[str, Number]
    tallies: Mapping[str, Tally]
    left_out: Mapping[str, str]


@dataclass(frozen=True)
class Columns:
    """`rows`: the matrix as a table of the engine, in no order, not worked out yet; `left_out` as in `Matrix`.

    `kept`: the tables kept in the engine that `rows` is made of.
    """

    rows: Any
    left_out: Mapping[str, str]
    kept: tuple[Any, ...]


def matrix(facts: Facts, points: Any, predictors: Mapping[str, Predictor]) -> Matrix:
    """Every predictor at every point of the engine's table `points` (POINT_COLUMNS, `at` in seconds).

    `predictors` stand in the order in which they can be worked out (`catalogue()`).
    """
    found = columns(facts, points, predictors)
    frame = in_memory(found, facts.engine)
    facts.engine.let_go(found.kept)
    return Matrix(frame, found.left_out)


def in_memory(found: Columns, engine: Engine) -> pd.DataFrame:
    """The matrix worked out and brought here, in the order of `point_id`."""
    return engine.frame(found.rows).sort_values("point_id", ignore_index=True)


def columns(facts: Facts, points: Any, predictors: Mapping[str, Predictor]) -> Columns:
    """As `matrix`, left where the points are: for more points than memory here holds."""
    # Within the matrix a point goes by a number: joining and grouping are quicker by numbers than by texts.
    order = ibis.window(order_by="at")
    known = facts.engine.keep(
        "numbered_points", points.select(*POINT_COLUMNS, number=ibis.row_number().over(order))
    )
    asked = ask(facts, known.drop("point_id").rename(point_id="number"), predictors)
    wide, kept = known, [known]
    for tally in asked.tallies.values():
        if tally.asked:
            # Kept one by one: answered all at once they would stand in memory side by side.
            answers = tally.kept(facts.engine)
            kept.append(answers)
            wide = wide.left_join(answers, wide.number == answers[f"{tally.fact}__point"])
    numbers = {name: number.of(wide).cast("float64") for name, number in asked.numbers.items()}
    return Columns(wide.select(point_id=wide.point_id, **numbers), asked.left_out, tuple(kept))


def in_parts(
    facts: Facts, points: Any, predictors: Mapping[str, Predictor], *, at_once: int = AT_ONCE
) -> Iterator[Columns]:
    """As `columns`, some services' points after others', so that memory hangs on `at_once` and not on all points.

    A part has about `at_once` points, more where a service has. It is there only until the next is asked for.
    """
    for part in _parts(points, facts.engine, at_once):
        found = columns(facts, part, predictors)
        yield found
        facts.engine.let_go(found.kept)


def _parts(points: Any, engine: Engine, at_once: int) -> list[Any]:
    """Services in the order of their names, in as few parts as are needed, of about as many points each."""
    counted = points.group_by("service_id").aggregate(points=points.count()).order_by("service_id")
    held = engine.frame(counted)
    parts = math.ceil(held["points"].sum() / at_once)
    if parts <= 1:
        return [points]
    middle = held["points"].cumsum() - held["points"] / 2
    place = (middle * parts // held["points"].sum()).rename("part")
    return [
        points.filter(points.service_id.isin(services)) for _, services in held["service_id"].groupby(place)
    ]


def write_by_service(found: Columns, points: Any, engine: Engine, path: Path) -> None:
    """Work the matrix out and leave it as Parquet below `path`, `service=NAME/...`, without bringing it here."""
    services = points.select("point_id", service=points.service_id)
    engine.write(found.rows.join(services, "point_id"), path, by="service")


def ask(facts: FactTables, points: Any, predictors: Mapping[str, Predictor]) -> Asked:
    """Put every predictor's questions to the histories of the facts it reads."""
    tallies: dict[str, Tally] = {}
    numbers: dict[str, Number] = {}
    left_out: dict[str, str] = {}
    for name, predictor in predictors.items():
        reason = _unreadable(predictor, facts, left_out)
        if reason is None:
            histories = {p: _argument(p, facts, points, tallies, numbers) for p in predictor.parameters}
            try:
                numbers[name] = _with_absence(predictor, predictor.function(**histories), histories)
            except NotRecordedError as absent:
                reason = without(facts, absent.fact, absent.column) or str(absent)
        if reason is not None:
            left_out[name] = reason
    return Asked(numbers, tallies, left_out)


def _unreadable(predictor: Predictor, facts: FactTables, left_out: Mapping[str, str]) -> str | None:
    for parameter in predictor.parameters:
        if parameter in left_out:
            return f"needs {parameter}, which is left out"
        if parameter in FACTS and parameter not in facts.recorded:
            return without(facts, parameter) or f"{parameter}: not recorded"
    return None


def without(facts: FactTables, name: str, column: str | None = None) -> str | None:
    """Which tables the source lacks for a fact, or for a column of it, in words; None where it lacks none."""
    tables = FACTS[name].missing_tables(facts.records.columns, column)
    return f"the source has no {' and no '.join(tables)}" if tables else None


def _argument(
    name: str, facts: FactTables, points: Any, tallies: dict[str, Tally], numbers: Mapping[str, Number]
) -> History | Number:
    if name in numbers:
        return numbers[name]
    if name not in tallies:
        tallies[name] = tally_of(FACTS[name], facts, points)
    return History(tallies[name])


def tally_of(fact: Fact, facts: FactTables, points: Any) -> Tally:
    """A tally of the fact's rows, as far as they were known before each point."""
    rows = facts.table(fact.name)
    origins = {column: fact.origin(column) for column in fact.gives}
    recorded = facts.recorded[fact.name]
    if fact.running:
        return RunningTally(fact.name, rows, recorded, origins, about=fact.about, points=points)
    return Tally(fact.name, known_before(points, rows, fact.about, fact.later), recorded, origins)


def _with_absence(predictor: Predictor, number: Number, given: Mapping[str, History | Number]) -> Number:
    """The number, `when_absent` where no row of any history was known; rows that do not say leave it missing."""
    absent = predictor.when_absent
    if not isinstance(absent, int | float):
        return number
    empty = [one.tally.nothing_known() for one in given.values() if isinstance(one, History)]
    return number.filled(float(absent), where=reduce(operator.mul, empty))
