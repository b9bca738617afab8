"""What may be published of the audit of outcomes themselves: the same rule, as rows of the same table."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np
import pandas as pd

from models.comparison import NOT_ENOUGH
from models.earlier import STAR
from models.exact_cover import Cell
from models.groups import EVERYONE
from models.labels import LabelAudit
from models.withheld import RESTS_ON, WITHHELD, Rule, cell_of, count_words, number

IF_ALL = "gap if all unknown happened"
IF_NONE = "gap if none of the unknown happened"
BOUNDS = "gap bounds"
WITHIN = "gap within practitioner"
SPREAD = "known_share over practitioners"
Row = tuple[Any, ...]


def label_rows(audit: LabelAudit, hidden: Mapping[str, frozenset[Cell]], rule: Rule) -> Iterator[Row]:
    """by, group, measure, value, low, high, note; as in `disclosure.Published.figures`."""
    for row in audit.bounds.to_dict("records"):
        rest = (*RESTS_ON[row["measure"]], "answered")
        if row["measure"] != "base_rate":
            rest += ("left_unknown",)
        gone = _gone(audit.by, row["group"], rest, hidden)
        for kind, parts in (
            (IF_ALL, ("all", "all_low", "all_high")),
            (IF_NONE, ("none", "none_low", "none_high")),
            (BOUNDS, ("", "least", "most")),
        ):
            yield audit.by, row["group"], f"{row['measure']} {kind}", *_shown(row, parts, rule, gone=gone)
    if audit.within is not None:
        yield from _of_practitioners(audit, audit.within, hidden, rule)


def _of_practitioners(
    audit: LabelAudit, within: pd.DataFrame, hidden: Mapping[str, frozenset[Cell]], rule: Rule
) -> Iterator[Row]:
    for row in within.to_dict("records"):
        gone = _gone(audit.by, row["group"], RESTS_ON[row["measure"]], hidden)
        shown = _shown(row, ("gap", "low", "high"), rule, gone=gone)
        yield audit.by, row["group"], f"{row['measure']} {WITHIN}", *shown
    if audit.spread is not None:
        low, middle, high, practitioners = audit.spread
        shown = _shown({"m": middle, "l": low, "h": high}, ("m", "l", "h"), rule, gone=False)
        yield audit.by, EVERYONE, SPREAD, *shown
        yield (
            audit.by,
            EVERYONE,
            "practitioners",
            count_words(practitioners, rule).replace(",", ""),
            "",
            "",
            "",
        )


def _gone(by: str, group: str, columns: tuple[str, ...], hidden: Mapping[str, frozenset[Cell]]) -> bool:
    return any(cell_of(by, group) in hidden[column] for column in columns)


def _shown(
    row: Mapping[Any, Any], parts: tuple[str, str, str], rule: Rule, *, gone: bool
) -> tuple[Any, Any, Any, str]:
    """value, low, high, note; the first may be absent where only ends are given."""
    if gone:
        return STAR, "", "", WITHHELD
    if any(np.isnan(row[part]) for part in parts if part):
        return "", "", "", NOT_ENOUGH
    value, low, high = (number(row[part], rule) if part else "" for part in parts)
    return value, low, high, ""
