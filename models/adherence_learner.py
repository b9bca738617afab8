"""LightGBM for a few hundred participants: the candidates of the search and how each learns."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import lightgbm as lgb
import numpy as np
import pandas as pd
from numpy.typing import NDArray

Numbers = NDArray[np.float64]


@dataclass(frozen=True)
class SmallBoosting:
    """`rounds` trees of `leaves` leaves with at least `per_leaf` participants each."""

    leaves: int
    rounds: int
    per_leaf: int
    learning_rate: float = 0.05


CANDIDATES: Mapping[str, SmallBoosting] = {
    f"{leaves} leaves, {rounds} rounds, {per_leaf} per leaf": SmallBoosting(leaves, rounds, per_leaf)
    for leaves in (2, 3, 5)
    for rounds in (40, 80)
    for per_leaf in (10, 20)
}


def learn(
    settings: SmallBoosting, features: pd.DataFrame, outcome: Numbers, others: pd.DataFrame, seed: int
) -> Numbers:
    """The chance of 1 for `others`, learnt from `features` and `outcome`; the same seed gives the same."""
    parameters = {
        "objective": "binary",
        "num_leaves": settings.leaves,
        "min_data_in_leaf": settings.per_leaf,
        "learning_rate": settings.learning_rate,
        "feature_fraction": 0.7,
        "bagging_fraction": 0.8,
        "bagging_freq": 1,
        "lambda_l2": 1.0,
        "seed": seed,
        "deterministic": True,
        "force_row_wise": True,
        "num_threads": 1,
        "verbose": -1,
    }
    known = lgb.Dataset(features.to_numpy(), outcome, params={"verbose": -1})
    booster = lgb.train(parameters, known, num_boost_round=settings.rounds)
    return np.asarray(booster.predict(others.to_numpy()), dtype=np.float64)
