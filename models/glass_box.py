"""A rival that a person can read whole: explainable boosting, a sum of one curve per predictor and few pairs.

Source: Nori, Jenkins, Koch & Caruana 2019 (InterpretML), after Lou, Caruana, Gehrke & Hooker 2013 (KDD 623).
"""

from __future__ import annotations

import warnings
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from models.risk_model import Numbers
from models.splits import Rows, Split

Advance = Callable[[str], object]


@dataclass(frozen=True)
class GlassBoxSettings:
    """`bags`: models averaged, each on other patients; its makers' default of 14 takes three times as long.

    `pairs`: pairs of predictors with a surface of their own, found by the learner. `held_aside`: share of patients
    that each bag stops on. `max_rounds`: rounds at most. `threads`: bags learnt at a time.
    """

    bags: int = 4
    pairs: int = 10
    held_aside: float = 0.15
    max_rounds: int = 50_000
    threads: int = 2
    seed: int = 1


def glass_box(
    features: pd.DataFrame,
    outcome: Numbers,
    split: Split,
    *,
    patients: NDArray[np.object_],
    settings: GlassBoxSettings | None = None,
    advance: Advance = str,
) -> Numbers:
    """The risks of the test rows of `split` by explainable boosting, learnt on all of its training rows.

    Arguments as for `boosting.train`. Every bag is stopped early on patients of its own that it does not learn
    from. Missing values have a bin of their own. Not calibrated further, as its makers leave it. The same
    arguments give the same risks.
    """
    from interpret.glassbox import ExplainableBoostingClassifier

    asked = settings or GlassBoxSettings()
    learner = ExplainableBoostingClassifier(
        feature_names=[str(name) for name in features.columns],
        feature_types=["continuous"] * features.shape[1],
        outer_bags=asked.bags,
        interactions=asked.pairs,
        max_rounds=asked.max_rounds,
        random_state=asked.seed,
        n_jobs=asked.threads,
    )
    train = split.train
    with warnings.catch_warnings():
        # It is a rival to compare with; nobody is shown its curves.
        warnings.filterwarnings("ignore", message="Missing values detected")
        learner.fit(_values(features, train), outcome[train].astype(int), bags=_bags(patients[train], asked))
        advance("explainable boosting")
        risk = learner.predict_proba(_values(features, split.test))[:, 1]
    return np.asarray(risk, dtype=np.float64)


def _bags(patients: NDArray[np.object_], asked: GlassBoxSettings) -> NDArray[np.int8]:
    """For each row and bag 1 to learn from or -1 to stop on, all rows of a patient alike."""
    names, owner = np.unique(patients.astype(str), return_inverse=True)
    draw, most = np.random.default_rng(asked.seed), max(1, round(asked.held_aside * len(names)))
    aside = np.stack([draw.permutation(len(names)) < most for _ in range(asked.bags)], axis=1)
    return np.where(aside[owner], -1, 1).astype(np.int8)


def _values(features: pd.DataFrame, rows: Rows) -> Numbers:
    return features.iloc[rows].to_numpy(dtype=np.float64)
