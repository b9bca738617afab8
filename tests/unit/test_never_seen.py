"""Calibration is fitted on what trees make of patients whom they never saw."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import pandas as pd
import pytest

from models.boosting import BoostingSettings
from models.lesson import lesson, part_of
from models.never_seen import cross_fitted
from models.risk_model import raw
from models.splits import Split

ROWS, PATIENTS = 600, 150
SETTINGS = BoostingSettings(
    threads=1, min_data_in_leaf=2, num_leaves=60, learning_rate=0.3, lambda_l2=0.0, feature_fraction=1.0
)


@dataclass
class Made:
    """Points whose outcome is pure chance but for each patient's own, which one predictor gives away."""

    features: pd.DataFrame
    outcome: np.ndarray
    patients: np.ndarray
    split: Split = field(init=False)

    def __post_init__(self) -> None:
        rows = np.arange(ROWS)
        cut, end = pd.Timestamp("2024-01-01"), pd.Timestamp("2024-06-01")
        self.split = Split(cut, 42, end, rows[:400], rows[400:500], rows[500:], rows[:0], 0)


@pytest.fixture(scope="module")
def made() -> Made:
    draw = np.random.default_rng(1)
    patient = np.sort(draw.integers(PATIENTS, size=ROWS))
    own = draw.integers(2, size=PATIENTS)[patient].astype(float)
    features = pd.DataFrame({"who": patient.astype(float), "noise": draw.normal(size=ROWS)})
    return Made(features, own, np.array([f"P{n}" for n in patient], dtype=object))


def test_no_margin_is_from_trees_that_saw_the_patient(made: Made) -> None:
    """Trees that saw a patient know the outcome by heart; those that did not can only guess."""
    ready = lesson(made.features, made.outcome, made.patients, made.split, settings=SETTINGS)
    learnt = part_of(made.features, made.outcome, made.patients, ready.rows)
    unseen = cross_fitted(ready, learnt, {}, rounds=60)
    by_heart = raw(ready.binned.trees(ready.parameters({}, seed=1, threads=1), 60), learnt.matrix)
    assert np.mean((by_heart > 0) == (learnt.outcome == 1)) > 0.95
    assert np.mean((unseen.margin > 0) == (unseen.outcome == 1)) < 0.7


def test_every_point_that_trees_learn_from_is_judged_once(made: Made) -> None:
    ready = lesson(made.features, made.outcome, made.patients, made.split, settings=SETTINGS)
    learnt = part_of(made.features, made.outcome, made.patients, ready.rows)
    unseen = cross_fitted(ready, learnt, {}, rounds=5)
    pd.testing.assert_series_equal(
        pd.Series(unseen.owners).value_counts().sort_index(),
        pd.Series(learnt.owners).value_counts().sort_index(),
    )
    assert unseen.outcome.sum() == learnt.outcome.sum()
