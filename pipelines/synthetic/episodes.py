"""Episodes of care: a loop over appointments, all pathways at once, from the first date to the last.

Latent traits drive whether people come, what is planned with them, whether they do the work, how their
symptoms change and whether they leave; what is written down of it is `record_keeping`'s.
"""

from __future__ import annotations

from dataclasses import fields

import numpy as np

from features.standard import ethnic_categories
from pipelines.synthetic import assumptions as a
from pipelines.synthetic.agreeing import agree_work
from pipelines.synthetic.calendar import Array, on_a_working_day, turn_of_the_year
from pipelines.synthetic.chance import chance_of, log_odds, pick, skewed_days, stream
from pipelines.synthetic.pathways import Pathways
from pipelines.synthetic.people import ETHNICITIES, People
from pipelines.synthetic.phases import (
    ASSESSMENT,
    BOOKED,
    COMPLETED,
    ENDED,
    FOLLOW_UP,
    LEFT,
    NOT_SEEN,
    NOT_TREATED,
    TREATMENT,
    Appointments,
    Episodes,
)
from pipelines.synthetic.services import Services, Staff
from pipelines.synthetic.settings import SyntheticSettings

MISSED_CODES = tuple(a.MISSED_CODES)
OF_MISSING = ("missed_before", "season")  # causes of missing an appointment that do not make people leave
ETHNIC_GROUPS = np.array([ethnic_categories()[code][1] for code in ETHNICITIES])
CASENESS = (10, 8)  # PHQ-9 and GAD-7, as in data/standard/thresholds.csv


class Course:
    """Where every pathway stands while the loop runs."""

    def __init__(
        self, chance: np.random.Generator, *, people: People, pathways: Pathways, services: Services,
        staff: Staff, settings: SyntheticSettings,
    ) -> None:  # fmt: skip
        self.chance, self.settings = chance, settings
        self.people, self.pathways, self.staff = people, pathways, staff
        of, size = pathways.person, len(pathways.person)
        normal = self.chance.standard_normal
        self.size = size
        self.expectations, self.support = people.expectations[of], people.support[of]
        self.literacy, self.chronic = people.literacy[of], people.life_load[of]
        self.other_language = people.language[of] > 0
        self.severity = settings.mechanism().effect("symptoms", "severity") * people.severity[of]
        self.unexplained = people.unexplained[of]
        self.day = pathways.received.copy()
        no_offer = pathways.never_seen & (self.chance.random(size) < a.NEVER_OFFERED)
        self.phase = np.where(no_offer, ENDED, ASSESSMENT)
        self.ending = np.where(no_offer, NOT_SEEN, BOOKED)
        self.session = np.zeros(size, dtype=np.int64)
        self.missed_in_a_row = np.zeros(size, dtype=np.int64)
        self.high = pathways.high_intensity.copy()
        self.planned = pathways.sessions.copy()
        self.resistance = people.first_resistance[of] + 0.3 * normal(size)
        self.alliance = self._first_alliance(normal(size))
        self.event = np.zeros(size)
        self.last = np.zeros(size)  # the last agreed work: 1 done, -1 not, 0 none agreed
        self.response = 1 + people.responds[of] + services.response[pathways.service]
        self.waited = np.zeros(size, dtype=bool)  # for the first appointment after assessment
        self.service_effect = services.effect[pathways.service]
        group = ETHNIC_GROUPS[people.ethnicity[of]]
        self.disfavoured = np.isin(group, settings.inequities.groups)
        self.phq9 = _scores(a.FIRST_PHQ9, 0.9 * self.severity + 0.43 * normal(size))
        self.gad7 = _scores(a.FIRST_GAD7, 0.9 * self.severity + 0.43 * normal(size))
        self.wsas = _scores(a.FIRST_WSAS, 0.6 * self.severity + 0.2 * self.chronic + 0.75 * normal(size))

    def states(self, *more: str) -> dict[str, Array]:
        """Where everybody stands in what makes people miss appointments and leave."""
        known = {
            "life_load": self.chronic, "life_event": self.event, "expectations": self.expectations,
            "resistance": self.resistance, "alliance": self.alliance, "last_work": self.last,
            "missed_before": (self.missed_in_a_row > 0).astype(float), "season": turn_of_the_year(self.day),
        }  # fmt: skip
        return {name: value for name, value in known.items() if name in more or name not in OF_MISSING}

    def _first_alliance(self, normal: Array) -> Array:
        mechanism, plan = self.settings.mechanism(), self.pathways
        wait = np.log(plan.wait / a.WAIT_FOR_ASSESSMENT[0]) / a.WAIT_FOR_ASSESSMENT[1]
        causes = {
            "expectations": self.expectations, "first_resistance": self.resistance,
            "warmth": self.staff.warmth[plan.pwp], "wait": wait,
        }  # fmt: skip
        return mechanism.value("first_alliance", causes) + mechanism.own("first_alliance") * normal

    @property
    def staff_now(self) -> Array:
        """Who sees the patient: the assessor, then a PWP or, in high-intensity treatment, a therapist."""
        treating = np.where(self.high, self.pathways.therapist, self.pathways.pwp)
        return np.where(self.phase == ASSESSMENT, self.pathways.assessor, treating)


def run_episodes(
    seed: int, block: int, *, people: People, pathways: Pathways, services: Services, staff: Staff,
    settings: SyntheticSettings,
) -> Episodes:  # fmt: skip
    """What truly happened on every pathway, as if the extract never ended."""
    chance = stream(seed, "episodes", block=block)
    course = Course(
        chance, people=people, pathways=pathways, services=services, staff=staff, settings=settings
    )
    steps = [_appointment(course, number) for number in range(a.APPOINTMENTS)]
    taken = {f.name: np.stack([step[f.name] for step in steps], axis=1) for f in fields(Appointments)}
    appointments = Appointments(**taken)
    closed = course.chance.integers(3, 22, course.size)
    unseen = ~appointments.booked.any(axis=1)
    waited = course.chance.integers(20, 60, course.size)
    return Episodes(appointments, course.ending, course.day + np.where(unseen, waited, closed))


def _scores(shape: tuple[float, float], standard: Array) -> Array:
    return np.maximum(0.0, shape[0] + shape[1] * standard)


def _appointment(course: Course, number: int) -> dict[str, Array]:
    """One appointment of every pathway that still has one."""
    booked = course.phase != ENDED
    course.day = np.where(booked, _next_day(course, number), course.day)
    phase, staff = course.phase.copy(), course.staff_now
    _life_goes_on(course)
    attended, late, missed_code = _attendance(course, booked)
    treated = attended & ((phase == TREATMENT) | ((phase == ASSESSMENT) & course.pathways.assessment_treats))
    course.session = course.session + treated
    reviewed = (
        attended & (course.last != 0) & (course.chance.random(course.size) < course.staff.reviews[staff])
    )
    _symptoms(course, treated)
    row = {
        "booked": booked, "day": course.day.copy(), "phase": phase, "attended": attended, "late": late,
        "missed_code": missed_code, "session": course.session.copy(), "staff": staff, "reviewed": reviewed,
        "high_intensity": course.high & (phase != ASSESSMENT), "alliance": course.alliance.copy(),
        "resistance": course.resistance.copy(), "life_load": course.chronic + course.event,
        "event": course.event.copy(),
        "phq9": course.phq9.copy(), "gad7": course.gad7.copy(), "wsas": course.wsas.copy(),
    }  # fmt: skip
    row |= agree_work(course, treated, staff=staff, reviewed=reviewed)
    course.missed_in_a_row = np.where(attended, 0, course.missed_in_a_row + booked)
    _what_next(course, attended)
    return row


def _next_day(course: Course, number: int) -> Array:
    plan, size = course.pathways, course.size
    gap = np.rint(skewed_days(course.chance, a.DAYS_BETWEEN_SESSIONS, size=size) * plan.pace).astype(np.int64)
    again = course.chance.integers(5, 12, size)
    follow_up = course.chance.integers(28, 57, size)
    first_treatment = (course.phase == TREATMENT) & ~course.waited
    course.waited |= first_treatment
    cases = [first_treatment, course.missed_in_a_row > 0, course.phase == FOLLOW_UP]
    days = np.select(cases, [plan.wait_for_treatment, again, follow_up], gap)
    return on_a_working_day(course.day + np.maximum(2, plan.wait if number == 0 else days))


def _life_goes_on(course: Course) -> None:
    happens = course.chance.random(course.size) < a.LIFE_EVENT
    course.event = a.LIFE_EVENT_FADES * course.event + a.LIFE_EVENT_SIZE * happens
    mechanism, drift = course.settings.mechanism(), course.chance.standard_normal((2, course.size))
    resists = {"first_resistance": course.resistance, "last_work": course.last}
    course.resistance = mechanism.value("resistance", resists) + mechanism.own("resistance") * drift[0]
    allied = {"first_alliance": course.alliance, "missed_before": (course.missed_in_a_row > 0).astype(float)}
    course.alliance = mechanism.value("alliance", allied) + mechanism.own("alliance") * drift[1]


def _attendance(course: Course, booked: Array) -> tuple[Array, Array, Array]:
    """Who came, who came late, and the code (index) of those who did not."""
    causes = course.states("missed_before", "season")
    logit = log_odds(a.MISSED) - 0.33 + course.settings.mechanism().value("missed", causes)
    drawn = course.chance.random((2, course.size))
    missed = (drawn[0] < chance_of(logit)) | course.pathways.never_seen
    late = booked & ~missed & (drawn[1] < chance_of(-3.2 + 0.4 * course.resistance + 0.3 * course.chronic))
    return booked & ~missed, late, pick(course.chance, a.MISSED_CODES, size=course.size)


def _symptoms(course: Course, treated: Array) -> None:
    """Scores fall with treatment, more where the work was done, and rise with events."""
    effect = course.settings.mechanism().effect
    fall = treated * (-effect("symptoms", "treatment") - effect("symptoms", "last_work") * (course.last > 0))
    fall, event = fall * course.response, effect("symptoms", "life_event") * course.event
    shared, *shock = course.chance.standard_normal((4, course.size))
    shock = [0.8 * shared + 0.6 * own for own in shock]
    course.phq9 = np.maximum(0, course.phq9 * (1 - fall) + event + a.SHOCK_PHQ9 * shock[0])
    course.gad7 = np.maximum(0, course.gad7 * (1 - fall) + event + a.SHOCK_GAD7 * shock[1])
    course.wsas = np.maximum(0, course.wsas * (1 - 0.8 * fall) + event + a.SHOCK_WSAS * shock[2])


def _what_next(course: Course, attended: Array) -> None:
    """Who goes on to treatment, is stepped up, finishes, leaves or is discharged after missing two."""
    chance, size = course.chance, course.size
    drawn = chance.random((4, size))
    assessed = attended & (course.phase == ASSESSMENT)
    treating = (course.phase == TREATMENT) & attended
    logit = log_odds(a.LEAVE_AFTER_SESSION) + course.settings.mechanism().value("leaving", course.states())
    gives_up = (course.missed_in_a_row >= 2) & (drawn[1] < a.LEAVE_AFTER_TWO_MISSED)
    gives_up |= course.pathways.never_seen & (course.missed_in_a_row >= 2)
    stepped_up = treating & ~course.high & (course.session == 4) & (course.phq9 > 12) & (drawn[2] < 0.12)
    course.high |= stepped_up
    course.planned = np.where(stepped_up, course.planned + 6, course.planned)
    finished = treating & (course.session >= course.planned)
    leaves = (treating & ~finished & (drawn[0] < chance_of(logit))) | gives_up
    followed_up = attended & (course.phase == FOLLOW_UP)
    below = (course.phq9 < CASENESS[0]) & (course.gad7 < CASENESS[1])
    untreated = assessed & (
        ~course.pathways.to_be_treated | (below & (drawn[3] < a.NOT_TREATED_BELOW_CASENESS))
    )
    endings = [untreated, followed_up, finished, leaves & (course.phase == ASSESSMENT), leaves]
    ending = np.select(endings, [NOT_TREATED, COMPLETED, COMPLETED, NOT_SEEN, LEFT], course.ending)
    ended = untreated | followed_up | leaves | (finished & (drawn[3] >= a.FOLLOW_UPS))
    ending = np.where(ended & (course.phase == FOLLOW_UP), COMPLETED, ending)
    course.ending = np.where(course.phase == ENDED, course.ending, ending)
    following = np.select([ended, finished, assessed], [ENDED, FOLLOW_UP, TREATMENT], course.phase)
    course.phase = np.where(course.phase == ENDED, ENDED, following)
