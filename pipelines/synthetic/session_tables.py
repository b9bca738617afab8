"""BSW003SessionRating and BSW004PlatformSession: ratings in a contact, log-ins between contacts."""

from __future__ import annotations

import numpy as np
import pyarrow as pa

from pipelines.synthetic import assumptions as a
from pipelines.synthetic import text
from pipelines.synthetic.calendar import Array
from pipelines.synthetic.contact_tables import contact_id
from pipelines.synthetic.record_keeping import Block
from pipelines.synthetic.submissions import local_table
from pipelines.synthetic.therapy import COMPUTER, therapy_of, treatment_of

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
MODULES_LEFT, DAYS_LOGGED = 8, 21


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


def platform_table(block: Block) -> pa.Table:
    """BSW004PlatformSession, one row per log-in of those who work online: more where the work is done."""
    chance, contacts = block.chance("platform"), block.contacts
    online = np.flatnonzero((therapy_of(block) == COMPUTER) & block.of(block.happened.set_tasks))
    days = _days_until_next(block, online)
    done = block.of(block.happened.done)[online]
    rate = np.where(done, a.LOGIN_DAYS_PER_WEEK[1], a.LOGIN_DAYS_PER_WEEK[0])
    count = chance.poisson(rate * days / 7)
    within = np.floor(chance.random(count.sum()) * np.repeat(days, count)).astype(np.int64)
    contact, within = _several_a_day(block, chance, contact=np.repeat(online, count), within=within)
    hour = np.clip(np.rint(chance.normal(17, 4, len(contact))), 6, 23).astype(np.int64)
    start = (contacts.day[contact] + 1 + within) * 1440 + 60 * hour + chance.integers(0, 60, len(contact))
    start, contact = _in_the_extract(block, start, contact=contact)
    size = len(contact)
    length = np.maximum(1, np.rint(np.exp(chance.normal(2.7, 0.7, size)))).astype(np.int64)
    unended = chance.random(size) < 0.05
    columns = {
        "ServiceRequestId": text.identifier("R", block.referral_number[contacts.pathway[contact]]),
        "SessionStart": text.moment(start),
        "SessionEnd": text.moment(start + length, unended),
        "ModulesCompleted": text.number((length > 22) & (chance.random(size) < 0.5), unended),
        "ToolsUsed": text.number(chance.poisson(1.2, size), chance.random(size) < 0.1),
        "MessagesSent": text.number(chance.poisson(0.15, size)),
    }
    return local_table(block, contacts.service[contact], columns=columns)


def _several_a_day(
    block: Block, chance: np.random.Generator, *, contact: Array, within: Array
) -> tuple[Array, Array]:
    """Days with a log-in into log-ins: some people come back on the same day, others hardly ever."""
    habit = a.LOGINS_AGAIN_SAME_DAY * chance.exponential(size=len(block.pathways.person))
    times = 1 + chance.poisson(habit[block.contacts.pathway[contact]])
    return np.repeat(contact, times), np.repeat(within, times)


def _days_until_next(block: Block, contact: Array) -> Array:
    """Days to the next attended contact, at most DAYS_LOGGED."""
    following = block.contacts.next_attended[contact]
    gap = block.contacts.day[following] - block.contacts.day[contact]
    return np.where(following >= 0, np.minimum(gap, DAYS_LOGGED), DAYS_LOGGED)


def _in_the_extract(block: Block, start: Array, *, contact: Array) -> tuple[Array, Array]:
    """Log-ins up to the last day and the discharge, in order of time on each pathway."""
    pathway = block.contacts.pathway[contact]
    last = np.minimum(block.months.ends[-1], block.episodes.discharged[pathway])
    order = np.lexsort((start, pathway))
    order = order[(start // 1440 <= last)[order]]
    start, contact, pathway = start[order], contact[order], pathway[order]
    same = (start == np.roll(start, 1)) & (pathway == np.roll(pathway, 1)) & (np.arange(len(start)) > 0)
    return start[~same], contact[~same]
