"""Everything that changes during a pathway, one value per pathway, and the world around it."""

from dataclasses import dataclass, field

import numpy as np

from benchmarks.second_service.arrays import Bools, Columns, Floats, Ints
from benchmarks.second_service.belief import by_mood, first_belief, normalised
from benchmarks.second_service.calendar import Calendar
from benchmarks.second_service.mechanism import SHOWS_GAD, SHOWS_PHQ
from benchmarks.second_service.services import Services


@dataclass
class Caseload:
    """State of all pathways between two appointments. `work` is engagement in the week of the work."""

    active: Bools
    day: Ints
    practitioner: Ints
    engagement: Ints
    mood: Ints
    work: Ints
    not_done: Ints  # of the last work set, whether or not anybody ever asks
    pending: Bools  # work set and not yet asked about
    fresh: Bools  # work set at the last appointment
    task_row: Ints  # the contact that set it
    seen: Ints  # contacts attended
    treated: Ints  # treatment contacts attended
    missed: Ints  # appointments missed in a row
    last_review: Ints  # -1 none, 0 done, 1 not done
    last_type: Ints
    type_run: Ints
    last_time: Floats  # of the last appointment, days
    last_log_in: Floats  # days; the first treatment contact until there is one
    opened: Bools  # has been given the internet programme
    belief: Floats
    end_day: Ints  # -1 while open
    end_code: Ints


@dataclass
class World:
    """What the simulation reads (services, calendar, patients) and writes (load, pages, log-ins)."""

    services: Services
    calendar: Calendar
    patients: Columns
    load: Caseload
    rng: np.random.Generator
    pages: list[Columns] = field(default_factory=list)
    log_ins: list[Columns] = field(default_factory=list)
    rows: int = 0


def start(patients: Columns, calendar: Calendar) -> Caseload:
    """Everybody before the first appointment; those never seen are inactive."""
    n = patients["service"].size
    zeros, ones = np.zeros(n, dtype=np.int64), np.full(n, -1, dtype=np.int64)
    off = np.zeros(n, dtype=np.bool_)
    day = calendar.working_day(patients["first_day"])
    belief = first_belief(patients["long_wait"])
    shown = SHOWS_PHQ[:, patients["form_phq"]] * SHOWS_GAD[:, patients["form_gad"]]
    by_mood(belief, shown.T, patients["form"])
    never = patients["fate"] == 3
    return Caseload(
        active=(day < calendar.days) & ~never,
        day=day,
        practitioner=patients["practitioner"].copy(),
        engagement=patients["engagement"].copy(),
        mood=patients["mood"].copy(),
        work=patients["engagement"].copy(),
        not_done=zeros.copy(),
        pending=off.copy(),
        fresh=off.copy(),
        task_row=ones.copy(),
        seen=zeros.copy(),
        treated=zeros.copy(),
        missed=zeros.copy(),
        last_review=ones.copy(),
        last_type=ones.copy(),
        type_run=zeros.copy(),
        last_time=np.zeros(n),
        last_log_in=np.zeros(n),
        opened=off.copy(),
        belief=normalised(belief),
        end_day=np.where(never, patients["first_day"] + 20, -1),
        end_code=np.where(never, 50, 0),
    )
