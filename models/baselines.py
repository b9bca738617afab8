"""What the boosted model must beat: prevalence, the last work's status, logistic regression."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from sklearn.impute import SimpleImputer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from models.risk_model import Numbers
from models.splits import Split

LAST_STATUS = "last_share_completed"
DONE = 0.5


def baselines(features: pd.DataFrame, outcome: Numbers, split: Split) -> dict[str, Numbers]:
    """The risks that each baseline, learnt on the training rows of `split`, gives the test rows.

    The last-status rule is absent where no predictor carries the last status.
    """
    risks = {"prevalence": np.full(len(split.test), float(outcome[split.train].mean()))}
    if LAST_STATUS in features:
        risks["last BSW status"] = last_status(features[LAST_STATUS].to_numpy(dtype=float), outcome, split)
    fitted = logistic().fit(features.iloc[split.train], outcome[split.train])
    risks["logistic regression"] = fitted.predict_proba(features.iloc[split.test])[:, 1]
    return risks


def last_status(share: Numbers, outcome: Numbers, split: Split) -> Numbers:
    """The share not completed among training points whose last reviewed work was done, not done, or unknown."""
    status = np.where(np.isnan(share), 2, (share < DONE).astype(int))
    prevalence = outcome[split.train].mean()
    rates = np.full(3, prevalence)
    for kind in range(3):
        alike = split.train[status[split.train] == kind]
        if len(alike):
            rates[kind] = outcome[alike].mean()
    return np.asarray(rates[status[split.test]], dtype=np.float64)


def logistic() -> Any:
    """Logistic regression on the same matrix: medians with missing indicators, scaled, lightly penalised."""
    return make_pipeline(
        SimpleImputer(strategy="median", add_indicator=True, keep_empty_features=True),
        StandardScaler(),
        LogisticRegression(C=0.1, max_iter=2_000),
    )
