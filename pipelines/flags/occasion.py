"""When and with what lists were made, and what they must say of the records behind them."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date

from features.lineage import tables_read
from features.predictor import everything
from features.records.files import LOG_IN
from features.records.silence import NOBODYS
from models.outcome_words import WEEKS, OutcomeWords
from pipelines.flags.listed import day, days_behind
from pipelines.gaps import AT_HEART, IN_WORDS, Gaps, percent

FRESH_DAYS = 7  # records that end no longer before the list need no word


# What is filled in at every session: where it stops, somebody no longer writes it down, or nobody is seen.
AT_SESSIONS = frozenset(
    {
        "BSW001TaskSet",
        "BSW002TaskReview",
        "BSW003SessionRating",
        "IDS201CareContact",
        "IDS202CareActivity",
        "IDS607CodedScoreAssessmentAct",
    }
)


def rests_on(predictors: Iterable[str]) -> frozenset[str]:
    """The tables that lists rest on: those at heart, and those of the model's predictors.

    A predictor that this catalogue does not know is refused where predictors are worked out.
    """
    asked = (tables_read(everything()[name]) for name in predictors if name in everything())
    return AT_HEART.union(*asked)


@dataclass(frozen=True)
class Occasion:
    """When and with what the flags were made; printed at the foot of every page.

    `meaning`: what a chance is of. `cut_off`: the chance (0 to 1) from which a point is flagged, and `chosen` says how
    it was chosen; `data` the records' fingerprint; `refits` how many models learnt anew tell which reasons stay, with
    none of which nobody can tell, and `enough` in how many of them a reason must stay to be shown. `without_rows`: the
    tables without a row for want of which some of what the model reads is missing of everybody. `records_up_to`: the
    latest of `last_days`, service -> the day on which its records end. `not_scored`: service -> why no list is made of
    it. `gaps`: what the records leave in doubt, of which lists tell what is in the tables `reads`.
    """

    as_of: date
    records_up_to: date
    model: str
    cut_off: float
    synthetic: bool
    meaning: OutcomeWords
    data: str = ""
    refits: int = 0
    enough: int = 0
    chosen: str = ""
    without_rows: tuple[str, ...] = ()
    last_days: Mapping[str, date] = field(default_factory=dict, hash=False)
    not_scored: Mapping[str, str] = field(default_factory=dict, hash=False)
    gaps: Gaps | None = field(default=None, hash=False)
    reads: frozenset[str] = frozenset()

    def of(self, services: Iterable[str]) -> Occasion:
        """The same for a page that is of these services only."""
        days = {service: self.last_days[service] for service in sorted({*services})}
        if not days:
            return self
        return replace(self, records_up_to=max(days.values()), last_days=days)

    @property
    def makes_no_list(self) -> bool:
        """Whether no service that this is of is scored."""
        return bool(self.last_days) and self.last_days.keys() <= self.not_scored.keys()

    @property
    def caution(self) -> str:
        """What the lists must say of services that are not scored, and of records that end well before their day, lack
        every row of a table that the model reads, could not be read in part, or stop in one table; nothing of others.
        """
        return " ".join([*self._unscored, *self._behind, *self._without, *self._unread, *self._stopped])

    @property
    def silent(self) -> Iterator[str]:
        """Tables that a service of this page never fills in where others do, in words."""
        for table, services in self.gaps.services.items() if self.gaps else ():
            theirs = [service for service in services if service in self._scored]
            if theirs and table in self.reads:
                yield f"{IN_WORDS[table]} ({table}){self._of(theirs)}"

    def unscored(self, practitioner: str) -> str | None:
        """The service of the practitioner (SERVICE:ID), where it is not scored."""
        services = (name for name in self.not_scored if practitioner.startswith(f"{name}:"))
        return next(services, None)

    @property
    def _scored(self) -> list[str]:
        return [service for service in self.last_days if service not in self.not_scored]

    def _of(self, services: Collection[str]) -> str:
        """Whose: nothing on a page of one service."""
        return f" of {' and '.join(services)}" if len(self.last_days) > 1 and services else ""

    @property
    def _unscored(self) -> Iterator[str]:
        for service, why in self.not_scored.items():
            if service in self.last_days:
                yield f"{why[0].upper()}{why[1:]}, so that no list can be made."

    @property
    def _behind(self) -> Iterator[str]:
        for up_to, services in self._by_day.items():
            behind = days_behind(up_to, self.as_of)
            listed = [service for service in services if service not in self.not_scored]
            if behind > FRESH_DAYS and (listed or not services):
                yield (
                    f"The records{self._of(listed)} end on {day(up_to)}, {behind} days before this list: what happened "
                    f"since then, {self.meaning.point.since} too, is not in it."
                )

    @property
    def _without(self) -> Iterator[str]:
        if self.without_rows:
            yield (
                f"These records have no row of {' and of '.join(self.without_rows)}: what the chances rest on there is "
                "not recorded of anybody on this list. That may mean that nothing happened, or that nobody wrote it "
                "down."
            )

    @property
    def _unread(self) -> Iterator[str]:
        tables: dict[str, None] = {}
        parts: list[str] = []
        for table, service, share in self.gaps.shares if self.gaps else ():
            if table in self.reads and service in (NOBODYS, *self._scored):
                whose = ", which name no service" if service == NOBODYS else self._of([service])
                parts.append(f"{percent(share)} of {IN_WORDS[table]} ({table}){whose}")
                tables[table] = None
        if parts:
            yield (
                f"Part of the records could not be read: {', '.join(parts)}. So what is said here of "
                f"{' and '.join(IN_WORDS[table] for table in tables)} may be incomplete, and the chances with it."
            )

    @property
    def _stopped(self) -> Iterator[str]:
        parts: dict[str, list[str]] = {}
        written = AT_SESSIONS | ({LOG_IN} if self.meaning.point == WEEKS else set())
        for one in self.gaps.stopped if self.gaps else ():
            if one.table in self.reads & written and one.service in self._scored:
                parts.setdefault(one.service, []).append(
                    f"{IN_WORDS[one.table]} ({one.table}) since {day(one.last)}"
                )
        for service, tables in parts.items():
            yield (
                f"The records{self._of([service])} hold nothing of {' and nothing of '.join(tables)}. That may mean "
                "that nothing happened, or that nobody wrote it down; then what is said here of it is out of date, and "
                "the chances with it."
            )

    @property
    def _by_day(self) -> Mapping[date, list[str]]:
        """The days on which records end, the earliest first, each with its services."""
        ends = sorted({self.records_up_to, *self.last_days.values()})
        return {end: [name for name, last in self.last_days.items() if last == end] for end in ends}

    @property
    def about(self) -> Mapping[str, str]:
        """What the foot of a page says."""
        ends = self._by_day
        up_to = ", ".join(
            f"{day(end)} ({' and '.join(services)})" if len(ends) > 1 else day(end)
            for end, services in ends.items()
        )
        said = {
            "Flags as at": day(self.as_of),
            "Records up to": up_to,
            "Model": f"version {self.model}",
        }
        return {**said, "Records' fingerprint": self.data[:12]} if self.data else said
