"""The rows of an audit as arrays, and what can be counted in each group of them."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from models.clustered import Grouping, Recalibration, recalibration
from models.intervals import Floats

Bools = NDArray[np.bool_]
CAPACITY = "capacity_"


@dataclass(frozen=True)
class Rows:
    """The rows of an audit; every array has one value per row.

    risk: 0..1. outcome: 0, 1 or NaN (not known). flag: or None. grouping: group and cluster. capacity: whom
    one cut-off for everybody would flag, or None. second: another outcome, 0, 1 or NaN, or None. odds: what
    a false flag costs beside an outcome found (the odds of the risk at which a flag is worth it).
    """

    risk: Floats
    outcome: Floats
    flag: Bools | None
    grouping: Grouping
    capacity: Bools | None = None
    second: Floats | None = None
    odds: float = 1.0

    @cached_property
    def known(self) -> Bools:
        """Whether the outcome is known."""
        return ~np.isnan(self.outcome)

    @cached_property
    def event(self) -> Bools:
        """Whether the outcome is known to have happened."""
        return np.asarray(self.outcome == 1)

    @cached_property
    def recalibrated(self) -> Recalibration:
        """The logistic recalibration of each group."""
        return recalibration(self.risk, self.outcome, self.known, self.grouping)

    def pooled(self) -> Rows:
        """The same rows as one group."""
        one = Grouping(np.zeros_like(self.grouping.group), self.grouping.cluster, 1)
        return replace(self, grouping=one)


def flag_at_capacity(risk: Floats, capacity: float) -> Bools:
    """One cut-off for everybody: the highest risks, as many as a `capacity` of 0..1 of the rows holds.

    Rows of one risk are flagged together or not at all, so that no coin decides between them; never more
    than there is capacity for.
    """
    room = int(np.floor(capacity * len(risk)))
    ordered = np.sort(risk)[::-1]
    if room >= len(risk):
        return np.ones(len(risk), dtype=bool)
    return np.asarray(risk > ordered[room], dtype=bool)


def counts(rows: Rows) -> dict[str, tuple[Floats, Floats]]:
    """What was counted in each group: name -> (rows, clusters with at least one such row).

    Names: rows, known, unknown, events, others; with flags also flagged, unflagged, flagged_known,
    unflagged_known, flagged_unknown, unflagged_unknown and the four cells flagged_events, missed_events,
    flagged_others, passed_others; the same after 'capacity_' for the cut-off by capacity, and how many of
    each it decides otherwise than the flags ('between_'); with a second outcome the cells 'second_'.
    """
    at = rows.grouping
    return {name: (at.total(kept.astype(float)), at.clusters(kept)) for name, kept in _sets(rows).items()}


def _sets(rows: Rows) -> dict[str, Bools]:
    known, event = rows.known, rows.event
    sets = {
        "rows": np.ones(len(known), dtype=bool),
        "known": known,
        "unknown": ~known,
        "events": event,
        "others": known & ~event,
    }
    if rows.flag is not None:
        sets |= _flag_sets(rows.flag, known, event)
    if rows.capacity is not None:
        of_capacity = _flag_sets(rows.capacity, known, event)
        sets |= {f"{CAPACITY}{name}": kept for name, kept in of_capacity.items()}
        if rows.flag is not None:
            apart = rows.flag != rows.capacity
            sets |= {"between_events": apart & event, "between_others": apart & known & ~event}
            sets |= {"between": apart}
    if rows.second is not None:
        sets |= _second_sets(rows.second, known, event)
    return sets


def _flag_sets(flag: Bools, known: Bools, event: Bools) -> dict[str, Bools]:
    return {
        "flagged": flag,
        "unflagged": ~flag,
        "flagged_known": flag & known,
        "unflagged_known": ~flag & known,
        "flagged_unknown": flag & ~known,
        "unflagged_unknown": ~flag & ~known,
        "flagged_events": flag & event,
        "missed_events": ~flag & event,
        "flagged_others": flag & known & ~event,
        "passed_others": ~flag & known & ~event,
    }


def _second_sets(second: Floats, known: Bools, event: Bools) -> dict[str, Bools]:
    """Only rows with both outcomes known are counted, so that nothing is left over to be worked out."""
    both = known & ~np.isnan(second)
    yes = both & (second == 1)
    return {
        "second_known": both,
        "second_unknown": known & ~both,
        "second_yes": yes,
        "second_no": both & ~yes,
        "second_events": both & event,
        "second_others": both & ~event,
        "second_yes_events": yes & event,
        "second_no_events": both & ~yes & event,
        "second_yes_others": yes & ~event,
        "second_no_others": both & ~yes & ~event,
    }
