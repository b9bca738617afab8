"""Standardisation: against statsmodels, against itself in other forms, and in services made for it."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm
from scipy.special import expit

from models.audit_rows import Rows
from models.clustered import Grouping
from models.covariates import covariate_columns, level_codes
from models.measures import MEASURES
from models.standardisation import adjust
from models.standardised_means import covariance_of, standardised

EVERY = np.ones(3, dtype=bool)


def service(seed: int, *, own_effect: float = 0.0, patients: int = 1500) -> tuple[Rows, pd.DataFrame]:
    """Three groups with unlike deprivation, which alone (but for `own_effect` in the last) moves outcomes."""
    rng = np.random.default_rng(seed)
    group = rng.choice(3, patients, p=[0.6, 0.25, 0.15])
    deprivation = np.clip(rng.normal(3 - 0.9 * group, 1.2, patients).round(), 1, 5)
    tendency = rng.normal(0, 0.6, patients)
    patient = np.repeat(np.arange(patients), rng.integers(1, 5, patients))
    log_odds = 0.9 - 0.5 * deprivation + own_effect * (group == 2) + tendency
    event = (rng.random(len(patient)) < expit(log_odds[patient])).astype(float)
    risk = expit(0.9 - 0.5 * deprivation[patient] + rng.normal(0, 0.4, len(patient)))
    rows = Rows(risk, event, risk > 0.4, Grouping(group[patient], patient, 3))
    return rows, pd.DataFrame({"deprivation": deprivation[patient]})


def test_standardised_means_and_errors_are_those_of_statsmodels() -> None:
    rows, covariates = service(1)
    design = covariate_columns(covariates)
    ours = standardised(rows.outcome, rows.grouping, design)
    member = np.eye(3)[rows.grouping.group]
    full = np.column_stack([member, design])
    fitted = sm.Logit(rows.outcome, full).fit(
        disp=0, cov_type="cluster", cov_kwds={"groups": rows.grouping.cluster, "use_correction": False}
    )
    for group in range(3):
        at = np.column_stack([np.tile(np.eye(3)[group], (len(full), 1)), design])
        chance = fitted.predict(at)
        assert ours.value[group] == pytest.approx(chance.mean(), abs=1e-8)
        towards = ((chance * (1 - chance))[:, None] * at).mean(axis=0)
        conditional = towards @ fitted.cov_params() @ towards
        own = ours.influence[:, group] - (chance - chance.mean()) / len(chance)
        sums = np.bincount(rows.grouping.cluster, weights=own)
        assert (sums**2).sum() == pytest.approx(conditional, rel=1e-6)


def test_the_variance_is_that_of_a_bootstrap_of_patients() -> None:
    rows, covariates = service(3, patients=500)
    codes = level_codes(covariates)[0]

    def means(at: np.ndarray, cluster: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        grouping = Grouping(rows.grouping.group[at], cluster, 3)
        found = standardised(rows.outcome[at], grouping, np.eye(codes.max() + 1)[codes[at]][:, 1:])
        return found.value, covariance_of(found.influence, grouping)

    everyone = np.arange(len(rows.risk))
    _, ours = means(everyone, rows.grouping.cluster)
    rng, of_patient = (
        np.random.default_rng(5),
        [np.flatnonzero(rows.grouping.cluster == k) for k in range(500)],
    )
    draws = []
    for _ in range(400):
        drawn = rng.integers(0, 500, 500)
        at = np.concatenate([of_patient[k] for k in drawn])
        cluster = np.repeat(np.arange(500), [len(of_patient[k]) for k in drawn])
        draws.append(means(at, cluster)[0])
    assert np.sqrt(np.diag(ours)) == pytest.approx(np.std(draws, axis=0), rel=0.15)


def test_without_covariates_nothing_changes() -> None:
    rows, covariates = service(4)
    for name in ("base_rate", "sensitivity", "observed_to_expected"):
        found = adjust(MEASURES[name], rows, covariates[[]], EVERY, level=0.95)
        assert found.after.value == pytest.approx(found.before.value, abs=1e-12)
        assert found.after.gap_joint.low == pytest.approx(found.before.gap_joint.low, abs=1e-12)


def test_a_regression_with_two_levels_and_no_interaction_is_direct_standardisation() -> None:
    value = np.array([0.0, 1, 1, 1, 0, 0, 0, 1] * 30)  # the same odds ratio of 9 in both levels
    group, level = np.tile([0, 0, 0, 0, 1, 1, 1, 1], 30), np.repeat([0, 1], 120)
    value[120:] = np.tile([1.0, 1, 1, 0, 0, 0, 1, 0], 15)
    ours = standardised(value, Grouping(group, np.arange(240), 2), level[:, None].astype(float))
    by_level = pd.DataFrame({"y": value, "g": group, "s": level}).groupby(["g", "s"])["y"].mean().unstack()
    assert ours.value == pytest.approx(by_level.mean(axis=1).to_numpy(), abs=1e-9)


def test_a_gap_that_deprivation_makes_goes_and_one_that_it_does_not_stays() -> None:
    gone = adjust(MEASURES["base_rate"], *service(5, patients=4000), EVERY, level=0.95)
    assert (gone.before.gap_joint.low[2] > 0) and gone.before.gap[2] > 0.1
    assert gone.after.gap_joint.low[2] < 0 < gone.after.gap_joint.high[2]
    assert gone.change_joint.low[2] > 0
    stays = adjust(MEASURES["base_rate"], *service(5, patients=4000, own_effect=1.0), EVERY, level=0.95)
    assert stays.after.gap_joint.low[2] > 0.1


def test_a_level_in_which_a_group_has_nobody_is_told() -> None:
    rows, covariates = service(6)
    covariates["service"] = np.where(rows.grouping.group == 0, "A", "B")
    found = adjust(MEASURES["base_rate"], rows, covariates, EVERY, level=0.95)
    assert found.unlike > 0.9


def test_a_group_without_any_event_is_left_out_and_the_others_stand() -> None:
    rows, covariates = service(7)
    outcome = np.where(rows.grouping.group == 1, 0.0, rows.outcome)
    none = Rows(rows.risk, outcome, rows.flag, rows.grouping)
    found = adjust(MEASURES["base_rate"], none, covariates, EVERY, level=0.95)
    assert np.isnan(found.after.value[1])
    assert np.isfinite(found.after.gap[[0, 2]]).all()


def test_levels_that_always_go_together_or_tell_the_outcome_do_not_stop_it() -> None:
    rows, covariates = service(9)
    alone = adjust(MEASURES["sensitivity"], rows, covariates, EVERY, level=0.95)
    twice = covariates.assign(again=covariates["deprivation"].astype(str))
    both = adjust(MEASURES["sensitivity"], rows, twice, EVERY, level=0.95)
    assert both.after.gap == pytest.approx(alone.after.gap, abs=1e-8)
    flag = np.where(covariates["deprivation"] == 5, False, rows.flag)
    never = Rows(rows.risk, rows.outcome, flag, rows.grouping)
    assert np.isfinite(adjust(MEASURES["sensitivity"], never, covariates, EVERY, level=0.95).after.gap).all()


def test_ranking_cannot_be_standardised() -> None:
    rows, covariates = service(8)
    with pytest.raises(ValueError, match="auroc"):
        adjust(MEASURES["auroc"], rows, covariates, EVERY, level=0.95)


def test_adjusted_gaps_of_equal_groups_are_held_by_their_intervals() -> None:
    held = 0
    for seed in range(300):
        found = adjust(MEASURES["base_rate"], *service(1000 + seed, patients=600), EVERY, level=0.95)
        held += bool(((found.after.gap_joint.low <= 0) & (found.after.gap_joint.high >= 0)).all())
    assert held / 300 >= 0.93 - 2.33 * np.sqrt(0.07 * 0.93 / 300)
