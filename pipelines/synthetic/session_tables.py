"""BSW003SessionRating: what was rated in a contact."""

from __future__ import annotations

import numpy as np
import pyarrow as pa

from pipelines.synthetic import assumptions as a
from pipelines.synthetic import text
from pipelines.synthetic.calendar import Array
from pipelines.synthetic.contact_tables import contact_id
from pipelines.synthetic.record_keeping import Block
from pipelines.synthetic.submissions import local_table
from pipelines.synthetic.therapy import treatment_of

# Type -> who rates, top of the scale, how often relative to the rest (assumption).
RATINGS = {
    "treatment expectancy": ("patient", 10, 0.6),
    "treatment credibility": ("patient", 10, 0.4),
    "passive expectation": ("practitioner", 3, 0.5),
    "in-session resistance": ("practitioner", 3, 1.0),
    "working alliance": ("patient", 10, 0.9),
    "understanding of the approach": ("patient", 10, 0.7),
    "practitioner's confidence in the task": ("practitioner", 10, 0.9),
    "social support": ("patient", 10, 0.3),
}


def rating_table(block: Block) -> pa.Table:
    """BSW003SessionRating, one row per rating in a contact; which are asked differs by service."""
    chance, contacts = block.chance("ratings"), block.contacts
    values = _true_ratings(block, chance)
    habit = block.staff.records[block.of(block.happened.staff)]
    often = np.array([weight for _, _, weight in RATINGS.values()]) * a.RATINGS_RECORDED
    asked = block.services.forms[contacts.service] & treatment_of(block)[:, None]
    given = asked & (chance.random(values.shape) < often[None, :] * habit[:, None])
    contact, kind = np.nonzero(given)
    raters = tuple(rater for rater, _, _ in RATINGS.values())
    columns = {
        "CareContactId": contact_id(block, contact),
        "RatingType": text.code(tuple(RATINGS), kind),
        "RatedBy": text.code(raters, kind),
        "Rating": text.number(values[contact, kind]),
    }
    return local_table(block, contacts.service[contact], columns=columns)


def _true_ratings(block: Block, chance: np.random.Generator) -> Array:
    """What each contact's ratings would say, contacts x RATINGS, with an error of rating."""
    people, happened = block.people, block.happened
    person = block.pathways.person[block.contacts.pathway]
    believes, knows, support = people.expectations[person], people.literacy[person], people.support[person]
    alliance, resists = block.of(happened.alliance), block.of(happened.resistance)
    load = block.of(happened.life_load)
    expected = np.column_stack([
        6.3 + 1.5 * believes, 6.5 + 1.3 * believes + 0.3 * alliance, 1.0 - 0.6 * believes,
        0.8 + 0.65 * resists, 7.4 + 1.1 * alliance, 6.6 + 1.3 * knows,
        6.3 + 1.6 * block.of(happened.belief) - 0.3 * resists - 0.7 * load, 6.0 + 1.8 * support,
    ])  # fmt: skip
    error = np.where(np.array([top for _, top, _ in RATINGS.values()]) == 10, 1.2, 0.5)
    values = np.rint(expected + error * chance.standard_normal(expected.shape))
    return np.clip(values, 0, np.array([top for _, top, _ in RATINGS.values()]))
