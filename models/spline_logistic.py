"""Logistic regression on the same matrix: a curve for each continuous predictor, an indicator where values miss.

A predictor with enough distinct values enters as a natural cubic spline of four knots (Harrell's places), any
other as it is; a missing value is the median with an indicator beside it. The ridge penalty is the one of least
log loss on the early-stopping slice, learnt from the fitting slice: no patient is in both, and the calibration
slice is learnt from too in the end, for this model needs no other calibration.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import log_loss

from models.resampling import knots_of, spline
from models.risk_model import Numbers
from models.splits import Rows, Split

LEAST_DISTINCT = 8  # values of a predictor with which a curve is worth drawing
PENALTIES = (1.0, 0.3, 0.1, 0.03, 0.01, 0.003, 0.001)  # scikit-learn's C: the inverse of the penalty


@dataclass(frozen=True)
class Curve:
    """How one predictor enters: `knots` of its spline (none: as it is), `median`, whether values ever miss."""

    knots: tuple[float, ...]
    median: float
    misses: bool

    def columns(self, value: Numbers) -> Numbers:
        """Its columns for each row."""
        missing = np.isnan(value)
        filled = np.where(missing, self.median, value)
        drawn = spline(filled, np.array(self.knots))[:, 1:]
        return np.column_stack([drawn, missing]) if self.misses else drawn


def curve(value: Numbers) -> Curve:
    """The curve for a predictor with these values among those learnt from."""
    known = value[~np.isnan(value)]
    if not len(known):
        return Curve((), 0.0, False)
    enough = len(np.unique(known)) >= LEAST_DISTINCT
    knots = tuple(knots_of(known).tolist()) if enough else ()
    return Curve(knots, float(np.median(known)), len(known) < len(value))


@dataclass(frozen=True)
class Design:
    """The columns of all predictors, brought to mean 0 and spread 1 on the rows learnt from."""

    curves: tuple[Curve, ...]
    centre: Numbers
    spread: Numbers

    def columns(self, matrix: Numbers) -> Numbers:
        """Rows x columns."""
        return (_drawn(self.curves, matrix) - self.centre) / self.spread


def design(matrix: Numbers) -> Design:
    """The design fitted on the rows learnt from."""
    curves = tuple(curve(value) for value in matrix.T)
    drawn = _drawn(curves, matrix)
    spread = drawn.std(axis=0)
    return Design(curves, drawn.mean(axis=0), np.where(spread > 0, spread, 1.0))


def spline_logistic(features: pd.DataFrame, outcome: Numbers, split: Split) -> Numbers:
    """The risks of the test rows of `split`, learnt on its training rows; outcome 0 or 1 there."""
    penalty = chosen_penalty(features, outcome, split)
    shape, learnt = _learnt(features, outcome, split.train, penalty)
    return _risk(shape, learnt, features, split.test)


def parameters(features: pd.DataFrame, split: Split) -> int:
    """How many coefficients the regression learns on the training rows beside its constant: one for each column."""
    return len(design(_values(features, split.train)).centre)


def chosen_penalty(features: pd.DataFrame, outcome: Numbers, split: Split) -> float:
    """The C of least log loss on the early-stopping slice; the strongest penalty of equals."""
    fit, stop = _values(features, split.fit), _values(features, split.stop)
    shape = design(fit)
    known, watched = shape.columns(fit), shape.columns(stop)
    losses = {
        penalty: log_loss(
            outcome[split.stop],
            _logistic(known, outcome[split.fit], penalty).predict_proba(watched)[:, 1],
            labels=[0, 1],
        )
        for penalty in sorted(PENALTIES)
    }
    return min(losses, key=lambda penalty: losses[penalty])


def _learnt(features: pd.DataFrame, outcome: Numbers, rows: Rows, penalty: float) -> tuple[Design, Any]:
    matrix = _values(features, rows)
    shape = design(matrix)
    return shape, _logistic(shape.columns(matrix), outcome[rows], penalty)


def _logistic(columns: Numbers, outcome: Numbers, penalty: float) -> Any:
    # Newton's method: a few passes over many rows, and the same answer each time.
    return LogisticRegression(C=penalty, solver="newton-cholesky", max_iter=200).fit(columns, outcome)


def _risk(shape: Design, learnt: Any, features: pd.DataFrame, rows: Rows) -> Numbers:
    chances = learnt.predict_proba(shape.columns(_values(features, rows)))
    return np.asarray(chances[:, 1], dtype=np.float64)


def _drawn(curves: tuple[Curve, ...], matrix: Numbers) -> Numbers:
    return np.column_stack([each.columns(value) for each, value in zip(curves, matrix.T, strict=True)])


def _values(features: pd.DataFrame, rows: NDArray[np.int64]) -> Numbers:
    return features.iloc[rows].to_numpy(dtype=np.float64)
