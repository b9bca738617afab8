"""How engagement, mood and completion of work behave: the whole mechanism, as tables and one rule.

The hidden state of a patient is (disposition, engagement, mood). Disposition is fixed: steady or
bursting. Engagement is a Markov chain with three states: active, wavering, withdrawn. Mood is a random
walk on four levels, 3 the lowest mood. Every number here was chosen to be plausible, none was estimated.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np

from benchmarks.second_service.arrays import Array, Bools, Floats, Ints, bell
from benchmarks.second_service.shares import ACTIVATION, DEMANDING

WEEK: Final[Floats] = np.array(
    [
        [[0.985, 0.010, 0.005], [0.015, 0.970, 0.015], [0.005, 0.010, 0.985]],  # steady
        [[0.78, 0.16, 0.06], [0.20, 0.60, 0.20], [0.06, 0.20, 0.74]],  # bursting
    ]
)
BURSTING: Final = 0.17
SHOCK: Final = 0.025  # an event in the week that makes anybody withdraw
FIRST_ENGAGEMENT: Final[Floats] = np.array([[0.54, 0.31, 0.15], [0.42, 0.36, 0.22]])  # short, long wait
FIRST_MOOD: Final[Floats] = np.array([0.14, 0.33, 0.33, 0.20])
NO_TASK, DONE, NOT_DONE = 0, 1, 2


def _push(strength: float, *, down: bool) -> Floats:
    """A 3 x 3 chain that moves engagement one place with the given chance."""
    keep = 1 - strength
    if down:
        return np.array([[keep, strength, 0], [0, keep, strength], [0, 0, 1.0]])
    return np.array([[1.0, 0, 0], [strength, keep, 0], [0, strength, keep]])


def _between_contacts() -> Floats:
    """[disposition, weeks - 1, what became of the work, dip season] -> 3 x 3."""
    after = {NO_TASK: np.eye(3), DONE: _push(0.12, down=False), NOT_DONE: _push(0.14, down=True)}
    table = np.empty((2, 4, 3, 2, 3, 3))
    for d in range(2):
        for weeks in range(1, 5):
            for work, push in after.items():
                chain = push @ np.linalg.matrix_power(WEEK[d], weeks)
                table[d, weeks - 1, work, 0] = chain
                table[d, weeks - 1, work, 1] = chain @ _push(0.07, down=True)
    return table


def _into_the_week() -> Floats:
    """[disposition, dip season] -> 3 x 3, from the contact into the week of the work."""
    table = np.empty((2, 2, 3, 3))
    for d in range(2):
        calm = (1 - SHOCK) * WEEK[d] + SHOCK * np.array([0.0, 0.0, 1.0])
        table[d, 0], table[d, 1] = calm, calm @ _push(0.10, down=True)
    return table


def _mood_chain(better: float, worse: float, jump: float = 0.02) -> Floats:
    """Four levels; one down, one up, or a jump to the lowest mood."""
    chain = np.zeros((4, 4))
    for level in range(4):
        chain[level, max(level - 1, 0)] += better
        chain[level, min(level + 1, 3)] += worse
        chain[level, level] += 1 - better - worse
    jumped: Floats = (1 - jump) * chain
    jumped[:, 3] += jump
    return jumped


NEXT: Final = _between_contacts()
WORK: Final = _into_the_week()
MOOD: Final[Floats] = np.stack([_mood_chain(0.12, 0.08), _mood_chain(0.26, 0.04), _mood_chain(0.08, 0.14)])
# A failure that was talked over lifts some people before the new task is set.
TALKED_OVER: Final[Floats] = np.array([[1, 0, 0], [0.12, 0.88, 0], [0.02, 0.13, 0.85]])

# What a service can see of the hidden state, given engagement (rows) or mood.
ATTENDANCE: Final = ("5", "6", "7", "2", "3", "4")
SHOWS_ATTENDANCE: Final[Floats] = np.array(
    [
        [0.82, 0.04, 0.01, 0.05, 0.03, 0.05],
        [0.71, 0.07, 0.02, 0.07, 0.08, 0.05],
        [0.55, 0.09, 0.03, 0.10, 0.18, 0.05],
    ]
)
SHOWS_PHQ: Final = np.stack([bell(m, 3.1, 27) for m in (5.0, 10.0, 14.5, 19.5)])
SHOWS_GAD: Final = np.stack([bell(m, 3.1, 21) for m in (5.0, 8.5, 12.0, 15.5)])
MISSING_SCORES: Final[Floats] = np.array([0.04, 0.12, 0.30])
SHOWS_CONFIDENCE: Final = np.stack(
    [np.stack([bell(e - 0.35 * m, 1.8, 10) for m in range(4)]) for e in (7.6, 6.1, 4.8)]
)
SHOWS_RESISTANCE: Final[Floats] = np.array(
    [
        [0.66, 0.24, 0.08, 0.02],
        [0.46, 0.33, 0.15, 0.06],
        [0.28, 0.34, 0.25, 0.13],
    ]
)
SHOWS_ALLIANCE: Final = np.stack([bell(m, 1.6, 10) for m in (8.0, 7.4, 6.7)])
SHOWS_EXPECTANCY: Final = np.stack([bell(m, 2.0, 10) for m in (7.0, 6.2, 5.4)])
LOG_INS_A_DAY: Final[Floats] = np.array([0.34, 0.16, 0.04])
IDLE: Final = 0.12  # chance that a whole interval has no log-in for no reason at all
DROPS_OUT: Final[Floats] = np.array([[0.004, 0.018, 0.070], [0.03, 0.09, 0.24]])  # seen, missed
REVIEWED: Final[Floats] = np.array([1.0, 0.97, 0.90])
REVIEWED_NOT_DONE: Final = 0.94

HELPS: Final[Floats] = np.array([1.0, 1.0, 0.5])  # exponents of a factor, by engagement in the week
HINDERS: Final[Floats] = np.array([0.4, 1.0, 0.9])
NOT_COMPLETED: Final[Floats] = np.array([0.12, 0.52, 0.91])  # by engagement in the week


@dataclass(frozen=True)
class Situation:
    """What the records say when work is set: one value per contact (confidence -1: not asked)."""

    confidence: Ints
    strong_plan: Bools
    minutes: Ints
    stretched: Bools  # works 30 hours or more, or perinatal
    adapted: Bools
    language_gap: Bools  # materials not in the preferred language, and no interpreter
    task_type: Ints
    online: Bools
    days_since_log_in: Floats
    type_run: Ints  # contacts in a row with this type of task, this one included
    summary: Bools
    last_not_done: Bools
    skill: Floats  # of the practitioner, factor on failure where the patient wavers
    service_factor: Floats


def not_completed_probability(seen: Situation) -> Floats:
    """[contact, engagement in the week, mood]: chance that under half of the work is done."""
    n = seen.confidence.size
    done = np.broadcast_to(1 - NOT_COMPLETED[None, :, None], (n, 3, 4)).copy()
    done[:, 1, :] = 1 - (1 - done[:, 1, :]) * seen.skill[:, None]
    _mood_meets_task(done, seen)
    low, high = (seen.confidence >= 0) & (seen.confidence <= 3), seen.confidence >= 8
    middle = (seen.confidence >= 4) & (seen.confidence <= 7)
    heavy = seen.minutes > 120
    _raise(done, seen.strong_plan & middle, 0.50)
    _raise(done, seen.strong_plan & (seen.confidence < 0), 0.75)
    _raise(done, high, 0.85)
    _lower(done, low, 0.86)
    _lower(done, low & seen.strong_plan & heavy, 0.80)
    _lower(done, heavy & seen.stretched & ~seen.adapted, 0.62)
    _lower(done, seen.language_gap & ~seen.adapted, 0.60)
    _lower(done, seen.online & (seen.days_since_log_in > 10), 0.62)
    _raise(done, seen.online & (seen.days_since_log_in < 3), 0.75)
    _lower(done, seen.type_run >= 3, 0.80)
    _lower(done, seen.last_not_done & ~seen.summary, 0.64)
    done *= seen.service_factor[:, None, None]
    return np.clip(1 - done, 0.03, 0.97)


def _mood_meets_task(done: Floats, seen: Situation) -> None:
    """Demanding tasks suffer from low mood; behavioural activation gains from it."""
    demanding = np.isin(seen.task_type, DEMANDING)
    _lower(done[:, :, 3:], demanding, 0.58)
    _lower(done[:, :, 2:3], demanding, 0.82)
    gains: Array = seen.task_type == ACTIVATION
    done[gains, :, 2:] = 1 - (1 - done[gains, :, 2:]) * 0.78


def _raise(done: Floats, where: Bools, factor: float) -> None:
    """Multiply the chance of failure by `factor`."""
    done[where] = 1 - (1 - done[where]) * (factor**HELPS)[None, :, None]


def _lower(done: Floats, where: Bools, factor: float) -> None:
    """Multiply the chance of success by `factor`."""
    done[where] *= (factor**HINDERS)[None, :, None]
