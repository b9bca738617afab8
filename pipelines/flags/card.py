"""A flag as a practitioner reads it: how likely, why, what to consider, what else is known.

Practitioners' pages never say "risk" but to say what they do not assess.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache

from markupsafe import Markup

from models.chance_in_words import between, natural_frequency, whole_percent
from models.flags import NOT_HARM, NOT_SHOWN, Flag
from models.outcome_words import OutcomeWords
from models.reasons import NONE_RECORDED, TOGETHER, Reason
from models.suggestions import Suggestion
from pipelines.flags.listed import Listed, day
from pipelines.flags.occasion import Occasion
from pipelines.page import bullets, card, fold, paragraph
from pipelines.plots import BLUE

Behind = Mapping[tuple[str, ...], Markup]


def flag_card(one: Listed, meaning: OutcomeWords) -> Markup:
    """The whole flag in a frame; its heading leads to the patient's own page where there is one beside it."""
    patient = (
        Markup('<a href="{}">Patient {}</a>').format(one.page, one.patient)
        if one.page
        else f"Patient {one.patient}"
    )
    title = Markup("{}, {} {}").format(patient, meaning.point.begun, day(one.at))
    since = [paragraph(one.seen_since, note=True)] if one.seen_since else []
    return card(title, *since, *flag_parts(one.flag, meaning))


def flag_parts(flag: Flag, meaning: OutcomeWords, behind: Behind | None = None) -> list[Markup]:
    """The chance of what `meaning` says, then the reasons; `behind`: predictors -> what stands under their reason."""
    given = _reasons(flag.reasons, behind or {}) if flag.reasons else _no_reason(flag)
    parts = [chance_line(flag, meaning), given]
    if flag.hidden:
        parts.append(paragraph(NOT_SHOWN, note=True))
    if flag.helps:
        parts.append(_helps(flag.helps))
    if flag.context:
        parts.append(fold("What else is recorded", bullets(flag.context)))
    return parts


def chance_line(flag: Flag, meaning: OutcomeWords) -> Markup:
    """The chance in tenths, with its bounds."""
    said = natural_frequency(flag.chance, meaning)
    return Markup('<p>{} {}{} <span class="note">({})</span>.</p>').format(
        _ten(flag.chance), said[0].upper(), said[1:], between(flag.low, flag.high)
    )


def _ten(chance: float) -> Markup:
    """Ten dots, as many of them filled as the chance is of ten patients; the words follow it."""
    full = min(max(round(10 * chance), 0), 10)
    dots = "".join(
        f'<circle cx="{7 + 13 * n}" cy="7" r="4.6" stroke="{BLUE}" fill="{BLUE if n < full else "none"}"/>'
        for n in range(10)
    )
    return Markup(f'<svg width="131" height="14" aria-hidden="true">{dots}</svg>')


def _reasons(reasons: Sequence[Reason], behind: Behind) -> Markup:
    """Each reason with something to consider under it, and what stands behind it."""
    lines = Markup("").join(
        Markup("<li><strong>{}:</strong> {}{}{}</li>").format(
            reason.title, reason.words, _consider(reason.consider), behind.get(reason.predictors, Markup(""))
        )
        for reason in reasons
    )
    return Markup('<ol class="reasons">{}</ol>').format(lines)


def _no_reason(flag: Flag) -> Markup:
    """Why no reason is given, and what to consider all the same."""
    return Markup("<p>{}{}</p>").format(flag.no_reason, _consider(flag.consider))


def _helps(found: Sequence[Reason]) -> Markup:
    lines = Markup("").join(Markup("<li>{}</li>").format(one.line) for one in found)
    return Markup('<p class="helps">What helps:</p><ul>{}</ul>').format(lines)


def _consider(found: Suggestion | None) -> Markup:
    if found is None:
        return Markup("")
    return Markup('<span class="consider"><em>To consider {}:</em> {}</span>').format(
        found.moment, found.words
    )


def _which_stay(refits: int, enough: int) -> str:
    if not refits:
        return "It is not known which reasons would stay had other patients been learnt from."
    return (
        f"A reason is shown only where it leads in at least {enough} of {refits} times that the chance is learnt anew "
        "from other samples of patients. Where no one thing does, but things under the same heading do, it names none "
        f'of them: it reads "{TOGETHER}", "{NONE_RECORDED}" or the like.'
    )


@cache
def how_to_read(occasion: Occasion) -> Markup:
    """What the numbers and words mean, and what they are not."""
    return bullets(
        [
            occasion.meaning.foretold,
            f"Patients with a chance of about {whole_percent(occasion.cut_off)} or more come first.",
            "The bounds show how far the chance moves when it is learnt anew from other samples of patients.",
            f"A reason is something recorded that went together with {occasion.meaning.point.going_with}. It need not "
            "be the cause, and it says nothing about the person.",
            _which_stay(occasion.refits, occasion.enough),
            '"Not recorded" means that nobody wrote it down, not that it did not happen.',
            *(
                f"These records hold nothing at all of {table}: what is said of it means only that."
                for table in occasion.silent
            ),
            "You know the patient. Consider and discuss; what to do is yours and the patient's to decide.",
            NOT_HARM,
        ]
    )
