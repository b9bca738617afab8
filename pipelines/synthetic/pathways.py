"""Pathways: who is referred when, to whom they go, and the care that is planned."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from pipelines.synthetic import assumptions as a
from pipelines.synthetic.calendar import Array, Months, turn_of_the_year
from pipelines.synthetic.chance import skewed_days, stream
from pipelines.synthetic.people import People, draw_people
from pipelines.synthetic.services import Services, Staff
from pipelines.synthetic.settings import SyntheticSettings


@dataclass(frozen=True)
class Pathways:
    """One row per pathway; `person` is the row of the patient, `pwp` and the like rows of the staff."""

    person: Array
    service: Array
    received: Array
    again: Array
    pwp: Array
    assessor: Array
    therapist: Array
    never_seen: Array
    to_be_treated: Array
    assessment_treats: Array
    high_intensity: Array
    group: Array
    computer: Array
    sessions: Array
    wait: Array
    wait_for_treatment: Array
    pace: Array
    hour: Array


def blocks(pathways: int) -> Iterator[tuple[int, int]]:
    """The number of each block and how many pathways it holds."""
    for number, start in enumerate(range(0, pathways, a.BLOCK_OF_PATHWAYS)):
        yield number, min(a.BLOCK_OF_PATHWAYS, pathways - start)


def draw_pathways(
    seed: int,
    block: int,
    *,
    size: int,
    services: Services,
    staff: Staff,
    months: Months,
    settings: SyntheticSettings,
) -> tuple[People, Pathways]:
    """The patients and pathways of one block; some patients are referred twice."""
    chance = stream(seed, "pathways", block=block)
    patients = max(1, size - int(chance.binomial(size, a.SECOND_REFERRALS)))
    at = np.searchsorted(np.cumsum(services.share), chance.random(patients)).clip(
        max=len(services.provider) - 1
    )
    people = draw_people(seed, block, service=at, services=services, settings=settings)
    second = np.sort(chance.choice(patients, min(size - patients, patients), replace=False))
    person = np.concatenate([np.arange(patients), second])
    received = _received(chance, patients, second=second, months=months)
    order = np.lexsort((received, person))
    again = np.arange(len(person)) >= patients
    return people, _plan(
        chance,
        people,
        person=person[order],
        received=received[order],
        again=again[order],
        services=services,
        staff=staff,
    )


def _received(chance: np.random.Generator, patients: int, *, second: Array, months: Months) -> Array:
    """Days on which referrals were received; a second one that would fall after the extract is moved in."""
    first = _seasonal_days(chance, patients, months=months)
    later = first[second] + skewed_days(chance, a.DAYS_TO_SECOND_REFERRAL, size=len(second))
    room = months.ends[-1] - first[second] + 1
    inside = first[second] + np.floor(chance.random(len(second)) * room).astype(np.int64)
    return np.concatenate([first, np.where(later > months.ends[-1], inside, later)])


def _seasonal_days(chance: np.random.Generator, size: int, *, months: Months) -> Array:
    """Days of referral, fewer of them at the turn of the year."""
    days = np.arange(months.starts[0], months.ends[-1] + 1)
    upto = np.cumsum(1 - a.FEWER_REFERRALS_AT_CHRISTMAS * turn_of_the_year(days))
    return np.asarray(days[np.searchsorted(upto / upto[-1], chance.random(size), side="right")])


def _plan(
    chance: np.random.Generator, people: People, *, person: Array, received: Array, again: Array,
    services: Services, staff: Staff,
) -> Pathways:  # fmt: skip
    size, service = len(person), people.service[person]
    high = chance.random(size) < a.HIGH_INTENSITY
    sessions = np.where(
        high, *(_normal(chance, s, size=size) for s in (a.HIGH_INTENSITY_SESSIONS, a.PLANNED_SESSIONS))
    )
    drawn = chance.random((6, size))
    wait = skewed_days(chance, a.WAIT_FOR_ASSESSMENT, size=size) * services.waits[service]
    then = skewed_days(chance, a.WAIT_FOR_TREATMENT, size=size) * services.waits[service]
    engaged = 0.5 * people.expectations[person] - 0.4 * people.life_load[person]
    milder = a.MILDER_ONLINE_OR_IN_GROUPS * people.severity[person]
    in_group = ~high & _share(drawn[3], a.GROUP, moved=-milder)
    goes_on = people.goes_on[person] + services.goes_on[service]
    return Pathways(
        person=person,
        service=service,
        received=received,
        again=again,
        pwp=_one_of(chance, services.first_pwp, service=service, staff=staff),
        assessor=_one_of(chance, services.first_pwp, service=service, staff=staff),
        therapist=_one_of(chance, services.first_therapist, service=service, staff=staff),
        never_seen=_share(drawn[0], 1 - a.ASSESSED, moved=-engaged - 2 * goes_on),
        to_be_treated=_share(
            drawn[1], a.TREATED, moved=engaged + 2 * (goes_on + a.TREATED_IF_SEVERE * people.severity[person])
        ),
        assessment_treats=drawn[2] < a.ASSESSMENT_TREATS,
        high_intensity=high,
        group=in_group,
        computer=~high & ~in_group & _share(drawn[5], a.COMPUTER, moved=-milder),
        sessions=np.clip(np.rint(sessions), 2, a.APPOINTMENTS - 4).astype(np.int64),
        wait=np.maximum(1, np.rint(wait)).astype(np.int64),
        wait_for_treatment=np.maximum(1, np.rint(then)).astype(np.int64),
        pace=np.exp(0.2 * chance.standard_normal(size)),
        hour=8 + np.floor(10 * drawn[4]).astype(np.int64),
    )


def _normal(chance: np.random.Generator, shape: tuple[float, float], *, size: int) -> Array:
    return np.asarray(shape[0] + shape[1] * chance.standard_normal(size))


def _one_of(chance: np.random.Generator, first: Array, *, service: Array, staff: Staff) -> Array:
    """A member of the service's own staff, rows first[service] to first[service + 1], by their caseload."""
    upto = np.concatenate([[0.0], np.cumsum(np.exp(a.CASELOAD_SPREAD * staff.caseload))])
    low, high = upto[first[service]], upto[first[service + 1]]
    at = np.searchsorted(upto, low + chance.random(len(service)) * (high - low), side="right") - 1
    return np.asarray(np.clip(at, first[service], first[service + 1] - 1))


def _share(drawn: Array, share: float, *, moved: Array) -> Array:
    """True for about `share` of the rows, more often where `moved` is high."""
    logit = np.log(share / (1 - share)) + 0.5 * (moved - moved.mean() if len(moved) else moved)
    return np.asarray(drawn < 1 / (1 + np.exp(-logit)))
