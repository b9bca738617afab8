"""Logistic regression with curves and the glass box: they learn from training rows alone, and see what is there."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from scipy.special import expit
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import roc_auc_score

from models.baselines import last_status
from models.glass_box import GlassBoxSettings, glass_box
from models.spline_logistic import chosen_penalty, curve, design, parameters, spline_logistic
from models.splits import Split

QUICK = GlassBoxSettings(bags=2, pairs=0, max_rounds=200, threads=1)


def _material(rows: int = 2_400) -> tuple[pd.DataFrame, np.ndarray, np.ndarray, Split]:
    """A bent predictor, a straight one of few values, noise; what misses tells something."""
    draw = np.random.default_rng(4)
    bent, few = draw.normal(size=rows), draw.integers(0, 4, rows).astype(float)
    missing = draw.random(rows) < 0.3
    log_odds = 2.0 * np.abs(bent) - 2 + 0.3 * few + 0.8 * missing
    features = pd.DataFrame(
        {"bent": bent, "few": few, "misses": np.where(missing, np.nan, draw.normal(size=rows))}
    )
    outcome = (draw.random(rows) < expit(log_odds)).astype(float)
    day, place = pd.Timestamp("2024-09-01"), np.arange(rows) // 2 % 10
    fit, stop, calibrate, test = (
        np.flatnonzero(np.isin(place, each)) for each in ([0, 1, 2, 3], [4], [5, 6], [7, 8, 9])
    )
    patients = np.array([f"p{n}" for n in np.arange(rows) // 2], dtype=object)
    return features, outcome, patients, Split(day, 42, day, fit, stop, calibrate, test, 0)


def test_a_curve_is_drawn_where_a_predictor_bends() -> None:
    features, outcome, _, split = _material()
    plain = LogisticRegression().fit(features.fillna(0).iloc[split.train], outcome[split.train])
    straight = plain.predict_proba(features.fillna(0).iloc[split.test])[:, 1]
    curved = spline_logistic(features, outcome, split)
    area = [roc_auc_score(outcome[split.test], risk) for risk in (straight, curved)]
    assert area[1] > area[0] + 0.05


def test_that_a_value_is_missing_counts() -> None:
    features, outcome, _, split = _material()
    filled = features.assign(misses=features["misses"].fillna(0))
    with_it, without = (spline_logistic(each, outcome, split) for each in (features, filled))
    missing = features["misses"].isna().to_numpy()[split.test]
    assert with_it[missing].mean() - with_it[~missing].mean() > 0.1
    assert abs(without[missing].mean() - without[~missing].mean()) < 0.05


def test_every_column_of_the_regression_is_a_parameter() -> None:
    features, _, _, split = _material()
    curved, as_it_is, indicator = 3, 1, 1
    assert parameters(features[["bent"]], split) == curved
    assert parameters(features[["few"]], split) == as_it_is
    assert parameters(features, split) == curved + as_it_is + curved + indicator


def test_a_predictor_of_few_values_enters_as_it_is_and_one_of_none_not_at_all() -> None:
    assert curve(np.array([0.0, 1, 2, 3] * 20)).knots == ()
    nothing = design(np.array([[1.0, np.nan], [2.0, np.nan], [4.0, np.nan]]))
    assert np.allclose(
        nothing.columns(np.array([[2.0, np.nan], [2.0, 5.0]]))[:, 0], -1 / 3 / np.std([1, 2, 4])
    )
    assert np.isfinite(nothing.columns(np.array([[np.nan, 5.0]]))).all()


def test_beyond_the_outermost_knots_a_curve_is_straight() -> None:
    drawn = curve(np.random.default_rng(1).normal(size=500)).columns(np.array([5.0, 6.0, 7.0]))
    assert np.allclose(np.diff(drawn, 2, axis=0), 0, atol=1e-9)


def test_noise_is_penalised_more_than_what_tells() -> None:
    features, outcome, _, split = _material()
    draw = np.random.default_rng(8)
    noise = pd.DataFrame(draw.normal(size=(len(outcome), 40)))
    assert chosen_penalty(noise, outcome, split) < chosen_penalty(features, outcome, split)


@pytest.mark.parametrize("rival", ["logistic", "glass box"])
def test_a_rival_learns_nothing_from_the_test_and_the_same_twice(rival: str) -> None:
    features, outcome, patients, split = _material()

    def risks(labels: np.ndarray, threads: int = 1) -> np.ndarray:
        if rival == "logistic":
            return spline_logistic(features, labels, split)
        return glass_box(features, labels, split, patients=patients, settings=replace(QUICK, threads=threads))

    hidden = outcome.copy()
    hidden[split.test] = np.nan
    first = risks(outcome)
    assert np.array_equal(first, risks(hidden, threads=2))
    assert len(first) == len(split.test) and ((first > 0) & (first < 1)).all()
    assert roc_auc_score(outcome[split.test], first) > 0.65


def test_the_last_status_follows_the_share_from_which_work_counts_as_done() -> None:
    _, outcome, _, split = _material()
    share = np.where(outcome == 1, 0.5, 1.0)
    strict = last_status(share, outcome, split, done_share=0.6)
    assert np.array_equal(strict, outcome[split.test])
    assert np.ptp(last_status(share, outcome, split, done_share=0.5)) == 0
