"""Where a pathway stands, what happened at its appointments, and how it ended."""

from __future__ import annotations

from dataclasses import dataclass

from pipelines.synthetic.calendar import Array

ASSESSMENT, TREATMENT, FOLLOW_UP, ENDED = range(4)
COMPLETED, LEFT, NOT_TREATED, NOT_SEEN, BOOKED = range(5)


@dataclass(frozen=True)
class Appointments:
    """What truly happened at each appointment: arrays of pathways x appointments."""

    booked: Array
    day: Array
    phase: Array
    attended: Array
    late: Array
    missed_code: Array
    session: Array
    high_intensity: Array
    staff: Array
    set_tasks: Array
    reviewed: Array
    adapted: Array
    planning: Array
    demand: Array
    belief: Array
    alliance: Array
    resistance: Array
    life_load: Array
    event: Array
    phq9: Array
    gad7: Array
    wsas: Array
    done: Array
    probability_done: Array
    probability_equal_care: Array  # the same, had nothing been planted at this contact
    drivers: Array  # pathways x appointments x agreeing.DRIVERS: log-odds that each adds to being done


@dataclass(frozen=True)
class Episodes:
    """Appointments, and how each pathway ended."""

    appointments: Appointments
    ending: Array
    discharged: Array
