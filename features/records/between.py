"""The rules between rows: parents that must be there, dates in order across tables, rows sent twice.

Parents are clean already and stand under their own names; the rows that are looked at are called `r`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from features.records.loading import PROVIDER, SUBMISSION
from features.records.rules import Rule
from features.standard import columns_of, primary_key

Clean = Mapping[str, tuple[str, ...]]
HEADER, REFERRAL, CONTACT, TASK = "IDS000Header", "IDS101Referral", "IDS201CareContact", "BSW001TaskSet"
SAME = f'p."{PROVIDER}" = r."{PROVIDER}"'

# Not before a date of the parent: table -> (column, parent's table, parent's date, same key).
NOT_BEFORE: Mapping[str, tuple[tuple[str, str, str, str], ...]] = {
    REFERRAL: (("ReferralRequestReceivedDate", "IDS001MPI", "PersonBirthDate", "LocalPatientId"),),
    CONTACT: (("CareContDate", REFERRAL, "ReferralRequestReceivedDate", "ServiceRequestId"),),
    TASK: (("ReviewDueDate", CONTACT, "CareContDate", "CareContactId"),),
    "BSW004PlatformSession": (("SessionStart", REFERRAL, "ReferralRequestReceivedDate", "ServiceRequestId"),),
}
# What cannot lie after the end of the reporting period that it was sent for.
NOT_AFTER_PERIOD: Mapping[str, tuple[str, ...]] = {
    "IDS001MPI": ("PersonBirthDate",),
    REFERRAL: ("ReferralRequestReceivedDate", "ServDischDate"),
    CONTACT: ("CareContDate",),
    "IDS606CodedScoreAssessmentRefer": ("AssToolCompDate",),
}
# The local tables come without submissions and may run on a little after the last one.
LOCAL_MOMENTS: Mapping[str, str] = {
    "BSW002TaskReview": "ReviewDateTime",
    "BSW004PlatformSession": "SessionStart",
}


def looked_at(table: str, held: tuple[str, ...]) -> set[str]:
    """The tables that `rules_between` looks at where they are there: they must be clean first."""
    parents = {
        columns_of(table)[name].key.partition(".")[0] for name in held if "." in columns_of(table)[name].key
    }
    dated = {parent for _, parent, _, _ in NOT_BEFORE.get(table, ())}
    tasks = {TASK: {CONTACT}, "BSW002TaskReview": {CONTACT, TASK}}.get(table, set())
    return ({HEADER} | parents | dated | tasks) - {table}


def rules_between(table: str, held: tuple[str, ...], clean: Clean, local_days_later: int) -> Iterator[Rule]:
    """The rules between a row and the rows of other tables.

    `local_days_later`: how many days the local tables may run on after the last reporting period.
    """
    yield from _parents(table, held, clean)
    if table == HEADER:
        return
    yield from _submission(held)
    yield from _not_before(table, held, clean)
    yield from _not_after(table, held, local_days_later)
    if table == TASK and CONTACT in clean:
        yield from _same_referral(held)
    if table == "BSW002TaskReview" and {CONTACT, TASK} <= clean.keys():
        yield from _review_after_task(held)


def _parents(table: str, held: tuple[str, ...], clean: Clean) -> Iterator[Rule]:
    for name in held:
        parent, _, key = columns_of(table)[name].key.partition(".")
        if key and parent in clean:
            there = f'SELECT 1 FROM "{parent}" p WHERE {SAME} AND p."{key}" = r."{name}"'
            remedy = f"no usable row of {parent} has this {key}; send it, or see why it was set aside"
            broken = f'"{name}" IS NOT NULL AND NOT EXISTS ({there})'
            yield Rule(f"must be in {parent}", name, broken, remedy)


def _submission(held: tuple[str, ...]) -> Iterator[Rule]:
    """A row of no known submission cannot be dated: nobody could say when it became known."""
    if SUBMISSION in held:
        there = f'SELECT 1 FROM {HEADER} p WHERE {SAME} AND p."{SUBMISSION}" = r."{SUBMISSION}"'
        remedy = f"send the header of this provider's submission, or correct {PROVIDER} and {SUBMISSION}"
        yield Rule(f"must be in {HEADER}", SUBMISSION, f"NOT EXISTS ({there})", remedy)
    elif PROVIDER in held:
        there = f"SELECT 1 FROM {HEADER} p WHERE {SAME}"
        remedy = f"send the header of this provider, or correct {PROVIDER}"
        yield Rule(
            f"must be in {HEADER}", PROVIDER, f'"{PROVIDER}" IS NOT NULL AND NOT EXISTS ({there})', remedy
        )


def _not_before(table: str, held: tuple[str, ...], clean: Clean) -> Iterator[Rule]:
    for name, parent, date, key in NOT_BEFORE.get(table, ()):
        if name in held and key in held and date in clean.get(parent, ()):
            first = f'SELECT min(p."{date}") FROM "{parent}" p WHERE {SAME} AND p."{key}" = r."{key}"'
            broken = f'CAST("{name}__typed" AS DATE) < ({first})'
            yield Rule(f"must not be before {date}", name, broken, "correct the dates")


def _not_after(table: str, held: tuple[str, ...], local_days_later: int) -> Iterator[Rule]:
    end = f"SELECT max(p.ReportingPeriodEndDate) FROM {HEADER} p WHERE {SAME}"
    for name in NOT_AFTER_PERIOD.get(table, ()):
        if name in held and SUBMISSION in held:
            own = f'{end} AND p."{SUBMISSION}" = r."{SUBMISSION}"'
            remedy = "nothing can have happened after the reporting period that it was sent for"
            yield Rule("must not be after the reporting period", name, f'"{name}__typed" > ({own})', remedy)
    moment = LOCAL_MOMENTS.get(table)
    if moment in held:
        broken = f'CAST("{moment}__typed" AS DATE) > ({end}) + {local_days_later}'
        words = f"must not be more than {local_days_later} days after the last reporting period"
        yield Rule(words, str(moment), broken, "correct the date, or set local_days_later")


def _same_referral(held: tuple[str, ...]) -> Iterator[Rule]:
    if {"CareContactId", "ServiceRequestId"} <= set(held):
        contact = f"FROM {CONTACT} p WHERE {SAME} AND p.CareContactId = r.CareContactId"
        broken = (
            f"EXISTS (SELECT 1 {contact}) AND "
            f"NOT EXISTS (SELECT 1 {contact} AND p.ServiceRequestId = r.ServiceRequestId)"
        )
        yield Rule(
            "must be the referral of its contact", "ServiceRequestId", broken, "correct either of the two"
        )


def _review_after_task(held: tuple[str, ...]) -> Iterator[Rule]:
    set_on = (
        f"SELECT min(c.CareContDate) FROM {TASK} p JOIN {CONTACT} c ON "
        f'c."{PROVIDER}" = p."{PROVIDER}" AND c.CareContactId = p.CareContactId '
        f"WHERE {SAME} AND p.TaskId = r.TaskId"
    )
    if "ReviewDateTime" in held:
        broken = f'CAST("ReviewDateTime__typed" AS DATE) < ({set_on})'
        yield Rule("must not be before its task was set", "ReviewDateTime", broken, "correct the dates")
    if "CareContactId" in held:
        seen = (
            f"SELECT max(p.CareContDate) FROM {CONTACT} p WHERE {SAME} AND p.CareContactId = r.CareContactId"
        )
        broken = f"({seen}) < ({set_on})"
        yield Rule(
            "must not be before its task was set", "CareContactId", broken, "name the contact of the review"
        )


# What together names a row of a table without an identifier of its own.
TOGETHER: Mapping[str, tuple[str, ...]] = {
    "BSW002TaskReview": ("TaskId", "CareContactId", "ReviewDateTime"),
    "BSW003SessionRating": ("CareContactId", "RatingType", "RatedBy"),
    "BSW004PlatformSession": ("ServiceRequestId", "SessionStart"),
    "IDS004EmpStatus": ("LocalPatientId", "EmployStatusRecDate"),
    "IDS607CodedScoreAssessmentAct": ("CareActId", "CodedAssToolType"),
}


@dataclass(frozen=True)
class Copies:
    """SQL over `r` that finds rows sent twice. `column`: for the report; `alike`: the same for all copies of a row.

    `again` is true of a copy that says what the first says, `differs` of each of copies that differ.
    """

    column: str
    alike: str
    again: str
    differs: str


def copies(table: str, held: tuple[str, ...]) -> Copies | None:
    """How rows sent twice are found in a table; None where the columns that name a row are not all there.

    A row is named by its key within provider and submission; a row without a key by all it says. Of exact
    copies the first stays; of copies that differ none does, because nobody can say which is right. `r` must
    hold rows only that keep every other rule: a spoilt copy says nothing against a good one.
    """
    key = SUBMISSION if table == HEADER else primary_key(table)
    names = (key,) if key else TOGETHER.get(table, ())
    if not set(names) <= set(held):  # rows of different things would look like copies of one
        return None
    within = held if not names else [name for name in (PROVIDER, SUBMISSION, *names) if name in held]
    alike = ", ".join(f'"{name}"' for name in dict.fromkeys(within))
    window = f"PARTITION BY {alike}"
    again = f"row_number() OVER ({window} ORDER BY file, row) > 1"
    if not names:
        column = next((name for name in held if columns_of(table)[name].key), held[0])
        return Copies(column, alike, again, "false")
    content = "md5(concat_ws('|', " + ", ".join(f"coalesce(\"{name}\", '~')" for name in held) + "))"
    there = f'"{names[0]}" IS NOT NULL'
    differs = f"{there} AND min({content}) OVER ({window}) <> max({content}) OVER ({window})"
    return Copies(names[0], alike, f"{there} AND {again}", differs)
