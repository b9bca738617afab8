"""The same gate for the sections beside an audit: figures of further kinds, and other versions of a model.

A section's figure about a group is shown only where the audit's own figure resting on the same counts is. For
another version of the model its own counts are judged too, and how many rows change their flag between the
versions: two whole percents on one denominator would give a small number of them back.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from models.audit_rows import Rows, counts
from models.comparison import NOT_ENOUGH
from models.earlier import STAR
from models.exact_cover import Cell
from models.fairness import GroupAudit
from models.withheld import RESTS_ON, WITHHELD, Rule, cell_of, hidden_columns

Hidden = Mapping[str, frozenset[Cell]]
SECTION_COLUMNS = ("by", "version", "measure", "group", "part", "value", "low", "high", "note")


def gated(figures: pd.DataFrame, hidden: Hidden, rule: Rule) -> pd.DataFrame:
    """Figures (SECTION_COLUMNS but the note, unrounded) as they may be published, every value as text or number.

    A figure rests on what the audit's measure of that name rests on; any other on events and non-events.
    """
    rows = [_row(row, hidden, rule) for row in figures.to_dict("records")]
    return pd.DataFrame(rows, columns=list(SECTION_COLUMNS), dtype=object)


def _row(row: Mapping[Any, Any], hidden: Hidden, rule: Rule) -> dict[str, Any]:
    columns = RESTS_ON.get(row["measure"], ("ranked",))
    named = {name: row[name] for name in ("by", "version", "measure", "group", "part")}
    if any(cell_of(row["by"], row["group"]) in hidden[column] for column in columns):
        return named | {"value": STAR, "low": "", "high": "", "note": WITHHELD}
    if np.isnan(row["value"]):
        return named | {"value": "", "low": "", "high": "", "note": NOT_ENOUGH}
    numbers = {name: _number(row[name], rule) for name in ("value", "low", "high")}
    return named | numbers | {"note": ""}


def _number(value: float, rule: Rule) -> float | str:
    return round(float(value), rule.digits) + 0.0 if np.isfinite(value) else ""


def hidden_in_version(
    audits: Sequence[GroupAudit],
    versions: Sequence[GroupAudit],
    rows: Sequence[tuple[Rows, Rows]],
    rule: Rule,
) -> dict[str, frozenset[Cell]]:
    """What is hidden of another version of the model, for the columns of one table together.

    audits, versions: before and after, by column. rows: the same as rows, before and after. Hidden is what
    either version hides, and what would let fewer than the smallest count of changed flags be worked out.
    """
    moving = [_moved(audit, *each) for audit, each in zip(audits, rows, strict=True)]
    each_hides = [
        hidden_columns(audits, rule),
        hidden_columns(versions, rule),
        # Who changed is no part of the published counts: it is judged kind by kind, not with them.
        hidden_columns(moving, rule, together=False),
    ]
    names = {name for one in each_hides for name in one}
    return {name: frozenset().union(*(one.get(name, frozenset()) for one in each_hides)) for name in names}


def _moved(audit: GroupAudit, before: Rows, after: Rows) -> GroupAudit:
    """The audit's counts with 'changed its flag' in the place of 'flagged'; none changed gives nothing away."""
    if before.flag is None or after.flag is None:
        return audit
    moved = replace(after, flag=np.asarray(before.flag != after.flag))
    each, total = counts(moved), counts(moved.pooled())
    tables = []
    for k, table in enumerate((audit.counts, audit.cluster_counts)):
        own = pd.DataFrame(
            {name: np.append(each[name][k], total[name][k]) for name in each if name in table},
            index=table.index,
        )
        tables.append(_without_none(own))
    return replace(audit, counts=tables[0], cluster_counts=tables[1])


def _without_none(table: pd.DataFrame) -> pd.DataFrame:
    """Where nothing of a kind moved, or all of it, the count of the kind stands on both sides."""
    kinds = {
        "events": ("flagged_events", "missed_events"),
        "others": ("flagged_others", "passed_others"),
        "known": ("flagged_known", "unflagged_known"),
        "rows": ("flagged", "unflagged"),
    }
    for kind, (moved, stayed) in kinds.items():
        none: NDArray[np.bool_] = (table[moved] == 0).to_numpy() | (table[stayed] == 0).to_numpy()
        table.loc[none, [moved, stayed]] = table.loc[none, [kind, kind]].to_numpy()
    return table
