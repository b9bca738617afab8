"""One patient's explanation, whole, for analysts: by construct and by predictor, with what is never shown."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

import pandas as pd
from markupsafe import Markup

from models.chance_in_words import whole_percent
from models.explanation import STANDING, Explanation
from models.grounds import Speaking
from models.outcome_words import OutcomeWords
from models.stability import Stability
from models.what_if import CAUTION
from pipelines.flags.card import flag_card, how_to_read
from pipelines.flags.listed import Listed
from pipelines.flags.occasion import Occasion
from pipelines.flags.patient_page import NOTHING_SAID, dated, drawn, leads
from pipelines.page import Page, Section, fold, listing, paragraph, table

LARGEST = 3  # things that could be agreed otherwise, shown before the rest is folded
SHOWN = {"reason": "as a reason", "context": "as context", "never": "never"}


def explanation_table(
    explanation: Explanation,
    values: pd.Series,
    predictors: Mapping[str, Speaking],
    titles: Mapping[str, str],
    *,
    leads: pd.Series,
) -> pd.DataFrame:
    """One point's predictors, strongest first; `leads` is each one's share of refits that lead with it.

    Columns: point_id, predictor, construct, words, value, contribution (to the log-odds before
    calibration), chance, chance_without, leads, shown.
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
            "leads": leads.loc[parts.index].to_numpy(),
            "shown": [predictor.shown for predictor in asked],
        }
    )
    strongest = rows["contribution"].abs().sort_values(ascending=False, kind="stable").index
    return rows.loc[strongest].reset_index(drop=True)


@dataclass(frozen=True)
class Explained:
    """What is known of one point's chance: `table` as explanation_table, `what_ifs` as `models.what_if` gives them."""

    table: pd.DataFrame
    explanation: Explanation
    stability: Stability
    what_ifs: pd.DataFrame


def explained_page(one: Listed, found: Explained, occasion: Occasion) -> Page:
    """The page of one point, for analysts."""
    sums = found.table.groupby("construct", sort=False)["contribution"].sum()
    parts = {str(name): float(part) for name, part in sums.items()}
    how = [how_to_read(occasion), _how_explained(found.explanation)]
    return Page(
        f"Why this chance: patient {one.patient}",
        f"For analysts. {dated(one, occasion.meaning)} {leads(one.flag, occasion.meaning)}",
        [
            Section("What the practitioner reads", [_told(one, occasion.meaning)]),
            Section("From everyone to this patient", [drawn(parts, found.explanation, occasion.meaning)]),
            Section("Had other patients been learnt from", [_stands(one.flag.point, found.stability)]),
            Section("Records otherwise the same", _what_ifs(found.what_ifs, occasion.meaning)),
            Section("Every predictor", _predictors(found.table)),
            Section("How to read this page", how),
        ],
        occasion.synthetic,
        occasion.about,
    )


def _what_ifs(found: pd.DataFrame, meaning: OutcomeWords) -> list[Markup]:
    """The chance at other values of what can be changed at the next plan, as an association."""
    if found.empty:
        return [paragraph("Nothing that could be agreed otherwise moves this chance.")]
    largest = found["predictor"].isin(found["predictor"].unique()[:LARGEST])
    caption = "One thing at a time, what goes with the largest difference first"
    parts = [paragraph(CAUTION.format(meaning.point.otherwise)), _otherwise(found[largest], caption)]
    if not largest.all():
        others = found[~largest]
        parts.append(
            fold(
                f"{others['predictor'].nunique()} more, with smaller differences", _otherwise(others, caption)
            )
        )
    return parts


def _otherwise(found: pd.DataFrame, caption: str) -> Markup:
    columns = {
        "What would be recorded": found["words"].tolist(),
        "Chance": [whole_percent(chance) for chance in found["chance"]],
        "This patient": ["now" if now else "" for now in found["now"]],
    }
    return listing(columns, caption)


def _how_explained(explanation: Explanation) -> Markup:
    """Who stood for "not known", and what a part is not."""
    return paragraph(
        f"{STANDING[explanation.kind]}. A part says what moved this chance, averaged over the orders in which "
        "the values could have become known; it does not say what would happen if something were changed. Parts "
        "add up before calibration, chances do not, so that steps depend on what came before them."
    )


def _stands(point: str, stability: Stability) -> Markup:
    """How often the patient is flagged when the model is learnt anew, and which reasons are kept."""
    if not stability.known:
        return paragraph("Whether this would stand is not known: the model has no refits.")
    settings = stability.settings
    return paragraph(
        f"The model was learnt anew from {stability.refits} other samples of the patients. "
        f"{stability.flagged_in(point)} of them put this patient first. A reason is shown where at least "
        f"{settings.share:.0%} of them have it among their first {settings.first}."
    )


def _told(one: Listed, meaning: OutcomeWords) -> Markup:
    return paragraph(NOTHING_SAID) if one.flag.abstained else flag_card(one.elsewhere, meaning)


def _predictors(explained: pd.DataFrame) -> list[Markup]:
    moves = explained["contribution"] != 0
    silent = explained[~moves]
    folded = [fold(f"{len(silent)} predictors that change nothing for this patient", _rows(silent))]
    return [_rows(explained[moves]), *(folded if len(silent) else [])]


def _leads(share: float, shown: str) -> str:
    """In which share of the refits a predictor is among the first; only a reason can be."""
    if shown != "reason":
        return "–"
    return "unknown" if math.isnan(share) else f"{share:.0%}"


def _rows(explained: pd.DataFrame) -> Markup:
    rows = pd.DataFrame(
        {
            "Construct": explained["construct"],
            "What is recorded": explained["words"],
            "Part of the log-odds": [f"{part:+.2f}".replace("-", "−") for part in explained["contribution"]],
            "Chance without it": [whole_percent(chance) for chance in explained["chance_without"]],
            "Leads in refits": [
                _leads(*row) for row in zip(explained["leads"], explained["shown"], strict=True)
            ],
            "Shown to practitioners": explained["shown"].map(SHOWN),
        }
    )
    return table(
        rows, "Strongest first. Without one of them the chance would be stated as in the fourth column"
    )
