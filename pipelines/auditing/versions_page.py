"""Other versions of a model beside it, as a board reads them; made of published figures only."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import pandas as pd
from markupsafe import Markup

from models.measures import MEASURES, Measure
from models.variants import Variant
from pipelines.auditing.origins import AFTER, BEFORE, CHANGE
from pipelines.auditing.words import column_words, listed, with_interval
from pipelines.page import Section, fold, heading, link, paragraph, table

FIRST = ("sensitivity", "false_positive_rate", "ppv", "auroc", "observed_to_expected")


def without_section(by: str, shown: pd.DataFrame, versions: Sequence[Variant]) -> Section:
    """The model with and without predictors of deprivation and language."""
    lead = (
        "The model learnt again without these predictors, on the same training rows, and measured on the same "
        "held-out rows with the same share flagged in calibration. A predictor may narrow a gap or widen it."
    )
    return Section(
        f"With and without deprivation and language, by {column_words(by)}",
        [
            paragraph(lead),
            *_versions(by, shown, versions),
            link("All these figures as CSV", "audit_origins.csv"),
        ],
    )


def remedies_section(by: str, shown: pd.DataFrame, versions: Sequence[Variant]) -> Section:
    """What could be done, and what each way costs every group."""
    at_decision = [one.name for one in versions if one.uses_group]
    lead = (
        "Each was learnt or set on training rows and is shown on held-out rows that none of them saw. None is "
        "recommended or chosen here: each moves benefit and burden between groups, and who bears what is for the "
        "service and those it serves to decide."
    )
    words = (
        f"At the point of decision these need the patient's group: {listed(at_decision)}. Under them two patients "
        "alike in everything else may be treated differently because of the group recorded; that needs a lawful "
        "basis and advice on equality law before any use."
    )
    off = "Cut-offs that differ by group are shown only where they are asked for (--group-cut-offs)."
    return Section(
        f"What could be done, by {column_words(by)}",
        [
            paragraph(lead),
            paragraph(words),
            paragraph(off, note=True),
            *_side_by_side(shown),
            *_versions(by, shown, versions),
            link("All these figures as CSV", "audit_remedies.csv"),
        ],
    )


def _side_by_side(shown: pd.DataFrame) -> Iterator[Markup]:
    """One table per main measure: a line for the model as it is and for each way, a column per group."""
    for name in FIRST:
        own = shown[shown["measure"] == name]
        if len(own):
            lines = [_line("as it is now", name, own[own["part"] == BEFORE].drop_duplicates("group"), {})]
            after = own[own["part"] == AFTER]
            lines += [
                _line(str(way), name, rows, lines[0]) for way, rows in after.groupby("version", sort=False)
            ]
            yield table(pd.DataFrame(lines), f"{MEASURES[name].title} in each group under each way.")


def _line(title: str, measure: str, rows: pd.DataFrame, now: dict[str, str]) -> dict[str, str]:
    cells = {str(row["group"]): with_interval(MEASURES[measure], row) for _, row in rows.iterrows()}
    return {"Way": title} | {group: cells.get(group, "") for group in (now or cells) if group != "Way"}


def _versions(by: str, shown: pd.DataFrame, versions: Sequence[Variant]) -> Iterator[Markup]:
    for one in versions:
        own = shown[shown["version"] == one.name]
        yield heading(one.name[:1].upper() + one.name[1:])
        yield paragraph(one.says)
        named = [name for name in MEASURES if name in set(own["measure"])]
        main = [name for name in named if name in FIRST]
        yield table(_before_after(own, main), f"{one.name}: before → after, by {column_words(by)}.")
        yield table(
            _changes(own, main), f"{one.name}: change with intervals that hold for all groups together."
        )
        others = [name for name in named if name not in FIRST]
        frames = [_before_after(own, others), _changes(own, others)]
        captions = (f"{one.name}: other measures, before → after.", f"{one.name}: other measures, change.")
        yield fold("Other measures", *(table(f, c) for f, c in zip(frames, captions, strict=True)))


def _before_after(own: pd.DataFrame, names: Sequence[str]) -> pd.DataFrame:
    columns = {}
    for name in names:
        parts = parts_of(own, name)
        pairs = zip(parts[BEFORE], parts[AFTER], strict=True)
        columns[MEASURES[name].title] = [_arrow(MEASURES[name], *pair) for pair in pairs]
    return pd.DataFrame({"Group": parts_of(own, names[0])["groups"]} | columns)


def _arrow(measure: Measure, before: pd.Series, after: pd.Series) -> str:
    words = [with_interval(measure, one) for one in (before, after)]
    return words[0] if words[0] == words[1] and before["note"] else " → ".join(words)


def _changes(own: pd.DataFrame, names: Sequence[str]) -> pd.DataFrame:
    columns = {
        MEASURES[name].title: [gap_words(MEASURES[name], row) for row in parts_of(own, name)[CHANGE]]
        for name in names
    }
    return pd.DataFrame({"Group": parts_of(own, names[0])["groups"]} | columns)


def parts_of(shown: pd.DataFrame, measure: str) -> dict[str, list[Any]]:
    """The rows of one measure: a list per part, in the order of the groups, and the groups themselves."""
    own = shown[shown["measure"] == measure]
    parts = {str(part): [row for _, row in rows.iterrows()] for part, rows in own.groupby("part", sort=False)}
    first = next(iter(parts.values()))
    return parts | {"groups": [row["group"] for row in first]}


def gap_words(measure: Measure, row: pd.Series) -> str:
    """A gap or a change with its interval, as it is read."""
    return with_interval(measure, row, gap=True)


def no_refits_section() -> Section:
    """Why the sections that need a refit are not there."""
    says = (
        "Versions without some predictors, and what could be done, need the build that the model learnt from. "
        "This model learnt from other records, so it cannot be refitted here."
    )
    return Section("Refits, and why there are none", [paragraph(says)])
