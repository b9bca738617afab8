"""Between two appointments: log-ins, reviews by text message, and how the hidden state moves."""

import numpy as np

from benchmarks.second_service import belief as know
from benchmarks.second_service.arrays import Columns, Floats, Ints, chance, pick
from benchmarks.second_service.caseload import World
from benchmarks.second_service.mechanism import DONE, IDLE, LOG_INS_A_DAY, MOOD, NEXT, NO_TASK, NOT_DONE


def approach(world: World, page: Columns, belief: Floats, *, first: bool) -> Floats:
    """Live through the interval before the appointment; return the belief at its start."""
    load, who = world.load, page["pathway"]
    page["texted"] = np.zeros(who.size, dtype=np.bool_)
    page["text_time"] = np.zeros(who.size)
    page["text_of"] = np.full(who.size, -1)
    page["text_not_done"] = load.not_done[who].copy()
    if first:
        return belief
    gap = page["time"] - load.last_time[who]
    _see_log_ins(world, who, gap, belief)
    _text(world, page, gap, belief)
    weeks = np.clip(np.round(gap / 7), 1, 4).astype(np.int64)
    fresh = load.fresh[who]
    work = np.stack([np.where(fresh, DONE, NO_TASK), np.where(fresh, NOT_DONE, NO_TASK)], axis=1)
    dip = world.calendar.dip(page["day"]).astype(np.int64)
    belief = know.step_to_next(belief, weeks, work, dip)
    mine = work[np.arange(who.size), load.not_done[who]]
    chain = NEXT[world.patients["disposition"][who], weeks - 1, mine, dip, load.work[who]]
    load.engagement[who] = pick(world.rng, chain)
    load.work[who] = load.engagement[who]
    load.mood[who] = pick(world.rng, MOOD[mine, load.mood[who]])
    load.fresh[who] = False
    return know.normalised(belief)


def _see_log_ins(world: World, who: Ints, gap: Floats, belief: Floats) -> None:
    """Draw the log-ins of the interval and learn from their number."""
    load = world.load
    opened = load.opened[who]
    counts = np.zeros(who.size, dtype=np.int64)
    counts[opened] = log_in(world, who[opened], load.last_time[who[opened]], gap[opened])
    mean = LOG_INS_A_DAY[None, :] * gap[:, None]
    likelihood = (1 - IDLE) * np.exp(-mean) * mean ** np.minimum(counts, 60)[:, None]
    likelihood += IDLE * (counts == 0)[:, None]
    know.by_engagement(belief, likelihood / likelihood.max(axis=1, keepdims=True), opened)


def log_in(world: World, who: Ints, since: Floats, gap: Floats) -> Ints:
    """Number of log-ins of each pathway in `gap` days; an idle interval has none."""
    load, rng = world.load, world.rng
    counts = rng.poisson(LOG_INS_A_DAY[load.work[who]] * gap)
    counts[chance(rng, IDLE, who.size)] = 0
    pathway = np.repeat(who, counts)
    time = np.repeat(since + 0.03, counts) + np.repeat(gap - 0.04, counts) * rng.random(pathway.size)
    np.maximum.at(load.last_log_in, pathway, time)
    world.log_ins.append({"pathway": pathway, "time": time})
    return np.asarray(counts, dtype=np.int64)


def _text(world: World, page: Columns, gap: Floats, belief: Floats) -> None:
    """Some services ask by text message; who is asked does not depend on how it went."""
    load, who, rng = world.load, page["pathway"], world.rng
    service = world.patients["service"][who]
    asks = world.services.texts_reviews[service] & load.pending[who] & load.fresh[who] & (gap >= 10)
    asked = asks & chance(rng, 0.30, who.size)
    page["texted"] = asked
    page["text_time"] = load.last_time[who] + 7 + rng.random(who.size) * (gap - 8)
    page["text_of"] = np.where(asked, load.task_row[who], -1)
    page["text_not_done"] = load.not_done[who].copy()
    likelihood = np.zeros((who.size, 2, 3))
    likelihood[np.arange(who.size), load.not_done[who]] = 1.0
    know.by_work(belief, likelihood, asked)
    load.last_review[who] = np.where(asked, load.not_done[who], load.last_review[who])
    load.pending[who] &= ~asked
