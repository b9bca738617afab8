"""The page of an audit, for a board: the verdict first, then what it rests on; published figures only."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import pandas as pd
from markupsafe import Markup

from models.audit_settings import AuditSettings
from models.disclosure import Published
from models.measures import MEASURES
from pipelines.auditing.by_group import calibration_section, group_section
from pipelines.auditing.explained import how_it_was_made, left_out, measures_explained
from pipelines.auditing.outcomes import outcomes_section
from pipelines.auditing.table import Asked
from pipelines.auditing.words import column_words, p_words, verdict_words
from pipelines.page import Page, Section, fold, paragraph, table

MEASURES_SECTION = "What each measure means"
FAMILIES = {
    "main": "main measures",
    "beside": "measures beside them",
    "capacity": "measures at the cut-off by capacity",
    "second": "measures of the second outcome",
}


@dataclass(frozen=True)
class Occasion:
    """What an audit was of: the words at its foot, what was asked for, of what kind of records."""

    about: Mapping[str, str]
    asked: Asked
    synthetic: bool | None
    settings: AuditSettings


def audit_page(published: Published, occasion: Occasion) -> Page:
    """The whole page."""
    asked, settings = occasion.asked, occasion.settings
    parts = [part for by in published.columns for part in _of_column(published, by, occasion)]
    sections = [
        Section("The verdict, measure by measure", [*_verdicts(published, occasion)]),
        *parts,
        Section(MEASURES_SECTION, [measures_explained(published)]),
        Section("What is not in it, and why", [left_out(published, asked, settings)]),
        Section("How it was made", how_it_was_made(settings, clustered=asked.cluster is not None)),
    ]
    title = "How well risks and flags serve each group" if asked.flag else "How well risks serve each group"
    return Page(title, verdict_words(published), sections, bool(occasion.synthetic), occasion.about)


def _of_column(published: Published, by: str, occasion: Occasion) -> Iterator[Section]:
    words, asked, settings = column_words(by), occasion.asked, occasion.settings
    clusters = f"Clusters ({asked.cluster})" if asked.cluster else ""
    yield Section(f"By {words}", [*group_section(published, by, settings, clusters=clusters)])
    yield Section(f"Calibration by {words}", [*calibration_section(published, by)])
    yield Section(f"The outcomes themselves, by {words}", [*outcomes_section(published, by, asked, settings)])


def _verdicts(published: Published, occasion: Occasion) -> Iterator[Markup]:
    margin = occasion.settings
    yield paragraph(
        "Three verdicts are possible: a difference was found; differences larger than a margin set "
        "beforehand are excluded; or there is not enough data. That no difference was found is never read "
        "as equality."
    )
    for by in published.columns:
        rows = published.verdicts[published.verdicts["by"] == by]
        for family, words in FAMILIES.items():
            own = rows[rows["family"] == family]
            if not len(own):
                continue
            caption = f"By {column_words(by)}: verdict on the {words}. p is adjusted for their number."
            block = table(_verdict_table(own, margin), caption)
            yield block if family == "main" else fold(f"The {words}", block)


def _verdict_table(rows: pd.DataFrame, settings: AuditSettings) -> pd.DataFrame:
    measures = [MEASURES[name] for name in rows["measure"]]
    return pd.DataFrame(
        {
            "Measure": [measure.title for measure in measures],
            "Verdict": [str(verdict) for verdict in rows["verdict"]],
            "Margin": [settings.margin_words(measure) for measure in measures],
            "p": [p_words(p) for p in rows["p_adjusted"]],
            "Groups compared": [str(len(groups)) for groups in rows["compared"]],
            "Too few cases in": [", ".join(groups) or "no group" for groups in rows["too_few"]],
        }
    )
