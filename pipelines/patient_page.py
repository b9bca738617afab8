"""One patient's explanation, whole: how the chance comes about, by construct and by predictor."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd
from markupsafe import Markup

from models.chance_in_words import natural_frequency, whole_percent
from models.explanation import STANDING, Explanation
from models.reasons import Speaking
from pipelines.flag_pages import Listed, Occasion, day, flag_card, how_to_read
from pipelines.page import Page, Section, figure, fold, paragraph, table
from pipelines.plots import house_style
from pipelines.waterfall import in_points, waterfall, waterfall_steps

SHOWN = {"reason": "as a reason", "context": "as context", "never": "never"}


def explanation_table(
    explanation: Explanation, values: pd.Series, predictors: Mapping[str, Speaking], titles: Mapping[str, str]
) -> pd.DataFrame:
    """One point's predictors, strongest first.

    Columns: point_id, predictor, construct, words, value, contribution (to the log-odds before
    calibration), chance, chance_without, shown.
    """
    point = str(explanation.parts.index[0])
    parts, chance = explanation.parts.loc[point], float(explanation.chance.loc[point])
    asked = [predictors[str(name)] for name in parts.index]
    rows = pd.DataFrame(
        {
            "point_id": point,
            "predictor": parts.index,
            "construct": [titles[predictor.construct] for predictor in asked],
            "words": [predictor.words(values[predictor.name]) for predictor in asked],
            "value": values[parts.index].to_numpy(),
            "contribution": parts.to_numpy(),
            "chance": chance,
            "chance_without": chance - explanation.changes().loc[point].to_numpy(),
            "shown": [predictor.shown for predictor in asked],
        }
    )
    strongest = rows["contribution"].abs().sort_values(ascending=False, kind="stable").index
    return rows.loc[strongest].reset_index(drop=True)


def patient_page(one: Listed, explained: pd.DataFrame, explanation: Explanation, occasion: Occasion) -> Page:
    """The page of one point: `explanation` is that point's, `explained` its explanation_table."""
    steps = waterfall_steps(explained, explanation)
    what = (
        "Not enough is recorded to state a chance."
        if one.flag.abstained
        else natural_frequency(one.flag.chance)
    )
    return Page(
        f"Why this chance: patient {one.patient}",
        f"Work agreed on {day(one.at)}: {what[0].lower()}{what[1:]}".rstrip(".") + ".",
        [
            Section("What the practitioner reads", [_told(one)]),
            Section("From everyone to this patient", [_drawn(steps, explanation), _steps_table(steps)]),
            Section("Every predictor", _predictors(explained)),
            Section("How to read this page", [how_to_read(occasion), _how_explained(explanation)]),
        ],
        occasion.synthetic,
        occasion.about,
    )


def _how_explained(explanation: Explanation) -> Markup:
    """Who stood for "not known", and what a part is not."""
    return paragraph(
        f"{STANDING[explanation.kind]}. A part says what moved this chance, averaged over the orders in which "
        "the values could have become known; it does not say what would happen if something were changed. Parts "
        "add up before calibration, chances do not, so that steps depend on what came before them."
    )


def _told(one: Listed) -> Markup:
    if one.flag.abstained:
        return paragraph("Not enough is recorded to say. No chance and no reason is shown.")
    return flag_card(one)


def _drawn(steps: pd.DataFrame, explanation: Explanation) -> Markup:
    start, end = whole_percent(steps["before"].iloc[0]), whole_percent(steps["after"].iloc[-1])
    with house_style():
        return figure(
            waterfall(steps, explanation),
            alt=f"Steps from {start} at the start to {end} for this patient; the table below has each.",
            caption="The start is the chance before anything is known of the patient. Each bar starts where "
            "the one above it ends; to the right means more likely not done. Numbers are points of 100.",
        )


def _steps_table(steps: pd.DataFrame) -> Markup:
    before, after = ([whole_percent(chance) for chance in steps[edge]] for edge in ("before", "after"))
    points = [in_points(*step) for step in zip(steps["before"], steps["after"], strict=True)]
    rows = pd.DataFrame(
        {"Construct": steps["construct"], "Chance before": before, "after": after, "Step": points}
    )
    return table(rows, "The same as a table: constructs one after another, strongest first")


def _predictors(explained: pd.DataFrame) -> list[Markup]:
    moves = explained["contribution"] != 0
    silent = explained[~moves]
    folded = [fold(f"{len(silent)} predictors that change nothing for this patient", _rows(silent))]
    return [_rows(explained[moves]), *(folded if len(silent) else [])]


def _rows(explained: pd.DataFrame) -> Markup:
    rows = pd.DataFrame(
        {
            "Construct": explained["construct"],
            "What is recorded": explained["words"],
            "Part of the log-odds": [f"{part:+.2f}".replace("-", "−") for part in explained["contribution"]],
            "Chance without it": [whole_percent(chance) for chance in explained["chance_without"]],
            "Shown to practitioners": explained["shown"].map(SHOWN),
        }
    )
    return table(
        rows, "Strongest first. Without one of them the chance would be stated as in the fourth column"
    )
