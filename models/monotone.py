"""Which of the conceptual model's directions the trees are held to."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from models.binned import Numbers
from models.lightgbm_alone import lgb


def agreeing(
    booster: lgb.Booster, matrix: Numbers, predictors: tuple[str, ...], directions: Mapping[str, int]
) -> dict[str, int]:
    """The stated directions that a fit without constraints bears out on rows that it did not see.

    It does where a predictor's contribution to the log-odds rises (or falls) with its value, by rank.
    """
    from scipy.stats import spearmanr  # slow to import, and not for every command

    contributions = np.asarray(booster.predict(matrix, pred_contrib=True), dtype=np.float64)
    agreed = {}
    for name, sign in directions.items():
        if name not in predictors:
            continue
        column = predictors.index(name)
        there = ~np.isnan(matrix[:, column])
        values, moved = matrix[there, column], contributions[there, column]
        if len(values) < 3 or np.ptp(values) == 0 or np.ptp(moved) == 0:
            continue
        if np.sign(spearmanr(values, moved).statistic) == sign:
            agreed[name] = sign
    return agreed
