"""Every calibration keeps the order of margins, and the one chosen is the simplest that does as well."""

from __future__ import annotations

import json
from dataclasses import astuple

import numpy as np
import pytest
import statsmodels.api as sm
from hypothesis import given
from hypothesis import strategies as st
from scipy.special import expit, logit
from sklearn.isotonic import IsotonicRegression

from models.calibration import FITS, LEAST_IN_A_STEP, Kind, beta, calibration_from, isotonic, platt
from models.calibration_choice import Asked, chosen

KINDS: tuple[Kind, ...] = ("none", "platt", "beta", "isotonic")
margins = st.lists(st.floats(-30, 30), min_size=2, max_size=120)


def _drawn(rows: int, chance, seed: int = 2) -> tuple[np.ndarray, np.ndarray]:
    draw = np.random.default_rng(seed)
    margin = draw.normal(0, 1.2, rows)
    return margin, (draw.random(rows) < chance(margin)).astype(float)


def _targets(outcome: np.ndarray) -> np.ndarray:
    return np.where(outcome == 1, (outcome.sum() + 1) / (outcome.sum() + 2), 1 / ((1 - outcome).sum() + 2))


@pytest.mark.parametrize("kind", KINDS)
@given(found=margins, bits=st.integers(0, 2**120 - 1))
def test_a_risk_never_falls_as_the_margin_rises_and_is_the_same_after_its_text(
    kind: Kind, found: list[float], bits: int
) -> None:
    margin = np.array(found)
    outcome = np.array([float(bits >> place & 1) for place in range(len(found))])
    fitted = FITS[kind](margin, outcome)
    asked = np.linspace(-40, 40, 801)
    risk = fitted.risk(asked)
    assert (np.diff(risk) >= 0).all() and (risk >= 0).all() and (risk <= 1).all()
    again = calibration_from(json.loads(json.dumps(fitted.as_table())))
    assert again == fitted
    assert np.array_equal(again.risk(asked), risk)


def test_platt_is_the_likeliest_logistic_regression_of_platts_targets() -> None:
    margin, outcome = _drawn(2_000, lambda m: expit(0.6 * m - 0.4))
    exog, family = sm.add_constant(margin), sm.families.Binomial()
    expected = sm.GLM(_targets(outcome), exog, family=family).fit(tol=1e-12).params
    fitted = platt(margin, outcome)
    assert [fitted.intercept, fitted.slope] == pytest.approx(list(expected), abs=1e-6)


def test_beta_is_the_likeliest_logistic_regression_on_both_log_probabilities() -> None:
    margin, outcome = _drawn(4_000, lambda m: expit(1.2 * np.log(expit(m)) - 0.5 * np.log(expit(-m)) + 0.2))
    columns = np.column_stack([np.log(expit(margin)), -np.log(expit(-margin)), np.ones_like(margin)])
    expected = sm.GLM(_targets(outcome), columns, family=sm.families.Binomial()).fit(tol=1e-12).params
    assert astuple(beta(margin, outcome)) == pytest.approx(tuple(expected), abs=1e-4)


def test_beta_with_equal_parameters_is_platt() -> None:
    margin, outcome = _drawn(30_000, lambda m: expit(0.8 * m + 0.1))
    asked = np.linspace(-3, 3, 61)
    assert beta(margin, outcome).risk(asked) == pytest.approx(platt(margin, outcome).risk(asked), abs=0.015)


def test_isotonic_agrees_with_scikit_learn_on_the_same_groups() -> None:
    margin, outcome = _drawn(4 * LEAST_IN_A_STEP, expit)
    groups = np.sort(margin).reshape(4, -1).mean(axis=1)
    shares = _targets(outcome)[np.argsort(margin)].reshape(4, -1).mean(axis=1)
    expected = IsotonicRegression(out_of_bounds="clip").fit(groups, shares)
    asked = np.linspace(-4, 4, 50)
    assert isotonic(margin, outcome).risk(asked) == pytest.approx(expected.predict(asked))


def test_no_step_of_an_isotonic_calibration_is_made_of_a_few_rows() -> None:
    margin, outcome = _drawn(1_010, expit)
    margin = np.concatenate([margin.round(1), [-9.0]])  # ties, and one row far from all others
    fitted = isotonic(margin, np.concatenate([outcome, [1.0]]))
    assert len(fitted.margins) <= len(margin) / LEAST_IN_A_STEP
    assert min(fitted.margins) > -9


@pytest.mark.parametrize("kind", ["platt", "beta", "isotonic"])
@pytest.mark.parametrize(("outcome", "risk"), [(0.0, 1 / 6), (1.0, 5 / 6)])
def test_a_slice_with_outcomes_of_one_kind_makes_nothing_certain(
    kind: Kind, outcome: float, risk: float
) -> None:
    fitted = FITS[kind](np.array([-1.0, 0.0, 1.0, 2.0]), np.full(4, outcome))
    assert fitted.risk(np.array([-50.0, 0.0, 50.0])) == pytest.approx(risk, abs=1e-5)


def test_margins_that_separate_the_outcomes_wholly_make_nothing_certain() -> None:
    fitted = platt(np.array([-2.0, -1.0, 1.0, 2.0]), np.array([0.0, 0.0, 1.0, 1.0]))
    assert 0.25 < fitted.risk(np.array([-1.0]))[0] < 0.4


@pytest.mark.parametrize("kind", ["platt", "beta"])
def test_margins_that_are_all_alike_or_turned_round_give_the_prevalence(kind: Kind) -> None:
    assert FITS[kind](np.zeros(400), np.repeat([1.0, 0, 0, 0], 100)).risk(np.zeros(1))[0] == pytest.approx(
        0.25, abs=3e-3
    )
    margin, outcome = _drawn(2_000, lambda m: expit(-m))
    assert np.ptp(FITS[kind](margin, outcome).risk(margin)) < 1e-3
    assert FITS[kind](margin, outcome).risk(margin)[0] == pytest.approx(outcome.mean(), abs=1e-3)


@pytest.mark.parametrize(
    ("kind", "chance"),
    [
        ("none", expit),
        ("platt", lambda m: expit(0.5 * m - 0.7)),
        ("beta", lambda m: expit(2.5 * np.log(expit(m)) - 0.2 * np.log(expit(-m)) + 1.0)),
        ("isotonic", lambda m: np.where(m < 0.4, 0.2, np.where(m < 1.2, 0.35, 0.9))),
    ],
)
def test_the_kind_that_the_outcomes_follow_is_chosen(kind: Kind, chance) -> None:
    margin, outcome = _drawn(8_000, chance, seed=5)
    patients = (np.arange(8_000) // 2).astype(object)
    choice = chosen(margin, outcome, patients, asked="chosen", seed=1)
    assert choice.calibration.kind == kind
    assert set(choice.losses) == set(KINDS)
    assert choice.losses[kind] <= choice.losses["none"]


@pytest.mark.parametrize("asked", KINDS)
def test_a_kind_that_is_asked_for_is_not_compared(asked: Asked) -> None:
    margin, outcome = _drawn(300, lambda m: expit(0.1 * m))
    choice = chosen(margin, outcome, np.arange(300).astype(object), asked=asked, seed=1)
    assert choice.calibration.kind == asked
    assert not choice.losses


def test_rows_of_one_patient_are_one_piece_of_evidence() -> None:
    """A hundred copies of one patient's rows do not make a difference clear that is not."""
    margin, outcome = _drawn(60, lambda m: expit(m + 0.35), seed=9)
    patients = np.arange(60).astype(object)
    once = chosen(margin, outcome, patients, asked="chosen", seed=1)
    copied = chosen(
        np.tile(margin, 100), np.tile(outcome, 100), np.tile(patients, 100), asked="chosen", seed=1
    )
    assert once.calibration.kind == copied.calibration.kind == "none"


def test_a_handful_of_patients_decides_nothing() -> None:
    margin, outcome = _drawn(40, lambda m: expit(5 * m + logit(0.3)))
    patients = np.repeat(["a", "b", "c", "d"], 10).astype(object)
    choice = chosen(margin, outcome, patients, asked="chosen", seed=1)
    assert choice.calibration.kind == "none"
    assert choice.as_text() == "not compared"
