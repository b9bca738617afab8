"""The pages of flags: a caseload per practitioner, with nobody else's patients, and the analyst's index."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

import pandas as pd
from markupsafe import Markup

from models.abstention import NOT_ENOUGH, UNLIKE
from models.chance_in_words import whole_percent
from models.feedback import ACTIONS, AGREED, WHYS
from models.flags import Flag
from models.outcome_words import OutcomeWords, PointWords
from pipelines.flags.card import flag_card, how_to_read
from pipelines.flags.listed import ANSWERS, INDEX, Caseload, Listed, day, people, short_day
from pipelines.flags.occasion import Occasion
from pipelines.page import Page, Section, bullets, fold, listing, paragraph, table

NOT_LISTED = "Not on this list, and why"
NO_LIST = "There is no list: who may need a word before the next session was not looked for."


def caseload_page(caseload: Caseload, occasion: Occasion) -> Page:
    """One practitioner's patients with work or a week that is open, and those with an open referral who are not listed.

    `occasion`: of the practitioner's own service.
    """
    title = f"{occasion.meaning.point.title}: {caseload.practitioner}"
    if occasion.makes_no_list:
        return Page(title, cautioned(NO_LIST, occasion), [], occasion.synthetic, occasion.about)
    first = caseload.first
    others = [one for one in caseload.listed if not one.flag.flagged]
    sections = [
        Section(
            "To think about first",
            [flag_card(one, occasion.meaning) for one in first] or [paragraph("Nobody stands out.")],
        ),
        Section(
            f"Also with {occasion.meaning.point.open}",
            [others_table(others, occasion.meaning)] if others else [paragraph("Nobody else.")],
        ),
        Section(NOT_LISTED, [left_out_table(caseload.left_out)]),
        *([Section("What you did", [_answers()])] if first else []),
        Section("How to read this page", [how_to_read(occasion)]),
    ]
    return Page(
        title,
        cautioned(_lead(people(first), people(caseload.listed), occasion.meaning.point), occasion),
        sections,
        occasion.synthetic,
        occasion.about,
    )


def nobody_found(practitioners: Sequence[str]) -> Markup:
    """What it may mean that the records hold none of their patients."""
    return paragraph(
        f"No patient with an open referral was found with {', '.join(practitioners)}. Either there is none, or the "
        "service's file of supervisors names a practitioner otherwise than flags.csv does."
    )


def cautioned(lead: str, occasion: Occasion) -> str:
    """The lead of a list, with what it must say of the records it was made from."""
    return f"{lead} {occasion.caution}".strip()


def _answers() -> Markup:
    return Markup(
        '<p>What you make of each flag, and what was done, can be told in <a href="{}">{}</a> beside this page: a row '
        "for each patient to think about first. Fill in what applies and save it as it is.</p>{}"
    ).format(ANSWERS, ANSWERS, bullets([*_how_to_answer()]))


def _how_to_answer() -> Iterator[Markup]:
    """What may stand in each column, in the words that are read."""
    said = Markup("<strong>{}</strong>: {}").format
    yield said("answered_on", "the day, such as 02/03/2026")
    yield said("agreed", f"{' or '.join(AGREED)}: does the flag fit what you know?")
    yield said("why", f"only where you do not agree, one of: {', '.join(WHYS)}")
    yield said("action", f"one of: {', '.join(ACTIONS)}; several with a semicolon between them")
    yield said("note", "anything else, in your own words, or nothing")


def _lead(first: int, everyone: int, point: PointWords) -> str:
    if not everyone:
        return f"No patient has {point.waiting}."
    if not first:
        return f"Nobody stands out among {patients(everyone)} with {point.waiting}."
    return f"Of {patients(everyone)} with {point.open}, {first} to think about before the next session."


def patients(number: int) -> str:
    """So many patients, in words."""
    return "1 patient" if number == 1 else f"{number:,} patients"


def others_table(others: Sequence[Listed], meaning: OutcomeWords) -> Markup:
    """Flags in a line each; a patient's name leads to their own page where there is one beside this."""
    return listing(
        {
            "Patient": [_linked(one) for one in others],
            meaning.point.begun.capitalize(): [short_day(one.at) for one in others],
            f"Chance {meaning.point.not_done}": [_chance(one.flag) for one in others],
            "What stands out": [one.flag.reasons[0].line if one.flag.reasons else None for one in others],
        },
        "Highest chance first",
    )


def _linked(one: Listed) -> str | Markup:
    return Markup('<a href="{}">{}</a>').format(one.page, one.patient) if one.page else one.patient


def _chance(flag: Flag) -> str:
    if flag.abstained:
        return flag.percent
    bounds = f"{flag.percent} ({whole_percent(flag.low)} to {whole_percent(flag.high)})"
    return bounds.replace(" ", "\u00a0")


def left_out_table(left_out: pd.DataFrame) -> Markup:
    """Who has an open referral and is not listed, folded; `left_out` has patient and reason."""
    if left_out.empty:
        return paragraph("Nobody else with an open referral belongs here.")
    rows = sorted(set(zip(left_out["reason"], left_out["patient"], strict=True)))
    count = f"{patients(left_out['patient'].nunique())} with an open referral but nothing to foresee today"
    columns = {"Patient": [patient for _, patient in rows], "Why": [reason for reason, _ in rows]}
    return fold(count, listing(columns, "No chance is worked out for them"))


def index_page(
    caseloads: Sequence[Caseload],
    occasion: Occasion,
    *,
    supervisors: Mapping[str, str],
    without: Sequence[str],
    not_found: Sequence[str] = (),
) -> Page:
    """The whole service, for the analyst.

    `supervisors`: supervisor -> the address of their page; `without`: practitioners who have no supervisor
    in the service's file; `not_found`: those in it of whom the records hold no patient with an open referral.
    """
    listed = [one for caseload in caseloads for one in caseload.listed]
    left_out = pd.concat([caseload.left_out["reason"] for caseload in caseloads] or [pd.Series(dtype=str)])
    first = people(one for one in listed if one.flag.flagged)
    open_ = occasion.meaning.point.open
    in_doubt = [*occasion.gaps.lines] if occasion.gaps else []
    supervision = (
        [Section("Supervision", _supervision(supervisors, without, not_found))] if supervisors else []
    )
    return Page(
        f"Flags as at {day(occasion.as_of)}",
        cautioned(f"{first} of {patients(people(listed))} with {open_} come first.", occasion),
        [
            Section(
                "What was done",
                [
                    _summary([one.flag for one in listed], left_out, occasion.meaning.point),
                    *_chosen(occasion),
                ],
            ),
            Section("Caseloads", [_caseloads(caseloads, occasion)]),
            *supervision,
            *([Section("What the records leave in doubt", [bullets(in_doubt)])] if in_doubt else []),
            Section("One patient, and the tables", [_links()]),
            Section("How to read these pages", [how_to_read(occasion)]),
        ],
        occasion.synthetic,
        occasion.about,
    )


def _summary(flags: Sequence[Flag], left_out: pd.Series[str], point: PointWords) -> Markup:
    first = [flag for flag in flags if flag.flagged]
    counts = {
        "Open pathways": len(flags) + len(left_out),
        f"With {point.waiting}": len(flags),
        "– to think about first": len(first),
        "– first, but without a reason to show": sum(not flag.reasons for flag in first),
        "– first, but with main grounds that are not shown": sum(flag.hidden for flag in first),
        "– first, but no one reason stays from refit to refit": sum(
            flag.unstable or flag.by_construct for flag in first
        ),
        "– of these, its heading stays and is shown": sum(flag.by_construct for flag in first),
        **{f"– {band}": sum(flag.band == band for flag in flags) for band in (NOT_ENOUGH, UNLIKE)},
        **{f"Not listed: {reason}": many for reason, many in left_out.value_counts().items()},
    }
    rows = pd.DataFrame({"Pathways": counts.keys(), "Number": [f"{many:,}" for many in counts.values()]})
    return table(rows, "Open pathways at the date, and what became of each")


def _chosen(occasion: Occasion) -> list[Markup]:
    """How the cut-off was chosen, where the model says."""
    said = f"The cut-off, {whole_percent(occasion.cut_off)}, was chosen when the model was trained: {occasion.chosen}."
    return [paragraph(said, note=True)] if occasion.chosen else []


def _caseloads(caseloads: Sequence[Caseload], occasion: Occasion) -> Markup:
    """Who reads which folder; no number where no list is made, because 0 would say that there is nobody."""
    made = [one.service not in occasion.not_scored for one in caseloads]
    addresses = [f"practitioners/{one.folder}/{INDEX}" for one in caseloads]
    names = [one.practitioner for one in caseloads]
    return listing(
        {
            "Practitioner": _links_to(addresses, names),
            f"Patients with {occasion.meaning.point.open}": [
                people(one.listed) if listed else None for one, listed in zip(caseloads, made, strict=True)
            ],
            "To think about first": [
                people(one.first) if listed else None for one, listed in zip(caseloads, made, strict=True)
            ],
        },
        "A folder each, with nobody else's patients: hand it over whole",
    )


def _supervision(
    supervisors: Mapping[str, str], without: Sequence[str], not_found: Sequence[str]
) -> list[Markup]:
    links = _links_to(list(supervisors.values()), list(supervisors))
    parts = [listing({"Supervisor": links}, "A page each, with their own practitioners' patients only")]
    if without:
        parts.append(paragraph(f"No supervisor is named for {', '.join(without)}."))
    if not_found:
        parts.append(nobody_found(not_found))
    return parts


def _links_to(addresses: Sequence[str], names: Sequence[str]) -> list[Markup]:
    pairs = zip(addresses, names, strict=True)
    return [Markup('<a href="{}">{}</a>').format(address, name) for address, name in pairs]


def _links() -> Markup:
    files = {
        "patient.html": "one patient's explanation, whole: for analysts",
        "explanation.csv": "the table behind it",
        "flags.csv": "the flags, for the case-management system; with the records' own ids of patients",
        "not_listed.csv": "who is not on the list, and why; with the records' own ids of patients",
    }
    return Markup("<ul>{}</ul>").format(
        Markup("").join(
            Markup('<li><a href="{}">{}</a>: {}</li>').format(file, file, words)
            for file, words in files.items()
        )
    )
