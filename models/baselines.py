"""What the boosted model must beat: prevalence, the last work's status, logistic regression."""

from __future__ import annotations

import numpy as np
import pandas as pd

from models.risk_model import Numbers
from models.spline_logistic import spline_logistic
from models.splits import Split

LAST_STATUS = "last_share_completed"


def baselines(
    features: pd.DataFrame, outcome: Numbers, split: Split, *, done_share: float = 0.5
) -> dict[str, Numbers]:
    """The risks that each baseline, learnt on the training rows of `split`, gives the test rows.

    The last-status rule is absent where no predictor carries the last status; `done_share`: as in the outcome's
    settings, from which share on work counts as done.
    """
    risks = {"prevalence": np.full(len(split.test), float(outcome[split.train].mean()))}
    if LAST_STATUS in features:
        share = features[LAST_STATUS].to_numpy(dtype=float)
        risks["last BSW status"] = last_status(share, outcome, split, done_share=done_share)
    risks["logistic regression"] = spline_logistic(features, outcome, split)
    return risks


def last_status(share: Numbers, outcome: Numbers, split: Split, *, done_share: float = 0.5) -> Numbers:
    """The share not completed among training points whose last reviewed work was done, not done, or unknown."""
    status = np.where(np.isnan(share), 2, (share < done_share).astype(int))
    prevalence = outcome[split.train].mean()
    rates = np.full(3, prevalence)
    for kind in range(3):
        alike = split.train[status[split.train] == kind]
        if len(alike):
            rates[kind] = outcome[alike].mean()
    return np.asarray(rates[status[split.test]], dtype=np.float64)
