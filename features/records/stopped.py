"""What stops before the records do: a service that submits no more, or a table that a service no longer fills in.

Work whose review nobody wrote down looks as if nobody had reviewed it. So whoever reads such records must know.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import date

from features.records.files import CONTACT
from features.records.held import Records

HEADER, ACTIVITY = "IDS000Header", "IDS202CareActivity"
STOPPED_DAYS = 62  # two months: what is written down every week is not silent for as long
# Rows in that time, had they gone on as in the YEAR before: where fewer were to be expected, none says nothing.
EXPECTED, YEAR = 10, 365
# Where it says on what day a row came about, for what comes about again and again. What is dated otherwise is not here:
# when an earlier illness began, or when a practitioner qualified, says nothing of when it was written down.
DATED = {
    CONTACT: "CareContDate",
    "BSW002TaskReview": "ReviewDateTime",
    "BSW004PlatformSession": "SessionStart",
    "IDS004EmpStatus": "EmployStatusRecDate",
    "IDS101Referral": "ReferralRequestReceivedDate",
    "IDS603PresentingComplaints": "PresCompDate",
    "IDS606CodedScoreAssessmentRefer": "AssToolCompDate",
}
# The key of what else dates a row, where it has no day of its own: its contact, or the contact of its activity.
AT_CONTACT, AT_ACTIVITY = "CareContactId", "CareActId"
AT = {
    "BSW001TaskSet": AT_CONTACT,
    "BSW002TaskReview": AT_CONTACT,
    "BSW003SessionRating": AT_CONTACT,
    ACTIVITY: AT_CONTACT,
    "IDS607CodedScoreAssessmentAct": AT_ACTIVITY,
}


@dataclass(frozen=True)
class Stopped:
    """A table whose last row of a service is `days` older than the end of what is known of the service."""

    table: str
    service: str
    last: date
    days: int


def stopped_tables(records: Records, tables: Collection[str], *, until: date | None = None) -> list[Stopped]:
    """Of these tables, as far as each says when its rows came about: those that a service fills in no longer, though it
    goes on submitting. `until`: as known before that day.
    """
    return [
        Stopped(table, service, last, days)
        for table in sorted(records.columns.keys() & set(tables))
        for service, last, days, expected in _last_rows(records, table, until or date.max)
        if days > STOPPED_DAYS and expected >= EXPECTED
    ]


def ended_early(records: Records) -> dict[str, int]:
    """The services whose last reporting period ends months before that of others -> how many."""
    with records.connection.cursor() as own:
        found = own.execute(
            "SELECT OrgID_Provider, date_diff('month', max(ReportingPeriodEndDate), (SELECT "
            f"max(ReportingPeriodEndDate) FROM {HEADER})) AS months FROM {HEADER} GROUP BY 1 ORDER BY 1"
        ).fetchall()
    return {str(service): int(months) for service, months in found if months}


def _last_rows(records: Records, table: str, until: date) -> Iterator[tuple[str, date, int, float]]:
    """By service: the day of the table's last row, how many days before the end of what is known it lies, and how many
    rows were to be expected in them, had they come as often as before.
    """
    rows = _dated(records, table)
    if rows is None:
        return
    asked = f"""
        WITH days AS (SELECT provider, day::DATE AS day FROM ({rows}) WHERE day < $until),
        lasts AS (SELECT provider, max(day) AS last FROM days GROUP BY 1),
        lately AS (
            SELECT provider, last, count(*) AS rows, 1 + date_diff('day', min(day), last) AS span
            FROM days JOIN lasts USING (provider) WHERE day > last - {YEAR} GROUP BY 1, 2
        ),
        ends AS (
            SELECT OrgID_Provider AS provider, least(max(ReportingPeriodEndDate)::DATE, $until - 1) AS ended
            FROM {HEADER} GROUP BY 1
        )
        SELECT provider, last, date_diff('day', last, ended) AS silent, silent * rows / span
        FROM ends JOIN lately USING (provider) WHERE ended IS NOT NULL ORDER BY 1
    """
    with records.connection.cursor() as own:
        found = own.execute(asked, {"until": until}).fetchall()
    yield from ((str(service), last, int(days), float(expected)) for service, last, days, expected in found)


def _dated(records: Records, table: str) -> str | None:
    """The rows of a table as `provider, day`; nothing where the records do not say on what day they came about."""
    held = records.columns[table]
    own = f't."{DATED[table]}"' if DATED.get(table) in held else None
    key, contacts = AT.get(table), records.columns.get(CONTACT, ())
    if key not in held or DATED[CONTACT] not in contacts:
        return own and f'SELECT t.OrgID_Provider AS provider, {own} AS day FROM "{table}" t'
    through = ""
    if key == AT_ACTIVITY:
        if AT_CONTACT not in records.columns.get(ACTIVITY, ()):
            return None
        through = f"JOIN {ACTIVITY} a USING (OrgID_Provider, {AT_ACTIVITY}) "
    day = f"coalesce({own}, c.{DATED[CONTACT]})" if own else f"c.{DATED[CONTACT]}"
    return (
        f'SELECT t.OrgID_Provider AS provider, {day} AS day FROM "{table}" t {through}'
        f"LEFT JOIN {CONTACT} c ON c.OrgID_Provider = t.OrgID_Provider AND c.{AT_CONTACT} = "
        f"{'a' if through else 't'}.{AT_CONTACT}"
    )
