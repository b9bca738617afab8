"""What a predictor's unit says of its values."""

from __future__ import annotations

import re

import pandas as pd

RANGE = re.compile(r"(-?\d+)(?:-| to )(-?\d+)")
# What can be negative: differences, and changes over time.
SIGNED = ("points", "points a week", "times a week", "minutes a week", "share a week", "change")
ROUNDING = 1e-9


def within(unit: str, values: pd.Series) -> bool:
    """Whether values lie where the unit says: 0/1, a share, a range, a tenth; a count or a time not below 0."""
    if unit == "0/1":
        return bool(values.isin([0.0, 1.0]).all())
    low, high = _ends(unit)
    return bool(values.between(low - ROUNDING, high + ROUNDING).all())


def _ends(unit: str) -> tuple[float, float]:
    stated = RANGE.search(unit)
    if stated:
        return float(stated[1]), float(stated[2])
    if unit.startswith("tenth"):
        return 1.0, 10.0
    if unit in SIGNED:
        return -float("inf"), float("inf")
    return 0.0, 1.0 if unit.startswith("share") else float("inf")
