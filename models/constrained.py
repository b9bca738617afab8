"""A model learnt under a constraint of fairness: fairlearn's exponentiated gradient, equalised odds.

Source: Agarwal, Beygelzimer, Dudik, Langford & Wallach 2018 (ICML, PMLR 80:60). It learns a mixture of models,
each with other weights, such that sensitivity and false-positive rate are alike in all groups of the training
rows, at the costs that the model's own cut-off implies. The group is needed in training only. What holds on
training rows need not hold on others: that is what the held-out rows show.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from scipy.special import logit
from sklearn.base import BaseEstimator, ClassifierMixin

from models.boosting import BoostingSettings, fit
from models.calibration import platt
from models.clustered import NEAREST_TO_CERTAIN, Codes
from models.intervals import Floats
from models.risk_model import RiskModel
from models.variants import Learning, Variant

SLACK = 0.02  # the difference between groups that the constraint lets stand
MOST_MODELS = 15
SAYS = (
    "Learnt again as a mixture of models whose sensitivity and false-positive rate are held alike in all groups "
    "on the training rows (fairlearn, exponentiated gradient, equalised odds). A flag is what most of the mixture "
    "says. It learns from the patients outside the calibration slice alone. The group is needed in training only."
)


class Trees(ClassifierMixin, BaseEstimator):  # type: ignore[misc]
    """The product's trees as fairlearn asks for them; `settings` as in boosting, so many `rounds`."""

    def __init__(self, settings: BoostingSettings, rounds: int) -> None:
        self.settings = settings
        self.rounds = rounds

    def fit(self, X: Any, y: Any, sample_weight: Any = None) -> Trees:
        """Learn from rows x predictors and 0/1 labels with weights."""
        self.classes_ = np.array([0, 1])
        weights = None if sample_weight is None else np.asarray(sample_weight, dtype=float)
        self.booster_ = fit(
            np.asarray(X, dtype=float),
            np.asarray(y, dtype=float),
            self.settings,
            rounds=self.rounds,
            seed=self.settings.seed,
            weights=weights,
        )
        return self

    def predict_proba(self, X: Any) -> Floats:
        """The chance of 0 and of 1 per row."""
        chance = np.asarray(self.booster_.predict(np.asarray(X, dtype=float)), dtype=float)
        return np.column_stack([1 - chance, chance])

    def predict(self, X: Any) -> Any:
        """0 or 1 per row."""
        return (self.predict_proba(X)[:, 1] >= 0.5).astype(int)


def constrained(learning: Learning, model: RiskModel, *, least: int) -> Variant:
    """The fairness-constrained version of `model` on the held-out rows.

    Groups with fewer than `least` events or non-events in training are constrained together.
    """
    from fairlearn.reductions import EqualizedOdds, ErrorRate, ExponentiatedGradient

    split = learning.split
    seen = np.concatenate([split.fit, split.stop])
    matrix, outcome = learning.features.to_numpy(dtype=np.float64), learning.outcome
    mixture = ExponentiatedGradient(
        Trees(learning.settings, int(model.about["rounds"])),
        EqualizedOdds(difference_bound=SLACK),
        # A flag at risk t weighs a needless flag t against 1 - t for a missed one.
        objective=ErrorRate(costs={"fp": model.threshold, "fn": 1 - model.threshold}),
        max_iter=MOST_MODELS,
    )
    groups = _together(learning.group[seen], outcome[seen], least)
    mixture.fit(matrix[seen], outcome[seen].astype(int), sensitive_features=groups)
    aside, held_out = (_log_odds(mixture, matrix[rows]) for rows in (split.calibrate, split.test))
    risk = platt(aside, outcome[split.calibrate]).risk(held_out)
    return Variant("fairness constraint", SAYS, risk, _share_flagging(mixture, matrix[split.test]) >= 0.5)


def _together(group: Codes, outcome: Floats, least: int) -> Codes:
    """Codes with all groups that have too few events or non-events as one."""
    groups = int(group.max()) + 1
    events = np.bincount(group, weights=outcome, minlength=groups)
    few = np.minimum(events, np.bincount(group, minlength=groups) - events) < least
    return np.where(few[group], -1, group)


def _mixed(mixture: Any) -> list[tuple[float, Any]]:
    """The models of the mixture with the weight of each."""
    weights = mixture.weights_.reindex(range(len(mixture.predictors_)), fill_value=0.0)
    return [
        (float(weight), each) for weight, each in zip(weights, mixture.predictors_, strict=True) if weight > 0
    ]


def _share_flagging(mixture: Any, matrix: Floats) -> Floats:
    """The weight of the models that flag each row: fairlearn's own chance of a flag."""
    return np.asarray(sum(weight * each.predict(matrix) for weight, each in _mixed(mixture)), dtype=float)


def _log_odds(mixture: Any, matrix: Floats) -> Floats:
    """The log-odds of the mean chance; uncalibrated, for each model learnt relabelled and weighted rows."""
    chance = sum(weight * each.predict_proba(matrix)[:, 1] for weight, each in _mixed(mixture))
    return np.asarray(logit(np.clip(chance, NEAREST_TO_CERTAIN, 1 - NEAREST_TO_CERTAIN)), dtype=float)
