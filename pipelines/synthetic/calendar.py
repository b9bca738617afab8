"""Days as whole numbers since 1970-01-01, and the months of the extract."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np
import numpy.typing as npt

from pipelines.synthetic.assumptions import LAST_DAY

Array = npt.NDArray[Any]
CHRISTMAS = int(np.datetime64("2024-12-25", "D").astype(np.int64))


@dataclass(frozen=True)
class Months:
    """The monthly submissions of the extract: first and last day of each, as day numbers."""

    starts: Array
    ends: Array

    def of(self, days: Array) -> Array:
        """The number of the month, from 0, that each day lies in; negative before the first."""
        return np.searchsorted(self.starts, days, side="right") - 1

    def national_number(self, month: Array) -> Array:
        """The national system's number of each month: 1492 is July 2024."""
        since_1970 = self.starts[month].astype("datetime64[D]").astype("datetime64[M]").astype(np.int64)
        return np.asarray(since_1970 + (1970 - 1900) * 12 - 2)

    @property
    def count(self) -> int:
        """How many submissions each provider makes."""
        return len(self.starts)


def months_until_last_day(count: int) -> Months:
    """The `count` months that end with the extract's last day."""
    last = np.datetime64(LAST_DAY, "M")
    edges = np.arange(last - count + 1, last + 2)
    starts = edges.astype("datetime64[D]").astype(np.int64)
    return Months(starts[:-1], starts[1:] - 1)


def day_number(day: date) -> int:
    """Days since 1970-01-01."""
    return int(np.datetime64(day, "D").astype(np.int64))


def on_a_working_day(days: Array) -> Array:
    """Saturdays and Sundays moved to the Monday after."""
    weekday = (days + 3) % 7  # 1970-01-01 was a Thursday; Monday is 0
    return np.where(weekday >= 5, days + 7 - weekday, days)


def age(born: Array, on: Array) -> Array:
    """Whole years, near enough for a column computed by the national system (365.25 days each)."""
    return np.floor((on - born) / 365.25).astype(np.int64)


def years_since_last_day(days: Array) -> Array:
    """Years from the extract's last day, negative before it."""
    return np.asarray((days - day_number(LAST_DAY)) / 365.25)


def turn_of_the_year(days: Array) -> Array:
    """How near a day is to Christmas: 1 there, -1 in June."""
    return np.asarray(np.cos(2 * np.pi * (days - CHRISTMAS) / 365.25))
