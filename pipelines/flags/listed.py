"""Who is on which list: a patient with open work, and a practitioner's caseload."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date

import pandas as pd

from models.flags import Flag

INDEX = "caseload.html"
ANSWERS = "answers.csv"  # beside it: what was done with each flag, for the practitioner to fill in


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
