"""A patient's page for the practitioner: the flag, what the records hold behind it, and how it comes about."""

from __future__ import annotations

from collections.abc import Mapping

from markupsafe import Markup

from models.abstention import NOT_ENOUGH, UNLIKE
from models.chance_in_words import whole_percent
from models.explanation import Explanation
from models.flags import ABOVE, BELOW, FIRST, Flag
from models.grounds import Speaking
from models.outcome_words import OutcomeWords
from pipelines.flags.card import flag_parts, how_to_read
from pipelines.flags.history_rows import NOTHING, HistoryRows
from pipelines.flags.listed import INDEX, Listed, day
from pipelines.flags.occasion import Occasion
from pipelines.flags.pages import NOT_LISTED
from pipelines.flags.waterfall import waterfall, waterfall_steps
from pipelines.page import Page, Section, paragraph

HIDDEN = "What is not shown here"
SAME = paragraph("From the same records as above.", note=True)
NOTHING_SAID = "No chance and no reason is shown. That says nothing about the patient."
LEADS = {
    FIRST: "To think about before the next session.",
    ABOVE: "The chance {} is above average.",
    BELOW: "The chance {} is below average.",
    NOT_ENOUGH: "Not enough is recorded to state a chance {}.",
    UNLIKE: "This patient is unlike those this was learnt from, so that no chance is stated.",
}


def for_practitioners(
    explanation: Explanation, predictors: Mapping[str, Speaking], titles: Mapping[str, str]
) -> Explanation:
    """The explanation by construct in words; what is never shown to practitioners stands as one part."""
    words = {
        name: HIDDEN if predictors[name].shown == "never" else titles[predictors[name].construct]
        for name in explanation.parts.columns
    }
    return explanation.by_construct(words)


def patient_page(
    one: Listed, parts: Mapping[str, float], shown: Explanation, *, rows: HistoryRows, occasion: Occasion
) -> Page:
    """The page of one point: `parts` are its own in `shown`, which is `for_practitioners`."""
    flag = one.flag
    sections = [
        Section("How likely, why, and what to consider", _told(one, rows, occasion.meaning)),
        Section("Who is not listed, and how to read this page", [_back(), how_to_read(occasion)]),
    ]
    if not flag.abstained:
        sections.insert(1, Section("How the chance comes about", [drawn(parts, shown, occasion.meaning)]))
    lead = " ".join(
        filter(None, [dated(one, occasion.meaning), one.seen_since, leads(flag, occasion.meaning)])
    )
    return Page(f"Patient {one.patient}", lead, sections, occasion.synthetic, occasion.about)


def leads(flag: Flag, meaning: OutcomeWords) -> str:
    """What a flag comes to, in a sentence."""
    return LEADS[flag.band].format(meaning.point.not_done)


def dated(one: Listed, meaning: OutcomeWords) -> str:
    """Of which day this is, as a sentence."""
    return f"{meaning.point.begun.capitalize()} {day(one.at)}."


def _told(one: Listed, rows: HistoryRows, meaning: OutcomeWords) -> list[Markup]:
    if one.flag.abstained:
        return [paragraph(NOTHING_SAID)]
    behind: dict[tuple[str, ...], Markup] = {}
    for reason in one.flag.reasons:
        under = rows.under(reason.predictors, one.flag.point)
        repeated = under in behind.values() and under != NOTHING
        behind[reason.predictors] = SAME if repeated else under
    return flag_parts(one.flag, meaning, behind)


def drawn(parts: Mapping[str, float], explanation: Explanation, meaning: OutcomeWords) -> Markup:
    """The waterfall of one point's parts."""
    steps = waterfall_steps(parts, explanation)
    start, end = whole_percent(steps[0].before), whole_percent(steps[-1].after)
    caption = (
        f"From {start}, before anything is known of the patient, to {end}. Each bar starts where the one above it "
        f"ends; to the right the chance {meaning.point.not_done} grows. The number beside it is its step in points of "
        "100."
    )
    return waterfall(steps, explanation, heading="What is recorded about", caption=caption)


def _back() -> Markup:
    words = "Your whole list, with who is not on it and why"
    anchor = Section(NOT_LISTED, []).anchor
    return Markup('<p><a href="{}#{}">{}</a></p>').format(INDEX, anchor, words)
