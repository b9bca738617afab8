"""What the disclosure rule hides, column by column: small counts, what gives them back, and their cover."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import ROUND_CEILING, ROUND_FLOOR, Context
from typing import Any

import numpy as np
import pandas as pd

from models.audit_rows import CAPACITY, Rows, counts
from models.earlier import STAR, Earlier, public_already, steps
from models.exact_cover import Cell
from models.fairness import GroupAudit
from models.groups import EVERYONE
from models.joint_cover import joint_cover
from models.suppression import ALL, hidden_cells, sums

WITHHELD = "withheld: small numbers"
SIGNIFICANT = 4

# A column of cells: the amounts that must not be small, and the columns whose hidden cells it inherits.
_ALWAYS: Mapping[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "rows": (("rows",), ()),
    "known": (("known",), ("rows",)),
    "answered": (("known", "unknown"), ("known",)),
    "events": (("events", "others"), ("known",)),
}
_OF_FLAGS: Mapping[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "happened": (("flagged_events", "missed_events"), ("events",)),
    "did_not": (("flagged_others", "passed_others"), ("events",)),
    # where a cell of flag and outcome is hidden, the number flagged gives it back with the other and the total
    "flagged": (("flagged", "unflagged"), ("rows", "happened", "did_not")),
}
# what every flag would have been right or wrong about, were the unknown outcomes known
_LEFT = {"left_unknown": (("flagged_unknown", "unflagged_unknown"), ("answered", "flagged"))}
_OF_SECOND: Mapping[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "second_answered": (("second_known", "second_unknown"), ("known",)),
    "second_happened": (("second_yes_events", "second_no_events"), ("events",)),
    "second_did_not": (("second_yes_others", "second_no_others"), ("events",)),
}
# Whom the two cut-offs treat differently is as small a number as any: it lies between two published ones.
_BETWEEN = {"happened": ("between_events",), "did_not": ("between_others",), "flagged": ("between",)}
COLUMNS: Mapping[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    **_ALWAYS,
    **_OF_FLAGS,
    **_LEFT,
    **{
        CAPACITY + name: (
            tuple(CAPACITY + amount for amount in amounts) + _BETWEEN[name],
            tuple(CAPACITY + parent if parent in _OF_FLAGS else parent for parent in parents),
        )
        for name, (amounts, parents) in _OF_FLAGS.items()
    },
    **_OF_SECOND,
}
_CELLS = ("happened", "did_not")
_RATES: Mapping[str, tuple[str, ...]] = {
    "flag_rate": ("flagged",),
    "sensitivity": ("happened",),
    "false_negative_rate": ("happened",),
    "missed": ("happened",),
    "false_positive_rate": ("did_not",),
    "specificity": ("did_not",),
    "ppv": _CELLS,
    "npv": _CELLS,
    "net_benefit": _CELLS,
}
RESTS_ON: Mapping[str, tuple[str, ...]] = {
    "known_share": ("answered",),
    "base_rate": ("events",),
    "mean_risk": ("known",),
    **_RATES,
    **{CAPACITY + name: tuple(CAPACITY + column for column in rest) for name, rest in _RATES.items()},
    "second_known_share": ("second_answered",),
    "second_rate": ("second_happened", "second_did_not"),
    "second_if_happened": ("second_happened",),
    "second_if_not": ("second_did_not",),
    "second_auroc": ("ranked", "second_happened", "second_did_not"),
}


@dataclass(frozen=True)
class Rule:
    """smallest: counts below it are hidden. base: counts are rounded to it. ranked: the fewest events and
    non-events for figures that are no shares. digits: decimals of shares (2 = whole percent) and others."""

    smallest: int = 5
    base: int = 5
    ranked: int = 10
    digits: int = 2


RULES: Mapping[str, Rule] = {"nhs": Rule(), "none": Rule(smallest=0, base=1, ranked=0, digits=6)}


def rounded(count: float, rule: Rule) -> int:
    """A count that is not small, as it is published."""
    return rule.base * round(count / rule.base)


def count_shown(count: float, rule: Rule) -> int | str:
    """A count as it is published: '*' where small, else rounded."""
    return STAR if count < rule.smallest else rounded(count, rule)


def count_words(count: float, rule: Rule) -> str:
    """The same as a reader sees it."""
    return STAR if count < rule.smallest else f"{rounded(count, rule):,}"


def significant(value: float) -> float:
    """A figure to 4 digits: enough to compare by, too few to work the counts out from which it was made."""
    if not np.isfinite(value) or value == 0:
        return value
    return round(float(value), max(0, SIGNIFICANT - 1 - int(np.floor(np.log10(abs(value))))))


def outwards(low: float, high: float) -> tuple[float, float]:
    """The ends of an interval to 4 digits, the lower one down and the upper one up.

    What the interval within them does not leave, that which they were made from does not leave either.
    """
    down, up = (Context(prec=SIGNIFICANT, rounding=way) for way in (ROUND_FLOOR, ROUND_CEILING))
    return float(down.create_decimal(repr(float(low)))), float(up.create_decimal(repr(float(high))))


def number(value: float, rule: Rule) -> float | str:
    """A figure to the digits of the rule; -0.0 is 0."""
    return "" if np.isnan(value) else round(float(value), rule.digits) + 0.0


def hidden_columns(
    audits: Sequence[GroupAudit],
    rule: Rule,
    earlier: Sequence[Earlier] = (),
    *,
    together: bool = True,
) -> dict[str, frozenset[Cell]]:
    """Which cells are hidden in each of COLUMNS, and in 'ranked' for figures that are no shares.

    together: counts of all kinds and columns are also searched together (see `joint_cover`).
    """
    rows, clusters = (_cells(audits, which) for which in ("counts", "cluster_counts"))
    bonds = sums(audits)
    earlier = earlier if rule.smallest else ()
    hidden: dict[str, frozenset[Cell]] = {}
    for column, (names, parents) in COLUMNS.items():
        held = [name for name in names if name in rows.columns]
        if held:
            own, of_clusters = rows[held], clusters[held].add_suffix(" clusters")
            already = frozenset[Cell]().union(*(hidden[parent] for parent in parents))
            known, gone = public_already(column, earlier)
            already |= gone & frozenset(rows.index)
            amounts = own.join(of_clusters).join(steps(column, rows, clusters, earlier, rule.smallest))
            hidden[column] = hidden_cells(
                amounts, bonds, smallest=rule.smallest, already=already, shown=known - already
            )
    if together and rule.smallest and len(audits) > 1:
        hidden = joint_cover(audits, hidden, COLUMNS, bonds, rows, smallest=rule.smallest)
    few = (rows[["events", "others"]] < rule.ranked).any(axis=1)
    hidden["ranked"] = hidden["events"] | frozenset(rows.index[few])
    return hidden


def hidden_of_all(rows: Rows, rule: Rule) -> frozenset[str]:
    """Which of COLUMNS are hidden of the rows as a whole, no group being told apart."""
    counted = {name: min(float(part[0]) for part in both) for name, both in counts(rows.pooled()).items()}
    hidden: set[str] = set()
    for column, (names, parents) in COLUMNS.items():
        if hidden.intersection(parents) or any(counted.get(name, np.inf) < rule.smallest for name in names):
            hidden.add(column)
    return frozenset(hidden)


def _cells(audits: Sequence[GroupAudit], which: str) -> pd.DataFrame:
    """The counts of every group of every column, and of everyone once."""
    tables = [(one.by, getattr(one, which)) for one in audits]
    parts = [table.drop(EVERYONE).set_axis(_index(by, table.index[:-1])) for by, table in tables]
    everyone = tables[0][1].loc[[EVERYONE]].set_axis(_index("", [EVERYONE]))
    cells: pd.DataFrame = pd.concat([*parts, everyone])
    return cells


def _index(by: str, groups: Sequence[str] | pd.Index[str]) -> pd.Index[Any]:
    return pd.Index([(by, group) for group in groups], tupleize_cols=False)


def cell_of(by: str, group: str) -> Cell:
    """The cell of a group; everyone is the same cell in every column."""
    return ALL if group == EVERYONE else (by, group)
