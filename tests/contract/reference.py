"""The vocabulary of histories once more, in plain Python: what each word means, without an engine.

Rows are dicts and missing is None. A predictor's own function runs on these classes as it does on the engine's.
It is slow and simple on purpose: a reader can check every line against the words of `features/history.py`.
"""

from __future__ import annotations

import math
import operator
from collections.abc import Callable, Sequence
from typing import TypeAlias

from tests.contract.reference_number import Number, Value, divided, unless_missing

Row: TypeAlias = dict[str, Value]
# A spread of times of a hundredth of a week, under two hours, is too little to draw a line through.
LEAST_SPREAD_OF_WEEKS = 0.01


class Column:
    """A value for every row; of these, the history it belongs to says which rows count."""

    def __init__(self, history: History, values: Sequence[Value]) -> None:
        self._history = history
        self._values = list(values)

    def _each(self, work: Callable[[Value], Value]) -> Column:
        return Column(self._history, [work(value) for value in self._values])

    def _with(self, other: Column | Value, work: Callable[..., Value]) -> Column:
        others = other._values if isinstance(other, Column) else [other] * len(self._values)
        return Column(self._history, [work(*pair) for pair in zip(self._values, others, strict=True)])

    def _compared(self, other: Column | Value, work: Callable[..., Value]) -> Column:
        return self._with(other, lambda mine, theirs: unless_missing(work, mine, theirs))

    def __and__(self, other: Column) -> Column:
        return self._with(other, _and)

    def __or__(self, other: Column) -> Column:
        return self._with(other, lambda one, two: _not(_and(_not(one), _not(two))))

    def __invert__(self) -> Column:
        return self._each(_not)

    def __le__(self, other: Column | float) -> Column:
        return self._compared(other, operator.le)

    def __lt__(self, other: Column | float) -> Column:
        return self._compared(other, operator.lt)

    def __ge__(self, other: Column | float) -> Column:
        return self._compared(other, operator.ge)

    def __gt__(self, other: Column | float) -> Column:
        return self._compared(other, operator.gt)

    def __add__(self, other: Column | float) -> Column:
        return self._compared(other, operator.add)

    def __mul__(self, other: Column | float) -> Column:
        return self._compared(other, operator.mul)

    def __sub__(self, other: Column | float) -> Column:
        return self._compared(other, operator.sub)

    def __truediv__(self, other: float) -> Column:
        return self._compared(other, divided)

    def __mod__(self, other: float) -> Column:
        return self._compared(other, lambda mine, by: None if by == 0 else mine % by)

    def floor_division(self, by: float) -> Column:
        """How often `by` goes into the value, whole times."""
        return self._each(lambda mine: unless_missing(math.floor, unless_missing(divided, mine, by)))

    def equals(self, other: Column | float | str) -> Column:
        """Whether the value is the same; missing stays missing."""
        return self._compared(other, operator.eq)

    def among(self, *values: str | float) -> Column:
        """Whether the value is one of several; missing stays missing."""
        return self._each(lambda mine: unless_missing(lambda value: value in values, mine))

    def of(self, rows: History) -> Column:
        """The same values, of certain rows only."""
        return Column(rows, self._values)

    def recorded(self) -> Column:
        """Whether there is a value."""
        return self._each(lambda mine: mine is not None)

    def _known(self) -> list[Value]:
        """The values that are there, of the rows that count, oldest first."""
        pairs = zip(self._values, self._history._counts, strict=True)
        return [value for value, counts in pairs if counts is True and value is not None]

    def _of_known(self, work: Callable[[list[Value]], Value], least: int = 1) -> Number:
        known = self._known()
        return Number(work(known) if len(known) >= least else None)

    def sum(self) -> Number:
        """The sum; of a yes-or-no column, how many rows say yes."""
        return self._of_known(math.fsum)

    def count(self) -> Number:
        """How many rows have a value."""
        return self._history._unless_empty(len(self._known()))

    def is_known(self) -> Number:
        """1 where any row has a value, else 0."""
        return self._history._unless_empty(1 if self._known() else 0)

    def distinct(self) -> Number:
        """How many different values there are."""
        return self._history._unless_empty(len(set(self._known())))

    def mean(self) -> Number:
        """The mean; of a yes-or-no column, the share that says yes."""
        return self._of_known(_mean)

    share = mean

    def lowest(self) -> Number:
        """The lowest value."""
        return self._of_known(min)

    def highest(self) -> Number:
        """The highest value."""
        return self._of_known(max)

    any = highest

    def spread(self) -> Number:
        """The sample standard deviation; missing under two values."""
        return self._of_known(lambda v: math.sqrt(_scatter(v, v) / (len(v) - 1)), least=2)

    def latest(self) -> Number:
        """The last value known."""
        return self._of_known(lambda values: values[-1])

    def first(self) -> Number:
        """The first value known."""
        return self._of_known(lambda values: values[0])

    def at_latest(self) -> Column:
        """The values of the last moment that has any."""
        known = self._history.where(self.recorded())
        return self.of(known.where(known.days_before.equals(known.days_before.lowest().value)))

    def slope_per_week(self) -> Number:
        """Change a week by least squares; missing where all values lie within a few hours."""
        weeks = (self._history.where(self.recorded()).days_before / -7.0)._known()
        values = self._known()
        if not values or math.sqrt(_scatter(weeks, weeks) / len(weeks)) < LEAST_SPREAD_OF_WEEKS:
            return Number(None)
        return Number(_scatter(weeks, values) / _scatter(weeks, weeks))


class History:
    """The rows of one fact known strictly before one point, oldest first."""

    def __init__(self, rows: Sequence[Row], counts: Sequence[bool | None] | None = None) -> None:
        self._rows = rows
        self._counts: list[bool | None] = list(counts if counts is not None else [True] * len(rows))

    def __getattr__(self, name: str) -> Column:
        return Column(self, [row[name] for row in self._rows])

    def where(self, condition: Column) -> History:
        """Only the rows of which the condition is true."""
        pairs = zip(self._counts, condition._values, strict=True)
        return History(self._rows, [_and(counts, met) for counts, met in pairs])

    def after_latest(self, condition: Column) -> History:
        """Only the rows of later moments than the last at which the condition is true of a row; all where none is."""
        last = self.where(condition).days_before.lowest().value
        return self if last is None else self.where(self.days_before < last)

    def like_latest(self, column: Column) -> History:
        """Only the rows that have the same text in a column as the last row that has one; none where none has."""
        texts = column.of(self)._known()
        return self.where(column.equals(texts[-1] if texts else None))

    def count(self) -> Number:
        """How many rows there are."""
        return self._unless_empty(sum(yes is True for yes in self._counts))

    def is_empty(self) -> Number:
        """1 where there is no row, else 0."""
        return self._unless_empty(0 if any(yes is True for yes in self._counts) else 1)

    def days_since_latest(self) -> Number:
        """Days from the moment the last row was known to the point."""
        return self.days_before.lowest()

    def days_since_first(self) -> Number:
        """Days from the moment the first row was known to the point."""
        return self.days_before.highest()

    def _unless_empty(self, number: int) -> Number:
        """A count; where nothing at all was known, it is for the predictor to say what that means."""
        return Number(number if self._rows else None)


def _not(value: bool | None) -> bool | None:
    return None if value is None else not value


def _and(one: bool | None, other: bool | None) -> bool | None:
    """False wins over missing, missing over true."""
    if one is False or other is False:
        return False
    return None if one is None or other is None else True


def _mean(values: Sequence[float]) -> float:
    return math.fsum(values) / len(values)


def _scatter(one: Sequence[float], other: Sequence[float]) -> float:
    """The sum of the products of the distances from each mean."""
    mine, theirs = _mean(one), _mean(other)
    return math.fsum((a - mine) * (b - theirs) for a, b in zip(one, other, strict=True))
