"""Comparisons: a test, joint intervals and one of three verdicts; a plain case of each."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from scipy import stats
from statsmodels.stats.multitest import multipletests
from statsmodels.stats.oneway import anova_oneway

from models.audit_settings import AuditSettings
from models.clustered import Estimates
from models.comparison import EXCLUDED, FOUND, NOT_ENOUGH, compare, heterogeneity, holm, p_shown, verdict
from models.fairness import GroupAudit, audit_column


def planted(rows: int, gap: float, seed: int = 4) -> GroupAudit:
    """Two equal groups with sensitivity 50% and 50% minus the gap."""
    rng = np.random.default_rng(seed)
    group = pd.Series(np.where(np.arange(rows) % 2 == 0, "one", "other"), name="group")
    outcome = (rng.random(rows) < 0.5).astype(float)
    sensitivity = np.where(group == "one", 0.5, 0.5 - gap)
    flag = np.where(outcome == 1, rng.random(rows) < sensitivity, rng.random(rows) < 0.2)
    risk = np.clip(0.3 + 0.4 * flag + rng.normal(0, 0.05, rows), 0.01, 0.99)
    return audit_column(risk, outcome, group, flag=flag)


def test_a_planted_gap_is_found_and_named_on_both_sides() -> None:
    sensitivity = planted(4000, 0.2).measures["sensitivity"]
    assert sensitivity.verdict == FOUND
    assert sensitivity.figures["verdict"].tolist()[:2] == [FOUND, FOUND]
    assert sensitivity.figures["gap"]["one"] == pytest.approx(0.2, abs=0.05)


def test_equal_groups_with_much_data_exclude_differences_beyond_the_margin() -> None:
    assert planted(20_000, 0.0).measures["sensitivity"].verdict == EXCLUDED.format("10 percentage points")


def test_little_data_is_never_read_as_equality() -> None:
    sensitivity = planted(200, 0.0).measures["sensitivity"]
    assert sensitivity.verdict == NOT_ENOUGH
    assert sensitivity.figures["needed"]["one"] > 60


def test_with_the_cases_said_to_be_needed_the_gap_reaches_the_margin() -> None:
    def gap_of_the_first(cases: float) -> tuple[float, float]:
        of_both = np.array([cases, 3000.0])
        estimates = Estimates(np.full(2, 0.5), np.diag(0.25 / of_both), of_both, of_both)
        compared = compare(estimates, "share", np.ones(2, dtype=bool), level=0.95, margin=0.1)
        return float(compared.needed[0]), float(compared.gap_joint.high[0])

    needed, _ = gap_of_the_first(200)
    assert gap_of_the_first(needed)[1] == pytest.approx(0.1, rel=0.02)


def test_a_rate_and_its_complement_share_test_and_verdict() -> None:
    measures = planted(3000, 0.1).measures
    assert measures["sensitivity"].verdict == measures["false_negative_rate"].verdict
    assert measures["sensitivity"].p_adjusted == measures["false_negative_rate"].p_adjusted
    assert measures["sensitivity"].p == pytest.approx(measures["false_negative_rate"].p)


def test_the_test_is_welchs_where_rows_are_independent() -> None:
    rng = np.random.default_rng(1)
    samples = [rng.normal(0.1 * k, 1 + k, size) for k, size in enumerate((12, 30, 200))]
    means, sizes = np.array([s.mean() for s in samples]), np.array([float(len(s)) for s in samples])
    variance = np.diag([s.var(ddof=1) / len(s) for s in samples])
    ours = heterogeneity(Estimates(means, variance, sizes, sizes), variance)
    theirs = anova_oneway(samples, use_var="unequal", welch_correction=True)
    assert ours.p == pytest.approx(theirs.pvalue, abs=1e-10)


def test_the_wald_statistic_takes_the_covariance_of_groups_into_account() -> None:
    value, covariance = np.array([0.3, 0.5]), np.array([[0.01, 0.006], [0.006, 0.01]])
    ours = heterogeneity(Estimates(value, covariance, np.full(2, 100.0), np.full(2, 1e9)), covariance)
    assert ours.statistic == pytest.approx(0.2**2 / 0.008)
    assert ours.p == pytest.approx(stats.chi2.sf(5, 1), abs=1e-4)


def test_adjusted_p_values_are_holms() -> None:
    p = np.array([0.01, np.nan, 0.04, 0.03, 0.2])
    theirs = multipletests(p[~np.isnan(p)], method="holm")[1]
    assert holm(p)[~np.isnan(p)] == pytest.approx(theirs)
    assert np.isnan(holm(p)[1])


def test_figures_drawn_to_the_mean_lie_between_their_own_and_the_mean() -> None:
    value = np.array([0.2, 0.4, 0.42, 0.45])
    cases = np.array([30.0, 400.0, 400.0, 400.0])
    estimates = Estimates(value, np.diag(value * (1 - value) / cases), cases, cases)
    compared = compare(estimates, "share", np.ones(4, dtype=bool), level=0.95, margin=0.1)
    assert value[0] < compared.pooled[0] < 0.42
    assert abs(compared.pooled[3] - value[3]) < abs(compared.pooled[0] - value[0])


def test_one_group_alone_is_compared_with_nothing() -> None:
    audit = audit_column(np.full(50, 0.5), np.arange(50) % 2, pd.Series(["only"] * 50, name="group"))
    assert audit.measures["base_rate"].verdict == NOT_ENOUGH
    assert np.isnan(audit.measures["base_rate"].p)


@pytest.mark.parametrize(
    "wrong", [{"level": 1.0}, {"margin": 0.0}, {"margin_ratio": 1.0}, {"minimum_cases": 1}]
)
def test_settings_that_decide_nothing_are_refused(wrong: dict[str, float]) -> None:
    with pytest.raises(ValueError, match=r"must be"):
        AuditSettings(**wrong)  # type: ignore[arg-type]


def test_a_p_value_that_is_shown_agrees_with_its_verdict() -> None:
    for level in (0.9, 0.95, 0.9875, 0.995):
        for p in ((1 - level) * np.array([0.01, 0.5, 0.99, 0.9999, 1.0001, 1.01, 5])).clip(0.0011, 1):
            said = verdict(p, np.array([-1.0]), np.array([1.0]), level=level, margin=0.1, words="10")
            shown = p_shown(p, said)
            assert shown is not None and abs(shown - p) <= 0.001
            assert (shown < 1 - level) == (said == FOUND)
    assert (p_shown(0.0499996, FOUND), p_shown(0.05, NOT_ENOUGH), p_shown(1e-9, FOUND)) == (
        0.049,
        0.05,
        0.001,
    )
    assert p_shown(float("nan"), NOT_ENOUGH) is None
