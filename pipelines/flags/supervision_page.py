"""A page per supervisor: what their practitioners' flags leave open, to be discussed."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from markupsafe import Markup

from models.flags import Flag
from models.outcome_words import OutcomeWords, PointWords
from pipelines.flags.card import flag_parts, how_to_read
from pipelines.flags.listed import Caseload, Listed, day, people
from pipelines.flags.occasion import Occasion
from pipelines.flags.pages import NO_LIST, cautioned, nobody_found, others_table, patients
from pipelines.page import Page, Section, card, heading, listing, paragraph

IN_SUPERVISION = "in supervision"
ALONE = "First on a list, and not for the practitioner alone"


def supervision_page(
    supervisor: str, caseloads: Sequence[Caseload], occasion: Occasion, *, not_found: Sequence[str] = ()
) -> Page:
    """The flags of a supervisor's practitioners, nobody else's: to discuss, then the others, then the silent.

    `occasion`: of the practitioners' own services. `not_found`: those of whom the records hold no patient with an open
    referral.
    """
    absent = [name for name in not_found if not occasion.unscored(name)]
    made = [caseload for caseload in caseloads if caseload.service not in occasion.not_scored]
    first = [one for caseload in made for one in caseload.first]
    discuss = sorted((one for one in first if any(_why(one.flag))), key=lambda one: -one.flag.chance)
    left_out = Section("Not on a list, and why", [_left_out(caseloads)])
    said = [
        Section(
            ALONE, [_card(one, occasion.meaning) for one in discuss] or [paragraph("None of that kind.")]
        ),
        Section("Also first on a practitioner's list", _by_practitioner(made, discuss, occasion.meaning)),
        Section("Nothing said", _silent(made, occasion.meaning.point)),
    ]
    return Page(
        f"For supervision: {supervisor}",
        cautioned(
            NO_LIST if occasion.makes_no_list else _lead(people(first), people(discuss), _lists(len(made))),
            occasion,
        ),
        [
            *([Section("Without patients here", [nobody_found(absent)])] if absent else []),
            *(said if made else []),
            *([left_out] if caseloads else []),
            Section("How to read this page", [how_to_read(occasion)]),
        ],
        occasion.synthetic,
        occasion.about,
    )


def _lead(first: int, discuss: int, lists: str) -> str:
    if not first:
        return f"Nobody comes first on {lists}."
    alone = "none" if not discuss else f"{discuss:,}"
    said = f"{patients(first)} to think about first on {lists}"
    return f"{said}; of these, {alone} whom the practitioner cannot act on alone."


def _lists(number: int) -> str:
    return "1 practitioner's list" if number == 1 else f"{number} practitioners' lists"


def _why(flag: Flag) -> Iterator[str]:
    """Why a flag is one to talk about: the practitioner cannot act on it alone."""
    if flag.hidden:
        yield "the main grounds are not shown to the practitioner"
    if flag.unstable:
        yield "what stands out changes with the patients learnt from"
    elif not flag.reasons:
        yield "no single thing recorded stands out"
    if any(reason.consider and reason.consider.moment == IN_SUPERVISION for reason in flag.reasons):
        yield "there is something to consider in supervision"


def _card(one: Listed, meaning: OutcomeWords) -> Markup:
    said = list(_why(one.flag))
    why = paragraph(f"To discuss because {' and '.join(said)}.")
    title = f"{one.practitioner}: patient {one.patient}, {meaning.point.begun} {day(one.at)}"
    return card(title, why, *flag_parts(one.flag, meaning))


def _by_practitioner(
    caseloads: Sequence[Caseload], discussed: Sequence[Listed], meaning: OutcomeWords
) -> list[Markup]:
    already = {id(one) for one in discussed}
    parts = []
    for caseload in caseloads:
        others = [one.elsewhere for one in caseload.first if id(one) not in already]
        if others:
            parts += [heading(caseload.practitioner), others_table(others, meaning)]
    return parts or [paragraph("Nobody else.")]


def _silent(caseloads: Sequence[Caseload], point: PointWords) -> list[Markup]:
    quiet = [one for caseload in caseloads for one in caseload.listed if one.flag.abstained]
    if not quiet:
        return [paragraph(f"A chance is stated for every patient with {point.open} on these lists.")]
    columns = {
        "Practitioner": [one.practitioner for one in quiet],
        "Patient": [one.patient for one in quiet],
        "Why no chance is stated": [one.flag.percent for one in quiet],
    }
    return [listing(columns, f"Patients with {point.open} of whom nothing is foretold")]


def _left_out(caseloads: Sequence[Caseload]) -> Markup:
    rows = [
        (caseload.practitioner, reason, int(many))
        for caseload in caseloads
        for reason, many in caseload.left_out["reason"].value_counts().sort_index().items()
    ]
    if not rows:
        return paragraph("Every patient with an open referral is on a list.")
    practitioners, reasons, many = zip(*rows, strict=True)
    columns = {"Practitioner": practitioners, "Why": reasons, "Patients": many}
    return listing(columns, "Patients with an open referral for whom no chance is worked out")
