"""Which cells of a table of counts must be hidden, so that no hidden one follows from the others.

A cell is a group of a column, or everyone. Cells are bound by sums: the groups of a column make up everyone;
the categories of a roll-up make up its group, and intersections the groups they are made of. In each sum the
hidden parts must be at least two and come to at least the smallest count that may be shown; otherwise the
next smallest part is hidden as well, and where there is none left, the sum itself. What that leaves open is
then searched exactly (`models.exact_cover`) and covered until nothing small follows. Cells that an earlier
publication has shown are no cover: they are known.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import permutations

import numpy as np
import pandas as pd

from models.exact_cover import Cell, Sum, revealed
from models.fairness import GroupAudit
from models.groups import EVERYONE

ALL: Cell = ("", EVERYONE)


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
    amounts: pd.DataFrame,
    bonds: Sequence[Sum],
    *,
    smallest: int,
    already: frozenset[Cell] = frozenset(),
    shown: frozenset[Cell] = frozenset(),
) -> frozenset[Cell]:
    """The cells to hide: those with an amount under `smallest`, those `already` hidden, and their cover.

    amounts: one row per cell, one column per amount that belongs to it (a count and its complement).
    shown: cells that are public already and so hide nothing; small ones are hidden all the same.
    """
    small = {*already, *amounts.index[(amounts < smallest).any(axis=1)]}
    hidden = set(small)
    narrowest_first = sorted(bonds, key=lambda bond: len(bond.parts))  # a cover there serves wider sums too
    order = {cell: _size(cell, amounts) for cell in amounts.index}
    while True:
        covers = (_cover(bond, hidden, amounts, smallest, order, shown) for bond in narrowest_first)
        cover = next((cell for cell in covers if cell is not None), None)
        cover = cover or _exact(small, hidden, amounts, narrowest_first, smallest, order, shown)
        if cover is None:
            return frozenset(hidden)
        hidden.add(cover)


def _cover(
    bond: Sum,
    hidden: set[Cell],
    amounts: pd.DataFrame,
    smallest: int,
    order: dict[Cell, tuple[float, Cell]],
    shown: frozenset[Cell],
) -> Cell | None:
    """The next cell to hide in this sum; None where it gives nothing away, or all of it is public."""
    gone = [cell for cell in bond.parts if cell in hidden]
    left = [cell for cell in bond.parts if cell not in hidden and cell not in shown]
    if bond.whole in hidden:
        return None if gone else min(left, key=lambda cell: order[cell], default=None)
    if not gone or (len(gone) > 1 and bool((amounts.loc[gone].sum() >= smallest).all())):
        return None
    free_whole = None if bond.whole in shown else bond.whole
    return min(left, key=lambda cell: order[cell]) if left else free_whole


def _exact(
    small: set[Cell],
    hidden: set[Cell],
    amounts: pd.DataFrame,
    bonds: Sequence[Sum],
    smallest: int,
    order: dict[Cell, tuple[float, Cell]],
    shown: frozenset[Cell],
) -> Cell | None:
    """A cell to hide where a small amount still follows from all sums together; None where none does."""
    for name in amounts.columns:
        of_cells = dict(zip(amounts.index, amounts[name].astype(float), strict=True))
        in_danger = {cell for cell in small if of_cells[cell] < smallest}
        found = revealed(in_danger, frozenset(hidden), of_cells, bonds, leeway=smallest - 1)
        if found is None:
            continue
        linked = [bond for bond in bonds if found in bond.parts or found == bond.whole]
        beside = {cell for bond in linked for cell in (*bond.parts, bond.whole)} - hidden - shown
        anywhere = set(amounts.index) - hidden - shown
        candidates = beside or anywhere
        if candidates:
            return min(candidates, key=lambda cell: order[cell])
    return None


def _size(cell: Cell, amounts: pd.DataFrame) -> tuple[float, Cell]:
    return float(amounts.loc[[cell]].to_numpy().sum()), cell
