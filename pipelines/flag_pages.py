"""The pages of flags: a caseload per practitioner, with nobody else's patients, and the analyst's index.

Made for screen and paper. Practitioners' pages never say "risk" but to say what they do not assess.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import pandas as pd
from markupsafe import Markup

from models.chance_in_words import between, natural_frequency, whole_percent
from models.flags import NOT_ENOUGH, NOT_HARM, NOT_SHOWN, UNLIKE, Flag
from models.reasons import Reason
from pipelines.page import Page, Section, bullets, card, fold, paragraph, table
from pipelines.plots import BLUE


@dataclass(frozen=True)
class Listed:
    """A patient with open work, and what is said of it."""

    patient: str
    practitioner: str
    at: pd.Timestamp
    flag: Flag


@dataclass(frozen=True)
class Occasion:
    """When and with what the flags were made; printed at the foot of every page.

    `cut_off` is the chance (0 to 1) from which a point is flagged.
    """

    as_of: date
    records_up_to: date
    model: str
    cut_off: float
    synthetic: bool

    @property
    def about(self) -> Mapping[str, str]:
        """What the foot of a page says."""
        return {
            "Flags as at": day(self.as_of),
            "Records up to": day(self.records_up_to),
            "Model": self.model,
        }


def day(when: date) -> str:
    """A day as it is said: 3 March 2025."""
    return f"{when.day} {when:%B %Y}"


def caseload_page(
    practitioner: str, listed: Sequence[Listed], not_listed: pd.DataFrame, occasion: Occasion
) -> Page:
    """One practitioner's patients with open work; `not_listed` has patient_id and reason."""
    ranked = sorted(listed, key=lambda one: (one.flag.abstained, -one.flag.chance, one.patient))
    first = [one for one in ranked if one.flag.flagged]
    others = [one for one in ranked if not one.flag.flagged]
    sections = [
        Section(
            "To think about first", [flag_card(one) for one in first] or [paragraph("Nobody stands out.")]
        ),
        Section("Also with open work", [_others(others)] if others else [paragraph("Nobody else.")]),
        Section("Not on this list, and why", [_left_out(not_listed)]),
        Section("How to read this page", [how_to_read(occasion)]),
    ]
    return Page(
        f"Work between sessions: {practitioner}",
        _lead(len(first), len(ranked)),
        sections,
        occasion.synthetic,
        occasion.about,
    )


def _lead(first: int, everyone: int) -> str:
    if not everyone:
        return "No patient has agreed work that is waiting for its review."
    if not first:
        return f"Nobody stands out among {_patients(everyone)} with work waiting for its review."
    return f"Of {_patients(everyone)} with open work, {first} to think about before the next session."


def _patients(number: int) -> str:
    return "1 patient" if number == 1 else f"{number} patients"


def flag_card(one: Listed) -> Markup:
    """A flag as a practitioner reads it: how likely, why, what to consider, what else is known."""
    flag = one.flag
    said = natural_frequency(flag.chance)
    chance = Markup('<p>{} {}{} <span class="note">({})</span>.</p>').format(
        _ten(flag.chance), said[0].upper(), said[1:], between(flag.low, flag.high)
    )
    parts = [chance, _reasons(flag.reasons) if flag.reasons else paragraph(flag.no_reason)]
    if flag.hidden:
        parts.append(paragraph(NOT_SHOWN, note=True))
    if flag.helps:
        parts.append(paragraph(f"What helps: {'; '.join(help.line for help in flag.helps)}."))
    if flag.context:
        parts.append(fold("What else is recorded", bullets(flag.context)))
    return card(f"Patient {one.patient}, work agreed on {day(one.at)}", *parts)


def _ten(chance: float) -> Markup:
    """Ten dots, as many of them filled as of ten patients had not done the work; the words follow it."""
    full = min(max(round(10 * chance), 0), 10)
    dots = Markup("").join(
        Markup('<circle cx="{}" cy="7" r="4.6" stroke="{}" fill="{}"/>').format(
            7 + 13 * n, BLUE, BLUE if n < full else "none"
        )
        for n in range(10)
    )
    return Markup('<svg width="131" height="14" aria-hidden="true">{}</svg>').format(dots)


def _reasons(reasons: Sequence[Reason]) -> Markup:
    """Each reason with something to consider under it."""
    lines = Markup("").join(
        Markup('<li style="margin-bottom:.5rem"><strong>{}:</strong> {}{}</li>').format(
            reason.title, reason.words, _consider(reason)
        )
        for reason in reasons
    )
    return Markup("<ol>{}</ol>").format(lines)


def _consider(reason: Reason) -> Markup:
    if reason.consider is None:
        return Markup("")
    return Markup("<br>To consider {}: {}").format(reason.consider.moment, reason.consider.words)


def _others(others: Sequence[Listed]) -> Markup:
    rows = pd.DataFrame(
        {
            "Patient": [one.patient for one in others],
            "Work agreed": [_unbroken(f"{one.at.day} {one.at:%b %Y}") for one in others],
            "Chance it is not done": [_chance(one.flag) for one in others],
            "What stands out": [one.flag.reasons[0].line if one.flag.reasons else None for one in others],
        }
    )
    return table(rows, "Highest chance first")


def _chance(flag: Flag) -> str:
    if flag.abstained:
        return flag.percent
    return _unbroken(f"{flag.percent} ({whole_percent(flag.low)} to {whole_percent(flag.high)})")


def _unbroken(words: str) -> str:
    """The words with spaces at which no line breaks."""
    return words.replace(" ", "\u00a0")


def _left_out(not_listed: pd.DataFrame) -> Markup:
    if not_listed.empty:
        return paragraph("Every patient with an open referral is on this list.")
    rows = not_listed[["patient_id", "reason"]].sort_values(["reason", "patient_id"])
    shown = rows.rename(columns={"patient_id": "Patient", "reason": "Why"})
    count = f"{_patients(len(shown))} with an open referral but nothing to foresee today"
    return fold(count, table(shown, "No chance is worked out for them"))


def how_to_read(occasion: Occasion) -> Markup:
    """What the numbers and words mean, and what they are not."""
    return bullets(
        [
            "The chance is that the agreed work turns out not to be done when it is reviewed. It was learnt "
            "from work that was reviewed; about work that nobody reviewed it says nothing.",
            f"Patients with a chance of {whole_percent(occasion.cut_off)} or more come first.",
            "The bounds show how far the chance moves when it is learnt anew from other samples of patients.",
            "A reason is something recorded that went together with work not being done. It need not be the "
            "cause, and it says nothing about the person.",
            '"Not recorded" means that nobody wrote it down, not that it did not happen.',
            "You know the patient. Consider and discuss; what to do is yours and the patient's to decide.",
            NOT_HARM,
        ]
    )


def index_page(
    listed: Sequence[Listed], not_listed: pd.DataFrame, occasion: Occasion, pages: Mapping[str, str]
) -> Page:
    """The whole service, for the analyst; `pages` gives the address of each practitioner's page."""
    first = sum(one.flag.flagged for one in listed)
    return Page(
        f"Flags as at {day(occasion.as_of)}",
        f"{first} of {_patients(len(listed))} with open work come first.",
        [
            Section("What was done", [_summary(listed, not_listed)]),
            Section("Caseloads", [_caseloads(listed, pages)]),
            Section("One patient, and the tables", [_links()]),
            Section("How to read these pages", [how_to_read(occasion)]),
        ],
        occasion.synthetic,
        occasion.about,
    )


def _summary(listed: Sequence[Listed], not_listed: pd.DataFrame) -> Markup:
    flags = [one.flag for one in listed]
    first = [flag for flag in flags if flag.flagged]
    counts = {
        "Open pathways": len(flags) + len(not_listed),
        "With work waiting for its review": len(flags),
        "– to think about first": len(first),
        "– first, but without a reason to show": sum(not flag.reasons for flag in first),
        "– first, but with main grounds that are not shown": sum(flag.hidden for flag in first),
        "– first, but no reason stays from refit to refit": sum(flag.unstable for flag in first),
        **{f"– {band}": sum(flag.band == band for flag in flags) for band in (NOT_ENOUGH, UNLIKE)},
        **{f"Not listed: {reason}": many for reason, many in not_listed["reason"].value_counts().items()},
    }
    rows = pd.DataFrame({"Pathways": counts.keys(), "Number": [f"{many:,}" for many in counts.values()]})
    return table(rows, "Open pathways at the date, and what became of each")


def _caseloads(listed: Sequence[Listed], pages: Mapping[str, str]) -> Markup:
    rows = []
    for practitioner, address in pages.items():
        own = [one.flag for one in listed if one.practitioner == practitioner]
        name = Markup('<a href="{}">{}</a>').format(address, practitioner)
        rows.append((name, str(len(own)), str(sum(flag.flagged for flag in own))))
    columns = ["Practitioner", "Patients with open work", "To think about first"]
    return table(
        pd.DataFrame(rows, columns=columns, dtype=object), "One page each, with nobody else's patients"
    )


def _links() -> Markup:
    files = {
        "patient.html": "one patient's explanation, whole",
        "explanation.csv": "the table behind it",
        "flags.csv": "the flags, for the case-management system",
        "not_listed.csv": "who is not on the list, and why",
    }
    return Markup("<ul>{}</ul>").format(
        Markup("").join(
            Markup('<li><a href="{}">{}</a>: {}</li>').format(file, file, words)
            for file, words in files.items()
        )
    )
