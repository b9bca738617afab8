"""What one fact may see of the records, and when each version of a row was known.

Moments are whole seconds since 1970, local time: exact, quick to compare, the same on every engine.
"""

from __future__ import annotations

from typing import Any, TypeAlias

import ibis

from features.facts.definition import Fact, FactSettings
from features.records import Records

Table: TypeAlias = Any
Expression: TypeAlias = Any
DAY = 86_400


class NotAllowedError(Exception):
    """A fact asked for a table or column that it does not name in `reads`."""


class Source:
    """The records as one fact may read them."""

    def __init__(self, records: Records, backend: Any, fact: Fact, settings: FactSettings) -> None:
        self.settings = settings
        self._records = records
        self._backend = backend
        self._fact = fact

    def table(self, name: str) -> Table:
        """The allowed columns of a table with `provider` and `submission`; one not recorded is missing."""
        if name not in self._fact.reads:
            raise NotAllowedError(f"fact '{self._fact.name}' may not read {name}; name it in `reads`")
        held = self._records.columns[name]
        rows = self._backend.table(name)
        chosen = {
            column: rows[column].cast(kind) if column in held else ibis.null(kind)
            for column, kind in self._fact.reads[name].items()
        }
        submission = rows.UniqueSubmissionID if "UniqueSubmissionID" in rows.columns else ibis.null("string")
        return rows.select(provider=rows.OrgID_Provider, submission=submission, **chosen)

    def versions(self, name: str, *key: str) -> Table:
        """Each version of each row of a table, once.

        Adds `version` (0 for the first), `held_from` (end of the reporting period of the first submission
        that holds the version; missing where the table comes without submissions) and `single` (the
        provider made one submission only).
        """
        rows = self.table(name)
        held = rows.left_join(self._submissions(), ["provider", "submission"])
        held = held.drop("provider_right", "submission_right", "submission")
        values = [column for column in self._fact.reads[name] if column not in key]
        inside = ibis.window(group_by=["provider", *key], order_by=["period_end", *values])
        changed = ibis.or_(*(~held[value].identical_to(held[value].lag().over(inside)) for value in values))
        number = ibis.row_number().over(inside)
        marked = held.mutate(starts=(number == 0) | changed) if values else held.mutate(starts=number == 0)
        kept = marked.filter(marked.starts).drop("starts")
        again = ibis.window(group_by=["provider", *key], order_by=["period_end", *values])
        return kept.mutate(version=ibis.row_number().over(again)).rename(held_from="period_end")

    def _submissions(self) -> Table:
        header = self._backend.table("IDS000Header")
        ends = header.group_by(provider=header.OrgID_Provider, submission=header.UniqueSubmissionID)
        ended = ends.aggregate(period_end=end_of_day(header.ReportingPeriodEndDate.max()))
        provider = ibis.window(group_by="provider")
        return ended.mutate(single=ended.count().over(provider) == 1)

    def contacts(self) -> Table:
        """When each contact took place, as first recorded: `provider, CareContactId, pathway_id, start`."""
        first = self.versions("IDS201CareContact", "CareContactId")
        first = first.filter(first.version == 0)
        return first.select(
            "provider",
            "CareContactId",
            pathway_id=scoped(first, "ServiceRequestId"),
            start=moment(first.CareContDate, first.CareContTime),
        )

    def referrals(self) -> Table:
        """When each referral was received: `provider, ServiceRequestId, LocalPatientId, received`.

        A date without a time: known at the end of that day.
        """
        first = self.versions("IDS101Referral", "ServiceRequestId")
        first = first.filter(first.version == 0)
        received = end_of_day(first.ReferralRequestReceivedDate)
        return first.select("provider", "ServiceRequestId", "LocalPatientId", received=received)


def scoped(rows: Table, column: str) -> Expression:
    """A local id made unique: `provider:local id`."""
    return rows.provider + ":" + rows[column]


def seconds(date: Expression) -> Expression:
    """The start of a date, in seconds."""
    return date.cast("timestamp").epoch_seconds().cast("int64")


def end_of_day(date: Expression) -> Expression:
    """The moment at which a date without a time is known: the midnight that ends it."""
    return seconds(date) + DAY


def moment(date: Expression, time: Expression) -> Expression:
    """A date with its time of day; without a time, the start of the day."""
    of_day = time.hour() * 3_600 + time.minute() * 60 + time.second()
    return seconds(date) + ibis.coalesce(of_day.cast("int64"), 0)


def known_when_dated(rows: Table, dated: Expression) -> Expression:
    """A first version is known when it is dated; a changed one when a submission first held it."""
    changed = ibis.coalesce(ibis.greatest(dated, rows.held_from), dated)
    return ibis.ifelse(rows.version == 0, dated, changed)


def known_undated(rows: Table, referral: Expression) -> Expression:
    """An undated value is known from the end of the reporting period of the first submission with it.

    With one submission only nobody can say, and the referral date is taken instead.
    """
    alone = rows.held_from.isnull() | rows.single
    return ibis.ifelse(alone, referral, rows.held_from)


def yes(column: Expression) -> Expression:
    """Y is true, N is false, anything else is missing."""
    return ibis.cases((column == "Y", True), (column == "N", False), else_=ibis.null("boolean"))
