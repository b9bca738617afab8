"""Random effects against a published analysis and statsmodels, and what is promised of a new service."""

from __future__ import annotations

import numpy as np
import pytest
from statsmodels.stats.meta_analysis import combine_effects

from models.by_service import by_service
from models.evaluation import EvaluationSettings
from models.meta_analysis import pooled, spread

# BCG vaccine against tuberculosis, 13 trials (Colditz et al. 1994, JAMA 271:698): cases and others, vaccinated and not.
CASES = np.array([4, 6, 3, 62, 33, 180, 8, 505, 29, 17, 186, 5, 27])
OTHERS = np.array([119, 300, 228, 13536, 5036, 1361, 2537, 87886, 7470, 1699, 50448, 2493, 16886])
CASES_NOT = np.array([11, 29, 11, 248, 47, 372, 10, 499, 45, 65, 141, 3, 29])
OTHERS_NOT = np.array([128, 274, 209, 12619, 5761, 1079, 619, 87892, 7232, 1600, 27197, 2338, 17825])
EFFECTS = np.log(CASES / (CASES + OTHERS) / (CASES_NOT / (CASES_NOT + OTHERS_NOT)))
VARIANCES = 1 / CASES - 1 / (CASES + OTHERS) + 1 / CASES_NOT - 1 / (CASES_NOT + OTHERS_NOT)


def test_the_bcg_trials_give_what_metafor_gives() -> None:
    """metafor's `rma(yi, vi, data=dat.bcg, test="knha")`: tau2 0.3132, -0.7145 (-1.1084 to -0.3206)."""
    found = pooled(EFFECTS, np.sqrt(VARIANCES))
    assert found.between**2 == pytest.approx(0.3132, abs=5e-5)
    assert (found.mean, found.low, found.high) == pytest.approx((-0.7145, -1.1084, -0.3206), abs=5e-5)


def test_given_the_spread_the_mean_and_its_error_are_those_of_statsmodels() -> None:
    ours = pooled(EFFECTS, np.sqrt(VARIANCES))
    theirs = combine_effects(EFFECTS, VARIANCES + spread(EFFECTS, VARIANCES), method_re="iterated")
    low, high = theirs.conf_int(use_t=True)[2]
    assert theirs.mean_effect_fe == pytest.approx(ours.mean)
    assert (low, high) == pytest.approx((ours.low, ours.high), abs=1e-6)


def test_services_that_differ_by_chance_alone_have_no_spread() -> None:
    assert spread(np.array([0.1, 0.11, 0.09]), np.full(3, 0.04)) == 0


@pytest.mark.parametrize("services", [2, 3])
def test_a_few_services_give_a_wide_interval_never_one_narrower_than_uncorrected(services: int) -> None:
    values, errors = np.array([0.80, 0.801, 0.799])[:services], np.full(services, 0.1)
    found = pooled(values, errors)
    assert found.high - found.low > 2 * 1.96 * 0.1 / np.sqrt(services)
    if services == 2:
        assert np.isnan([found.new_low, found.new_high]).all()
    else:
        assert found.new_low < found.low < found.high < found.new_high


def test_one_service_says_nothing_of_another() -> None:
    found = pooled(np.array([0.8, np.nan]), np.array([0.1, 0.1]))
    assert found.services == 1
    assert np.isnan([found.mean, found.new_low, found.new_high]).all()


@pytest.mark.parametrize(("services", "at_most"), [(3, 1.0), (8, 0.98)])
def test_a_new_service_lies_inside_its_interval_as_often_as_it_says(services: int, at_most: float) -> None:
    draw, inside, rounds = np.random.default_rng(2), 0, 500
    for _ in range(rounds):
        errors = draw.uniform(0.05, 0.15, services)
        found = pooled(draw.normal(0.9, 0.2, services) + draw.normal(0, errors), errors)
        inside += found.new_low <= draw.normal(0.9, 0.2) <= found.new_high
    assert 0.92 <= inside / rounds <= at_most


def _services(draw: np.random.Generator) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    services = np.repeat(np.array(["A", "B", "C", "tiny"], dtype=object), [800, 600, 700, 12])
    risk = np.clip(draw.beta(2, 3, len(services)), 0.02, 0.98)
    outcome = (draw.random(len(services)) < risk).astype(float)
    return outcome, risk, services, draw.integers(0, 350, len(services)).astype(str).astype(object)


def test_each_service_is_measured_alone_and_a_tiny_one_is_not() -> None:
    outcome, risk, services, patients = _services(np.random.default_rng(4))
    found = by_service(
        outcome, risk, services=services, patients=patients, settings=EvaluationSettings(draws=60)
    )
    areas = found.services[found.services["measure"] == "auroc"].set_index("service")
    assert np.isnan(areas.loc["tiny", "value"])
    assert areas.loc["A", "low"] < areas.loc["A", "value"] < areas.loc["A", "high"]
    whole = found.summary.set_index("measure").loc["auroc"]
    assert whole["services"] == 3
    assert whole["new_low"] <= whole["low"] < whole["value"] < whole["high"] <= whole["new_high"]
    assert whole["new_low"] > 0 and whole["new_high"] < 1
