"""What a predictor's unit says of its values."""

from __future__ import annotations

import re
from collections.abc import Mapping

import pandas as pd

from features.predictor import Predictor
from tests.contract.reference import LEAST_SPREAD_OF_WEEKS

RANGE = re.compile(r"(-?\d+)(?:-| to )(-?\d+)")
# A trend has no range of its own. How far apart the values can lie that it is drawn through, in its unit; a log-in
# of the small services ends within a day.
TRENDS: Mapping[str, float] = {
    "anxiety_measure_trend": 100,
    "completion_trend": 1,
    "gad7_trend": 21,
    "minutes_trend": 24 * 60,
    "phq9_trend": 27,
}
ROUNDING = 1e-9


def within(predictor: Predictor, values: pd.Series) -> bool:
    """Whether values lie where the predictor's unit says: 0/1, a share, a range, a tenth; a count or a time not
    below 0. Only TRENDS may be negative without saying how far.
    """
    if predictor.unit == "0/1":
        return bool(values.isin([0.0, 1.0]).all())
    low, high = _ends(predictor)
    return bool(values.between(low - ROUNDING, high + ROUNDING).all())


def _ends(predictor: Predictor) -> tuple[float, float]:
    stated = RANGE.search(predictor.unit)
    if stated:
        return float(stated[1]), float(stated[2])
    if predictor.unit.startswith("tenth"):
        return 1.0, 10.0
    if predictor.name in TRENDS:
        # A line by least squares is no steeper than the values' deviation over that of the times, and values
        # deviate by half of what lies between them at most.
        steepest = TRENDS[predictor.name] / 2 / LEAST_SPREAD_OF_WEEKS
        return -steepest, steepest
    return 0.0, 1.0 if predictor.unit.startswith("share") else float("inf")
