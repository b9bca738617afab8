"""What the extract holds of the truth: the contacts up to its last day, their ids, their times."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from pipelines.synthetic.calendar import Array, Months
from pipelines.synthetic.chance import stream
from pipelines.synthetic.pathways import Pathways
from pipelines.synthetic.people import People
from pipelines.synthetic.phases import Appointments, Episodes
from pipelines.synthetic.services import Services, Staff
from pipelines.synthetic.settings import SyntheticSettings

FAR = 10**6  # more days than any date has


class Numbering:
    """Local numbers: each provider counts from 1, so the same ids recur at different providers."""

    def __init__(self, services: int) -> None:
        self.services = services
        self.given: dict[str, Array] = {}

    def next(self, kind: str, service: Array) -> Array:
        """A number per row that no earlier row of the same service has."""
        before = self.given.get(kind, np.zeros(self.services, dtype=np.int64))
        order = np.argsort(service, kind="stable")
        sizes = np.bincount(service, minlength=self.services)
        first = np.concatenate([[0], np.cumsum(sizes)[:-1]])
        number = np.empty(len(service), dtype=np.int64)
        number[order] = np.arange(len(service)) - first[service[order]]
        self.given[kind] = before + sizes
        return np.asarray(number + before[service] + 1)


@dataclass(frozen=True)
class Contacts:
    """One row per contact within the extract, in the order of pathway and time."""

    pathway: Array
    column: Array  # of the appointments' matrices
    number: Array
    activity: Array
    service: Array
    day: Array
    minute: Array
    duration: Array
    attended: Array
    next_attended: Array  # row of the next attended contact of the pathway, -1 where there is none
    corrected: Array
    entered: Array  # the day from which the local system holds it: its own, or some weeks later


@dataclass(frozen=True)
class Block:
    """All that one block of pathways is written from."""

    seed: int
    number: int
    months: Months
    services: Services
    staff: Staff
    people: People
    pathways: Pathways
    episodes: Episodes
    contacts: Contacts
    patient_number: Array
    referral_number: Array
    settings: SyntheticSettings = field(default_factory=SyntheticSettings)

    @property
    def happened(self) -> Appointments:
        """What truly happened, pathways x appointments."""
        return self.episodes.appointments

    def chance(self, part: str) -> np.random.Generator:
        """The random numbers of one part of the recording."""
        return stream(self.seed, f"recording {part}", block=self.number)

    def of(self, matrix: Array) -> Array:
        """A matrix of the appointments, one value per contact."""
        return np.asarray(matrix[self.contacts.pathway, self.contacts.column])


def contacts_on_record(
    seed: int, block: int, *, pathways: Pathways, episodes: Episodes, months: Months, numbers: Numbering,
    correct: float, late: float,
) -> Contacts:  # fmt: skip
    """Contacts up to the last day; what lies after it has not happened yet."""
    chance = stream(seed, "contacts", block=block)
    happened = episodes.appointments
    pathway, column = np.nonzero(happened.booked & (happened.day <= months.ends[-1]))
    size, service = len(pathway), pathways.service[pathway]
    attended, day = happened.attended[pathway, column], happened.day[pathway, column]
    hour = np.clip(pathways.hour[pathway] + chance.integers(-1, 2, size), 8, 19)
    usual = np.where(happened.phase[pathway, column] == 0, 45, 30)
    usual = np.where(happened.high_intensity[pathway, column], 50, usual)
    return Contacts(
        pathway=pathway,
        column=column,
        number=numbers.next("contact", service),
        activity=np.where(attended, numbers.next("activity", service), -1),
        service=service,
        day=day,
        minute=60 * hour + 15 * chance.integers(0, 4, size),
        duration=np.maximum(10, usual + 5 * chance.integers(-2, 3, size)),
        attended=attended,
        next_attended=_next_attended(pathway, attended),
        corrected=chance.random(size) < correct,
        entered=_entered(chance, day, pathway=pathway, late=late, last=months.ends[-1]),
    )


def _entered(chance: np.random.Generator, day: Array, *, pathway: Array, late: float, last: Array) -> Array:
    """When each contact was entered: some weeks late for a share, and then no later contact before it."""
    delay = np.where(chance.random(len(day)) < late, chance.integers(7, 50, len(day)), 0)
    in_turn = np.maximum.accumulate(pathway * FAR + day + delay) - pathway * FAR
    return np.asarray(np.minimum(in_turn, last))


def _next_attended(pathway: Array, attended: Array) -> Array:
    """The row of the next attended contact on the same pathway, -1 where there is none."""
    rows = np.flatnonzero(attended)
    place = np.searchsorted(rows, np.arange(len(pathway)), side="right")
    following = np.where(
        place < len(rows), rows[np.minimum(place, max(len(rows) - 1, 0))] if len(rows) else -1, -1
    )
    same = (following >= 0) & (pathway[following] == pathway) if len(pathway) else following >= 0
    return np.where(same, following, -1)
