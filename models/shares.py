"""Shares by group as they may be published: with intervals, small numbers and what gives them back withheld."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from models.clustered import Estimates, ratio, share_interval, together
from models.earlier import STAR
from models.exact_cover import Cell, Sum
from models.groups import EVERYONE, group_codes
from models.suppression import ALL, hidden_cells
from models.withheld import Rule, count_words

LEVEL = 0.95


@dataclass(frozen=True)
class Share:
    """The share of the rows with `of` that have `part` too (columns of true or false).

    Withheld wherever the share named `rests_on` is.
    """

    name: str
    title: str
    of: str
    part: str
    rests_on: str | None = None


def by_group(
    table: pd.DataFrame, columns: Sequence[str], shares: Sequence[Share], rule: Rule
) -> pd.DataFrame:
    """Each share for everyone and each group of each column, as it may be published.

    `table`: a row each, with patient_id and the columns that the shares name. Columns of the answer: by, group,
    measure, rows (the denominator), share, low, high, all text; '*' where withheld.
    """
    cells = {ALL: table} | {
        (by, group): rows for by in columns for group, rows in _groups(table, by) if len(rows)
    }
    bonds = [Sum(tuple(cell for cell in cells if cell[0] == by), ALL) for by in columns]
    hidden: dict[str, frozenset[Cell]] = {}
    found = []
    for share in shares:
        hidden[share.name] = _hidden(cells, bonds, share, hidden, rule)
        found += [*_rows(cells, share, hidden[share.name], rule)]
    return pd.DataFrame(found, columns=["by", "group", "measure", "rows", "share", "low", "high"])


def counts_of(said: Sequence[str], known: Sequence[str], rule: Rule) -> pd.DataFrame:
    """How often each of the known words was said, as it may be published: `words, times`."""
    counted = pd.Series(said, dtype=object).value_counts().reindex(list(known), fill_value=0)
    cells = {("words", str(words)): float(number) for words, number in counted.items() if number}
    amounts = pd.DataFrame({"times": {**cells, ALL: float(sum(cells.values()))}})
    amounts.index = pd.Index([*cells, ALL], tupleize_cols=False)
    covered = (
        hidden_cells(amounts, [Sum(tuple(cells), ALL)], smallest=rule.smallest) if cells else frozenset()
    )
    shown = [
        STAR if ("words", words) in covered or not number else count_words(float(number), rule)
        for words, number in counted.items()
    ]
    return pd.DataFrame({"words": list(known), "times": shown})


def _groups(table: pd.DataFrame, by: str) -> Iterator[tuple[str, pd.DataFrame]]:
    codes, groups = group_codes(table[by])
    for code, group in enumerate(groups):
        yield group, table[codes == code]


def _hidden(
    cells: Mapping[Cell, pd.DataFrame],
    bonds: Sequence[Sum],
    share: Share,
    before: Mapping[str, frozenset[Cell]],
    rule: Rule,
) -> frozenset[Cell]:
    """The cells whose share is withheld: few rows or patients on either side, what rests on such a one, their cover."""
    sides = [
        (rows[rows[share.of] & rows[share.part]], rows[rows[share.of] & ~rows[share.part]])
        for rows in cells.values()
    ]
    amounts = pd.DataFrame(
        [[count for side in both for count in (len(side), side["patient_id"].nunique())] for both in sides],
        index=pd.Index(list(cells), tupleize_cols=False),
    )
    already = before[share.rests_on] if share.rests_on else frozenset[Cell]()
    return hidden_cells(amounts, bonds, smallest=rule.smallest, already=already)


def _rows(
    cells: Mapping[Cell, pd.DataFrame], share: Share, hidden: frozenset[Cell], rule: Rule
) -> Iterator[tuple[Any, ...]]:
    """The share of each cell with its interval, in which a patient's rows go together."""
    each = [_estimate(rows, share) for rows in cells.values()]
    value, cases, clusters = (
        np.concatenate([getattr(one, name) for one in each]) for name in ("value", "cases", "clusters")
    )
    variance = np.concatenate([one.variance for one in each])
    ends = share_interval(Estimates(value, np.diag(variance), cases, clusters), LEVEL)
    for cell, *figure, of in zip(cells, value, *ends, cases, strict=True):
        named = (cell[0], EVERYONE if cell == ALL else cell[1], share.name)
        if cell in hidden or not of:
            yield (*named, STAR, STAR, "", "")
        else:
            yield (*named, count_words(of, rule), *map(_percent, figure))


def _estimate(rows: pd.DataFrame, share: Share) -> Estimates:
    of = rows[share.of].to_numpy(dtype=bool)
    part = of & rows[share.part].to_numpy(dtype=bool)
    grouping = together(rows["patient_id"].to_numpy(dtype=object))
    return ratio(part.astype(np.float64), of.astype(np.float64), grouping)


def _percent(share: float) -> str:
    return "" if np.isnan(share) else f"{round(100 * share)}%"
