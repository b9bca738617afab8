"""The search for settings: its budget is kept, it looks at nobody it must not, and it finds what helps."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from models.boosting import BoostingSettings
from models.splits import Split
from models.tuning import SEARCHED, Tuned, TuningSettings, folds_of, tune, tuned_settings
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


def test_the_trial_of_least_loss_is_taken_and_better_than_settings_that_learn_too_slowly(
    tuned: Tuned,
) -> None:
    best = tuned.trials[tuned.trials["best"]]
    assert len(best) == 1
    assert best["loss"].item() == tuned.trials["loss"].min() < tuned.trials["loss"].iloc[0]
    assert {name: best[name].item() for name in SEARCHED} == {
        name: getattr(tuned.settings, name) for name in SEARCHED
    }
    assert replace(tuned.settings, **{name: getattr(SMALL, name) for name in SEARCHED}) == SMALL


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


def test_a_patient_is_on_one_side_of_every_fold_and_everybody_is_scored_once() -> None:
    patients = np.array([f"p{n}" for n in np.random.default_rng(1).integers(0, 40, 300)], dtype=object)
    folds = folds_of(patients, TuningSettings(folds=3))
    assert sorted(np.concatenate([watch for _, watch in folds])) == list(range(300))
    for learn, watch in folds:
        assert not set(patients[learn]) & set(patients[watch])
        assert len(learn) + len(watch) == 300


def test_a_model_says_what_its_trees_were_tuned_to(tuned: Tuned) -> None:
    assert tuned_settings({"tuned": tuned.as_text()}, SMALL) == tuned.settings
    assert tuned_settings({}, SMALL) == SMALL


@pytest.mark.parametrize("wrong", [{"trials": -1}, {"folds": 1}])
def test_a_budget_without_meaning_is_refused(wrong: dict[str, int]) -> None:
    with pytest.raises(ValueError, match="at least"):
        TuningSettings(**wrong)
