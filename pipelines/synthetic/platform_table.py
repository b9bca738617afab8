"""BSW004PlatformSession: log-ins between contacts, in each patient's own rhythm."""

from __future__ import annotations

import numpy as np
import pyarrow as pa

from pipelines.synthetic import assumptions as a
from pipelines.synthetic import text
from pipelines.synthetic.calendar import Array
from pipelines.synthetic.chance import pick
from pipelines.synthetic.phases import TREATMENT
from pipelines.synthetic.record_keeping import Block
from pipelines.synthetic.submissions import local_table
from pipelines.synthetic.therapy import COMPUTER, therapy_of


def platform_table(block: Block) -> pa.Table:
    """One row per log-in of those who work online: most in the first week, more where the work is done."""
    chance, contacts = block.chance("platform"), block.contacts
    contact, day = _days_with_a_login(block, chance)
    contact, day = _several_a_day(block, chance, contact=contact, day=day)
    hour = pick(chance, dict(enumerate(a.HOURS_OF_LOGIN)), size=len(day))
    start = day * 1440 + 60 * hour + chance.integers(0, 60, len(day))
    start, contact = _in_the_extract(block, start, contact=contact)
    size = len(contact)
    median, spread, longest = a.LOGIN_MINUTES
    length = np.exp(np.log(median) + spread * chance.standard_normal(size))
    length = np.clip(np.rint(length), 1, longest).astype(np.int64)
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


def _days_with_a_login(block: Block, chance: np.random.Generator) -> tuple[Array, Array]:
    """The contact after which, and the day on which, somebody logged in."""
    contacts = block.contacts
    working = block.of(block.happened.set_tasks) & (block.of(block.happened.phase) == TREATMENT)
    online = np.flatnonzero((therapy_of(block) == COMPUTER) & working)
    days = _days_until_next(block, online)
    after = np.arange(days.sum()) - np.repeat(np.cumsum(days) - days, days) + 1
    contact = np.repeat(online, days)
    day, pathway = contacts.day[contact] + after, contacts.pathway[contact]
    begun = np.full(len(block.pathways.person), np.iinfo(np.int64).max)
    np.minimum.at(begun, contacts.pathway[online], contacts.day[online])
    week = (day - begun[pathway] - 1) // 7
    moved = block.settings.mechanism().effect("platform_use", "completion")
    not_done = np.where(block.of(block.happened.done)[contact], 1.0, a.IF_NOT_DONE**moved)
    keen = np.exp(a.DIFFER_IN_LOGINS * chance.standard_normal(len(block.pathways.person)))[pathway]
    rate = a.DAYS_WITH_LOGIN_PER_WEEK / 7 * keen * not_done * a.FADES_PER_WEEK**week
    rate *= np.select([week == 0, week == 1], a.FIRST_WEEKS, 1.0) * np.where(
        (day + 3) % 7 >= 5, a.WEEKEND, 1.0
    )
    here = chance.random(len(day)) < rate
    return contact[here], day[here]


def _several_a_day(
    block: Block, chance: np.random.Generator, *, contact: Array, day: Array
) -> tuple[Array, Array]:
    """Days with a log-in into log-ins: some people come back on the same day, others hardly ever."""
    habit = a.LOGINS_AGAIN_SAME_DAY * chance.exponential(size=len(block.pathways.person))
    times = 1 + chance.poisson(habit[block.contacts.pathway[contact]])
    return np.repeat(contact, times), np.repeat(day, times)


def _days_until_next(block: Block, contact: Array) -> Array:
    """Days to the next attended contact, at most LOGINS_END_AFTER."""
    following = block.contacts.next_attended[contact]
    gap = block.contacts.day[following] - block.contacts.day[contact]
    return np.where(following >= 0, np.minimum(gap, a.LOGINS_END_AFTER), a.LOGINS_END_AFTER)


def _in_the_extract(block: Block, start: Array, *, contact: Array) -> tuple[Array, Array]:
    """Log-ins up to the last day, and until access is closed, in order of time on each pathway."""
    pathway = block.contacts.pathway[contact]
    last = np.minimum(block.months.ends[-1], block.episodes.discharged[pathway] + a.OPEN_AFTER_DISCHARGE)
    order = np.lexsort((start, pathway))
    order = order[(start // 1440 <= last)[order]]
    start, contact, pathway = start[order], contact[order], pathway[order]
    same = (start == np.roll(start, 1)) & (pathway == np.roll(pathway, 1)) & (np.arange(len(start)) > 0)
    return start[~same], contact[~same]
