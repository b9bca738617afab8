"""What records leave in doubt, though it is no error: said by `bsw check`, `bsw build` and `bsw score` alike."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date

from features.facts import FACTS
from features.records import Records, SourceSettings
from features.records.files import LOG_IN, TASK
from features.records.silence import (
    NOBODYS,
    lost,
    services_of,
    silent_services,
    unreadable_by_service,
    weeks_unasked,
)
from features.records.stopped import Stopped, ended_early, stopped_tables
from models.earlier import STAR
from models.withheld import RULES, count_shown
from pipelines.built import FIRST

NHS = RULES["nhs"]
# The tables that any fact reads: what stands in others changes no number.
READ = frozenset(table for fact in FACTS.values() for table in fact.reads)
# Who has work, and what became of it, is read from these; of weeks on the online programme, from log-ins too.
AT_HEART = frozenset(table for name in FIRST for table in FACTS[name].reads)
IN_WORDS = {
    "BSW001TaskSet": "the work agreed",
    "BSW002TaskReview": "the reviews of agreed work",
    "BSW003SessionRating": "the ratings of sessions",
    "BSW004PlatformSession": "the log-ins to the online programme",
    "IDS001MPI": "the patients' own details",
    "IDS003AccommStatus": "the patients' accommodation",
    "IDS004EmpStatus": "the patients' employment",
    "IDS007DisabilityType": "the patients' disabilities",
    "IDS011SocPerCircumstances": "the patients' circumstances",
    "IDS101Referral": "the referrals",
    "IDS201CareContact": "the appointments",
    "IDS202CareActivity": "what was done at appointments",
    "IDS601MedHistPrevDiag": "the earlier diagnoses",
    "IDS602LongTermCondition": "the long-term conditions",
    "IDS603PresentingComplaints": "the presenting problems",
    "IDS606CodedScoreAssessmentRefer": "the questionnaires filled in between appointments",
    "IDS607CodedScoreAssessmentAct": "the questionnaires filled in at appointments",
    "IDS902CarePersQual": "the practitioners' qualifications",
}


@dataclass(frozen=True)
class Gaps:
    """How many rows were set aside; of which tables more than may be, table -> service -> share (0 to 1), rows of no
    service of the records under NOBODYS; for which tables build and score refuse the records; by table the services
    that never fill it in where others do; how many who object are in no record; which tables a service fills in no
    longer; the services that end months before others; whether there are several.
    """

    set_aside: int
    refused: tuple[str, ...]
    unreadable: Mapping[str, Mapping[str, float]]
    services: Mapping[str, list[str]]
    objectors_not_found: int
    stopped: tuple[Stopped, ...]
    ended_early: Mapping[str, int]
    several: bool

    @classmethod
    def of(cls, records: Records, settings: SourceSettings, *, until: date | None = None) -> Gaps:
        """Those of the records; `until`: with what was known before that day to say of tables that stop."""
        over = unreadable_by_service(records, READ, above=settings.most_set_aside)
        return cls(
            set_aside=records.rows_set_aside,
            refused=(*lost(records, READ, at_heart=at_heart(records))["table"], *weeks_unasked(records)),
            unreadable={
                str(table): dict(zip(rows["service"], rows["share"], strict=True))
                for table, rows in over.groupby("table", sort=False)
            },
            services=silent_services(records, READ),
            objectors_not_found=records.objectors_not_found,
            stopped=tuple(stopped_tables(records, READ, until=until)),
            ended_early=ended_early(records),
            several=len(services_of(records)) > 1,
        )

    @property
    def lines(self) -> Iterator[str]:
        """In words, for who works with the records."""
        if self.set_aside:
            yield f"rows set aside: {self.set_aside:,}; `bsw check` says why"
        yield from self.besides

    @property
    def besides(self) -> Iterator[str]:
        """The same but for how many rows were set aside."""
        for service, months in self.ended_early.items():
            others = "the others" if len(self.ended_early) == 1 else "the latest"
            yield f"{service} ends {months} month{'s' * (months > 1)} before {others}"
        if self.objectors_not_found:
            many = count_shown(self.objectors_not_found, NHS)
            yield (
                f"patients on the list of those who object, but in no record: {_about(many)}; whoever is meant is NOT "
                "left out: write each id as in the records (capitals, blanks, provider)"
            )
        for table, service, share in self.shares:
            yield f"{self._set_aside(table, service, share)}; what hangs on them is incomplete"
        for table, services in self.services.items():
            yield f"no row of {table}: {', '.join(services)}; what is counted there is 0, and not unknown"
        for one in self.stopped:
            yield (
                f"no row of {one.table} since {one.last}: {one.service}, whose records go on for {one.days} days more; "
                "what is counted there since is 0, and not unknown"
            )

    @property
    def shares(self) -> Iterator[tuple[str, str, float]]:
        """Table, service and share of `unreadable`."""
        for table, services in self.unreadable.items():
            for service, share in services.items():
                yield table, service, share

    @property
    def in_brackets(self) -> str:
        """Of which tables too many rows were set aside, after a sentence that says how many were."""
        over = [f"{percent(share)} of {table}{self._whose(service)}" for table, service, share in self.shares]
        return f" ({', '.join(over)})" if over else ""

    def _set_aside(self, table: str, service: str, share: float) -> str:
        if service == NOBODYS:
            return (
                f"{percent(share)} of the rows of {table} name no service of these records and are set aside"
            )
        return f"{percent(share)} of the rows of {table}{self._whose(service)} set aside"

    def _whose(self, service: str) -> str:
        """Whose rows: nothing where there is but one service."""
        if service == NOBODYS:
            return " of no service of these records"
        return f" of {service}" if self.several else ""


def at_heart(records: Records) -> frozenset[str]:
    """The tables that say who has work, or a week on the online programme, and what became of it."""
    return AT_HEART if TASK in records.columns else AT_HEART | {LOG_IN}


def _about(many: int | str) -> str:
    return f"fewer than {NHS.smallest}" if many == STAR else f"about {many:,}"


def percent(share: float) -> str:
    """A share that is not nothing, in whole percent."""
    return f"{max(share, 0.01):.0%}"  # never none where there are some
