"""Histories: what was known strictly before a point. The only place that compares dates.

A predictor is written with a `History` of one fact (`appointments`), whose rows were all known before the
point, a `Column` of it (`appointments.missed`), one value per row, and a `Number`, one value per point, which
is what every summary of a column gives.

All that is asked of one fact is answered in one grouped query, whatever the number of predictors. Only
the summaries below exist, because each means the same on every engine: ties are broken by a fixed order,
missing values count for nothing, and dividing by nothing gives missing.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, TypeAlias

import ibis

from features.errors import nearest
from features.number import Expression, Number, Table

DAY = 86_400.0
About: TypeAlias = Literal["pathway", "patient", "practitioner"]
WHOSE = ("pathway_id", "patient_id", "practitioner_id")
POINT_COLUMNS = ("point_id", *WHOSE, "contact_id", "at", "session_number")
DERIVED = ("days_before", "in_this_contact", "in_this_pathway")


class NotRecordedError(Exception):
    """A predictor reads a column that this source does not record."""


def known_before(points: Table, rows: Table, about: About, later: dict[str, str]) -> Table:
    """Every point beside every row about the same subject that was known strictly before it.

    `points` has POINT_COLUMNS with `at` in seconds; `rows` has `about_id`, `known_at`, `superseded_at`,
    `order` and the fact's own columns. A row counts while no later version of it was known. A column
    named in `later` is seen only where the moment it names has passed; `minutes_until_point` is cut at
    the point.
    """
    key = f"{about}_id"
    named = points.select(**{f"point_{name.removeprefix('point_')}": points[name] for name in POINT_COLUMNS})
    standing = (rows.superseded_at.isnull()) | (rows.superseded_at >= named.point_at)
    seen = named.join(rows, [named[f"point_{key}"] == rows[key], rows.known_at < named.point_at, standing])
    seen = seen.mutate(days_before=(seen.point_at - seen.known_at) / DAY)
    if "ended_at" in seen.columns:
        end = ibis.ifelse(seen.ended_at < seen.point_at, seen.ended_at, seen.point_at)
        minutes = ibis.ifelse(seen.ended_at.notnull(), (end - seen.known_at) / 60.0, ibis.null())
        seen = seen.mutate(minutes_until_point=minutes)
    for own, moment in later.items():
        seen = seen.mutate(**{own: ibis.ifelse(seen[moment] < seen.point_at, seen[own], ibis.null())})
    if "contact_id" in seen.columns:
        seen = seen.mutate(in_this_contact=(seen.contact_id == seen.point_contact_id).fill_null(False))
    if "pathway_id" in seen.columns:
        seen = seen.mutate(in_this_pathway=seen.pathway_id == seen.point_pathway_id)
    return seen


@dataclass
class Tally:
    """Everything asked of one fact's histories, to be answered in one grouped query."""

    fact: str
    seen: Table
    recorded: frozenset[str]
    origins: Mapping[str, str]
    asked: dict[str, Expression] = field(default_factory=dict)
    read: set[str] = field(default_factory=set)

    def ask(self, summary: Expression) -> Number:
        """The number a summary of rows gives; the same question is asked once."""
        for name, known in self.asked.items():
            if known.equals(summary):
                return _cell(name)
        name = f"{self.fact}__{len(self.asked)}"
        self.asked[name] = summary
        return _cell(name)

    def answers(self) -> Table:
        """One row per point with any history: `point_id` and one column per question."""
        grouped = self.seen.group_by("point_id").aggregate(**self.asked)
        return grouped.rename(**{f"{self.fact}__point": "point_id"})


def _cell(name: str) -> Number:
    return Number(lambda wide: wide[name])


class Column:
    """One value per row of a history."""

    def __init__(self, rows: History, value: Expression) -> None:
        self.rows = rows
        self.value = value

    def _with(self, other: Column | float | str, work: Callable[[Any, Any], Any]) -> Column:
        return Column(self.rows, work(self.value, other.value if isinstance(other, Column) else other))

    def __and__(self, other: Column) -> Column:
        return self._with(other, operator.and_)

    def __or__(self, other: Column) -> Column:
        return self._with(other, operator.or_)

    def __invert__(self) -> Column:
        return Column(self.rows, ~self.value)

    def __le__(self, other: Column | float) -> Column:
        return self._with(other, operator.le)

    def __lt__(self, other: Column | float) -> Column:
        return self._with(other, operator.lt)

    def __ge__(self, other: Column | float) -> Column:
        return self._with(other, operator.ge)

    def __gt__(self, other: Column | float) -> Column:
        return self._with(other, operator.gt)

    def __truediv__(self, other: float) -> Column:
        return self._with(other, operator.truediv)

    def __mod__(self, other: float) -> Column:
        return self._with(other, operator.mod)

    def floor_division(self, by: float) -> Column:
        """How often `by` goes into the value, whole times."""
        return Column(self.rows, (self.value / by).floor())

    def equals(self, other: Column | float | str) -> Column:
        """Whether the value is the same; missing stays missing."""
        return self._with(other, operator.eq)

    def among(self, *values: str | float) -> Column:
        """Whether the value is one of several; missing stays missing."""
        return Column(self.rows, self.value.isin(values))

    def recorded(self) -> Column:
        """Whether there is a value."""
        return Column(self.rows, self.value.notnull())

    def sum(self) -> Number:
        """The sum; of a yes-or-no column, how many rows say yes. Missing where no row counts."""
        return self._ask(self._number().sum())

    def count(self) -> Number:
        """How many rows have a value."""
        return self._ask(self._wanted().count())

    def distinct(self) -> Number:
        """How many different values there are."""
        return self._ask(self._wanted().nunique())

    def mean(self) -> Number:
        """The mean; of a yes-or-no column, the share that says yes."""
        return self._ask(self._number().mean())

    share = mean

    def lowest(self) -> Number:
        """The lowest value."""
        return self._ask(self._number().min())

    def highest(self) -> Number:
        """The highest value; of a yes-or-no column, 1 where any row says yes."""
        return self._ask(self._number().max())

    any = highest

    def spread(self) -> Number:
        """The sample standard deviation; missing under two values."""
        return self._ask(self._number().std())

    def latest(self) -> Number:
        """The last value known; rows known at one moment stand in the order of their keys."""
        wanted = self._number()
        return self._ask(wanted.argmax(self.rows.order, where=wanted.notnull()))

    def first(self) -> Number:
        """The first value known."""
        wanted = self._number()
        return self._ask(wanted.argmin(self.rows.order, where=wanted.notnull()))

    def slope_per_week(self) -> Number:
        """Change a week by least squares; missing where all values are of one moment."""
        y = self._number()
        weeks = ibis.ifelse(y.notnull(), self.rows.days_before.value / -7.0, ibis.null())
        mean = Column(self.rows, weeks).mean()
        square, product = self._ask((weeks * weeks).mean()), self._ask((weeks * y).mean())
        return (product - mean * self.mean()) / (square - mean * mean).or_missing_below(1e-9)

    def _wanted(self) -> Expression:
        return self.rows.keep(self.value)

    def _number(self) -> Expression:
        return self._wanted().cast("float64")

    def _ask(self, summary: Expression) -> Number:
        return self.rows.tally.ask(summary.cast("float64"))


class History:
    """The rows of one fact that were known strictly before a point."""

    def __init__(self, tally: Tally, condition: Expression | None = None) -> None:
        self.tally = tally
        self.condition = condition

    def __getattr__(self, name: str) -> Column:
        tally = self.tally
        if name not in (*DERIVED, *tally.origins):
            raise AttributeError(
                f"fact '{tally.fact}' has no column '{name}': {nearest(name, (*DERIVED, *tally.origins))}"
            )
        if name in tally.origins and name not in tally.recorded:
            raise NotRecordedError(f"the source does not record {tally.origins[name]}")
        self.tally.read.add(name)
        return Column(self, self.tally.seen[name])

    @property
    def order(self) -> Expression:
        """The fixed order of a subject's rows: by the moment known, then by key."""
        return self.tally.seen["order"]

    def where(self, condition: Column) -> History:
        """Only the rows of which the condition is true."""
        both = condition.value if self.condition is None else self.condition & condition.value
        return History(self.tally, both)

    def keep(self, value: Expression) -> Expression:
        """A value per row, missing where the condition does not hold."""
        return value if self.condition is None else ibis.ifelse(self.condition, value, ibis.null())

    def count(self) -> Number:
        """How many rows there are."""
        return self.tally.ask(self.keep(self.order).count().cast("float64"))

    def days_since_latest(self) -> Number:
        """Days from the moment the last row was known to the point."""
        return self.days_before.lowest()

    def days_since_first(self) -> Number:
        """Days from the moment the first row was known to the point."""
        return self.days_before.highest()
