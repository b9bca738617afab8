"""`bsw explain-predictor`: the rows of the records behind one value of one predictor."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from features.evidence import Evidence, evidence
from features.facts import FACTS, Facts
from features.points import find_points
from features.records import read_records
from pipelines.config import Config

MOST_ROWS = 40
WHERE_SHOWN = {
    "reason": "a practitioner may read, as a reason",
    "context": "a practitioner may read, as context and never as a reason",
    "never": "never shown to a practitioner",
}


def explain_predictor(
    name: str, *, point: str, source: Path, config: Config, most_rows: int = MOST_ROWS
) -> None:
    """Print the value of a predictor at a point and the rows that went into it. Nothing is written.

    `most_rows`: how many rows of each fact are shown, the last ones; 0 for all.
    """
    facts = Facts(read_records(source, config.source), config.facts)
    points = find_points(facts, config.points).table
    print("\n".join(in_words(evidence(facts, points, name, point), most_rows)))


def in_words(found: Evidence, most_rows: int = MOST_ROWS, depth: int = 0) -> list[str]:
    """The evidence as lines of text; what it is made of stands further in."""
    predictor, inset = found.predictor, "    " * depth
    value = "missing" if found.value is None else f"{found.value:g} {predictor.unit}"
    lines = [
        f"{predictor.name} at {found.point_id}: {value}",
        f"  {predictor.summary}",
        f"  {WHERE_SHOWN[predictor.shown]}: {predictor.words(found.value)}",
    ]
    for fact, rows in found.rows.items():
        lines += ["", f"  {fact}: {FACTS[fact].summary}", f"  {_count(rows, most_rows)}"]
        if not rows.empty:
            lines += [f"    {line}" for line in _table(rows.tail(most_rows or len(rows))).splitlines()]
    lines = [inset + line if line else line for line in lines]
    for part in found.parts:
        lines += ["", *in_words(part, most_rows, depth + 1)]
    return lines


def _count(rows: pd.DataFrame, most_rows: int) -> str:
    if rows.empty:
        return "no row was known before the point"
    known = f"{len(rows):,} row{'s' * (len(rows) != 1)} known before the point, {int(rows['counted'].sum()):,} counted"
    return (
        f"{known}; the last {most_rows} are shown, --rows 0 shows all" if 0 < most_rows < len(rows) else known
    )


def _table(rows: pd.DataFrame) -> str:
    shown = rows.assign(
        days_before=rows["days_before"].round(2),
        counted=rows["counted"].map({True: "yes", False: "no"}),
    )
    words = {True: "yes", False: "no"}
    for name in shown.columns:
        if shown[name].dtype == bool or set(shown[name].dropna().map(type)) == {bool}:
            shown[name] = shown[name].map(words)
    return shown.fillna("-").astype(str).to_string(index=False)
