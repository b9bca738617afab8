"""The section of an audit's page on the outcomes themselves: are they recorded alike in every group?"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import pandas as pd
from markupsafe import Markup

from models.audit_settings import AuditSettings
from models.comparison import NOT_ENOUGH
from models.disclosure import Published
from models.earlier import STAR
from models.labels import BOUNDED
from models.labels import WITHIN as WITHIN_MEASURES
from models.measures import MEASURES, Measure
from models.published_labels import BOUNDS, IF_ALL, IF_NONE, SPREAD, WITHIN
from pipelines.auditing.by_group import measure_parts
from pipelines.auditing.table import Asked
from pipelines.auditing.words import column_words, shown_gap, with_interval
from pipelines.page import fold, heading, paragraph, table

Figures = Mapping[tuple[str, str], pd.Series]


def outcomes_section(
    published: Published, by: str, asked: Asked, settings: AuditSettings
) -> Iterator[Markup]:
    """How often outcomes are known, how far the unknown could move the gaps, and who recorded them."""
    own = published.figures[published.figures["by"] == by]
    figures = {(str(row["group"]), str(row["measure"])): row for _, row in own.iterrows()}
    groups = list(dict.fromkeys(own["group"]))
    yield paragraph(
        "Every figure above rests on outcomes that are known. This is how the gaps would stand if every "
        "unknown outcome had happened, or none had, and how far they could move at most if the unknown went "
        "one way in one group and the other way in the others."
    )
    for name in BOUNDED:
        if any((group, f"{name} {IF_ALL}") in figures for group in groups):
            measure = MEASURES[name]
            caption = f"{measure.title} by {column_words(by)}: gap from the other groups."
            yield fold(
                f"{measure.title}: the unknown outcomes", table(_bounds(figures, groups, measure), caption)
            )
    if asked.practitioner:
        yield from _practitioners(figures, groups, by)
    if asked.second:
        yield from _second(published, by, asked.second, settings)


def _bounds(figures: Figures, groups: list[str], measure: Measure) -> pd.DataFrame:
    kinds = {
        "As seen": "gap",
        "Had all unknown happened": IF_ALL,
        "Had none happened": IF_NONE,
        "At most": BOUNDS,
    }
    return pd.DataFrame(
        [
            {"Group": group}
            | {
                words: _gap(figures, group, f"{measure.name} {kind}", measure)
                for words, kind in kinds.items()
            }
            for group in groups
            if (group, f"{measure.name} {IF_ALL}") in figures
        ]
    )


def _gap(figures: Figures, group: str, name: str, measure: Measure) -> str:
    row = figures.get((group, name))
    if row is None:
        return "–"
    if row["value"] == STAR or row["low"] == "":
        return STAR if row["value"] == STAR else NOT_ENOUGH
    if row["value"] == "":
        return f"{shown_gap(measure, row['low'])} to {shown_gap(measure, row['high'])}"
    return with_interval(measure, row, gap=True)


def _practitioners(figures: Figures, groups: list[str], by: str) -> Iterator[Markup]:
    yield heading("Practitioners")
    yield paragraph(
        "Practitioners record differently, and see different groups. Left: the gap from the other groups; "
        "right: what is left of it among predictions of the same practitioner. Where a gap shrinks there, it "
        "goes with who recorded the outcome."
    )
    spread = figures.get(("All", SPREAD))
    if spread is not None and spread["low"] != "":
        words = with_interval(MEASURES["known_share"], spread)
        yield paragraph(
            f"Share with a known outcome over practitioners: middle and middle four fifths {words}."
        )
    for name in WITHIN_MEASURES:
        measure = MEASURES[name]
        rows = [
            {
                "Group": group,
                "Gap": _gap(figures, group, f"{name} gap", measure),
                "Gap within practitioners": _gap(figures, group, f"{name} {WITHIN}", measure),
            }
            for group in groups
            if (group, f"{name} {WITHIN}") in figures
        ]
        yield table(pd.DataFrame(rows), f"{measure.title} by {column_words(by)}, in percentage points.")


def _second(published: Published, by: str, column: str, settings: AuditSettings) -> Iterator[Markup]:
    yield heading("A second outcome")
    yield paragraph(
        f"Against '{column}', an outcome that should be less open to judgement. If the same record of the first "
        "outcome goes with different second outcomes in different groups, it may not mean the same in each."
    )
    for measure in MEASURES.values():
        if measure.uses == "second":
            yield fold(f"{measure.title}: plot", *measure_parts(published, by, measure, settings))
