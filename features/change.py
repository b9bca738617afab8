"""How a reading has moved: one meaning for every predictor of change."""

from __future__ import annotations

from features.column import Column
from features.number import Number


def change(readings: Column) -> Number:
    """The last reading minus the first; missing under two, because one reading has not stayed the same."""
    return (readings.latest() - readings.first()).where_above(readings.count(), 1)
