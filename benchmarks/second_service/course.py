"""A pathway appointment by appointment, for all pathways at once, with the filter alongside."""

import numpy as np

from benchmarks.second_service import belief as know
from benchmarks.second_service.arrays import Bools, Columns, Floats, Ints, chance, pick
from benchmarks.second_service.caseload import World
from benchmarks.second_service.interval import approach, log_in
from benchmarks.second_service.mechanism import DROPS_OUT, SHOWS_ATTENDANCE
from benchmarks.second_service.meeting import meet

APPOINTMENTS = 18
ADVISED, HIGH = 1, 2
COMPLETED, DROPPED = 46, 47


def simulate(world: World) -> Columns:
    """All contacts, as columns; log-ins and ends stay in `world`."""
    for turn in range(APPOINTMENTS):
        who = np.flatnonzero(world.load.active)
        if not who.size:
            break
        _appointment(world, who, turn)
    _log_in_afterwards(world)
    return {name: np.concatenate([page[name] for page in world.pages]) for name in world.pages[0]}


def _appointment(world: World, who: Ints, turn: int) -> None:
    """One appointment of each open pathway."""
    load = world.load
    page: Columns = {
        "row": world.rows + np.arange(who.size),
        "pathway": who,
        "day": load.day[who].copy(),
        "minute": world.rng.integers(18, 67, who.size) * 15,
        "first": load.seen[who] == 0,
    }
    world.rows += who.size
    page["time"] = page["day"] + page["minute"] / 1440
    page["practitioner"] = _practitioner(world, who, page)
    belief = approach(world, page, load.belief[who], first=turn == 0)
    code = pick(world.rng, SHOWS_ATTENDANCE[load.engagement[who]])
    know.by_engagement(belief, SHOWS_ATTENDANCE[:, code].T, np.ones(who.size, dtype=np.bool_))
    page["attendance"] = code
    seen = code < 2
    belief = meet(world, page, belief, seen)
    load.last_time[who] = page["time"]
    load.belief[who] = know.normalised(_leave(world, page, belief, seen))
    world.pages.append(page)


def _practitioner(world: World, who: Ints, page: Columns) -> Ints:
    """The same person as last time, but for one in twenty-five who passes to a colleague."""
    load, services = world.load, world.services
    month = world.calendar.month(page["day"])
    swap = chance(world.rng, 0.04, who.size)
    partner = world.rng.permutation(who.size)
    mine, other = load.practitioner[who], load.practitioner[who][partner]
    fits = (
        (services.practitioner_service[mine] == services.practitioner_service[other])
        & (services.practitioner_high[mine] == services.practitioner_high[other])
        & (services.practitioner_from[other] <= month)
    )
    load.practitioner[who] = np.where(swap & fits, other, mine)
    return load.practitioner[who].copy()


def _leave(world: World, page: Columns, belief: Floats, seen: Bools) -> Floats:
    """Who stops, who is discharged, and the day of the next appointment."""
    load, rng, who = world.load, world.rng, page["pathway"]
    load.missed[who] = np.where(seen, 0, load.missed[who] + (page["attendance"] != 5))
    risk = DROPS_OUT[np.where(seen, 0, 1)]
    stops = chance(rng, risk[np.arange(who.size), load.work[who]], who.size)
    finished = seen & (load.treated[who] >= world.patients["planned"][who])
    advised = seen & (world.patients["fate"][who] == ADVISED)
    policy = load.missed[who] >= 2
    stays = ~(stops | finished | advised | policy)
    know.by_engagement(belief, 1 - risk, stays)
    delay = np.where(finished | advised, 0, np.where(policy, 7, rng.integers(14, 36, who.size)))
    ends = who[~stays]
    load.end_day[ends] = (page["day"] + delay)[~stays]
    code = np.where(finished, COMPLETED, np.where(advised, rng.integers(11, 13, who.size), DROPPED))
    load.end_code[ends] = code[~stays]
    load.day[who] = _next_day(world, page, seen)
    load.active[who] = stays & (load.day[who] < world.calendar.days)
    return belief


def _next_day(world: World, page: Columns, seen: Bools) -> Ints:
    """Usual rhythm of the service, longer after an assessment, a week after a missed appointment."""
    rng, who = world.rng, page["pathway"]
    service = world.patients["service"][who]
    rhythm = world.services.gap_days[service] + rng.choice([-4, 0, 0, 0, 0, 3, 7], who.size)
    weekly = np.where(world.patients["fate"][who] == HIGH, 7, rhythm)
    assessed = seen & page["first"] & ~world.services.treats_at_assessment[service]
    waiting = 10 + rng.gamma(2.0, 9.0, who.size).astype(np.int64)
    gap = np.where(assessed, waiting, np.where(seen, weekly, rng.choice([7, 7, 10], who.size)))
    return world.calendar.working_day(page["day"] + np.maximum(gap, 5))


def _log_in_afterwards(world: World) -> None:
    """Log-ins in the fortnight after the last appointment."""
    load = world.load
    who = np.flatnonzero(load.opened)
    log_in(world, who, load.last_time[who], np.full(who.size, 14.0))
