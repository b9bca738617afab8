"""What happens in a contact that is attended: questionnaires, review, ratings, new work."""

import numpy as np

from benchmarks.second_service import belief as know
from benchmarks.second_service.arrays import Bools, Columns, Floats, chance, pick
from benchmarks.second_service.caseload import World
from benchmarks.second_service.mechanism import (
    MISSING_SCORES,
    REVIEWED,
    REVIEWED_NOT_DONE,
    SHOWS_ALLIANCE,
    SHOWS_CONFIDENCE,
    SHOWS_EXPECTANCY,
    SHOWS_GAD,
    SHOWS_PHQ,
    SHOWS_RESISTANCE,
    TALKED_OVER,
    WORK,
    not_completed_probability,
)
from benchmarks.second_service.planning import plan, situation

REVIEW_NONE, REVIEW_KNOWN, REVIEW_WRITTEN_NOT, REVIEW_SILENT = 0, 1, 2, 3


def meet(world: World, page: Columns, belief: Floats, seen: Bools) -> Floats:
    """Everything in the contact, in the order in which it happens."""
    load, who = world.load, page["pathway"]
    service = world.patients["service"][who]
    low = world.patients["fate"][who] != 2
    advised = world.patients["fate"][who] == 1
    treats = seen & ~advised & (~page["first"] | world.services.treats_at_assessment[service])
    page["treatment"] = treats
    page["high"] = ~low
    _scores(world, page, belief, seen)
    _review(world, page, belief, seen)
    belief_now = know.normalised(belief)
    _ratings(world, page, belief_now, treats & low)
    page["engagement"], page["mood"] = load.engagement[who].copy(), load.mood[who].copy()
    _work(world, page, belief_now, treats & low)
    load.seen[who] += seen
    load.treated[who] += treats
    opens = treats & world.patients["platform"][who] & ~load.opened[who] & low
    load.opened[who] |= opens
    load.last_log_in[who] = np.where(opens, page["time"], load.last_log_in[who])
    return belief_now


def _scores(world: World, page: Columns, belief: Floats, seen: Bools) -> None:
    """PHQ-9 and GAD-7 (-1: not recorded). They go missing more where the patient withdraws."""
    load, who, rng = world.load, page["pathway"], world.rng
    factor = world.services.scores_missing[world.patients["service"][who]]
    factor = factor * np.where(world.patients["decile"][who] <= 3, 1.25, 1.0)
    gone = np.clip(MISSING_SCORES[None, :] * factor[:, None], 0, 0.9)
    missing = chance(rng, gone[np.arange(who.size), load.engagement[who]], who.size)
    know.by_engagement(belief, np.where(missing[:, None], gone, 1 - gone), seen)
    phq, gad = pick(rng, SHOWS_PHQ[load.mood[who]]), pick(rng, SHOWS_GAD[load.mood[who]])
    has = seen & ~missing
    know.by_mood(belief, SHOWS_PHQ[:, phq].T * SHOWS_GAD[:, gad].T, has)
    page["phq"], page["gad"] = np.where(has, phq, -1), np.where(has, gad, -1)


def _review(world: World, page: Columns, belief: Floats, seen: Bools) -> None:
    """Ask about the work set before, or not; talk a failure over, or not."""
    load, who, rng = world.load, page["pathway"], world.rng
    due = seen & load.pending[who]
    rate = world.services.review_rate[page["practitioner"]] * np.where(page["attendance"] == 1, 0.75, 1.0)
    rate = rate * np.where(world.patients["language"][who] != "en", 0.88, 1.0)
    chances = np.stack([np.outer(rate, REVIEWED), np.outer(rate * REVIEWED_NOT_DONE, REVIEWED)], axis=1)
    mine = chances[np.arange(who.size), load.not_done[who], load.engagement[who]]
    reviewed = due & chance(rng, mine, who.size)
    likelihood = 1 - chances
    shown = np.zeros_like(chances)
    shown[np.arange(who.size), load.not_done[who]] = 1.0
    likelihood[reviewed] = (chances * shown)[reviewed]
    know.by_work(belief, likelihood, due)
    written = chance(rng, 0.5, who.size)
    page["review"] = np.where(reviewed, 1, np.where(due, np.where(written, 2, 3), 0))
    page["review_of"] = np.where(due, load.task_row[who], -1)
    page["review_not_done"] = load.not_done[who].copy()
    page["talked_over"] = reviewed & chance(rng, world.services.talks_over[page["practitioner"]], who.size)
    lifted = page["talked_over"] & (load.not_done[who] == 1)
    know.talked_over(belief, TALKED_OVER, lifted)
    moved = pick(rng, TALKED_OVER[load.engagement[who]])
    load.engagement[who] = np.where(lifted, moved, load.engagement[who])
    load.last_review[who] = np.where(reviewed, load.not_done[who], load.last_review[who])
    load.pending[who] &= ~seen


def _ratings(world: World, page: Columns, belief: Floats, treats: Bools) -> None:
    """Ratings (-1: not asked). Whether one is asked for never depends on the patient."""
    load, who, rng, services = world.load, page["pathway"], world.rng, world.services
    engagement, n = load.engagement[who], who.size
    service, first = world.patients["service"][who], load.treated[who] == 0
    asked = {
        "resistance": (SHOWS_RESISTANCE, services.rates_resistance[page["practitioner"]]),
        "alliance": (SHOWS_ALLIANCE, services.alliance_asked[service]),
        "expectancy": (SHOWS_EXPECTANCY, np.where(first, 0.7, 0.0)),
    }
    for name, (shows, rate) in asked.items():
        value, has = pick(rng, shows[engagement]), treats & chance(rng, rate, n)
        know.by_engagement(belief, shows[:, value].T, has)
        page[name] = np.where(has, value, -1)
    value = pick(rng, SHOWS_CONFIDENCE[engagement, load.mood[who]])
    has = treats & chance(rng, services.asks_confidence[page["practitioner"]], n)
    page["confidence"] = np.where(has, value, -1)


def _work(world: World, page: Columns, belief: Floats, treats: Bools) -> None:
    """Set work; draw what becomes of it; keep what was true and what could be known."""
    load, who, rng = world.load, page["pathway"], world.rng
    sets = plan(world, page, treats)
    page["confidence"] = np.where(sets, page["confidence"], -1)
    shown = SHOWS_CONFIDENCE[:, :, np.maximum(page["confidence"], 0)].transpose(2, 0, 1)
    know.by_both(belief, shown, page["confidence"] >= 0)
    failing = not_completed_probability(situation(world, page))
    dip = world.calendar.dip(page["day"]).astype(np.int64)
    rows = np.arange(who.size)
    step = WORK[world.patients["disposition"][who], dip, load.engagement[who]]
    by_state = failing[rows, :, load.mood[who]]
    page["true_probability"] = np.where(sets, (step * by_state).sum(axis=1), np.nan)
    page["recorded_probability"] = np.where(sets, know.set_work(belief, failing, dip, sets), np.nan)
    week = pick(rng, step)
    fails = chance(rng, by_state[rows, week], who.size)
    load.work[who] = np.where(sets, week, load.engagement[who])
    load.not_done[who] = np.where(sets, fails, load.not_done[who])
    page["not_done"] = np.where(sets, fails, -1).astype(np.int64)
    load.pending[who] |= sets
    load.fresh[who] = sets
    load.task_row[who] = np.where(sets, page["row"], load.task_row[who])
