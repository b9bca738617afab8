"""How practitioners set work: habits and records only, never the hidden state."""

import numpy as np

from benchmarks.second_service.arrays import Bools, Columns, Floats, Ints, chance, pick
from benchmarks.second_service.caseload import World
from benchmarks.second_service.mechanism import Situation
from benchmarks.second_service.services import HABITS
from benchmarks.second_service.shares import ONLINE_MODULE, TASK_BY_COMPLAINT


def plan(world: World, page: Columns, treats: Bools) -> Bools:
    """Whether work is set, and the columns that describe it."""
    load, who, rng, services = world.load, page["pathway"], world.rng, world.services
    staff, n = page["practitioner"], page["pathway"].size
    last = load.treated[who] + 1 >= world.patients["planned"][who]
    late = page["attendance"] == 1
    rate = services.task_rate[staff] * np.where(last, 0.12, 1.0) * np.where(late, 0.85, 1.0)
    sets = treats & chance(rng, rate, n)
    page["sets"] = sets
    page["task_type"] = _types(world, page)
    run = np.where(page["task_type"] == load.last_type[who], load.type_run[who] + 1, 1)
    load.type_run[who] = np.where(sets, run, load.type_run[who])
    load.last_type[who] = np.where(sets, page["task_type"], load.last_type[who])
    page["type_run"] = run
    page["online"] = _online(world, page)
    page["second_task"] = sets & chance(rng, 0.17, n)
    page["minutes"] = _minutes(world, page)
    page["times"] = rng.choice([1, 2, 3, 5, 7], n, p=[0.15, 0.25, 0.35, 0.12, 0.13])
    _habits(world, page)
    _languages(world, page)
    return sets


def _types(world: World, page: Columns) -> Ints:
    """Kind of task by complaint; often the same as last time."""
    load, who, rng = world.load, page["pathway"], world.rng
    chances = TASK_BY_COMPLAINT[world.patients["complaint_group"][who]].copy()
    chances[~world.patients["platform"][who], ONLINE_MODULE] = 0
    drawn = pick(rng, chances)
    again = chance(rng, 0.40, who.size) & (load.last_type[who] >= 0)
    return np.where(again, load.last_type[who], drawn)


def _online(world: World, page: Columns) -> Bools:
    """Whether the task is done on the internet programme; more so once the policy has changed."""
    who, rng = page["pathway"], world.rng
    late = world.calendar.month(page["day"]) >= world.calendar.months * 7 // 12
    policy = late & world.services.treats_at_assessment[world.patients["service"][who]]
    wish = chance(rng, np.where(policy, 0.75, 0.45), who.size)
    return np.asarray(world.patients["platform"][who] & (wish | (page["task_type"] == ONLINE_MODULE)))


def _minutes(world: World, page: Columns) -> Ints:
    """Minutes a week, in fives: the habit of the practitioner, halved in the first weeks of treatment."""
    load, who = world.load, page["pathway"]
    usual = world.services.load_minutes[page["practitioner"]]
    start = np.where(load.treated[who] == 0, 0.7, 1.1)
    minutes = usual * start * np.exp(world.rng.normal(0, 0.45, who.size))
    return np.clip(np.round(minutes / 5) * 5, 10, 600).astype(np.int64)


def _habits(world: World, page: Columns) -> None:
    """The Y/N columns of planning; a good day lifts several at once."""
    n, rng, services = page["pathway"].size, world.rng, world.services
    day = rng.normal(0, 0.15, n)
    for name in HABITS:
        rate = services.habits[name][page["practitioner"]] + day
        page[name] = chance(rng, np.clip(rate, 0.01, 0.99), n)
    service = world.patients["service"][page["pathway"]]
    page["where"] = page["where"] & services.records_where[service]


def _languages(world: World, page: Columns) -> None:
    """Language of the materials, and whether an interpreter is present."""
    who, rng = page["pathway"], world.rng
    other = world.patients["language"][who] != "en"
    service = world.patients["service"][who]
    translated = chance(rng, world.services.translated[service], who.size)
    page["materials_other"] = other & translated
    page["interpreter"] = world.patients["interpreter"][who] & chance(rng, 0.85, who.size)


def situation(world: World, page: Columns) -> Situation:
    """What the records say of the work just set."""
    load, who = world.load, page["pathway"]
    strong = page["what"] & page["when"] & (page["where"] | page["obstacles"])
    other = world.patients["language"][who] != "en"
    opened = load.opened[who]
    since: Floats = np.where(opened, page["time"] - load.last_log_in[who], 5.0)
    return Situation(
        confidence=page["confidence"],
        strong_plan=strong,
        minutes=page["minutes"],
        stretched=world.patients["stretched"][who],
        adapted=page["adapted"],
        language_gap=other & ~page["materials_other"] & ~page["interpreter"],
        task_type=page["task_type"],
        online=page["online"],
        days_since_log_in=since,
        type_run=page["type_run"],
        summary=page["summary"],
        last_not_done=load.last_review[who] == 1,
        skill=world.services.skill[page["practitioner"]],
        service_factor=world.services.success[world.patients["service"][who]],
    )
