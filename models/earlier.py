"""What an earlier audit has published, and what a later one must withhold because of it.

Two publications are read side by side. Of the same rows, what one hides the other must not show, and what
one has shown is no cover in the other. Of other rows (a later month, a corrected table, another system's
flags), the difference between two figures is a count as well: where it could be small, the later figure is
withheld.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import pandas as pd

from models.audit_rows import CAPACITY
from models.exact_cover import Cell

STAR = "*"
HALF_ROUNDING, HALF_PERCENT, HIDDEN_AT_MOST = 2.0, 0.005, 4.0


class Told(NamedTuple):
    """How an earlier publication tells of an amount: a share (or none) of one count less another (or none).

    loose: the share was of at most that many.
    """

    amount: str
    share: str
    of: str
    less: str = ""
    loose: bool = False


_FLAGS = {
    "happened": (
        Told("flagged_events", "sensitivity", "events"),
        Told("missed_events", "false_negative_rate", "events"),
    ),
    "did_not": (
        Told("flagged_others", "false_positive_rate", "known", "events"),
        Told("passed_others", "specificity", "known", "events"),
    ),
    "flagged": (Told("flagged", "", "flagged"), Told("unflagged", "", "rows", "flagged")),
}
TOLD: Mapping[str, tuple[Told, ...]] = {
    "rows": (Told("rows", "", "rows"), Told("rows clusters", "", "clusters")),
    "known": (Told("known", "", "known"),),
    "answered": (Told("known", "known_share", "rows"), Told("unknown", "", "rows", "known")),
    "events": (Told("events", "", "events"), Told("others", "", "known", "events")),
    **_FLAGS,
    **{
        CAPACITY + column: tuple(
            one._replace(amount=CAPACITY + one.amount, share=CAPACITY + one.share) for one in _FLAGS[column]
        )
        for column in ("happened", "did_not")
    },
    "capacity_flagged": (Told("capacity_flagged", "capacity_flag_rate", "rows"),),
    "second_answered": (Told("second_known", "second_known_share", "known"),),
    "second_happened": (Told("second_yes_events", "second_if_happened", "events", loose=True),),
    "second_did_not": (Told("second_yes_others", "second_if_not", "known", "events", loose=True),),
}


@dataclass(frozen=True)
class Earlier:
    """One earlier publication by the rule.

    figures: cell -> name of a figure or count -> its value as published ('*' withheld, '' not given).
    same: the columns of cells that rest on the same rows and the same values as now.
    """

    figures: Mapping[Cell, Mapping[str, str]]
    same: frozenset[str]


def public_already(column: str, earlier: Sequence[Earlier]) -> tuple[frozenset[Cell], frozenset[Cell]]:
    """The cells of a column that are public from the same rows, and those that were hidden there."""
    told = next((one.share or one.of for one in TOLD.get(column, ())), "")
    shown: set[Cell] = set()
    hidden: set[Cell] = set()
    for one in earlier:
        for cell, figures in one.figures.items() if column in one.same else ():
            value = figures.get(told, "")
            if value:
                (hidden if value == STAR else shown).add(cell)
    return frozenset(shown - hidden), frozenset(hidden)


def steps(
    column: str, rows: pd.DataFrame, clusters: pd.DataFrame, earlier: Sequence[Earlier], smallest: int
) -> pd.DataFrame:
    """How far, at the least, each amount of a column is from one published of other rows; as amounts.

    A step is a count as well (of those who came, or left, between two publications): it must not be small,
    nor may the hidden steps of a sum come to little. Where nothing was published there is no step to find.
    """
    now = rows.join(clusters.add_suffix(" clusters")).to_dict("list")
    found: dict[str, list[float]] = {}
    for number, one in enumerate(earlier):
        if column in one.same:
            continue
        for at, cell in enumerate(rows.index):
            for name, low, high in _spans(column, one.figures.get(cell, {})):
                if name in now:
                    free = [float(amount) + smallest for amount in now[name]]
                    steps_of = found.setdefault(f"{name} since {number}", free)
                    steps_of[at] = max(low - now[name][at], now[name][at] - high, 0.0)
    return pd.DataFrame(found, index=rows.index)


def _spans(column: str, figures: Mapping[str, str]) -> Iterator[tuple[str, float, float]]:
    """Each amount of the column with the least and the most it was, as far as that was published."""
    for told in TOLD.get(column, ()):
        named = [name for name in (told.share, told.of, told.less) if name]
        values = [figures.get(name, "") for name in named]
        if STAR in values:
            yield told.amount, 0.0, HIDDEN_AT_MOST
        elif all(values):
            held = dict(zip(named, map(float, values), strict=True))
            whole = held[told.of] - held.get(told.less, 0.0)
            half = HALF_ROUNDING * (2 if told.less else 1)
            share = held.get(told.share, 1.0)
            blur = HALF_PERCENT if told.share else 0.0
            low = 0.0 if told.loose else (share - blur) * (whole - half)
            yield told.amount, low, (share + blur) * (whole + half)
