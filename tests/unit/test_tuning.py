"""The search for settings: its budget is kept, it looks at nobody it must not, and it finds what helps."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from models.boosting import BoostingSettings
from models.lesson import InTurn
from models.splits import Split
from models.tuning import SEARCHED, Trial, Tuned, TuningSettings, taken_of, tune, tuned_settings
from tests.unit.test_boosting import DIRECTIONS, _material, _split

SMALL = BoostingSettings(max_rounds=60, patience=10, refits=0, learning_rate=0.01, num_leaves=3)
BUDGET = TuningSettings(trials=5, folds=2)


def _tuned(
    features: pd.DataFrame, outcome: np.ndarray, patients: np.ndarray, split: Split, budget: TuningSettings
) -> Tuned:
    return tune(features, outcome, patients, split, directions=DIRECTIONS, settings=SMALL, tuning=budget)


@pytest.fixture(scope="module")
def tuned() -> Tuned:
    return _tuned(*_material(), _split(), BUDGET)


def test_as_many_trials_as_declared_the_configured_settings_first(tuned: Tuned) -> None:
    assert list(tuned.trials["trial"]) == [1, 2, 3, 4, 5]
    assert tuned.trials.loc[0, list(SEARCHED)].to_dict() == {name: getattr(SMALL, name) for name in SEARCHED}


def test_the_trial_of_least_loss_is_taken_where_it_is_clearly_better(
    tuned: Tuned,
) -> None:
    best = tuned.trials[tuned.trials["best"]]
    assert len(best) == 1
    assert best["loss"].item() == tuned.trials["loss"].min() < tuned.trials["loss"].iloc[0]
    assert {name: best[name].item() for name in SEARCHED} == {
        name: getattr(tuned.settings, name) for name in SEARCHED
    }
    assert replace(tuned.settings, **{name: getattr(SMALL, name) for name in SEARCHED}) == SMALL


def test_the_configured_settings_stay_where_the_best_trial_may_be_so_by_luck() -> None:
    first, other = SMALL, replace(SMALL, num_leaves=9)
    level, size, lucky = np.array([0.60, 0.61, 0.62]), np.ones(3), np.array([0.004, -0.001, -0.001])
    for gains, settings in ((lucky, first), (np.full(3, 0.001), other)):
        tuned = taken_of(
            [Trial(first, InTurn(level, size, 9.0)), Trial(other, InTurn(level - gains, size, 7.0))]
        )
        assert tuned.settings == settings
        assert tuned.trials["loss"].idxmin() == 1
        assert list(tuned.trials["best"]) == [settings is first, settings is other]


def test_a_gain_is_clear_from_one_standard_error_over_the_folds_on() -> None:
    first = InTurn(np.array([0.60, 0.61, 0.62]), np.ones(3), 10.0)
    gains = np.array([0.001, 0.002, 0.003])
    error = 0.001 / np.sqrt(3)
    for extra, clear in ((0.0, True), (-0.002 + 1.1 * error, True), (-0.002 + 0.9 * error, False)):
        other = InTurn(first.losses - gains - extra, np.ones(3), 10.0)
        assert other.clearly_better_than(first) is clear
    assert not first.clearly_better_than(first)


def test_the_same_search_twice_is_the_same_with_any_number_of_threads(tuned: Tuned) -> None:
    features, outcome, patients = _material()
    again = tune(
        features,
        outcome,
        patients,
        _split(),
        directions=DIRECTIONS,
        settings=replace(SMALL, threads=1),
        tuning=BUDGET,
    )
    pd.testing.assert_frame_equal(again.trials, tuned.trials, check_exact=True)


def test_neither_the_calibration_slice_nor_the_test_is_looked_at(tuned: Tuned) -> None:
    features, outcome, patients = _material()
    outcome, split = outcome.copy(), _split()
    unseen = np.setdiff1d(np.arange(len(outcome)), np.concatenate([split.fit, split.stop]))
    features.iloc[unseen], outcome[unseen], patients[unseen] = 1e9, np.nan, "somebody"
    again = _tuned(features, outcome, patients, split, BUDGET)
    pd.testing.assert_frame_equal(again.trials, tuned.trials, check_exact=True)


def test_a_model_says_what_its_trees_were_tuned_to(tuned: Tuned) -> None:
    assert tuned_settings({"tuned": tuned.as_text()}, SMALL) == tuned.settings
    assert tuned_settings({}, SMALL) == SMALL


@pytest.mark.parametrize("wrong", [{"trials": -1}, {"folds": 1}])
def test_a_budget_without_meaning_is_refused(wrong: dict[str, int]) -> None:
    with pytest.raises(ValueError, match="at least"):
        TuningSettings(**wrong)
