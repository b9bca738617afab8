"""The page of an audit, for a board: the verdict first, then what it rests on; published figures only."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import pandas as pd
from markupsafe import Markup

from models.audit_settings import AuditSettings
from models.comparison import NOT_ENOUGH
from models.disclosure import STAR, Published
from models.measures import MEASURES, Measure
from pipelines.audit_explained import how_it_was_made, left_out, measures_explained
from pipelines.audit_plots import calibration, forest
from pipelines.audit_words import (
    column_verdict,
    column_words,
    p_words,
    shown,
    verdict_words,
    with_interval,
)
from pipelines.page import Page, Section, figure, fold, heading, link, paragraph, table

MEASURES_SECTION = "What each measure means"
COUNT_WORDS = {
    "group": "Group",
    "rows": "Predictions",
    "known": "Outcome known",
    "events": "Outcome happened",
    "flagged": "Flagged",
}


@dataclass(frozen=True)
class Occasion:
    """What an audit was of: the words at its foot, whether it had flags and clusters, and of what kind."""

    about: Mapping[str, str]
    flagged: bool
    clustered: bool
    synthetic: bool | None
    settings: AuditSettings


def audit_page(published: Published, occasion: Occasion) -> Page:
    """The whole page."""
    sections = [
        Section("The verdict, measure by measure", [*_verdicts(published, occasion)]),
        *(
            section
            for by in published.columns
            for section in (
                Section(f"By {column_words(by)}", [*_column(published, by, occasion)]),
                Section(f"Calibration by {column_words(by)}", [*_calibration(published, by)]),
            )
        ),
        Section(MEASURES_SECTION, [measures_explained(flagged=occasion.flagged)]),
        Section("What is not in it, and why", [left_out(occasion.flagged, occasion.clustered)]),
        Section("How it was made", how_it_was_made(occasion.settings, occasion.clustered)),
    ]
    title = (
        "How well risks and flags serve each group" if occasion.flagged else "How well risks serve each group"
    )
    return Page(title, verdict_words(published), sections, bool(occasion.synthetic), occasion.about)


def _verdicts(published: Published, occasion: Occasion) -> Iterator[Markup]:
    margin = occasion.settings
    yield paragraph(
        "Three verdicts are possible: a difference was found; differences larger than a margin set "
        "beforehand are excluded; or there is not enough data. That no difference was found is never read "
        "as equality."
    )
    for by in published.columns:
        rows = published.verdicts[published.verdicts["by"] == by]
        for family, words in (("main", "main measures"), ("beside", "measures beside them")):
            own = rows[rows["family"] == family]
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


def _column(published: Published, by: str, occasion: Occasion) -> Iterator[Markup]:
    yield paragraph(column_verdict(published, by))
    yield table(
        _counts(published, by, occasion), f"Who is in it, by {column_words(by)}. * is a small number."
    )
    settings = occasion.settings
    for measure in MEASURES.values():
        if measure.family == "main" and (occasion.flagged or not measure.needs_flag):
            yield heading(measure.title)
            yield paragraph(measure.says)
            drawing = forest(published, by, measure, settings.margin_of(measure))
            alt = f"{measure.title} by {column_words(by)}; the same figures are in the table below."
            yield figure(drawing, alt=alt, caption=_forest_caption(measure, settings))
            behind = table(_behind(published, by, measure), f"{measure.title} by {column_words(by)}.")
            yield fold("The figures as a table", behind, link("All figures as CSV", "audit.csv"))
    yield heading("Other measures")
    for flags, words in ((False, "Outcomes and risks"), (True, "Flags")):
        if occasion.flagged or not flags:
            caption = f"{words}: other measures by {column_words(by)}, with {_level(settings)} intervals."
            yield table(_beside(published, by, flags=flags), caption)


def _forest_caption(measure: Measure, settings: AuditSettings) -> str:
    return (
        f"Left: each group's figure with its {_level(settings)} interval; the dashed line is everyone. "
        f"Right: the difference from the mean of the other groups, with intervals that hold together at "
        f"{_level(settings)}; shaded is the margin of {settings.margin_words(measure)}. A diamond marks a "
        "group in which a difference was found."
    )


def _level(settings: AuditSettings) -> str:
    return f"{100 * settings.level:g}%"


def _counts(published: Published, by: str, occasion: Occasion) -> pd.DataFrame:
    own = published.counts[published.counts["by"] == by].drop(columns="by")
    if not occasion.clustered:
        own = own.drop(columns="clusters")
    words = COUNT_WORDS | {"clusters": f"Clusters ({occasion.about['Clusters']})"}
    return own.rename(columns=words)


def _of(published: Published, by: str, name: str) -> pd.DataFrame:
    figures = published.figures
    return figures[(figures["by"] == by) & (figures["measure"] == name)].set_index("group")


def _behind(published: Published, by: str, measure: Measure) -> pd.DataFrame:
    """One measure's figures, gaps, pooled figures and verdict on each group."""
    own, gaps = _of(published, by, measure.name), _of(published, by, f"{measure.name} gap")
    pooled, needed = (_of(published, by, f"{measure.name} {part}") for part in ("pooled", "cases needed"))
    return pd.DataFrame(
        [
            {
                "Group": group,
                "Figure": with_interval(measure, row),
                "Gap from the others": _gap_words(measure, gaps, str(group)),
                "Drawn to the mean": shown(measure, pooled["value"].get(group, "")),
                "Verdict on the group": _group_verdict(row, gaps["note"].get(group, "")),
                "Cases for a verdict": needed["value"].get(group, ""),
            }
            for group, row in own.iterrows()
        ]
    )


def _gap_words(measure: Measure, gaps: pd.DataFrame, group: str) -> str:
    return with_interval(measure, gaps.loc[[group]].iloc[0], gap=True) if group in gaps.index else ""


def _group_verdict(row: pd.Series, of_gap: str) -> str:
    if row["value"] == STAR:
        return "withheld"
    return NOT_ENOUGH if row["note"] == NOT_ENOUGH else of_gap


def _beside(published: Published, by: str, *, flags: bool) -> pd.DataFrame:
    """A row per group, a column per measure that is not a main one and does, or does not, need flags."""
    asked = [one for one in MEASURES.values() if one.family != "main" and one.needs_flag == flags]
    columns = {one.title: [*_beside_cells(one, _of(published, by, one.name))] for one in asked}
    return pd.DataFrame({"Group": list(_of(published, by, asked[0].name).index)} | columns)


def _beside_cells(measure: Measure, rows: pd.DataFrame) -> Iterator[str]:
    """The figures, each interval kept on one line."""
    for _, row in rows.iterrows():
        figure_words, *interval = with_interval(measure, row).split(" (")
        yield " (".join([figure_words, *(part.replace(" ", "\u00a0") for part in interval)])


def _calibration(published: Published, by: str) -> Iterator[Markup]:
    yield paragraph(
        "Where the line lies on the dotted diagonal, a risk of 40% has meant 40 in 100. Above it the risks "
        "are too low for the group, below it too high. The grey line is everyone, the band the uncertainty."
    )
    drawing = calibration(published, by)
    if drawing is None:
        yield paragraph("No group has enough data for a curve.")
        return
    drawn = set(published.curves.loc[published.curves["by"] == by, "group"])
    groups = published.counts.loc[published.counts["by"] == by, "group"]
    missing = [group for group in groups if group not in drawn]
    caption = "By logistic recalibration, drawn where the middle nine tenths of the group's risks lie."
    if missing:
        caption += f" Not drawn, for too few cases: {', '.join(missing)}."
    yield figure(drawing, alt=f"Calibration curves by {column_words(by)}", caption=caption)
