"""Days as whole numbers from the first day of the first month; months of submission."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from benchmarks.second_service.arrays import Array, Bools, Ints

FIRST_MONTH = "2023-04"


@dataclass(frozen=True)
class Calendar:
    """The months that the extract covers."""

    months: int

    @property
    def starts(self) -> Array:
        """First day of each month, and of the one after the last."""
        first = np.datetime64(FIRST_MONTH, "M")
        return (first + np.arange(self.months + 1)).astype("datetime64[D]")

    @property
    def days(self) -> int:
        """Days in the extract."""
        return int((self.starts[-1] - self.starts[0]).astype(int))

    def date(self, day: Array) -> Array:
        """Dates, datetime64[D]."""
        return np.asarray(self.starts[0] + np.asarray(day).astype("timedelta64[D]"))

    def month(self, day: Array) -> Ints:
        """Number of the month, 0-based; days outside go to the nearest month."""
        dates = self.date(np.clip(np.asarray(day), 0, self.days - 1))
        months = dates.astype("datetime64[M]") - np.datetime64(FIRST_MONTH, "M")
        return np.asarray(months.astype(np.int64))

    def working_day(self, day: Ints) -> Ints:
        """The same day, or Monday if it is a weekend, or the new year's second if Christmas."""
        dates = pd.DatetimeIndex(self.date(day).astype("datetime64[ns]"))
        closed = ((dates.month == 12) & (dates.day >= 24)) | ((dates.month == 1) & (dates.day == 1))
        moved = np.where(closed, np.where(dates.month == 12, 33 - dates.day, 1), 0) + day
        weekday = pd.DatetimeIndex(self.date(moved).astype("datetime64[ns]")).day_of_week.to_numpy()
        return np.asarray(moved + np.where(weekday >= 5, 7 - weekday, 0), dtype=np.int64)

    def dip(self, day: Ints) -> Bools:
        """Whether the day lies where engagement sags: before Christmas, or in August."""
        dates = pd.DatetimeIndex(self.date(day).astype("datetime64[ns]"))
        return np.asarray(((dates.month == 12) & (dates.day >= 8)) | (dates.month == 8), dtype=np.bool_)
