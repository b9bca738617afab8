"""The rows of an audit as arrays, and what can be counted in each group of them."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from models.clustered import Grouping, Recalibration, recalibration
from models.intervals import Floats

Bools = NDArray[np.bool_]


@dataclass(frozen=True)
class Rows:
    """The rows of an audit: risk 0..1, outcome 0, 1 or NaN (not known), flag or None, group and cluster."""

    risk: Floats
    outcome: Floats
    flag: Bools | None
    grouping: Grouping

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
        return Rows(self.risk, self.outcome, self.flag, one)


def counts(rows: Rows) -> dict[str, tuple[Floats, Floats]]:
    """What was counted in each group: name -> (rows, clusters with at least one such row).

    Names: rows, known, unknown, events, others; with flags also flagged, unflagged, flagged_known,
    unflagged_known and the four cells flagged_events, missed_events, flagged_others, passed_others.
    """
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
    at = rows.grouping
    return {name: (at.total(counted.astype(float)), at.clusters(counted)) for name, counted in sets.items()}


def _flag_sets(flag: Bools, known: Bools, event: Bools) -> dict[str, Bools]:
    return {
        "flagged": flag,
        "unflagged": ~flag,
        "flagged_known": flag & known,
        "unflagged_known": ~flag & known,
        "flagged_events": flag & event,
        "missed_events": ~flag & event,
        "flagged_others": flag & known & ~event,
        "passed_others": ~flag & known & ~event,
    }
