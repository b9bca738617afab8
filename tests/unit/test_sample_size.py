"""Riley's criteria against worked examples that were published."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import roc_auc_score

from models.sample_size import CRITERIA, Had, cox_snell_from_auroc, most_cox_snell, needed, sample_size


def test_the_example_of_the_paper_and_of_pmsampsize() -> None:
    """24 parameters, 17.4% with the outcome, Cox-Snell R2 0.288: Riley et al. 2019, Stat Med 38:1276, and the help
    page of pmsampsize."""
    found = needed(parameters=24, prevalence=0.174, cox_snell=0.288)
    assert (found["shrinkage"], found["optimism"], found["overall"]) == (623, 662, 221)


def test_the_example_of_the_bmj() -> None:
    """Pre-eclampsia: 30 parameters, 5% with the outcome, Cox-Snell R2 0.05: BMJ 2020;368:m441."""
    found = needed(parameters=30, prevalence=0.05, cox_snell=0.05)
    assert found["shrinkage"] == 5249
    assert found["error"] == 544
    assert found["overall"] == 73


def test_the_r2_that_an_auroc_implies_gives_the_size_that_pmsampsize_gives() -> None:
    """pmsampsize 1.1.3, C 0.78, 20% with the outcome, 30 parameters: R2 0.158, 1556 persons. It simulates the R2,
    we integrate: to within one in a hundred."""
    cox_snell = cox_snell_from_auroc(0.78, 0.2)
    assert cox_snell == pytest.approx(0.158, abs=0.002)
    found = needed(parameters=30, prevalence=0.2, cox_snell=cox_snell)
    assert max(found[name] for name in ("shrinkage", "optimism", "overall")) == pytest.approx(1556, rel=0.01)


def test_the_r2_of_a_large_simulated_model_is_the_one_implied_by_its_auroc() -> None:
    draw = np.random.default_rng(1)
    outcome = (draw.random(200_000) < 0.35).astype(int)
    x = draw.normal(size=200_000) + 0.8 * outcome
    fitted = LogisticRegression(C=np.inf).fit(x[:, None], outcome).predict_proba(x[:, None])[:, 1]
    logs = np.log(np.where(outcome == 1, fitted, 1 - fitted)).mean()
    null = 0.35 * np.log(0.35) + 0.65 * np.log(0.65)
    observed = 1 - np.exp(-2 * (logs - null))
    assert cox_snell_from_auroc(roc_auc_score(outcome, x), outcome.mean()) == pytest.approx(
        observed, abs=0.003
    )


@pytest.mark.parametrize("prevalence", [0.05, 0.3, 0.5])
def test_no_auroc_implies_more_than_the_most_that_a_prevalence_allows(prevalence: float) -> None:
    reached = [cox_snell_from_auroc(auroc, prevalence) for auroc in (0.6, 0.75, 0.9, 0.99, 0.9999)]
    assert reached == sorted(reached)
    assert reached[0] > 0 and reached[-1] < most_cox_snell(prevalence)


def test_what_was_had_is_held_against_every_criterion() -> None:
    asked = sample_size(Had(points=30_000, events=12_000, patients=6_000), parameters=90, auroc=0.72)
    assert tuple(asked["criterion"]) == tuple(CRITERIA)
    enough = dict(zip(asked["criterion"], asked["enough"], strict=True))
    assert enough["overall"] == "yes"
    short = sample_size(Had(points=3_000, events=1_200, patients=700), parameters=90, auroc=0.72)
    assert set(short["enough"]) == {"yes", "no", "points only"}


def test_at_an_auroc_of_a_coin_nothing_is_said() -> None:
    asked = sample_size(Had(points=300, events=100, patients=90), parameters=5, auroc=0.5)
    assert asked["needed"].isna().all()
    assert set(asked["enough"]) == {"cannot be said"}


def test_an_outcome_and_its_opposite_need_as_many() -> None:
    often, seldom = (needed(parameters=20, prevalence=share, cox_snell=0.1) for share in (0.7, 0.3))
    assert often == seldom


def test_an_r2_beyond_what_is_possible_is_refused() -> None:
    with pytest.raises(ValueError, match=r"must lie above 0 and below 0\.328"):
        needed(parameters=10, prevalence=0.05, cox_snell=0.4)
