"""Numbers of the reference in plain Python: one value at one point, or missing."""

from __future__ import annotations

import operator
from collections.abc import Callable
from typing import Any, TypeAlias

Value: TypeAlias = Any


def unless_missing(work: Callable[..., Value], *values: Value) -> Value:
    """What the work gives; missing where any of the values is."""
    return None if any(value is None for value in values) else work(*values)


class Number:
    """One value at one point, or missing."""

    def __init__(self, value: Value) -> None:
        self.value: float | None = None if value is None else float(value)

    def _with(self, other: Number | float, work: Callable[..., Value]) -> Number:
        return Number(unless_missing(work, self.value, _plain(other)))

    def __add__(self, other: Number | float) -> Number:
        return self._with(other, operator.add)

    __radd__ = __add__

    def __sub__(self, other: Number | float) -> Number:
        return self._with(other, operator.sub)

    def __rsub__(self, other: float) -> Number:
        return Number(other) - self

    def __mul__(self, other: Number | float) -> Number:
        return self._with(other, operator.mul)

    __rmul__ = __mul__

    def __truediv__(self, other: Number | float) -> Number:
        return self._with(other, divided)

    def __ge__(self, other: Number | float) -> Number:
        return self._with(other, operator.ge)

    def __gt__(self, other: Number | float) -> Number:
        return self._with(other, operator.gt)

    def __le__(self, other: Number | float) -> Number:
        return self._with(other, operator.le)

    def __lt__(self, other: Number | float) -> Number:
        return self._with(other, operator.lt)

    def filled(self, value: float, *, where: Number) -> Number:
        """A value where this number is missing and the condition holds."""
        return Number(value if self.value is None and where.value else self.value)

    def equals(self, other: Number | float) -> Number:
        """1 where both are the same, 0 where not."""
        return self._with(other, operator.eq)

    def or_else(self, other: Number | float) -> Number:
        """This number, or the other where this one is missing."""
        return Number(_plain(other) if self.value is None else self.value)

    def or_missing_below(self, limit: float) -> Number:
        """This number, missing where it is under a limit."""
        return Number(None if self.value is None or self.value < limit else self.value)

    def where_above(self, other: Number, limit: float) -> Number:
        """This number, missing where the other is not above a limit."""
        return Number(self.value if other.value is not None and other.value > limit else None)

    def distance_from(self, value: float) -> Number:
        """How far this number is from a value, either way."""
        return Number(unless_missing(lambda mine: abs(mine - value), self.value))

    def at_least(self, limit: float) -> Number:
        """This number, raised to a limit."""
        return Number(unless_missing(lambda mine: max(mine, limit), self.value))

    def at_most(self, limit: float) -> Number:
        """This number, cut at a limit."""
        return Number(unless_missing(lambda mine: min(mine, limit), self.value))


def divided(top: float, bottom: float) -> float | None:
    """The quotient; dividing by nothing gives missing."""
    return None if bottom == 0 else top / bottom


def _plain(other: Number | float) -> float | None:
    return other.value if isinstance(other, Number) else other
