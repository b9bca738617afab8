"""The boosted model for a few hundred participants: the candidates of the search and how each learns."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd
from scipy.special import expit

from models.boosting import BoostingSettings, fit
from models.risk_model import Numbers, raw

# Every setting is named, so that the product's usual ones may change without changing what is searched here.
CANDIDATES: Mapping[str, BoostingSettings] = {
    f"{leaves} leaves, {rounds} rounds, {per_leaf} per leaf": BoostingSettings(
        learning_rate=0.05,
        num_leaves=leaves,
        min_data_in_leaf=per_leaf,
        max_rounds=rounds,
        feature_fraction=0.7,
        bagging_fraction=0.5,
        lambda_l2=1.0,
        extra_trees=False,
        threads=1,
    )
    for leaves in (2, 3, 5)
    for rounds in (40, 80)
    for per_leaf in (10, 20)
}


def learn(
    settings: BoostingSettings, features: pd.DataFrame, outcome: Numbers, others: pd.DataFrame, seed: int
) -> Numbers:
    """The chance of 1 for `others`, learnt in all `max_rounds` rounds; the same seed gives the same.

    There are too few participants to keep some back for early stopping or calibration.
    """
    booster = fit(features.to_numpy(), outcome, settings, rounds=settings.max_rounds, seed=seed)
    return np.asarray(expit(raw(booster, others.to_numpy())), dtype=np.float64)
