"""What one fact may see of the records, and when each version of a row was known."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from functools import cached_property
from typing import Any, TypeAlias

import ibis

from features.engine import Engine
from features.facts.definition import FACTS, Fact, FactSettings
from features.facts.versions import versions_of
from features.records import Reading, Records

Table: TypeAlias = Any
Expression: TypeAlias = Any
DAY = 86_400


class NotAllowedError(Exception):
    """A fact asked for a table or column that it does not name in `reads`."""


class Source:
    """The records as one fact may read them."""

    def __init__(
        self, fact: Fact, settings: FactSettings, shared: Shared, facts: Callable[[str], Table]
    ) -> None:
        self.settings = settings
        self._fact = fact
        self._shared = shared
        self._facts = facts

    def fact(self, name: str) -> Table:
        """The rows of another fact, all of whose columns of the records this one may read."""
        for table, columns in FACTS[name].reads.items():
            if not set(columns) <= set(self._allowed(table)):
                raise NotAllowedError(
                    f"fact '{self._fact.name}' may not build on '{name}'; name {table}'s columns in `reads`"
                )
        return self._facts(name).drop("superseded_at", "order")

    def has(self, *names: str) -> bool:
        """Whether the records hold all of these tables."""
        return self._shared.has(names)

    def table(self, name: str) -> Table:
        """The allowed columns of a table with `provider` and `submission`; one not recorded is missing."""
        return self._shared.table(name, self._allowed(name))

    def versions(self, name: str, *key: str) -> Table:
        """Each version of each row of a table, once; see `Shared.versions`."""
        return self._shared.versions(name, self._allowed(name), key)

    def contacts(self) -> Table:
        """When each contact took place: `provider, CareContactId, pathway_id, start, ends_at`, as first recorded.

        One whose date was corrected took place on the latest of its dates: what was said in it may be of that day, and
        nothing is known too early. Without a duration a contact lasts a minute.
        """
        self._allowed("IDS201CareContact")
        return self._shared.contacts

    def referrals(self) -> Table:
        """When each referral was received: `provider, ServiceRequestId, LocalPatientId, received`.

        A date without a time: known at the end of that day.
        """
        self._allowed("IDS101Referral")
        return self._shared.referrals

    def patients(self) -> Table:
        """Whose each referral is: `pathway_id, patient_id`."""
        rows = self.referrals()
        return rows.select(
            pathway_id=scoped(rows, "ServiceRequestId"), patient_id=scoped(rows, "LocalPatientId")
        )

    def _allowed(self, name: str) -> Mapping[str, str]:
        if name not in self._fact.reads:
            raise NotAllowedError(f"fact '{self._fact.name}' may not read {name}; name it in `reads`")
        return self._fact.reads[name]


class Shared:
    """The records in the engine, with what several facts need worked out once."""

    def __init__(self, records: Records | Reading, engine: Engine) -> None:
        self._records = records
        self._engine = engine
        self._versions: dict[tuple[str, ...], Table] = {}

    def has(self, names: Iterable[str]) -> bool:
        """See `Source.has`."""
        return all(name in self._records.columns for name in names)

    def table(self, name: str, columns: Mapping[str, str]) -> Table:
        """Columns of a table by Ibis type, with `provider` and `submission`; one not recorded is missing."""
        held = self._records.columns[name]
        rows = self._engine.table(name)
        chosen = {
            column: rows[column].cast(kind) if column in held else ibis.null(kind)
            for column, kind in columns.items()
        }
        submission = rows.UniqueSubmissionID if "UniqueSubmissionID" in rows.columns else ibis.null("string")
        return rows.select(provider=rows.OrgID_Provider, submission=submission, **chosen)

    def versions(self, name: str, columns: Mapping[str, str], key: tuple[str, ...]) -> Table:
        """Each version of each row of a table, once.

        Adds `version` (0 for the first), `held_from` (end of the reporting period of the first submission
        that holds the version; missing where the table comes without submissions), `period_start` and
        `turn` of that submission, and `single` (the provider made one submission only).
        """
        asked = (name, *columns, "by", *key)
        if asked not in self._versions:
            found = self._versions_of(name, columns, key)
            if _read_alike(name, columns) > 1:
                found = self._kept(f"versions_{len(self._versions)}", found)
            self._versions[asked] = found
        return self._versions[asked]

    def _versions_of(self, name: str, columns: Mapping[str, str], key: tuple[str, ...]) -> Table:
        rows, submissions = self.table(name, columns), self.submissions
        turns = submissions.select("provider", "submission", "turn")
        sent = rows.left_join(turns, ["provider", "submission"]).select("provider", "turn", *columns)
        found = versions_of(sent, ("provider", *key)).left_join(submissions, ["provider", "turn"])
        return found.drop("provider_right", "turn_right", "submission").rename(held_from="period_end")

    @cached_property
    def submissions(self) -> Table:
        """Each submission with its period, `turn` (1 is the provider's first) and `single`.

        Of two submissions for one period the one created later is the later.
        """
        columns = {
            "ReportingPeriodStartDate": "int64",
            "ReportingPeriodEndDate": "int64",
            "DateTimeDatSetCreate": "int64",
        }
        header = self.table("IDS000Header", columns)
        ended = header.group_by(["provider", "submission"]).aggregate(
            period_start=header.ReportingPeriodStartDate.min(),
            period_end=end_of_day(header.ReportingPeriodEndDate.max()),
            created=header.DateTimeDatSetCreate.max(),
        )
        in_turn = ibis.window(group_by="provider", order_by=["period_end", "created", "submission"])
        ended = ended.mutate(
            single=ended.count().over(ibis.window(group_by="provider")) == 1,
            turn=ibis.row_number().over(in_turn) + 1,
        )
        return self._kept("submissions", ended.drop("created"))

    @cached_property
    def contacts(self) -> Table:
        """See `Source.contacts`."""
        columns = {
            "CareContactId": "string",
            "ServiceRequestId": "string",
            "CareContDate": "int64",
            "CareContTime": "int64",
            "ClinContDurOfCareCont": "int64",
        }
        every = self.versions("IDS201CareContact", columns, ("CareContactId",))
        changed = every.filter(every.version > 0)
        later = changed.group_by(["provider", "CareContactId"]).aggregate(
            later=moment(changed.CareContDate, changed.CareContTime).max()
        )
        first = every.filter(every.version == 0).left_join(later, ["provider", "CareContactId"])
        dated = moment(first.CareContDate, first.CareContTime)
        start = ibis.greatest(dated, ibis.coalesce(first.later, dated))
        minutes = ibis.greatest(ibis.coalesce(first.ClinContDurOfCareCont, 1), 1)
        pathway_id = scoped(first, "ServiceRequestId")
        kept = first.select(
            "provider", "CareContactId", pathway_id=pathway_id, start=start, ends_at=start + minutes * 60
        )
        return self._kept("contacts", kept)

    @cached_property
    def referrals(self) -> Table:
        """See `Source.referrals`."""
        columns = {
            "ServiceRequestId": "string",
            "LocalPatientId": "string",
            "ReferralRequestReceivedDate": "int64",
        }
        first = self.versions("IDS101Referral", columns, ("ServiceRequestId",))
        first = first.filter(first.version == 0)
        received = end_of_day(first.ReferralRequestReceivedDate)
        return self._kept(
            "referrals", first.select("provider", "ServiceRequestId", "LocalPatientId", received=received)
        )

    def _kept(self, name: str, rows: Table) -> Table:
        return self._engine.keep(f"shared_{name}", rows)


def _read_alike(name: str, columns: Mapping[str, str]) -> int:
    """How many facts read just these columns of a table; those made of other facts read what those did."""
    return sum(fact.reads.get(name) == columns for fact in FACTS.values() if not fact.running)


def scoped(rows: Table, column: str) -> Expression:
    """A local id made unique: `provider:local id`."""
    return rows.provider + ":" + rows[column]


def end_of_day(date: Expression) -> Expression:
    """The moment at which a date without a time is known: its last second."""
    return date + DAY - 1


def moment(date: Expression, time: Expression) -> Expression:
    """A date with its time of day; without a time, the start of the day."""
    return date + ibis.coalesce(time, 0)


def known_when_dated(rows: Table, dated: Expression) -> Expression:
    """A first version is known when it is dated; a changed one when a submission first held it."""
    changed = ibis.coalesce(ibis.greatest(dated, rows.held_from), dated)
    return ibis.ifelse(rows.version == 0, dated, changed)


def known_when_entered(rows: Table, dated: Expression) -> Expression:
    """As `known_when_dated`, but a row that a later submission than its date's is the first to hold was entered
    late, and is known from the end of that submission's period.
    """
    late = (rows.version == 0) & (rows.turn > 1) & (dated < rows.period_start)
    return ibis.ifelse(late.fill_null(False), rows.held_from, known_when_dated(rows, dated))


def known_undated(rows: Table, referral: Expression) -> Expression:
    """An undated value is known from the end of the reporting period of the first submission with it.

    With one submission only nobody can say, and the referral date is taken instead.
    """
    alone = rows.held_from.isnull() | rows.single
    return ibis.ifelse(alone, referral, rows.held_from)


def yes(column: Expression) -> Expression:
    """Y is true, N is false, anything else is missing."""
    return ibis.cases((column == "Y", True), (column == "N", False), else_=ibis.null("boolean"))
