"""Histories: what a predictor is written with.

A predictor is written with a `History` of one fact (`appointments`), whose rows were all known before the
point, a `Column` of it (`appointments.missed`), one value per row, and a `Number`, one value per point, which
is what every summary of a column gives. Only the words below exist, because each means the same on every
engine; dividing by nothing gives missing. Of a history without any row every summary is missing, counts too:
`when_absent` says what that means. Rows of which none says what is asked give missing, but a condition that no row
meets counts 0.
"""

from __future__ import annotations

import operator
from collections.abc import Callable
from typing import Any, NoReturn

import ibis

from features.as_of import BESIDE_THE_POINT, DERIVED
from features.errors import nearest
from features.number import Expression, Number, not_zero
from features.tally import ASIDE, RunningTally, Tally

# A spread of times of a hundredth of a week, under two hours, is too little to draw a line through.
LEAST_SPREAD_OF_WEEKS = 0.01


class NotRecordedError(Exception):
    """A predictor reads a column of a fact that this source does not record; `origin`: its `Table.Column`."""

    def __init__(self, fact: str, column: str, origin: str) -> None:
        super().__init__(f"the source does not record {origin}")
        self.fact = fact
        self.column = column


class Column:
    """One value per row of a history."""

    def __init__(self, rows: History, value: Expression) -> None:
        self.rows = rows
        self.value = value

    def __bool__(self) -> bool:
        raise TypeError(
            "a Column has one value per row, none where the predictor is written: no `if`, `and`, `or`, `not` and "
            "no `1 < x < 7`; write `&`, `|`, `~` and `(x > 1) & (x < 7)`"
        )

    def __eq__(self, other: object) -> NoReturn:
        raise TypeError(
            "a Column is not compared by `==` or `!=`; write `.equals(...)` or `~....equals(...)`"
        )

    __ne__ = __eq__
    __hash__ = object.__hash__

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

    def __mul__(self, other: Column | float) -> Column:
        return self._with(other, operator.mul)

    def __add__(self, other: Column | float) -> Column:
        return self._with(other, operator.add)

    def __sub__(self, other: Column | float) -> Column:
        return self._with(other, operator.sub)

    def __truediv__(self, other: float) -> Column:
        """Division; by nothing gives missing."""
        return self._with(other, lambda top, bottom: top / not_zero(bottom))

    def __mod__(self, other: float) -> Column:
        """What is left over; of division by nothing, missing."""
        return self._with(other, lambda top, bottom: top % not_zero(bottom))

    def floor_division(self, by: float) -> Column:
        """How often `by` goes into the value, whole times; nothing goes into it a missing number of times."""
        return Column(self.rows, (self.value / not_zero(by)).floor())

    def equals(self, other: Column | float | str) -> Column:
        """Whether the value is the same; missing stays missing."""
        return self._with(other, operator.eq)

    def among(self, *values: str | float) -> Column:
        """Whether the value is one of several; missing stays missing."""
        return Column(self.rows, self.value.isin(values))

    def of(self, rows: History) -> Column:
        """The same values, of certain rows only."""
        return Column(rows, self.value)

    def recorded(self) -> Column:
        """Whether there is a value."""
        return Column(self.rows, self.value.notnull())

    def sum(self) -> Number:
        """The sum; of a yes-or-no column, how many rows say yes. Missing where no row counts."""
        return self._ask("sum")

    def count(self) -> Number:
        """How many rows have a value."""
        return self._ask("count")

    def is_known(self) -> Number:
        """1 where any row has a value, else 0: a condition, of which no row is told as counted."""
        return self._ask(ASIDE) > 0.0

    def distinct(self) -> Number:
        """How many different values there are."""
        return self._ask("distinct")

    def mean(self) -> Number:
        """The mean; of a yes-or-no column, the share that says yes."""
        return self._ask("mean")

    share = mean

    def lowest(self) -> Number:
        """The lowest value."""
        return self._ask("lowest")

    def highest(self) -> Number:
        """The highest value; of a yes-or-no column, 1 where any row says yes."""
        return self._ask("highest")

    any = highest

    def spread(self) -> Number:
        """The sample standard deviation; missing under two values."""
        return self._ask("spread")

    def latest(self) -> Number:
        """The value of the last row to happen; rows of one moment stand in the order of their keys."""
        return self._ask("latest")

    def first(self) -> Number:
        """The value of the first row to happen."""
        return self._ask("first")

    def at_latest(self) -> Column:
        """The values of the last moment that has any: of several rows of one moment none is the last by its key."""
        known = self.rows.where(self.recorded())
        last = self.rows.tally.per_point("lowest", known.keep(known.ago))
        return self.of(known.where(Column(known, known.ago == last)))

    def slope_per_week(self) -> Number:
        """Change a week by least squares; missing where all values lie within a few hours."""
        known = self.rows.where(self.recorded())
        weeks = known.days_before / -7.0
        mean = weeks.mean()
        square, product = (weeks * weeks).mean(), (weeks * self).mean()
        return (product - mean * self.mean()) / (square - mean * mean).or_missing_below(
            LEAST_SPREAD_OF_WEEKS**2
        )

    def _ask(self, summary: str) -> Number:
        return self.rows.tally.ask(summary, self.rows.keep(self.value))


class History:
    """The rows of one fact that were known strictly before a point.

    Of a practitioner's or a service's rows only running totals can be had: sums, counts, means and shares.
    """

    def __init__(self, tally: Tally, condition: Expression | None = None) -> None:
        self.tally = tally
        self.condition = condition

    def __bool__(self) -> bool:
        raise TypeError(
            "a History is not known yet where the predictor is written: no `if`, `and`, `or`, `not`; "
            "ask `.count()`, and `when_absent` says what an empty one gives"
        )

    def __getattr__(self, name: str) -> Column:
        tally = self.tally
        if name in DERIVED and isinstance(tally, RunningTally):
            raise AttributeError(
                f"'{name}' belongs to one point; a running total such as '{tally.fact}' cannot ask for it"
            )
        if name not in (*DERIVED, *tally.origins):
            raise AttributeError(
                f"fact '{tally.fact}' has no column '{name}': {nearest(name, (*DERIVED, *tally.origins))}"
            )
        needed = BESIDE_THE_POINT.get(name, name)
        if needed in tally.origins and needed not in tally.recorded:
            raise NotRecordedError(tally.fact, needed, tally.origins[needed])
        self.tally.read.add(name)
        return Column(self, self.tally.seen[name])

    @property
    def order(self) -> Expression:
        """The fixed order of a subject's rows: by when they happened (were known, where nobody says), then by key."""
        return self.tally.seen["order"]

    @property
    def ago(self) -> Expression:
        """How long before the point each row happened: the same for rows of one moment."""
        return self.tally.seen["days_before"]

    def where(self, condition: Column) -> History:
        """Only the rows of which the condition is true."""
        both = condition.value if self.condition is None else self.condition & condition.value
        return History(self.tally, both)

    def after_latest(self, condition: Column) -> History:
        """Only the rows of later moments than the last at which the condition is true of a row; all where none is."""
        last = self.tally.per_point("lowest", self.where(condition).keep(self.ago))
        return self.where(Column(self, last.isnull() | (self.ago < last)))

    def like_latest(self, column: Column) -> History:
        """Only the rows that have the same text in a column as the last row that has one."""
        last = self.tally.per_point("latest_text", self.keep(column.value))
        return self.where(Column(self, column.value == last))

    def keep(self, value: Expression) -> Expression:
        """A value per row, missing where the condition does not hold."""
        return value if self.condition is None else ibis.ifelse(self.condition, value, ibis.null())

    def count(self) -> Number:
        """How many rows there are."""
        return self.tally.ask("count", self.keep(self.order))

    def is_empty(self) -> Number:
        """1 where there is no row, else 0: a condition, as `Column.is_known`."""
        return self.tally.ask(ASIDE, self.keep(self.order)) <= 0.0

    def days_since_latest(self) -> Number:
        """Days from the moment the last row was known to the point."""
        return self.days_before.lowest()

    def days_since_first(self) -> Number:
        """Days from the moment the first row was known to the point."""
        return self.days_before.highest()
