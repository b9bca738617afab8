"""What the flags did on held-out points: whom they found, whom they missed, and how much work they made."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from models import resampling
from models.evaluation import EvaluationSettings, with_interval
from models.resampling import Draws, Numbers

MEASURES = ("sensitivity", "specificity", "ppv", "npv", "flag_rate", "net_benefit", "net_benefit_gain")


@dataclass(frozen=True)
class At:
    """The risk from which a row is flagged, the patient of each row, and how they are drawn again."""

    threshold: float
    patients: NDArray[np.object_]
    settings: EvaluationSettings

    @property
    def draws(self) -> Draws:
        """The rows as they are, then patients drawn again and again."""
        return Draws(self.patients, self.settings.draws, self.settings.seed)


def at_the_flag(outcome: Numbers, flag: NDArray[np.bool_], at: At) -> pd.DataFrame:
    """What the flags did: `measure, value, low, high` for each of MEASURES.

    net_benefit: as in `models.net_benefit`, at the risk from which a point is flagged; net_benefit_gain: over the
    better of flagging everybody and nobody.
    """

    def measures(weights: Numbers) -> Numbers:
        event, everyone = outcome == 1, np.ones(len(outcome), dtype=bool)
        shares = [(flag, event), (~flag, ~event), (event, flag), (~event, ~flag), (flag, everyone)]
        worth = event - ~event * at.threshold / (1 - at.threshold)
        benefit = resampling.mean(flag * worth, weights)
        gain = benefit - np.maximum(resampling.mean(worth, weights), 0)
        return np.column_stack([*(resampling.share(*parts, weights) for parts in shares), benefit, gain])

    found = at.draws.over(measures)
    rows = [(name, *with_interval(found[:, column])) for column, name in enumerate(MEASURES)]
    return pd.DataFrame(rows, columns=["measure", "value", "low", "high"])


def flags_per_practitioner_week(predictions: pd.DataFrame) -> float:
    """Mean flags per practitioner and calendar week in which the practitioner had a point; missing without."""
    flagged, weeks = _flagged(predictions)
    return float(flagged["flag"].sum() / weeks) if weeks else float("nan")


def flags_a_week(predictions: pd.DataFrame, settings: EvaluationSettings) -> tuple[float, float, float]:
    """(value, low, high) of `flags_per_practitioner_week`. The weeks stay while patients are drawn again."""
    flagged, weeks = _flagged(predictions)
    if not weeks:
        return float("nan"), float("nan"), float("nan")
    flag = flagged["flag"].to_numpy(dtype=np.float64)
    draws = Draws(flagged["patient_id"].to_numpy(dtype=object), settings.draws, settings.seed)
    return with_interval(draws.over(lambda weights: weights @ flag / weeks))


def _flagged(predictions: pd.DataFrame) -> tuple[pd.DataFrame, int]:
    """The points of known practitioners, and in how many weeks of a practitioner they lie."""
    known = predictions.dropna(subset=["practitioner_id"])
    week = known["at"].dt.to_period("W").astype(str)
    return known, known.groupby(["practitioner_id", week]).ngroups
