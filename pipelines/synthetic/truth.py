"""OUT/truth: what nobody records, for whoever tests an analysis. The product never reads it."""

from __future__ import annotations

import numpy as np
import pyarrow as pa

from features.standard import ethnic_categories
from pipelines.synthetic import text
from pipelines.synthetic.agreeing import DRIVERS
from pipelines.synthetic.calendar import Array
from pipelines.synthetic.contact_tables import contact_id, staff_id
from pipelines.synthetic.people import ETHNICITIES
from pipelines.synthetic.record_keeping import Block
from pipelines.synthetic.review_table import Reviews
from pipelines.synthetic.submissions import local_table
from pipelines.synthetic.task_tables import Tasks

CONTACTS, CAUSES, STAFF, ADDED = (
    f"truth/{name}" for name in ("probabilities", "drivers", "practitioners", "dirty_rows")
)
UNKNOWN = -1


def truth_tables(block: Block, tasks: Tasks, reviews: Reviews) -> dict[str, pa.Table]:
    """Per contact that set work: its chance, what came of it, what is written of it, and what drove it."""
    contact = np.unique(tasks.contact)
    people, happened = block.people, block.happened
    person = block.pathways.person[block.contacts.pathway[contact]]
    groups = [ethnic_categories()[code][1] for code in ETHNICITIES]
    columns = {
        "CareContactId": contact_id(block, contact),
        "CarePersLocalId": staff_id(block, contact),
        "ethnic_group": text.code(groups, people.ethnicity[person]),
        "probability_not_completed": pa.array(1.0 - block.of(happened.probability_done)[contact]),
        "probability_with_equal_care": pa.array(1.0 - block.of(happened.probability_equal_care)[contact]),
        "done": pa.array(block.of(happened.done)[contact]),
        "recorded_not_completed": _recorded(tasks, reviews, contact=contact),
        "planning": pa.array(block.of(happened.planning)[contact]),
        "tailored": pa.array(block.of(happened.adapted)[contact]),
    }
    causes = block.of(happened.drivers)[contact]
    drivers = {"CareContactId": columns["CareContactId"]}
    drivers |= {name: pa.array(causes[:, place]) for place, name in enumerate(DRIVERS)}
    service = block.contacts.service[contact]
    tables = {
        CONTACTS: local_table(block, service, columns=columns),
        CAUSES: local_table(block, service, columns=drivers),
    }
    return tables | ({STAFF: _practitioners(block)} if block.number == 0 else {})


def _recorded(tasks: Tasks, reviews: Reviews, *, contact: Array) -> pa.Array:
    """Whether the first review of the contact's work that says anything says it was not done; else null."""
    told = np.flatnonzero(reviews.told)
    order = told[np.lexsort((reviews.contact[told], tasks.contact[reviews.task[told]]))]
    at = np.searchsorted(contact, tasks.contact[reviews.task[order]])
    said = np.full(len(contact), UNKNOWN)
    said[at[::-1]] = (~reviews.done[order])[::-1]
    return pa.array(said == 1, mask=said == UNKNOWN)


def _practitioners(block: Block) -> pa.Table:
    """The practitioners' latent traits, in standard deviations or as shares."""
    staff = block.staff
    biased = staff.inclined < block.settings.inequities.biased_pwps
    return local_table(
        block,
        staff.service,
        columns={
            "CarePersLocalId": text.identifier("S", staff.number, width=3),
            "trainee": pa.array(staff.trainee),
            "therapist": pa.array(staff.therapist),
            **{
                name: pa.array(getattr(staff, name))
                for name in ("experience", "caseload", "skill", "warmth", "effect", "reviews", "records")
            },
            "biased": pa.array(biased & (block.settings.inequities.biased_pwp > 0)),
        },
    )
