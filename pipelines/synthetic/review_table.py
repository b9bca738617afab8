"""BSW002TaskReview: what is written down, at a later contact, about the work that was agreed."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from pipelines.synthetic import assumptions as a
from pipelines.synthetic import text
from pipelines.synthetic.calendar import Array
from pipelines.synthetic.chance import chance_of
from pipelines.synthetic.contact_tables import contact_id
from pipelines.synthetic.episodes import ETHNIC_GROUPS
from pipelines.synthetic.record_keeping import Block
from pipelines.synthetic.submissions import local_table
from pipelines.synthetic.task_tables import Tasks
from pipelines.synthetic.text import Text

COMPLETION = ("none", "part", "full", "different", "not reviewed")
NONE, PART, FULL, DIFFERENT, NOT_REVIEWED = range(5)
BARRIERS = (
    "time", "forgot", "understanding", "relevance", "avoidance", "low mood", "health", "family or caring",
    "work", "privacy", "literacy", "technology", "other",
)  # fmt: skip
SAID_NOT_REVIEWED, BARRIER_TOLD = 0.4, 0.7  # assumptions


@dataclass(frozen=True)
class Reviews:
    """One row per review: the task, the contact, whether it says anything, and whether it says done."""

    task: Array
    contact: Array
    told: Array
    done: Array


def reviews_on_record(block: Block, tasks: Tasks) -> Reviews:
    """What is written down about the agreed work, with slips of the pen and whatever bias is planted."""
    chance, unequal = block.chance("what reviews say"), block.settings.inequities
    task, contact, told = _reviews(block, tasks, chance=chance)
    done = block.of(block.happened.done)[tasks.contact[task]]
    slips, unfair, unwritten = chance.random((3, len(task)))
    staff = block.of(block.happened.staff)[contact]
    person = block.pathways.person[block.contacts.pathway[contact]]
    disfavoured = np.isin(ETHNIC_GROUPS[block.people.ethnicity[person]], unequal.groups)
    biased = disfavoured & (block.staff.inclined[staff] < unequal.biased_pwps)
    done = (done ^ (slips < a.WRONGLY_REVIEWED)) & ~(biased & (unfair < unequal.biased_pwp))
    kept = ~(disfavoured & (unwritten < unequal.recording))
    return Reviews(task[kept], contact[kept], told[kept], done[kept])


def review_table(block: Block, tasks: Tasks, reviews: Reviews) -> pa.Table:
    """BSW002TaskReview, one row per review; a task nobody came back to has none."""
    chance = block.chance("reviews")
    task, contact, told, done = reviews.task, reviews.contact, reviews.told, reviews.done
    completion = np.where(told, _completion(chance, done), NOT_REVIEWED)
    columns = {
        "TaskId": tasks.id().take(pa.array(task)),
        "CareContactId": contact_id(block, contact),
        "ReviewDateTime": _moment(block, chance, agreed=tasks.contact[task], contact=contact),
        "Completion": text.code(COMPLETION, completion),
        "CompletionPercent": _percent(chance, completion, done=done),
    }
    columns |= _experience(block, chance, contact=contact, done=done, untold=~told)
    columns["BarriersReported"] = _barriers(block, chance, contact=contact, done=done, untold=~told)
    eased = chance.random(len(task)) < chance_of(block.of(block.happened.planning)[contact])
    columns["DifficultiesAddressed"] = text.either(
        eased & ~done, missing=~told | (chance.random(len(task)) < 0.3)
    )
    return local_table(block, block.contacts.service[contact], columns=columns)


def _reviews(block: Block, tasks: Tasks, *, chance: np.random.Generator) -> tuple[Array, Array, Array]:
    """Task, contact and whether the work was really reviewed there."""
    following = block.contacts.next_attended[tasks.contact]
    task = np.flatnonzero(following >= 0)
    at = following[task]
    reviewed = block.of(block.happened.reviewed)[at]
    said = ~reviewed & (chance.random(len(task)) < SAID_NOT_REVIEWED)
    then = block.contacts.next_attended[at]
    later = ~reviewed & (then >= 0) & (chance.random(len(task)) < a.REVIEWED_LATER)
    rows = [(reviewed, at, True), (said, at, False), (later, then, True)]
    return (
        np.concatenate([task[which] for which, _, _ in rows]),
        np.concatenate([contact[which] for which, contact, _ in rows]),
        np.concatenate([np.full(which.sum(), told) for which, _, told in rows]),
    )


def _moment(block: Block, chance: np.random.Generator, *, agreed: Array, contact: Array) -> Text:
    """Mostly left to the contact's own time; by message, some time since the work was agreed."""
    contacts, size = block.contacts, len(contact)
    start = contacts.day[contact] * 1440 + contacts.minute[contact]
    since = contacts.day[agreed] * 1440 + contacts.minute[agreed] + 1440
    between = since + np.floor(chance.random(size) * np.maximum(1, start - since)).astype(np.int64)
    drawn = chance.random(size)
    by_message = (drawn < a.REVIEWED_BY_MESSAGE) & (start > since)
    return text.moment(np.where(by_message, between, start + 5), ~by_message & (drawn < 0.75))


def _completion(chance: np.random.Generator, done: Array) -> Array:
    drawn = chance.random(len(done))
    if_done = np.where(drawn < 0.62, FULL, np.where(drawn < 0.9, PART, DIFFERENT))
    return np.where(done, if_done, np.where(drawn < 0.62, NONE, PART))


def _percent(chance: np.random.Generator, completion: Array, *, done: Array) -> Text:
    """How much; always where part of it fell short, sometimes elsewhere."""
    size = len(completion)
    drawn, step = chance.random(size), chance.integers(0, 9, size)
    half_or_more, less = 50 + 5 * step, 5 + 5 * step
    part = np.where(done, half_or_more, less)
    percent = np.select([completion == NONE, completion == PART, completion == FULL], [0, part, 100], 100)
    given = np.select([completion == NONE, completion == PART, completion == FULL], [0.3, 0.6, 0.45], 0.2)
    given = np.where((completion == PART) & ~done, 1.0, given)
    return text.number(percent, (completion == NOT_REVIEWED) | (drawn >= given))


def _experience(
    block: Block, chance: np.random.Generator, *, contact: Array, done: Array, untold: Array
) -> dict[str, Text]:
    """How difficult and how helpful the patient found it, 0 to 4."""
    person = block.pathways.person[block.contacts.pathway[contact]]
    load, noise = block.of(block.happened.life_load)[contact], chance.standard_normal((2, len(contact)))
    hard = 1.9 + 0.4 * load - 0.35 * block.people.literacy[person] - 0.7 * done + 0.8 * noise[0]
    helped = 2.0 + 0.55 * block.people.expectations[person] + 0.5 * done + 0.8 * noise[1]
    blank = untold | (chance.random((2, len(contact))) < np.array([[0.35], [0.4]]))
    return {
        "DifficultyRating": text.number(np.clip(np.rint(hard), 0, 4), blank[0]),
        "HelpfulnessRating": text.number(np.clip(np.rint(helped), 0, 4), blank[1]),
    }


def _barriers(
    block: Block, chance: np.random.Generator, *, contact: Array, done: Array, untold: Array
) -> Text:
    """One barrier or two, likelier where its cause is there."""
    leaning = _leanings(block, contact)
    gumbel = chance.gumbel(size=leaning.shape)
    order = np.argsort(-(leaning + gumbel), axis=1, kind="stable")
    first = text.code(BARRIERS, order[:, 0])
    second = text.code(BARRIERS, np.where(chance.random(len(contact)) < 0.3, order[:, 1], -1))
    both = pc.coalesce(pc.binary_join_element_wise(first, second, ";"), first)
    told = ~untold & (chance.random(len(contact)) < np.where(done, 0.12, BARRIER_TOLD))
    return pc.if_else(pa.array(told), both, pa.scalar(None, pa.string()))


def _leanings(block: Block, contact: Array) -> Array:
    """Log-weights of BARRIERS for each review."""
    pathway = block.contacts.pathway[contact]
    people, person = block.people, block.pathways.person[pathway]
    load, resists = block.of(block.happened.life_load)[contact], block.of(block.happened.resistance)[contact]
    low = (block.of(block.happened.phq9)[contact] - 10) / 6
    knows, works = people.literacy[person], people.employment[person] == 0
    nothing = np.zeros(len(contact))
    return np.column_stack([
        1.2 + 0.6 * load, 0.9 + nothing, 0.2 - 0.7 * knows, -0.3 - 0.6 * people.expectations[person],
        0.3 + 0.7 * resists, 0.2 + 0.6 * low, -0.8 + 0.9 * people.conditions[person],
        -0.6 + 1.2 * people.children[person] + 0.3 * load, -1.2 + 1.4 * works + 0.3 * load, -1.8 + nothing,
        -2.2 + 2.0 * (people.language[person] > 0), -2.5 + 2.0 * block.pathways.computer[pathway],
        -1.2 + nothing,
    ])  # fmt: skip
