"""What a predictor's unit says of its values: between which numbers they lie."""

from __future__ import annotations

import re

import numpy as np
from numpy.typing import NDArray

from features.column import LEAST_SPREAD_OF_WEEKS
from features.predictor import Predictor

RANGE = re.compile(r"(-?\d+)(?:-| to )(-?\d+)")
ROUNDING = 1e-9


def outside(predictor: Predictor, values: NDArray[np.float64]) -> NDArray[np.bool_]:
    """Whether each value is none that the predictor can have; missing is always allowed, infinite never."""
    low, high = bounds(predictor)
    wrong = (values < low - ROUNDING) | (values > high + ROUNDING) | np.isinf(values)
    if predictor.unit == "0/1":
        wrong |= ~np.isin(values, (0.0, 1.0)) & ~np.isnan(values)
    return np.asarray(wrong)


def allowed(predictor: Predictor) -> str:
    """What `outside` lets pass, as the end of "must be"."""
    low, high = bounds(predictor)
    if predictor.unit == "0/1":
        return "0 or 1"
    if high < float("inf"):
        return f"between {low:g} and {high:g}"
    return "0 or more" if low == 0 else "a finite number"


def bounds(predictor: Predictor) -> tuple[float, float]:
    """The lowest and the highest value: of 0/1, a share, a range, a tenth as the unit says; a count or a time is
    not below 0. Only a trend may be negative without saying how far.
    """
    stated = RANGE.search(predictor.unit)
    if stated:
        return float(stated[1]), float(stated[2])
    if predictor.unit.startswith("tenth"):
        return 1.0, 10.0
    if predictor.trend_over is not None:
        # A line by least squares is no steeper than the values' deviation over that of the times, and values
        # deviate by half of what lies between them at most.
        steepest = predictor.trend_over / 2 / LEAST_SPREAD_OF_WEEKS
        return -steepest, steepest
    return 0.0, 1.0 if predictor.unit == "0/1" or predictor.unit.startswith("share") else float("inf")
