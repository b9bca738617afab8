"""IDS004EmpStatus: asked at the start, asked again at times, changed by life events."""

from __future__ import annotations

import numpy as np
import pyarrow as pa

from pipelines.synthetic import text
from pipelines.synthetic.calendar import Array
from pipelines.synthetic.people import EMPLOYMENT
from pipelines.synthetic.person_tables import patient_id
from pipelines.synthetic.record_keeping import Block
from pipelines.synthetic.submissions import of_patients

EMPLOYED, SEEKING = 0, 1
ASKED_FIRST, ASKED_AGAIN, EVENT_COSTS_JOB = 0.92, 0.08, 0.3  # assumptions


def employment_table(block: Block) -> pa.Table:
    """One row each time employment was asked."""
    contact, status, chance = _asked(block)
    person = block.pathways.person[block.contacts.pathway[contact]]
    size, working, load = len(contact), status == EMPLOYED, block.of(block.happened.life_load)[contact]
    draw = chance.random((6, size))
    benefits = draw[0] < np.select([working, status == SEEKING, status == 3], [0.12, 0.7, 0.85], 0.35)
    sick = working & (draw[1] < np.clip(0.06 + 0.1 * load, 0.01, 0.5))
    hours = np.where(working, np.where(draw[2] < 0.72, 0, np.where(draw[2] < 0.92, 1, 2)), 3)
    once = {
        "LocalPatientId": patient_id(block, person),
        "EmployStatus": text.code(EMPLOYMENT, status),
        "EmployStatusRecDate": text.day(block.contacts.day[contact]),
        "WeekHoursWorked": text.code(("01", "02", "03", "98"), hours, missing=draw[3] < 0.15),
        "SelfEmployInd": text.code(("Y", "N", "8"), np.where(working, np.where(draw[4] < 0.12, 0, 1), 2)),
        "SickAbsenceInd": text.code(("Y", "N", "8"), np.where(working, np.where(sick, 0, 1), 2)),
        "SSPInd": text.code(
            ("Y", "N", "U"), np.where(sick & (draw[5] < 0.5), 0, np.where(draw[5] > 0.95, 2, 1))
        ),
        "BenefitRecInd": text.either(benefits, missing=draw[3] > 0.93),
        "UCInd": text.either(benefits & (draw[4] < 0.6), missing=draw[3] > 0.93),
        "PIPInd": text.either((status == 3) & (draw[5] < 0.5)),
    }
    rows = of_patients(block, person, since=block.contacts.day[contact])
    return rows.table(rows.again(once))


def _asked(block: Block) -> tuple[Array, Array, np.random.Generator]:
    """The contacts at which employment was recorded, and the status then (index)."""
    chance, contacts = block.chance("employment"), block.contacts
    size = len(contacts.pathway)
    draw = chance.random((3, size))
    first = contacts.attended & (block.of(block.happened.phase) == 0)
    event = contacts.attended & (block.of(block.happened.event) > 1.5)
    lost = event & (draw[1] < EVENT_COSTS_JOB)
    asked = (first & (draw[0] < ASKED_FIRST)) | (contacts.attended & ((draw[0] > 1 - ASKED_AGAIN) | lost))
    person = block.pathways.person[contacts.pathway]
    status = block.people.employment[person]
    out_of_work = _since(contacts.pathway, lost) & (status == EMPLOYED)
    status = np.where(out_of_work, SEEKING, status)
    return np.flatnonzero(asked), status[asked], chance


def _since(pathway: Array, happened: Array) -> Array:
    """Whether it happened at this contact or an earlier one of the same pathway."""
    total = np.cumsum(happened)
    start = np.searchsorted(pathway, pathway, side="left")
    before = np.where(start > 0, total[np.maximum(start - 1, 0)], 0)
    return np.asarray(total - before > 0)
