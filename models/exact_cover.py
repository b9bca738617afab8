"""Whether a hidden count can be worked out from the sums it is in: exactly, by linear programming.

To be safe whatever else is published, the one who tries is given every count that is shown to the digit,
though it is rounded, and every sum between counts. What is hidden must then still be able to take as many
values as the star itself leaves open. Two-way tables need this: a cell may be the second hidden one of its
row and of its column and follow all the same.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

import numpy as np

from models.intervals import Floats

Cell = tuple[str, str]


class Sum(NamedTuple):
    """Parts that add up to a whole."""

    parts: tuple[Cell, ...]
    whole: Cell


def revealed(
    small: Iterable[Cell],
    hidden: frozenset[Cell],
    amounts: Mapping[Cell, float],
    bonds: Sequence[Sum],
    *,
    leeway: float,
) -> Cell | None:
    """The first of the `small` cells that the shown amounts leave less than `leeway` room; None where all
    have it. amounts: the true count of every cell."""
    cells = sorted(hidden)
    place = {cell: k for k, cell in enumerate(cells)}
    rules, given = _rules(place, amounts, bonds)
    if not len(given):
        return None
    for cell in sorted(set(small) & hidden):
        aim = np.zeros(len(cells))
        aim[place[cell]] = 1.0
        if not free(aim, rules, given, amounts[cell], leeway):
            return cell
    return None


def _rules(
    place: Mapping[Cell, int], amounts: Mapping[Cell, float], bonds: Sequence[Sum]
) -> tuple[Floats, Floats]:
    """One equation per sum with a hidden cell in it: what its hidden parts come to.

    Where persons belong to several parts the amounts do not add up, and the sum tells nothing exact.
    """
    rules, given = [], []
    for bond in bonds:
        signed = [*((cell, 1.0) for cell in bond.parts), (bond.whole, -1.0)]
        adds_up = sum(sign * amounts[cell] for cell, sign in signed) == 0
        hidden = [(place[cell], sign) for cell, sign in signed if cell in place]
        if hidden and adds_up:
            rule = np.zeros(len(place))
            rule[[column for column, _ in hidden]] = [sign for _, sign in hidden]
            rules.append(rule)
            given.append(-sum(sign * amounts[cell] for cell, sign in signed if cell not in place))
    return np.array(rules), np.array(given, dtype=float)


def free(aim: Floats, rules: Floats, given: Floats, true: float, leeway: float) -> bool:
    """Whether a sum of unknown counts (`aim` times them) can lie `leeway` apart from its least value.

    rules, given: what is known of them, an equation per row; `true`: a value the sum can have.
    """
    from scipy.optimize import linprog  # slow to import, and not for every command

    most = linprog(-aim, A_eq=rules, b_eq=given, method="highs")
    high = np.inf if most.status == 3 else -float(most.fun or 0)
    if high - true >= leeway:
        return True
    least = linprog(aim, A_eq=rules, b_eq=given, method="highs")
    return high - float(least.fun or 0) >= leeway - 1e-6
