"""Whether all that is published of a table, taken together, gives a small count back: counts of every kind at once.

`models.suppression` covers each kind of count by itself. Where columns cross, a small cell of flag and outcome
can still follow from counts of other kinds in other columns. Here the one who tries is given every shown
count, and what every shown share is made of, to the digit; each small count must keep as many possible values
as its star leaves open, or further figures beside it are hidden.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

import numpy as np
import pandas as pd

from models.exact_cover import Cell, Sum, free
from models.fairness import GroupAudit
from models.groups import EVERYONE
from models.intervals import Floats

ALL: Cell = ("", EVERYONE)
# What everybody is one of: flagged or not, and the outcome happened, did not, or is not known.
_KINDS = 6
AMOUNTS: Mapping[str, tuple[int, ...]] = {
    "rows": (0, 1, 2, 3, 4, 5),
    "known": (0, 1, 2, 3),
    "events": (0, 1),
    "others": (2, 3),
    "flagged": (0, 2, 4),
    "unflagged": (1, 3, 5),
    "flagged_events": (0,),
    "missed_events": (1,),
    "flagged_others": (2,),
    "passed_others": (3,),
    "flagged_unknown": (4,),
    "unflagged_unknown": (5,),
}
_UNGUARDED = {"flagged_unknown", "unflagged_unknown"}  # they are of no published figure but the labels' own
_BESIDE = ("answered", "events", "happened", "did_not", "flagged", "left_unknown")


def joint_cover(
    audits: Sequence[GroupAudit],
    hidden: Mapping[str, frozenset[Cell]],
    columns: Mapping[str, tuple[tuple[str, ...], tuple[str, ...]]],
    bonds: Sequence[Sum],
    rows: pd.DataFrame,
    *,
    smallest: int,
) -> dict[str, frozenset[Cell]]:
    """`hidden` with as many further cells as it takes.

    hidden: column -> cells. columns: column -> the amounts it shows (see `withheld.COLUMNS`). rows: the true
    counts, a row per cell.
    """
    now = dict(hidden)
    members = _members(audits)
    targets = [
        (cell, name)
        for name in AMOUNTS
        if name in rows.columns and name not in _UNGUARDED
        for cell in rows.index[rows[name] < smallest]
    ]
    while (found := _first_revealed(now, columns, members, rows, targets, smallest)) is not None:
        cell, name = found
        kinds = (*_BESIDE, *(("rows", "known") if name in ("rows", "known") else ()))
        for column, one in _next_to_hide(cell, now, [kind for kind in kinds if kind in now], bonds, rows):
            now[column] |= {one}
    return now


def _members(audits: Sequence[GroupAudit]) -> dict[Cell, Floats]:
    """Which of the finest groups (those of all columns crossed) each cell is made of, as 0 and 1."""
    finest = np.unique(np.stack([one.codes for one in audits], axis=1), axis=0)
    made = {ALL: np.ones(len(finest))}
    for k, one in enumerate(audits):
        made |= {(one.by, group): (finest[:, k] == g).astype(float) for g, group in enumerate(one.groups)}
    return made


def _equation(cell: Cell, name: str, members: Mapping[Cell, Floats]) -> Floats:
    kinds = np.zeros(_KINDS)
    kinds[list(AMOUNTS[name])] = 1.0
    return np.asarray(np.kron(members[cell], kinds), dtype=float)


def _first_revealed(
    hidden: Mapping[str, frozenset[Cell]],
    columns: Mapping[str, tuple[tuple[str, ...], tuple[str, ...]]],
    members: Mapping[Cell, Floats],
    rows: pd.DataFrame,
    targets: Sequence[tuple[Cell, str]],
    smallest: int,
) -> tuple[Cell, str] | None:
    shown = {
        (cell, name)
        for column, cells in hidden.items()
        for name in columns[column][0]
        if name in AMOUNTS and name in rows.columns
        for cell in rows.index
        if cell not in cells
    }
    if not shown or not targets:
        return None
    ordered = sorted(shown)
    rules = np.array([_equation(cell, name, members) for cell, name in ordered])
    place = {cell: k for k, cell in enumerate(rows.index)}
    counts = {name: rows[name].to_numpy(dtype=float) for name in AMOUNTS if name in rows.columns}
    given = np.array([counts[name][place[cell]] for cell, name in ordered])
    for cell, name in targets:
        aim = _equation(cell, name, members)
        if not free(aim, rules, given, counts[name][place[cell]], smallest - 1):
            return cell, name
    return None


def _next_to_hide(
    cell: Cell,
    hidden: Mapping[str, frozenset[Cell]],
    kinds: Sequence[str],
    bonds: Sequence[Sum],
    rows: pd.DataFrame,
) -> Iterator[tuple[str, Cell]]:
    """Every kind of figure of one more cell: one beside the cell in danger if there is any, the smallest."""
    size = dict(zip(rows.index, rows["rows"].astype(float), strict=True))
    beside = {one for bond in bonds if cell in (*bond.parts, bond.whole) for one in (*bond.parts, bond.whole)}
    for candidates in ({cell}, beside, set(size)):
        open_still = [one for one in candidates if any(one not in hidden[kind] for kind in kinds)]
        if open_still:
            chosen = min(open_still, key=lambda one: (size[one], one))
            yield from ((kind, chosen) for kind in kinds)
            return
    raise AssertionError("a count follows although nothing is shown")
