"""BSW001TaskSet: the work agreed, as far as its practitioner writes down how it was planned."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from pipelines.synthetic import assumptions as a
from pipelines.synthetic import text
from pipelines.synthetic.calendar import Array
from pipelines.synthetic.chance import chance_of, pick
from pipelines.synthetic.contact_tables import contact_id, referral_id, staff_id
from pipelines.synthetic.people import LANGUAGES
from pipelines.synthetic.record_keeping import Block, Numbering
from pipelines.synthetic.submissions import local_table
from pipelines.synthetic.text import Text

TYPES = (
    "behavioural activation", "thought record", "exposure", "worry management", "problem solving", "sleep",
    "relaxation", "psychoeducation", "online module", "mood monitoring", "other",
)  # fmt: skip
FORMATS = ("workbook", "online", "app", "audio", "other")
DEPRESSION = {"F321", "F331"}
# Assumption: how often each is done by an average plan (log-odds), and how far a better plan moves it.
PLANNING = {
    "RationaleGiven": (1.1, 1.3), "WhatAgreed": (1.6, 1.1), "WhenAgreed": (0.1, 1.6),
    "WhereAgreed": (-0.5, 1.5), "WithWhomAgreed": (-1.2, 0.9), "ObstaclesDiscussed": (-0.3, 1.5),
    "WrittenSummaryGiven": (0.3, 1.2),
}  # fmt: skip


@dataclass(frozen=True)
class Tasks:
    """One row per task: the contact that set it and its number within the provider."""

    contact: Array
    number: Array
    kind: Array
    format: Array

    def id(self) -> Text:
        """TaskId of each row."""
        return text.identifier("T", self.number, width=7)


def tasks_on_record(block: Block, numbers: Numbering, *, complaint: Array) -> Tasks:
    """One or two tasks for each contact that truly set work."""
    chance = block.chance("tasks")
    set_here = np.flatnonzero(block.of(block.happened.set_tasks))
    second = chance.random(len(set_here)) < a.SECOND_TASK
    contact = np.repeat(set_here, 1 + second)
    pathway, size = block.contacts.pathway[contact], len(contact)
    depressed = np.array([code in DEPRESSION for code in a.COMPLAINTS])[complaint[pathway]]
    for_mood = pick(chance, dict(enumerate((34, 16, 2, 5, 9, 9, 4, 9, 0, 9, 3))), size=size)
    for_worry = pick(chance, dict(enumerate((7, 15, 20, 22, 7, 6, 9, 8, 0, 3, 3))), size=size)
    online = block.pathways.computer[pathway] & (chance.random(size) < 0.8)
    elsewhere = pick(chance, {0: 74, 1: 3, 2: 9, 3: 9, 4: 5}, size=size)
    return Tasks(
        contact=contact,
        number=numbers.next("task", block.contacts.service[contact]),
        kind=np.where(online, 8, np.where(depressed, for_mood, for_worry)),
        format=np.where(online, 1, elsewhere),
    )


def task_table(block: Block, tasks: Tasks) -> pa.Table:
    """BSW001TaskSet, one row per task agreed at a contact."""
    chance, contact = block.chance("planning"), tasks.contact
    columns = {
        "TaskId": tasks.id(),
        "CareContactId": contact_id(block, contact),
        "ServiceRequestId": referral_id(block, contact),
        "CarePersLocalId": staff_id(block, contact),
        "TaskType": text.code(TYPES, tasks.kind),
        "TaskFormat": text.code(FORMATS, tasks.format),
    }
    columns |= _dose(block, chance, contact=contact) | _planning(block, chance, contact=contact)
    columns |= _materials(block, chance, contact=contact) | _patient_says(block, chance, contact=contact)
    due = block.contacts.day[contact] + chance.integers(6, 15, len(contact))
    columns["ReviewDueDate"] = text.day(due, chance.random(len(contact)) < 0.5)
    return local_table(block, block.contacts.service[contact], columns=columns)


def _dose(block: Block, chance: np.random.Generator, *, contact: Array) -> dict[str, Text]:
    size, demand = len(contact), block.of(block.happened.demand)[contact]
    times = np.clip(np.rint(3 + 1.3 * demand + 0.5 * chance.standard_normal(size)), 1, 7)
    minutes = times * 5 * chance.integers(2, 6, size)
    blank = chance.random((2, size)) < np.array([[0.15], [0.35]])
    return {"TimesPerWeek": text.number(times, blank[0]), "MinutesPerWeek": text.number(minutes, blank[1])}


def _habit(block: Block, contact: Array) -> Array:
    """How much the practitioner writes down, 1 on average."""
    return np.asarray(block.staff.records[block.of(block.happened.staff)[contact]])


def _planning(block: Block, chance: np.random.Generator, *, contact: Array) -> dict[str, Text]:
    planning, blank = block.of(block.happened.planning)[contact], a.PLANNING_BLANK / _habit(block, contact)
    columns = {}
    for name, (usual, moves) in PLANNING.items():
        drawn = chance.random((2, len(contact)))
        columns[name] = text.either(drawn[0] < chance_of(usual + moves * planning), missing=drawn[1] < blank)
    return columns


def _materials(block: Block, chance: np.random.Generator, *, contact: Array) -> dict[str, Text]:
    adapted = block.of(block.happened.adapted)[contact]
    language = block.people.language[block.pathways.person[block.contacts.pathway[contact]]]
    own = np.where(adapted & (chance.random(len(contact)) < 0.7), language, 0)
    blank = chance.random((2, len(contact))) < np.array([[a.PLANNING_BLANK], [0.3]])
    return {
        "AdaptedToCircumstances": text.either(adapted, missing=blank[0]),
        "MaterialsLanguage": text.code(LANGUAGES, own, missing=blank[1]),
    }


def _patient_says(block: Block, chance: np.random.Generator, *, contact: Array) -> dict[str, Text]:
    happened, person = block.happened, block.pathways.person[block.contacts.pathway[contact]]
    believes, knows = block.people.expectations[person], block.people.literacy[person]
    planning, load = block.of(happened.planning)[contact], block.of(happened.life_load)[contact]
    alliance, resists = block.of(happened.alliance)[contact], block.of(happened.resistance)[contact]
    noise = chance.standard_normal((2, len(contact)))
    confident = (
        6.6 + 0.6 * believes + 0.5 * knows + 0.6 * planning - 0.7 * load - 0.5 * resists + 1.2 * noise[0]
    )
    helpful = 6.8 + 1.0 * believes + 0.4 * alliance + 0.4 * planning - 0.3 * resists + 1.3 * noise[1]
    drawn, habit = chance.random((2, len(contact))), _habit(block, contact)
    return {
        "PatientConfidence": _out_of_ten(confident, drawn[0] > a.CONFIDENCE_RECORDED * habit),
        "PatientPerceivedHelpfulness": _out_of_ten(helpful, drawn[1] > a.HELPFULNESS_RECORDED * habit),
    }


def _out_of_ten(values: Array, missing: Array) -> Text:
    return text.number(np.clip(np.rint(values), 0, 10), missing)
