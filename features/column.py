"""Columns of a history: one value per row, what can be worked out of them row by row, and their summaries."""

from __future__ import annotations

import operator
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, NoReturn

from features.number import Expression, Number, not_zero
from features.tally import ASIDE

if TYPE_CHECKING:
    from features.history import History

# A spread of times of a hundredth of a week, under two hours, is too little to draw a line through.
LEAST_SPREAD_OF_WEEKS = 0.01


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
        if other and float(other).is_integer() and self.value.type().is_integer():
            return self._with(int(other), operator.mod)  # of whole numbers a tenth of the time on DuckDB
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
