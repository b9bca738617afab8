"""What is agreed at a contact, how carefully, and the chance that it is done before the next."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np

from pipelines.synthetic import assumptions as a
from pipelines.synthetic.calendar import Array, turn_of_the_year, years_since_last_day
from pipelines.synthetic.chance import chance_of
from pipelines.synthetic.mechanism import BY_NAME
from pipelines.synthetic.phases import ASSESSMENT

if TYPE_CHECKING:
    from pipelines.synthetic.episodes import Course

DRIVERS = (*BY_NAME["completion"].causes, "always", "this_contact", "planted")


def agree_work(course: Course, treated: Array, *, staff: Array, reviewed: Array) -> dict[str, Array]:
    """Tasks, planning, whether the work will be done, and the same chance had care been equal."""
    size, people, mechanism = course.size, course.staff, course.settings.mechanism()
    drawn, normal = course.chance.random((3, size)), course.chance.standard_normal((4, size))
    how_often = np.select(
        [course.phase == ASSESSMENT, course.session >= course.planned],
        [a.TASKS_SET_AT_ASSESSMENT, a.TASKS_SET_AT_LAST],
        people.sets_tasks[staff],
    )
    set_tasks = treated & (drawn[0] < how_often)
    known = _known_before(course, staff=staff, reviewed=reviewed)
    known["demand"] = mechanism.own("demand") * normal[1]
    this_contact = mechanism.own("completion") * normal[2]
    agreed, sums = {}, {}
    for care, less in (("equal", 0.0), ("given", course.disfavoured.astype(float))):
        agreed[care] = _care(course, staff=staff, less=less, normal=normal, drawn=drawn[1])
        of_the_work = _of_the_work(course, agreed[care], normal[3])
        parts = mechanism.parts("completion", known | of_the_work)
        planted = -less * course.settings.inequities.completion + np.zeros(size)
        parts |= {"always": np.full(size, mechanism.always("completion")), "this_contact": this_contact}
        sums[care] = np.stack([*parts.values(), planted], axis=1)
    probability = chance_of(sums["given"].sum(axis=1))
    done = drawn[2] < probability
    course.last = np.where(set_tasks, np.where(done, 1.0, -1.0), np.where(treated, 0.0, course.last))
    return {
        "set_tasks": set_tasks,
        "adapted": agreed["given"]["tailoring"],
        "planning": agreed["given"]["planning"],
        "belief": of_the_work["practitioner_belief"],
        "demand": known["demand"],
        "done": done,
        "probability_done": probability,
        "probability_equal_care": chance_of(sums["equal"].sum(axis=1)),
        "drivers": sums["given"].astype(np.float32),
    }


def _known_before(course: Course, *, staff: Array, reviewed: Array) -> dict[str, Array]:
    """Causes of completion that do not depend on how the work is planned."""
    return {
        "expectations": course.expectations, "alliance": course.alliance, "resistance": course.resistance,
        "life_load": course.chronic, "life_event": course.event, "support": course.support,
        "reviewing": reviewed.astype(float), "last_work": course.last,
        "symptoms": (course.phq9 - a.FIRST_PHQ9[0]) / a.FIRST_PHQ9[1],
        "session": course.session.astype(float), "practitioner": course.staff.effect[staff],
        "service": course.service_effect, "patient": course.unexplained,
        "drift": years_since_last_day(course.day), "season": turn_of_the_year(course.day),
    }  # fmt: skip


def _care(
    course: Course, *, staff: Array, less: Array | float, normal: Array, drawn: Array
) -> dict[str, Array]:
    """Planning and tailoring, `less` of both for those against whom something is planted."""
    mechanism, unequal = course.settings.mechanism(), course.settings.inequities
    causes = {
        "skill": course.staff.skill[staff], "alliance": course.alliance, "caseload": course.staff.caseload[staff]
    }  # fmt: skip
    planning = mechanism.value("planning", causes) + mechanism.own("planning") * normal[0]
    planning = planning - less * unequal.planning
    towards = {"planning": planning, "other_language": course.other_language.astype(float)}
    tailored = drawn < chance_of(mechanism.value("tailoring", towards) - less * unequal.tailoring)
    return {"planning": planning, "tailoring": tailored}


def _of_the_work(course: Course, care: Mapping[str, Array], normal: Array) -> dict[str, Array]:
    """Causes of completion that depend on how the work is planned."""
    mechanism, tailored = course.settings.mechanism(), care["tailoring"]
    understood = {
        "literacy": course.literacy,
        "other_language": course.other_language & ~tailored,
        "tailoring": tailored.astype(float),
    }
    believed = {"alliance": course.alliance, "resistance": course.resistance, "planning": care["planning"]}
    return {
        "planning": care["planning"],
        "understanding": mechanism.value("understanding", understood),
        "practitioner_belief": mechanism.value("practitioner_belief", believed)
        + mechanism.own("practitioner_belief") * normal,
    }
