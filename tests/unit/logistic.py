"""A calibration by slope and intercept, for tests of what only needs one that keeps the order of margins."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.special import expit


@dataclass(frozen=True)
class Logistic:
    """Calibrated log-odds = slope * margin + intercept; as it stands, margins are log-odds already."""

    slope: float = 1.0
    intercept: float = 0.0

    def risk(self, margin: np.ndarray) -> np.ndarray:
        return np.asarray(expit(self.slope * margin + self.intercept))
