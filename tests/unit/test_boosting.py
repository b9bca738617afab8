"""What the trees must keep to where values are missing, and that two runs are the same to the byte."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from scipy.special import expit

from models.boosting import BoostingSettings, never_seen, train
from models.risk_model import RiskModel
from models.splits import Split
from models.tuning import TuningSettings, tune

SETTINGS = BoostingSettings(max_rounds=120, refits=3, learning_rate=0.08)
DIRECTIONS = {"a": 1, "b": -1, "c": 1}


def _material(rows: int = 4_000, seed: int = 3) -> tuple[pd.DataFrame, np.ndarray, np.ndarray]:
    """Predictors on scales with missing values, some of them interacting."""
    draw = np.random.default_rng(seed)
    features = pd.DataFrame(draw.normal(size=(rows, 8)), columns=list("abcdefgh"))
    features[["a", "b", "c"]] = features[["a", "b", "c"]].round()
    log_odds = 0.6 * features["a"] - 0.6 * features["b"] + 0.4 * features["c"]
    log_odds += 0.9 * features["d"] * features["e"] + 0.5 * np.sin(2 * features["f"])
    outcome = (draw.random(rows) < expit(log_odds)).astype(float).to_numpy()
    features = features.mask(draw.random(features.shape) < 0.2)
    return features, outcome, np.array([f"p{n}" for n in np.arange(rows) // 3], dtype=object)


def _split(rows: int = 4_000) -> Split:
    day, places = pd.Timestamp("2024-09-01"), np.arange(rows) // 3
    fit, stop, calibrate = (
        np.flatnonzero(places % 10 < 6),
        np.flatnonzero(places % 10 == 6),
        np.flatnonzero(places % 10 >= 7),
    )
    return Split(day, 42, day, fit, stop, calibrate, np.array([], dtype=np.int64), 0)


def _learn(settings: BoostingSettings = SETTINGS) -> RiskModel:
    features, outcome, patients = _material()
    return train(features, outcome, patients, _split(), directions=DIRECTIONS, settings=settings)


@pytest.fixture(scope="module")
def learnt() -> RiskModel:
    return _learn()


@pytest.mark.parametrize(("name", "sign"), DIRECTIONS.items())
def test_a_direction_holds_for_every_row_whatever_else_is_missing(
    learnt: RiskModel, name: str, sign: int
) -> None:
    rows = _material()[0].head(400)
    for fitted in (learnt.main, *learnt.refits):
        risks = [fitted.risk(rows.assign(**{name: value}).to_numpy(dtype=float)) for value in range(-3, 4)]
        assert (sign * np.diff(np.array(risks), axis=0) >= -1e-12).all()


def test_two_runs_and_any_number_of_threads_give_the_same_bytes(
    learnt: RiskModel, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert dict(_learn().texts) == dict(learnt.texts)
    monkeypatch.setattr("models.lesson.WORTH_THREADS", 0)
    two = _learn(replace(SETTINGS, threads=2))
    features = _material()[0]
    pd.testing.assert_frame_equal(two.predict(features), learnt.predict(features), check_exact=True)


def test_another_seed_gives_another_model(learnt: RiskModel) -> None:
    assert dict(_learn(replace(SETTINGS, seed=2)).texts) != dict(learnt.texts)


def test_the_cut_off_flags_the_asked_share_of_points_that_the_trees_never_saw(learnt: RiskModel) -> None:
    rows, risk = never_seen(learnt, *_material(), _split(), settings=SETTINGS)
    assert np.array_equal(np.sort(rows), _split().train)
    assert (risk >= learnt.threshold).mean() == pytest.approx(0.2, abs=0.005)
    assert (
        learnt.about["cut_off"] == "the highest 20%, on points judged by trees that never saw their patients"
    )


def test_risks_are_calibrated_margins(learnt: RiskModel) -> None:
    features = _material()[0].head(50)
    risk = learnt.calibration.risk(learnt.margin(features))
    assert np.array_equal(learnt.predict(features)["risk"], risk)


def test_every_refit_is_calibrated_the_way_that_was_chosen_or_asked_for(learnt: RiskModel) -> None:
    for model, kind in ((learnt, None), (_learn(replace(SETTINGS, calibration="beta", refits=2)), "beta")):
        kinds = {fitted.calibration.kind for fitted in (model.main, *model.refits)}
        assert kinds == {kind or model.about["calibration"]}
    assert model.about["calibration_losses"] == "not compared"
    assert learnt.about["calibration_losses"].startswith("none 0.")


def test_an_index_is_kept_and_columns_may_come_in_any_order(learnt: RiskModel) -> None:
    features = _material()[0].head(5).set_axis(["v", "w", "x", "y", "z"])
    turned = features[list("hgfedcba")].assign(more="words")
    pd.testing.assert_frame_equal(learnt.predict(turned), learnt.predict(features))
    assert list(learnt.predict(features).index) == list("vwxyz")


@pytest.mark.long
def test_two_runs_on_a_matrix_worth_two_threads_give_the_same_bytes_searched_settings_and_all() -> None:
    rows = 40_000
    features, outcome, patients = _material(rows)
    wide = pd.concat([features] + [features.add_suffix(str(n)) * (1 + n) for n in range(1, 8)], axis=1)
    assert wide.size >= 2_000_000
    settings = replace(SETTINGS, max_rounds=30, refits=2, threads=2)

    def learnt() -> dict[str, str]:
        known = wide, outcome, patients, _split(rows)
        budget = TuningSettings(trials=2, folds=2)
        tuned = tune(*known, directions=DIRECTIONS, settings=settings, tuning=budget).settings
        return dict(train(*known, directions=DIRECTIONS, settings=tuned).texts)

    assert learnt() == learnt()
