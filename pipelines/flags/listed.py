"""Who is on which list: a patient with open work, a practitioner's caseload, and the occasion of it all."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date

import pandas as pd

from models.flags import Flag
from models.outcome_words import OutcomeWords

INDEX = "caseload.html"
ANSWERS = "answers.csv"  # beside it: what was done with each flag, for the practitioner to fill in
FRESH_DAYS = 7  # records that end no longer before the list need no word


@dataclass(frozen=True)
class Listed:
    """A patient with open work, by the name that pages use, and what is said of it.

    `page` is the file of the patient's own page, beside the caseload that lists it; `seen` when the patient was last
    seen after the work was agreed, missing where that is not recorded.
    """

    patient: str
    practitioner: str
    at: pd.Timestamp
    flag: Flag
    page: str = ""
    seen: pd.Timestamp | None = None
    service: str = ""

    @property
    def seen_since(self) -> str:
        """What to know where a session came and went without a review; nothing where none did."""
        if self.seen is None or pd.isna(self.seen):
            return ""
        return f"Seen since then, on {day(self.seen)}, with no review of this work recorded."

    @property
    def elsewhere(self) -> Listed:
        """The same for a page that does not lie beside the patient's own, to which it cannot lead."""
        return replace(self, page="")


@dataclass(frozen=True)
class Caseload:
    """All that one practitioner reads: `listed`, highest chance first; `left_out` has patient and reason.

    `service`: whose records it is made from; practitioners are known within one service only.
    """

    practitioner: str
    folder: str
    listed: Sequence[Listed]
    left_out: pd.DataFrame
    service: str

    @property
    def first(self) -> list[Listed]:
        """Those to think about first."""
        return [one for one in self.listed if one.flag.flagged]


@dataclass(frozen=True)
class Occasion:
    """When and with what the flags were made; printed at the foot of every page.

    `meaning`: what a chance is of. `cut_off`: the chance (0 to 1) from which a point is flagged, and `chosen` says how
    it was chosen; `data` the records' fingerprint; `refits` how many models learnt anew tell which reasons stay, with
    none of which nobody can tell, and `enough` in how many of them a reason must stay to be shown. `without_rows`: the
    tables without a row for want of which some of what the model reads is missing of everybody. `records_up_to`: the
    latest of `last_days`, service -> the day on which its records end; of those in `too_old` no list is made.
    `unreadable`: what to say where part of the records could not be read; `gaps`: what they leave in doubt, for the
    analyst.
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
    too_old: frozenset[str] = frozenset()
    unreadable: str = ""
    gaps: tuple[str, ...] = ()

    def of(self, services: Iterable[str]) -> Occasion:
        """The same for a page that is of these services only."""
        days = {service: self.last_days[service] for service in sorted({*services})}
        if not days:
            return self
        return replace(self, records_up_to=max(days.values()), last_days=days)

    @property
    def makes_no_list(self) -> bool:
        """Whether the records of every service that this is of are too old."""
        return bool(self.last_days) and self.last_days.keys() <= self.too_old

    @property
    def caution(self) -> str:
        """What the lists must say of records that end well before their day, lack every row of a table that the
        model reads, or could not be read in part; nothing of others.
        """
        return " ".join([*self._old, *self._silent, *filter(None, [self.unreadable])])

    @property
    def _old(self) -> Iterator[str]:
        for up_to, services in self._by_day.items():
            behind = days_behind(up_to, self.as_of)
            whose = f"The records of {' and '.join(services)}" if len(self.last_days) > 1 else "The records"
            if services and self.too_old.issuperset(services):
                yield f"{whose} end on {day(up_to)}, {behind} days before this list, so that no list can be made."
            elif behind > FRESH_DAYS:
                yield (
                    f"{whose} end on {day(up_to)}, {behind} days before this list: what happened since "
                    "then, reviews and sessions too, is not in it."
                )

    @property
    def _silent(self) -> Iterator[str]:
        if self.without_rows:
            yield (
                f"These records have no row of {' and of '.join(self.without_rows)}: what the chances rest on there is "
                "not recorded of anybody on this list. That may mean that nothing happened, or that nobody wrote it "
                "down."
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


def days_behind(records_up_to: date, as_of: date) -> int:
    """Whole days before `as_of` of which there is no record."""
    return (as_of - records_up_to).days - 1


def day(when: date) -> str:
    """A day as it is said: 3 March 2025."""
    return f"{when.day} {when:%B %Y}"


def short_day(when: date) -> str:
    """A day as it stands in a table, with spaces at which no line breaks: 3 Mar 2025."""
    return f"{when.day} {when:%b %Y}".replace(" ", "\u00a0")


def people(listed: Iterable[Listed]) -> int:
    """How many patients: one may have open work in two referrals."""
    return len({one.patient for one in listed})


def caseloads(listed: Iterable[Listed], left_out: pd.DataFrame) -> list[Caseload]:
    """Everybody's patients, each referral with the practitioner who last agreed work in it or saw the patient last.

    `left_out` has patient, practitioner, reason and service.
    """
    own: dict[str, list[Listed]] = {}
    services = dict(zip(left_out["practitioner"], left_out["service"], strict=True))
    for one in sorted(listed, key=lambda one: (one.flag.abstained, -one.flag.chance, one.patient)):
        own.setdefault(one.practitioner, []).append(one)
        services[one.practitioner] = one.service
    absent = {str(name): rows for name, rows in left_out.groupby("practitioner", sort=False)}
    everyone = sorted({*own, *absent})
    nobody = left_out.iloc[:0]
    return [
        Caseload(
            practitioner,
            folder,
            own.get(practitioner, []),
            absent.get(practitioner, nobody),
            services[practitioner],
        )
        for practitioner, folder in zip(everyone, file_names(everyone), strict=True)
    ]


def file_names(names: Iterable[str]) -> list[str]:
    """A name for a file or folder for each, in order: safe on every system and never shared by two."""
    taken: set[str] = set()
    again: Counter[str] = Counter()
    found = []
    for name in names:
        stem = safe = re.sub(r"[^A-Za-z0-9]+", "-", name).strip("-") or "unnamed"
        while safe.lower() in taken:
            again[stem.lower()] += 1
            safe = f"{stem}_{again[stem.lower()] + 1}"
        taken.add(safe.lower())
        found.append(safe)
    return found
