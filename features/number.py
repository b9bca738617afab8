"""Numbers: one value per point, worked out once all histories are summed up."""

from __future__ import annotations

import operator
from collections.abc import Callable
from typing import Any, TypeAlias

import ibis

Table: TypeAlias = Any
Expression: TypeAlias = Any


class Number:
    """One number per point. Arithmetic with missing gives missing."""

    def __init__(self, of: Callable[[Table], Expression]) -> None:
        self.of = of

    def __bool__(self) -> bool:
        raise TypeError(
            "a Number is not known yet where the predictor is written: no `if`, `and`, `or`, `not` and no `1 < x < 7`"
        )

    def _with(self, other: Number | float, work: Callable[[Expression, Expression], Expression]) -> Number:
        if isinstance(other, Number):
            return Number(lambda wide: work(self.of(wide), other.of(wide)))
        return Number(lambda wide: work(self.of(wide), other))

    def __add__(self, other: Number | float) -> Number:
        return self._with(other, operator.add)

    def __radd__(self, other: float) -> Number:
        return self._with(other, operator.add)

    def __sub__(self, other: Number | float) -> Number:
        return self._with(other, operator.sub)

    def __rsub__(self, other: float) -> Number:
        return self._with(other, lambda mine, theirs: theirs - mine)

    def __mul__(self, other: Number | float) -> Number:
        return self._with(other, operator.mul)

    def __rmul__(self, other: float) -> Number:
        return self._with(other, operator.mul)

    def __truediv__(self, other: Number | float) -> Number:
        """Division; by nothing gives missing."""
        return self._with(other, lambda top, bottom: top / not_zero(bottom))

    def __ge__(self, other: Number | float) -> Number:
        return self._with(other, lambda a, b: (a >= b).cast("float64"))

    def __gt__(self, other: Number | float) -> Number:
        return self._with(other, lambda a, b: (a > b).cast("float64"))

    def __le__(self, other: Number | float) -> Number:
        return self._with(other, lambda a, b: (a <= b).cast("float64"))

    def __lt__(self, other: Number | float) -> Number:
        return self._with(other, lambda a, b: (a < b).cast("float64"))

    def equals(self, other: Number | float) -> Number:
        """1 where both are the same, 0 where not."""
        return self._with(other, lambda a, b: (a == b).cast("float64"))

    def or_else(self, other: Number | float) -> Number:
        """This number, or the other where this one is missing."""
        return self._with(other, ibis.coalesce)

    def filled(self, value: float, *, where: Number) -> Number:
        """This number, or a value where it is missing and a condition holds."""
        return Number(
            lambda wide: ibis.coalesce(
                self.of(wide), ibis.ifelse(where.of(wide) > 0, ibis.literal(value, "float64"), ibis.null())
            )
        )

    def or_missing_below(self, limit: float) -> Number:
        """This number, missing where it is under a limit."""
        return Number(lambda wide: ibis.ifelse(self.of(wide) < limit, ibis.null(), self.of(wide)))

    def where_above(self, other: Number, limit: float) -> Number:
        """This number, missing where the other is not above a limit."""
        return self._with(other, lambda mine, theirs: ibis.ifelse(theirs > limit, mine, ibis.null()))

    def distance_from(self, value: float) -> Number:
        """How far this number is from a value, either way."""
        return Number(lambda wide: (self.of(wide) - value).abs())

    def whole(self) -> Number:
        """This number cut down to a whole one."""
        return Number(lambda wide: self.of(wide).floor())

    def at_least(self, limit: float) -> Number:
        """This number, raised to a limit."""
        return Number(lambda wide: ibis.ifelse(self.of(wide) < limit, limit, self.of(wide)))

    def at_most(self, limit: float) -> Number:
        """This number, cut at a limit."""
        return Number(lambda wide: ibis.ifelse(self.of(wide) > limit, limit, self.of(wide)))


def not_zero(value: Expression | float) -> Expression:
    """A divisor, missing where it is 0: one engine gives infinity there and another an error."""
    return ibis.literal(value, "float64").nullif(0.0) if isinstance(value, int | float) else value.nullif(0)
