"""Remedies: the weights, the constraint, the cut-offs and the paired comparison, each against a reference."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm
from fairlearn.metrics import MetricFrame, false_positive_rate, true_positive_rate
from scipy.special import expit
from scipy.stats import t
from sklearn.metrics import roc_auc_score

from models.audit_rows import Rows
from models.boosting import BoostingSettings
from models.clustered import Grouping
from models.measures import MEASURES
from models.mitigation import equal_sensitivity, own_cut_offs, recalibrated, remedies, reweighing
from models.risk_model import RiskModel
from models.splits import Split
from models.variants import Learning, changed

# Calibration as it comes, so that all ways are compared at a cut-off at which each flags about a fifth.
SETTINGS = BoostingSettings(max_rounds=60, min_data_in_leaf=20, refits=0, calibration="none")
DIRECTIONS: dict[str, int] = {}


def made(seed: int, rows: int = 6000) -> Learning:
    """Two groups; a predictor stands for the group and training outcomes of the second were put too high."""
    rng = np.random.default_rng(seed)
    patient = np.sort(rng.integers(0, rows // 3, rows))
    group = (rng.random(rows // 3) < 0.3).astype(np.int64)[patient]
    features = pd.DataFrame(rng.normal(size=(rows, 4)), columns=list("abcd"))
    features["d"] += 4 * group
    event = rng.random(rows) < expit(1.2 * features["a"] + 0.6 * features["b"] + 2.0 * group - 1.0)
    slices = rng.choice(4, rows // 3, p=[0.4, 0.1, 0.15, 0.35])[patient]
    split = Split(
        pd.Timestamp("2025-01-01"), 42, pd.Timestamp("2025-06-01"), *(np.flatnonzero(slices == k) for k in range(4)), 0
    )  # fmt: skip
    patients = np.array([f"P{k}" for k in patient], dtype=object)
    return Learning(features, event.to_numpy(dtype=float), patients, group, split, DIRECTIONS, SETTINGS)


@pytest.fixture(scope="module")
def learning() -> Learning:
    return made(1)


@pytest.fixture(scope="module")
def model(learning: Learning) -> RiskModel:
    return learning.refitted()


def rates(learning: Learning, flag: np.ndarray) -> pd.DataFrame:
    """Sensitivity and false-positive rate per group of the held-out rows, by fairlearn."""
    test = learning.split.test
    metrics = {"sensitivity": true_positive_rate, "false positives": false_positive_rate}
    frame = MetricFrame(
        metrics=metrics,
        y_true=learning.outcome[test],
        y_pred=flag.astype(int),
        sensitive_features=learning.group[test],
    )
    return frame.by_group


def test_reweighing_makes_group_and_outcome_independent_and_keeps_their_shares() -> None:
    group = np.array([0, 0, 0, 0, 1, 1, 1, 1, 1, 1])
    outcome = np.array([1, 1, 1, 0, 1, 0, 0, 0, 0, 0], dtype=float)
    weights = reweighing(group, outcome)
    by_hand = {
        (0, 1): 0.4 * 0.4 / 0.3,
        (0, 0): 0.4 * 0.6 / 0.1,
        (1, 1): 0.6 * 0.4 / 0.1,
        (1, 0): 0.6 * 0.6 / 0.5,
    }
    assert weights == pytest.approx([by_hand[g, int(y)] for g, y in zip(group, outcome, strict=True)])
    for code in (0, 1):
        assert np.average(outcome[group == code], weights=weights[group == code]) == pytest.approx(0.4)
    assert weights.sum() == pytest.approx(10)


def test_the_same_weights_for_all_give_the_same_model(learning: Learning, model: RiskModel) -> None:
    again = learning.refitted(weights=np.ones(len(learning.outcome)))
    assert again.texts == model.texts


def test_weights_of_two_are_rows_twice(learning: Learning) -> None:
    plain = replace(
        learning, settings=replace(SETTINGS, bagging_fraction=1.0, feature_fraction=1.0, lambda_l2=0)
    )
    weighted = plain.refitted(weights=np.full(len(learning.outcome), 2.0))
    once = plain.refitted()
    assert weighted.main.risk(learning.features.to_numpy()) == pytest.approx(
        once.main.risk(learning.features.to_numpy()), abs=0.02
    )


def test_each_remedy_is_shown_and_only_asked_for_cut_offs_differ_by_group(
    learning: Learning, model: RiskModel
) -> None:
    group = learning.group[learning.split.test]
    found = {one.name: one for one in remedies(learning, model, group)}
    assert [name for name, one in found.items() if one.uses_group] == ["recalibration within group"]
    more = {one.name: one for one in remedies(learning, model, group, group_cut_offs=True)}
    assert set(more) - set(found) == {"same share flagged in each group", "same sensitivity in each group"}
    for name in set(more) - set(found):
        assert more[name].uses_group
        assert "point of decision" in more[name].says
        assert more[name].flag.mean() == pytest.approx(0.2, abs=0.04)
    shares = pd.Series(more["same share flagged in each group"].flag).groupby(group).mean()
    assert shares.max() - shares.min() < 0.06
    alike = rates(learning, more["same sensitivity in each group"].flag)["sensitivity"]
    now = rates(learning, learning.held_out(model) >= model.threshold)["sensitivity"]
    assert np.ptp(now) > 0.2 > 0.08 > np.ptp(alike)


def test_reweighing_and_the_constraint_narrow_the_gaps_they_are_made_for(
    learning: Learning, model: RiskModel
) -> None:
    found = {one.name: one for one in remedies(learning, model, learning.group[learning.split.test])}
    now = rates(learning, learning.held_out(model) >= model.threshold)
    for name in ("reweighing", "fairness constraint"):
        after = rates(learning, found[name].flag)
        assert (np.ptp(after, axis=0) < np.ptp(now, axis=0)).all(), name
    constrained = rates(learning, found["fairness constraint"].flag)
    assert np.ptp(constrained, axis=0).max() < 0.1


def test_recalibration_within_group_mends_a_group_whose_risks_are_too_low(learning: Learning) -> None:
    blind = replace(learning, features=learning.features[["a", "b", "c"]])
    model, test = blind.refitted(), blind.split.test
    found = {one.name: one for one in remedies(blind, model, blind.group[test])}
    second, outcome = blind.group[test] == 1, blind.outcome[test]
    before = outcome[second].mean() - blind.held_out(model)[second].mean()
    after = outcome[second].mean() - found["recalibration within group"].risk[second].mean()
    assert before > 0.1 > 0.05 > abs(after)


def test_few_cases_are_recalibrated_in_level_alone_as_by_a_logistic_regression_with_an_offset() -> None:
    rng = np.random.default_rng(4)
    risk = rng.beta(2, 3, 2000)
    outcome = (rng.random(2000) < expit(0.5 + 1.5 * np.log(risk / (1 - risk)))).astype(float)
    few, many = recalibrated(risk[:100], outcome[:100]), recalibrated(risk, outcome)
    log_odds = np.log(risk / (1 - risk))
    level = sm.GLM(outcome[:100], np.ones(100), family=sm.families.Binomial(), offset=log_odds[:100]).fit()
    assert (few.slope, few.intercept) == (1.0, pytest.approx(level.params[0], abs=1e-6))
    events, others = outcome.sum(), (1 - outcome).sum()
    targets = np.where(outcome == 1, (events + 1) / (events + 2), 1 / (others + 2))
    both = sm.GLM(targets, sm.add_constant(log_odds), family=sm.families.Binomial()).fit(tol=1e-12)
    assert [many.intercept, many.slope] == pytest.approx(list(both.params), abs=1e-6)


def test_cut_offs_of_small_groups_are_the_common_one() -> None:
    risk, group = np.linspace(0, 1, 110), np.repeat([0, 1], [100, 10])
    assert own_cut_offs(risk, group, 0.2, 3, 0.5)[1:].tolist() == [0.5, 0.5]
    assert equal_sensitivity(risk, np.ones(110), group, 0.2, 3, 0.5)[1:].tolist() == [0.5, 0.5]


def _rows(learning: Learning, risk: np.ndarray, flag: np.ndarray) -> Rows:
    test = learning.split.test
    cluster = np.unique(learning.patients[test].astype(str), return_inverse=True)[1]
    return Rows(risk, learning.outcome[test], flag, Grouping(learning.group[test], cluster, 2))


def test_a_paired_change_is_the_cluster_robust_difference_of_statsmodels(
    learning: Learning, model: RiskModel
) -> None:
    risk = learning.held_out(model)
    before, after = (_rows(learning, risk, risk >= cut) for cut in (0.6, 0.5))
    found = changed(MEASURES["sensitivity"], before, after, np.ones(2, dtype=bool), level=0.95)
    for code in (0, 1):
        own = (before.grouping.group == code) & before.event
        assert before.flag is not None and after.flag is not None
        moved = after.flag[own].astype(float) - before.flag[own]
        clusters = before.grouping.cluster[own]
        fitted = sm.OLS(moved, np.ones(own.sum())).fit(
            cov_type="cluster", cov_kwds={"groups": clusters, "use_correction": False}
        )
        assert found.change[code] == pytest.approx(moved.mean(), abs=1e-12)
        count = len(np.unique(clusters))
        variance = fitted.bse[0] ** 2 * count / (count - 1) + 2 / (own.sum() + 2) ** 2
        half = t.ppf(0.975, count - 1) * np.sqrt(variance)
        assert found.own.high[code] - found.change[code] == pytest.approx(half, rel=1e-9)


def test_a_paired_change_of_ranking_is_that_of_scikit_learn_and_zero_against_itself(
    learning: Learning, model: RiskModel
) -> None:
    risk, noise = learning.held_out(model), np.random.default_rng(3).normal(size=len(learning.split.test))
    before, after = (_rows(learning, each, risk > 0.5) for each in (risk, expit(noise + risk)))
    found = changed(MEASURES["auroc"], before, after, np.ones(2, dtype=bool), level=0.95)
    own = before.grouping.group == 1
    by_others = [roc_auc_score(before.outcome[own], each.risk[own]) for each in (before, after)]
    assert [found.before[1], found.after[1]] == pytest.approx(by_others, abs=1e-12)
    same = changed(MEASURES["auroc"], before, before, np.ones(2, dtype=bool), level=0.95)
    assert same.change == pytest.approx([0, 0], abs=1e-12)
    assert same.own.high == pytest.approx([0, 0], abs=1e-6)


def test_a_change_that_nobody_had_keeps_an_interval(learning: Learning, model: RiskModel) -> None:
    risk = learning.held_out(model)
    rows = _rows(learning, risk, risk > 0.5)
    found = changed(MEASURES["sensitivity"], rows, rows, np.ones(2, dtype=bool), level=0.95)
    assert found.change.tolist() == [0, 0]
    assert (found.own.high > 0).all()


def two_scores(seed: int, groups: int = 4) -> tuple[Rows, Rows]:
    """Two scores that are equally good in every group, of patients who come again."""
    rng = np.random.default_rng(seed)
    patients = 600
    patient = np.repeat(np.arange(patients), rng.integers(1, 5, patients))
    group = rng.choice(groups, patients, p=[0.5, 0.25, 0.15, 0.1])[patient]
    habit = rng.normal(0, 1, patients)[patient]
    outcome = (rng.random(len(patient)) < expit(habit - 0.4)).astype(float)
    seen = [habit + rng.normal(0, 0.7, len(patient)) for _ in range(2)]
    cut = 0.6  # the same for both, set beforehand
    grouping = Grouping(group, patient, groups)
    before, after = (Rows(expit(0.7 * each - 0.4), outcome, each > cut, grouping) for each in seen)
    return before, after


@pytest.mark.parametrize(
    "name", ["sensitivity", "false_positive_rate", "ppv", "auroc", "observed_to_expected", "brier"]
)
def test_changes_between_equally_good_scores_are_held_by_their_joint_intervals(name: str) -> None:
    measure, held, audits = MEASURES[name], 0, 300
    same = 1.0 if measure.kind == "ratio" else 0.0
    for seed in range(audits):
        joint = changed(measure, *two_scores(seed), np.ones(4, dtype=bool), level=0.95).joint
        held += bool(((joint.low <= same) & (joint.high >= same)).all())
    assert held / audits >= 0.93 - 2.33 * np.sqrt(0.07 * 0.93 / audits)
