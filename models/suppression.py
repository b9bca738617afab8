"""Which cells of a table of counts must be hidden, so that no hidden one follows from the others.

A cell is a group of a column, or everyone. Cells are bound by sums: the groups of a column make up everyone;
the categories of a roll-up make up its group. In each sum the hidden parts must be at least two and come to
at least the smallest count that may be shown; otherwise the next smallest part is hidden as well, and where
there is none left, the sum itself.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import permutations
from typing import NamedTuple

import numpy as np
import pandas as pd

from models.fairness import GroupAudit
from models.groups import EVERYONE

Cell = tuple[str, str]
ALL: Cell = ("", EVERYONE)


class Sum(NamedTuple):
    """Parts that add up to a whole."""

    parts: tuple[Cell, ...]
    whole: Cell


def sums(audits: Sequence[GroupAudit]) -> tuple[Sum, ...]:
    """The sums that bind the cells of all columns: to everyone, and from a finer column to a coarser."""
    to_everyone = [Sum(tuple((one.by, group) for group in one.groups), ALL) for one in audits]
    nested = [each for fine, coarse in permutations(audits, 2) for each in _roll_up(fine, coarse)]
    return (*to_everyone, *nested)


def _roll_up(fine: GroupAudit, coarse: GroupAudit) -> Iterator[Sum]:
    """Each group of `coarse` that consists of whole groups of `fine`."""
    together = np.zeros((len(fine.groups), len(coarse.groups)), dtype=bool)
    together[fine.codes, coarse.codes] = True
    inside_one = together.sum(axis=1) == 1
    for k, group in enumerate(coarse.groups):
        members = np.flatnonzero(together[:, k])
        if inside_one[members].all():
            yield Sum(tuple((fine.by, fine.groups[i]) for i in members), (coarse.by, group))


def hidden_cells(
    amounts: pd.DataFrame, bonds: Sequence[Sum], *, smallest: int, already: frozenset[Cell] = frozenset()
) -> frozenset[Cell]:
    """The cells to hide: those with an amount under `smallest`, those `already` hidden, and their cover.

    amounts: one row per cell, one column per amount that belongs to it (a count and its complement).
    """
    small = (amounts < smallest).any(axis=1)
    hidden = {*already, *amounts.index[small]}
    narrowest_first = sorted(bonds, key=lambda bond: len(bond.parts))  # a cover there serves wider sums too
    while True:
        covers = (_cover(bond, hidden, amounts, smallest) for bond in narrowest_first)
        cover = next((cell for cell in covers if cell is not None), None)
        if cover is None:
            return frozenset(hidden)
        hidden.add(cover)


def _cover(bond: Sum, hidden: set[Cell], amounts: pd.DataFrame, smallest: int) -> Cell | None:
    """The next cell to hide in this sum; None where it gives nothing away."""
    gone = [cell for cell in bond.parts if cell in hidden]
    left = [cell for cell in bond.parts if cell not in hidden]
    if bond.whole in hidden:
        return None if gone else min(left, key=lambda cell: _size(cell, amounts))
    if not gone or (len(gone) > 1 and bool((amounts.loc[gone].sum() >= smallest).all())):
        return None
    return min(left, key=lambda cell: _size(cell, amounts)) if left else bond.whole


def _size(cell: Cell, amounts: pd.DataFrame) -> tuple[float, Cell]:
    return float(amounts.loc[[cell]].to_numpy().sum()), cell
