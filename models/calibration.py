"""Calibration: from a booster's log-odds to a probability that means what it says."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit
from sklearn.linear_model import LogisticRegression

Numbers = NDArray[np.float64]


@dataclass(frozen=True)
class Calibration:
    """Platt's calibration: calibrated log-odds = slope * margin + intercept."""

    slope: float
    intercept: float

    def risk(self, margin: Numbers) -> Numbers:
        """The calibrated probability for each margin (log-odds)."""
        return np.asarray(expit(self.slope * margin + self.intercept), dtype=np.float64)


def platt(margin: Numbers, outcome: Numbers) -> Calibration:
    """Fitted by unpenalised logistic regression on points that the booster never saw.

    A slope below 0 would turn the booster's order round: then its order holds no information, the slope is
    0 and every point gets the prevalence. So it does where all outcomes are alike; half a case of each kind
    is added there, so that nothing is certain.
    """
    events, others = float(outcome.sum()), float((1 - outcome).sum())
    if not events or not others:
        return Calibration(0.0, float(np.log((events + 0.5) / (others + 0.5))))
    fitted = LogisticRegression(C=np.inf, tol=1e-10).fit(margin[:, None], outcome)
    slope = float(fitted.coef_[0, 0])
    if slope > 0:
        return Calibration(slope, float(fitted.intercept_[0]))
    return Calibration(0.0, float(np.log(events / others)))
