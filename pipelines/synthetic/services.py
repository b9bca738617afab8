"""Services and their practitioners: how they plan, review, record, and what they are like to work with."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from pipelines.synthetic import assumptions as a
from pipelines.synthetic.calendar import Array
from pipelines.synthetic.chance import stream
from pipelines.synthetic.mechanism import Mechanism
from pipelines.synthetic.settings import DEFAULT, SyntheticSettings


@dataclass(frozen=True)
class Services:
    """One row per service. `share` of the pathways; effects in standard deviations or log-odds."""

    provider: tuple[str, ...]
    share: Array
    effect: Array
    waits: Array
    deprived: Array
    goes_on: Array  # log-odds of being taken into treatment
    response: Array  # share by which scores fall more than usual
    first_pwp: Array
    first_therapist: Array
    forms: Array  # services x rating types: which ratings the service's forms ask for


@dataclass(frozen=True)
class Staff:
    """One row per practitioner, PWPs of all services first. `number` is unique within the service only."""

    service: Array
    number: Array
    therapist: Array
    trainee: Array
    skill: Array
    warmth: Array
    effect: Array
    reviews: Array
    records: Array
    sets_tasks: Array
    caseload: Array  # in standard deviations; patients come in proportion to its exponential
    experience: Array  # in standard deviations
    inclined: Array  # place among all, 0 to 1, in inclination to rate some groups unfairly


RATING_TYPES = 8


def draw_services(
    seed: int, services: int, *, pathways: int, settings: SyntheticSettings = DEFAULT
) -> tuple[Services, Staff]:
    """The services and all their practitioners."""
    chance, mechanism = stream(seed, "services"), settings.mechanism()
    share = 0.4 + chance.random(services)
    share = share / share.sum()
    pwps = np.maximum(3, np.rint(share * pathways / a.PATHWAYS_PER_PWP)).astype(np.int64)
    therapists = np.maximum(1, np.rint(share * pathways / a.PATHWAYS_PER_THERAPIST)).astype(np.int64)
    drawn = Services(
        provider=tuple(f"SYN{number:02d}" for number in range(1, services + 1)),
        share=share,
        effect=mechanism.own("service") * chance.standard_normal(services),
        waits=np.exp(0.3 * chance.standard_normal(services)),
        goes_on=_about_nothing(a.SERVICE_GOES_ON_SD * chance.standard_normal(services)),
        response=_about_nothing(a.SERVICE_RESPONSE_SD * chance.standard_normal(services)),
        deprived=_about_nothing(chance.uniform(-0.6, 0.6, services)),
        first_pwp=np.concatenate([[0], np.cumsum(pwps)]),
        first_therapist=np.concatenate([[0], np.cumsum(therapists)]) + pwps.sum(),
        forms=_forms(chance, services),
    )
    return drawn, _staff(chance, pwps, therapists=therapists, mechanism=mechanism)


def _about_nothing(effects: Array) -> Array:
    """Effects of services about a mean of 0, so that few services do not move the whole."""
    return np.asarray(effects - effects.mean())


def _forms(chance: np.random.Generator, services: int) -> Array:
    """The first service asks for every rating, so that each is somewhere; the others for most."""
    asked = chance.random((services, RATING_TYPES)) < 0.7
    asked[0] = True
    return asked


def _staff(chance: np.random.Generator, pwps: Array, *, therapists: Array, mechanism: Mechanism) -> Staff:
    service = np.concatenate([np.repeat(np.arange(len(n)), n) for n in (pwps, therapists)])
    therapist = np.repeat([False, True], [pwps.sum(), therapists.sum()])
    within = np.concatenate([np.concatenate([np.arange(k) for k in n]) for n in (pwps, therapists)])
    number = within + 1 + np.where(therapist, pwps[service], 0)
    size = len(service)
    trainee = ~therapist & (chance.random(size) < a.TRAINEES)
    rare = np.argsort(chance.random(size)) < max(1, round(a.RARE_REVIEWERS * size))
    experience = np.where(trainee, -1.5, mechanism.own("experience") * chance.standard_normal(size))
    caseload = mechanism.own("caseload") * chance.standard_normal(size)
    skill = mechanism.value("skill", {"trainee": trainee.astype(float), "experience": experience})
    return Staff(
        service=service,
        number=number,
        therapist=therapist,
        trainee=trainee,
        skill=skill + mechanism.own("skill") * chance.standard_normal(size),
        warmth=mechanism.own("warmth") * chance.standard_normal(size),
        effect=mechanism.own("practitioner") * chance.standard_normal(size),
        reviews=np.where(rare, a.REVIEWED_BY_RARE, np.clip(chance.normal(a.REVIEWED, 0.06, size), 0.5, 0.98)),
        records=np.clip(chance.normal(1.0, 0.25, size), 0.2, 1.5),
        sets_tasks=np.clip(chance.normal(a.TASKS_SET, 0.06, size), 0.5, 0.98),
        caseload=caseload,
        experience=experience,
        inclined=chance.permutation(size) / size,
    )
