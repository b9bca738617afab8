"""How far risks and flags depend on which patients happened to be learnt from.

Riley & Collins 2023 (Biom J 65:2200302): the model is learnt anew from patients drawn with replacement; a
person's instability is the mean distance between the model's risk and those of the refitted models.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from models import resampling
from models.at_the_flag import At
from models.evaluation import with_interval
from models.resampling import Numbers
from models.risk_model import RiskModel

BINS = 20
FEWEST_IN_A_BIN = 10


@dataclass(frozen=True)
class Instability:
    """`figures`: measure, value, low, high. `by_risk`: risk, low, high, flips: in bins of the model's risk, the
    2.5th and 97.5th percentile of the refitted models' risks and the share of their flags that differ. `refits`:
    how many models were learnt anew.
    """

    figures: pd.DataFrame
    by_risk: pd.DataFrame
    refits: int


def refit_risks(model: RiskModel, features: pd.DataFrame) -> Numbers:
    """The risk of each row by each refitted model (refits x rows)."""
    matrix = features.loc[:, list(model.predictors)].to_numpy(dtype=np.float64)
    return np.array([refit.risk(matrix) for refit in model.refits]).reshape(len(model.refits), len(matrix))


def instability(risk: Numbers, refitted: Numbers, at: At) -> Instability:
    """The instability of `risk` (per row) over `refitted` (refits x rows), flags made `at` a threshold.

    mean_absolute_error: the mean over rows of each row's mean distance; ninth_tenth: nine rows in ten have at
    most this mean distance; flips: the chance that a refitted model flags a row otherwise; unsure: the share of
    rows that at least a tenth of the refitted models flag otherwise. Missing without refits.
    """
    if not len(refitted):
        empty = pd.DataFrame(columns=["risk", "low", "high", "flips"], dtype=float)
        return Instability(pd.DataFrame(columns=["measure", "value", "low", "high"]), empty, 0)
    distance = np.abs(refitted - risk).mean(axis=0)
    flips = ((refitted >= at.threshold) != (risk >= at.threshold)).mean(axis=0)
    draws = at.draws
    found = {
        "mean_absolute_error": draws.over(lambda weights: resampling.mean(distance, weights)),
        "ninth_tenth": draws.over(
            lambda weights: resampling.quantile(np.broadcast_to(distance, weights.shape), weights, 0.9)
        ),
        "flips": draws.over(lambda weights: resampling.mean(flips, weights)),
        "unsure": draws.over(lambda weights: resampling.mean((flips >= 0.1).astype(float), weights)),
    }
    rows = [(name, *with_interval(values)) for name, values in found.items()]
    figures = pd.DataFrame(rows, columns=["measure", "value", "low", "high"])
    return Instability(figures, _by_risk(risk, refitted, flips), len(refitted))


def _by_risk(risk: Numbers, refitted: Numbers, flips: Numbers) -> pd.DataFrame:
    """Bins of equal width over the model's risks; those with too few rows are left out: no single person shows."""
    place = np.clip(np.floor(risk * BINS), 0, BINS - 1).astype(int)
    rows = []
    for at in range(BINS):
        inside = place == at
        if inside.sum() >= FEWEST_IN_A_BIN:
            low, high = np.quantile(refitted[:, inside], [0.025, 0.975])
            rows.append((float(risk[inside].mean()), float(low), float(high), float(flips[inside].mean())))
    return pd.DataFrame(rows, columns=["risk", "low", "high", "flips"])
