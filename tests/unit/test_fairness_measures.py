"""Every figure of an audit is the one that other programs, and a hand with a pencil, find."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm
from scipy import stats
from scipy.special import expit, logit
from sklearn import metrics

from models.audit_settings import AuditSettings
from models.clustered import Grouping, auroc, ratio, recalibration
from models.fairness import GroupAudit, audit_column
from models.groups import EVERYONE, NOT_RECORDED
from models.intervals import critical, effective_size, wilson

SMALL = AuditSettings(minimum_cases=2, minimum_clusters=2)


def service(seed: int = 1, rows: int = 1500, patients: int = 400) -> pd.DataFrame:
    """Predictions with repeated patients, unknown outcomes and unknown groups."""
    rng = np.random.default_rng(seed)
    patient = rng.integers(0, patients, rows)
    group = rng.choice(["Red", "Green", "Blue", None], patients, p=[0.6, 0.2, 0.15, 0.05])[patient]
    risk = np.round(expit(rng.normal(-0.3, 1, rows)), 2)
    outcome = (rng.random(rows) < risk).astype(float)
    outcome[rng.random(rows) < 0.1] = np.nan
    return pd.DataFrame(
        {"patient": patient, "group": group, "risk": risk, "outcome": outcome, "flag": risk > 0.6}
    )


def audited(table: pd.DataFrame, settings: AuditSettings = SMALL) -> GroupAudit:
    return audit_column(
        table["risk"],
        table["outcome"],
        table["group"],
        flag=table["flag"],
        cluster=table["patient"],
        settings=settings,
    )


def figure(audit: GroupAudit, measure: str, group: str) -> float:
    return float(audit.measures[measure].figures["value"][group])


@pytest.mark.parametrize("group", ["Red", "Green", "Blue", NOT_RECORDED, EVERYONE])
def test_each_group_has_the_figures_that_scikit_learn_finds(group: str) -> None:
    table = service()
    audit = audited(table)
    labels = table["group"].fillna(NOT_RECORDED)
    own = table if group == EVERYONE else table[labels == group]
    known = own[own["outcome"].notna()]
    y, flag, risk = known["outcome"].astype(int), known["flag"], known["risk"]
    tn, fp, fn, tp = metrics.confusion_matrix(y, flag).ravel()
    expected = {
        "sensitivity": metrics.recall_score(y, flag),
        "specificity": metrics.recall_score(y, flag, pos_label=0),
        "false_positive_rate": fp / (fp + tn),
        "false_negative_rate": fn / (fn + tp),
        "ppv": metrics.precision_score(y, flag),
        "npv": tn / (tn + fn),
        "missed": fn / len(known),
        "auroc": metrics.roc_auc_score(y, risk),
        "brier": metrics.brier_score_loss(y, risk),
        "base_rate": y.mean(),
        "mean_risk": risk.mean(),
        "observed_to_expected": y.sum() / risk.sum(),
        "flag_rate": own["flag"].mean(),
        "known_share": len(known) / len(own),
    }
    for measure, value in expected.items():
        assert figure(audit, measure, group) == pytest.approx(value, abs=1e-12), measure


@pytest.mark.parametrize("group", ["Red", "Blue"])
def test_the_calibration_slope_and_its_error_are_those_of_a_cluster_robust_logistic_regression(
    group: str,
) -> None:
    table = service()
    known = table[(table["group"] == group) & table["outcome"].notna()]
    design = sm.add_constant(logit(known["risk"].clip(1e-6, 1 - 1e-6)))
    clusters = known["patient"].nunique()
    fitted = sm.GLM(known["outcome"], design, family=sm.families.Binomial()).fit(
        cov_type="cluster", cov_kwds={"groups": known["patient"], "use_correction": False}, tol=1e-12
    )
    own = recalibration(
        known["risk"].to_numpy(),
        known["outcome"].to_numpy(),
        np.ones(len(known), dtype=bool),
        Grouping(np.zeros(len(known), dtype=int), known["patient"].to_numpy(), 1),
    )
    assert own.coefficients[0] == pytest.approx(fitted.params.to_numpy(), abs=1e-8)
    theirs = np.asarray(fitted.cov_params()) * clusters / (clusters - 1)
    assert own.covariance[0] == pytest.approx(theirs, rel=1e-6)
    assert own.slope.variance[0] == pytest.approx(theirs[1, 1], rel=1e-6)


def test_the_covariance_of_shares_is_that_of_a_cluster_robust_regression_on_groups() -> None:
    rng = np.random.default_rng(5)
    cluster, group = rng.integers(0, 40, 600), rng.integers(0, 3, 600)  # clusters span groups
    value = (rng.random(600) < 0.3 + 0.2 * (cluster % 2)).astype(float)
    ours = ratio(value, np.ones(600), Grouping(group, cluster, 3))
    theirs = sm.OLS(value, np.eye(3)[group]).fit(
        cov_type="cluster", cov_kwds={"groups": cluster, "use_correction": False}
    )
    assert ours.value == pytest.approx(theirs.params, abs=1e-12)
    small = np.sqrt(ours.clusters / (ours.clusters - 1))
    assert ours.covariance == pytest.approx(
        np.asarray(theirs.cov_params()) * np.outer(small, small), rel=1e-9
    )


def test_without_repeats_the_variance_of_an_auroc_is_delongs_by_its_definition() -> None:
    rng = np.random.default_rng(2)
    risk, event = np.round(rng.random(60), 1), rng.random(60) < 0.4
    ours = auroc(risk, event, np.ones(60, dtype=bool), Grouping(np.zeros(60, dtype=int), np.arange(60), 1))
    wins = (risk[event][:, None] > risk[~event]) + 0.5 * (risk[event][:, None] == risk[~event])
    by_event, by_other = wins.mean(axis=1), wins.mean(axis=0)
    delong = by_event.var() / len(by_event) + by_other.var() / len(by_other)
    assert ours.value[0] == pytest.approx(wins.mean(), abs=1e-12)
    assert ours.variance[0] == pytest.approx(delong * 60 / 59, rel=1e-9)


def test_a_small_table_worked_by_hand_comes_out_the_same() -> None:
    """Eight known predictions: events .9 .8 .4 .3 (first two flagged), others .7 .2 .1 .1 (first flagged)."""
    table = pd.DataFrame(
        {
            "risk": [0.9, 0.8, 0.4, 0.3, 0.7, 0.2, 0.1, 0.1, 0.5, 0.5],
            "outcome": [1, 1, 1, 1, 0, 0, 0, 0, None, None],
            "flag": [True, True, False, False, True, False, False, False, False, True],
            "group": "one",
            "patient": range(10),
        }
    ).astype({"outcome": float})
    audit = audited(table)
    by_hand = {
        "sensitivity": 2 / 4,
        "false_positive_rate": 1 / 4,
        "ppv": 2 / 3,
        "npv": 3 / 5,
        "missed": 2 / 8,
        "auroc": 14 / 16,
        "observed_to_expected": 4 / 3.5,
        "flag_rate": 4 / 10,
        "known_share": 8 / 10,
    }
    settled = {name: figure(audit, name, EVERYONE) for name in by_hand if name not in ("ppv", "npv")}
    for name, value in settled.items():
        assert value == pytest.approx(by_hand[name], abs=1e-12), name
    assert audit.counts.loc["one", ["events", "others", "flagged_events", "passed_others"]].tolist() == [
        4,
        4,
        2,
        3,
    ]


def test_without_clusters_a_share_has_wilsons_interval_with_students_t() -> None:
    size = effective_size(np.array([0.3]), np.array([0.21 / 100]), np.array([100.0]), np.array([100.0]))
    reach = critical(0.95, np.array([100.0]))
    t = stats.t.ppf(0.975, 99)
    half = t * np.sqrt(0.3 * 0.7 / 100 + t**2 / 40000) / (1 + t**2 / 100)
    middle = (0.3 + t**2 / 200) / (1 + t**2 / 100)
    interval = wilson(np.array([0.3]), size, reach)
    assert size[0] == pytest.approx(100)
    assert (interval.low[0], interval.high[0]) == pytest.approx((middle - half, middle + half))


def test_a_share_of_none_still_has_an_upper_end() -> None:
    cases, clusters = np.array([60.0, 60.0]), np.array([30.0, 30.0])
    size = effective_size(np.array([0.0, 0.5]), np.array([0.0, 0.25 / 30]), cases, clusters)
    interval = wilson(np.array([0.0, 0.5]), size, critical(0.95, clusters))
    assert interval.low[0] == 0
    assert 0.08 < interval.high[0] < 0.2


def test_repeating_every_row_of_a_patient_does_not_make_an_audit_surer() -> None:
    table = service()
    twice = pd.concat([table, table], ignore_index=True)
    once, again = audited(table), audited(twice)
    for name in ("sensitivity", "auroc", "observed_to_expected", "slope", "brier"):
        first, second = once.measures[name].figures, again.measures[name].figures
        assert second["value"].to_numpy() == pytest.approx(first["value"].to_numpy(), abs=1e-9)
        width, width_again = (part["high"] - part["low"] for part in (first, second))
        assert (width_again > 0.93 * width).all(), name


def test_the_order_of_rows_changes_nothing() -> None:
    table = service()
    shuffled = table.sample(frac=1, random_state=3)
    for name, measured in audited(table).measures.items():
        pd.testing.assert_frame_equal(measured.figures, audited(shuffled).measures[name].figures, rtol=1e-9)


def test_a_missing_label_is_a_group_of_its_own_and_comes_last() -> None:
    assert audited(service()).groups == ("Blue", "Green", "Red", NOT_RECORDED)


def test_a_group_with_too_few_events_gets_no_figure_that_needs_them() -> None:
    table = service()
    table.loc[table["group"] == "Blue", "outcome"] = 0.0
    audit = audited(table, AuditSettings())
    blue = {name: one.figures.loc["Blue"] for name, one in audit.measures.items()}
    assert not blue["sensitivity"]["enough"]
    assert np.isnan(blue["sensitivity"]["value"]) and np.isnan(blue["auroc"]["value"])
    assert blue["false_positive_rate"]["enough"] and np.isfinite(blue["false_positive_rate"]["value"])


def test_without_flags_the_measures_that_need_them_are_left_out() -> None:
    table = service()
    audit = audit_column(table["risk"], table["outcome"], table["group"])
    assert "sensitivity" not in audit.measures
    assert "auroc" in audit.measures
    assert "flagged" not in audit.counts


def test_one_class_only_gives_marked_results_and_no_error() -> None:
    table = service()
    table["outcome"] = table["outcome"].where(table["outcome"].isna(), 0.0)
    audit = audited(table, AuditSettings())
    assert audit.measures["auroc"].verdict == audit.measures["sensitivity"].verdict == "not enough data"
    assert not audit.measures["auroc"].figures["enough"].any()


def test_a_risk_that_never_varies_has_no_slope_and_no_error() -> None:
    audit = audited(service().assign(risk=0.4), AuditSettings())
    assert audit.measures["slope"].figures["value"].isna().all()
    assert figure(audit, "auroc", "Red") == 0.5
