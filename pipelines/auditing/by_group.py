"""The sections of an audit's page on the groups of one column: who they are, every measure, calibration."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import pandas as pd
from markupsafe import Markup

from models.audit_settings import AuditSettings
from models.comparison import NOT_ENOUGH
from models.disclosure import Published
from models.earlier import STAR
from models.measures import MEASURES, Measure
from pipelines.auditing.files import curve_file, forest_file
from pipelines.auditing.plots import calibration, forest
from pipelines.auditing.words import column_verdict, column_words, shown, with_interval
from pipelines.page import figure, fold, heading, link, paragraph, table

COUNT_WORDS = {
    "group": "Group",
    "rows": "Predictions",
    "known": "Outcome known",
    "events": "Outcome happened",
    "flagged": "Flagged",
}


def group_section(
    published: Published, by: str, settings: AuditSettings, *, clusters: str
) -> Iterator[Markup]:
    """Who is in each group, and every measure with its plot; clusters: what they are called, if any."""
    yield paragraph(column_verdict(published, by))
    caption = f"Who is in it, by {column_words(by)}. * is a small number."
    yield table(_counts(published, by, clusters), caption)
    held = [measure for measure in MEASURES.values() if len(_of(published, by, measure.name))]
    for measure in held:
        if measure.family == "main":
            yield heading(measure.title)
            yield from measure_parts(published, by, measure, settings)
    yield heading("Other measures")
    for uses, words in (("", "Outcomes and risks"), ("flag", "Flags"), ("capacity", "At capacity")):
        own = [measure for measure in held if measure.family != "main" and measure.uses == uses]
        if own:
            caption = f"{words}: other measures by {column_words(by)}, with {_level(settings)} intervals."
            yield table(_beside(published, by, own), caption)
            for measure in own:
                if measure.family != "mirror":  # the plot of what it mirrors shows the same
                    yield fold(f"{measure.title}: plot", *measure_parts(published, by, measure, settings))


def measure_parts(
    published: Published, by: str, measure: Measure, settings: AuditSettings
) -> Iterator[Markup]:
    """What a measure means, its forest plot, and the table behind it."""
    yield paragraph(measure.says)
    if (_of(published, by, measure.name)["low"] == "").all():
        yield paragraph("There is not enough data in any group for a plot, or it is withheld.")
    else:
        drawing = forest(published, by, measure, settings.margin_of(measure))
        alt = f"{measure.title} by {column_words(by)}; the same figures are in the table below."
        yield figure(drawing, alt=alt, caption=_forest_caption(measure, settings), laid_out=True)
    behind = table(_behind(published, by, measure), f"{measure.title} by {column_words(by)}.")
    address = forest_file(published, by, measure.name)
    yield fold("The figures as a table", behind, link("This table as CSV", address))


def _forest_caption(measure: Measure, settings: AuditSettings) -> str:
    if measure.family == "described":
        return f"Each group's figure with its {_level(settings)} interval; groups are not compared by it."
    return (
        f"Left: each group's figure with its {_level(settings)} interval; the dashed line is everyone. "
        f"Right: the difference from the mean of the other groups, with intervals that hold together at "
        f"{_level(settings)}; shaded is the margin of {settings.margin_words(measure)}. A diamond marks a "
        "group in which a difference was found."
    )


def _level(settings: AuditSettings) -> str:
    return f"{100 * settings.level:g}%"


def _counts(published: Published, by: str, clusters: str) -> pd.DataFrame:
    own = published.counts[published.counts["by"] == by].drop(columns="by")
    if not clusters:
        own = own.drop(columns="clusters")
    return own.rename(columns=COUNT_WORDS | {"clusters": clusters})


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


def _beside(published: Published, by: str, asked: Sequence[Measure]) -> pd.DataFrame:
    """A row per group, a column per measure."""
    columns = {one.title: [*_beside_cells(one, _of(published, by, one.name))] for one in asked}
    return pd.DataFrame({"Group": list(_of(published, by, asked[0].name).index)} | columns)


def _beside_cells(measure: Measure, rows: pd.DataFrame) -> Iterator[str]:
    """The figures, each interval kept on one line."""
    for _, row in rows.iterrows():
        figure_words, *interval = with_interval(measure, row).split(" (")
        yield " (".join([figure_words, *(part.replace(" ", "\u00a0") for part in interval)])


def calibration_section(published: Published, by: str) -> Iterator[Markup]:
    """What a risk has meant in each group."""
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
    yield fold("The curves as a table", link("The curves as CSV", curve_file(published, by)))
