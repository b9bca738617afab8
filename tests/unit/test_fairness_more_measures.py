"""Calibration error, net benefit, the cut-off by capacity, a second outcome and the outcomes themselves."""

from __future__ import annotations

import fairlearn.metrics as fairlearn
import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm
from scipy.special import expit
from sklearn import metrics

from models import resampling
from models.audit_rows import Rows, flag_at_capacity
from models.audit_settings import AuditSettings
from models.calibration_error import calibration_error
from models.clustered import Grouping
from models.fairness import audit_column, audit_rows
from models.groups import EVERYONE, NOT_RECORDED
from models.labels import audit_labels, same_practitioner_gap
from models.withheld import COLUMNS, RESTS_ON
from tests.unit.test_fairness_measures import service

SETTINGS = AuditSettings(minimum_cases=2, minimum_clusters=2, capacity=0.3, threshold=0.4)


def with_second(seed: int = 1) -> pd.DataFrame:
    table = service(seed, rows=3000)
    rng = np.random.default_rng(seed)
    second = (rng.random(len(table)) < 0.5 - 0.2 * (table["outcome"] == 1)).astype(float)
    second[rng.random(len(table)) < 0.2] = np.nan
    return table.assign(second=second)


def figures(table: pd.DataFrame, settings: AuditSettings = SETTINGS) -> dict[str, pd.Series]:
    audit = audit_column(
        table["risk"],
        table["outcome"],
        table["group"],
        flag=table["flag"],
        cluster=table["patient"],
        second=table["second"],
        settings=settings,
    )
    return {name: one.figures["value"] for name, one in audit.measures.items()}


def test_every_group_has_the_figures_of_fairlearns_metric_frame() -> None:
    table = service(2, rows=3000)
    known = table[table["outcome"].notna()]
    own = figures(table.assign(second=np.nan))
    frame = fairlearn.MetricFrame(
        metrics={
            "sensitivity": fairlearn.true_positive_rate,
            "specificity": fairlearn.true_negative_rate,
            "false_positive_rate": fairlearn.false_positive_rate,
            "false_negative_rate": fairlearn.false_negative_rate,
            "ppv": metrics.precision_score,
        },
        y_true=known["outcome"].astype(int),
        y_pred=known["flag"].astype(int),
        sensitive_features=known["group"].fillna(NOT_RECORDED),
    )
    for name in frame.by_group.columns:
        assert len(frame.by_group) == 4
        for group, value in frame.by_group[name].items():
            assert own[name][group] == pytest.approx(value, abs=1e-12), (name, group)
        assert own[name][EVERYONE] == pytest.approx(frame.overall[name], abs=1e-12)


def test_what_one_cut_off_would_flag_is_the_highest_risks_that_there_is_room_for() -> None:
    risk = np.array([0.1, 0.9, 0.5, 0.5, 0.7])
    assert flag_at_capacity(risk, 0.4).tolist() == [False, True, False, False, True]
    assert flag_at_capacity(risk, 0.6).tolist() == [False, True, False, False, True]  # a tie stays together
    assert flag_at_capacity(risk, 0.8).tolist() == [False, True, True, True, True]


def test_measures_at_capacity_are_those_of_the_flags_that_the_cut_off_gives() -> None:
    table = with_second()
    at_capacity = figures(table)
    flagged = figures(table.assign(flag=flag_at_capacity(table["risk"].to_numpy(), 0.3)))
    assert "capacity_sensitivity" not in flagged  # the flags are that cut-off already
    for name in ("sensitivity", "specificity", "ppv", "npv", "flag_rate", "missed", "net_benefit"):
        assert at_capacity[f"capacity_{name}"].tolist() == pytest.approx(flagged[name].tolist(), abs=1e-12)


def test_net_benefit_is_found_less_false_at_the_odds_of_the_threshold() -> None:
    table = with_second()
    known = table[table["outcome"].notna()]
    found = (known["flag"] & (known["outcome"] == 1)).mean()
    false = (known["flag"] & (known["outcome"] == 0)).mean()
    assert figures(table)["net_benefit"][EVERYONE] == pytest.approx(found - false * 0.4 / 0.6, abs=1e-12)


def test_figures_of_the_second_outcome_are_shares_where_both_are_known() -> None:
    table = with_second()
    own, red = figures(table), table[table["group"] == "Red"].dropna(subset=["outcome", "second"])
    assert own["second_rate"]["Red"] == pytest.approx(red["second"].mean(), abs=1e-12)
    happened = red[red["outcome"] == 1]
    assert own["second_if_happened"]["Red"] == pytest.approx(happened["second"].mean(), abs=1e-12)
    auroc = metrics.roc_auc_score(red["second"], red["risk"])
    assert own["second_auroc"]["Red"] == pytest.approx(auroc, abs=1e-12)


def test_every_measure_names_columns_of_the_gate_that_exist() -> None:
    for name, columns in RESTS_ON.items():
        assert set(columns) <= {*COLUMNS, "ranked"}, name


def test_calibration_error_is_the_evaluations_and_its_interval_holds_it() -> None:
    table = service(3, rows=4000)
    own = figures(table.assign(second=np.nan))["ici"]
    red = table[(table["group"] == "Red") & table["outcome"].notna()]
    expected = resampling.integrated_calibration_index(
        red["outcome"].to_numpy(), red["risk"].to_numpy(), np.ones((1, len(red)))
    )
    assert own["Red"] == pytest.approx(float(expected[0]), abs=1e-10)


def test_calibration_error_is_that_of_a_logistic_regression_on_a_spline_even_with_a_sharp_bend() -> None:
    rng = np.random.default_rng(7)
    x = rng.normal(-0.5, 0.6, 700)
    outcome = (rng.random(700) < expit(x - 2.5 * np.maximum(x - 0.2, 0))).astype(float)
    design = resampling.spline(x, resampling.knots_of(x))
    fitted = sm.GLM(outcome, design, family=sm.families.Binomial()).fit()
    one = Grouping(np.zeros(700, dtype=np.int64), np.arange(700), 1)
    found = calibration_error(Rows(expit(x), outcome, None, one), 0.95)
    assert np.abs(fitted.params).max() > 5  # what Newton's steps in the spline's own columns did not reach
    assert found.value[0] == pytest.approx(np.abs(fitted.fittedvalues - expit(x)).mean(), abs=1e-9)


def miscalibrated(rng: np.random.Generator, off: float, rows: int = 900) -> Rows:
    """Risks that are `off` log-odds too low, patients with three predictions each."""
    patient = np.repeat(np.arange(rows // 3), 3)
    tendency = rng.normal(-0.3, 1, rows)
    outcome = (rng.random(rows) < expit(tendency + off)).astype(float)
    one = np.zeros(rows, dtype=np.int64)
    return Rows(expit(tendency), outcome, None, Grouping(one, patient, 1))


@pytest.mark.parametrize("off", [0.0, 0.5])
def test_the_interval_of_calibration_error_holds_the_truth_at_least_as_often_as_it_says(off: float) -> None:
    rng = np.random.default_rng(4)
    tendency = rng.normal(-0.3, 1, 200_000)
    true = float(np.abs(expit(tendency + off) - expit(tendency)).mean())
    held = 0
    for _ in range(150):
        found = calibration_error(miscalibrated(rng, off), 0.95)
        held += found.low[0] <= true <= found.high[0]
    assert held >= 0.95 * 150


def test_the_gap_within_practitioners_is_that_of_a_regression_with_an_effect_for_each() -> None:
    rng = np.random.default_rng(6)
    practitioner, member = rng.integers(0, 25, 1500), rng.random(1500) < 0.3
    outcome = (rng.random(1500) < 0.4 + 0.01 * practitioner - 0.1 * member).astype(float)
    gap, low, high, practitioners = same_practitioner_gap(outcome, member, practitioner, level=0.95)
    design = np.column_stack([member.astype(float), np.eye(25)[practitioner]])
    assert gap == pytest.approx(sm.OLS(outcome, design).fit().params[0], abs=1e-12)
    assert practitioners == 25
    assert low < gap < high


def test_a_gap_in_recording_that_goes_with_the_practitioner_is_gone_within_practitioners() -> None:
    rng = np.random.default_rng(8)
    practitioner = rng.integers(0, 40, 8000)
    member = rng.random(8000) < np.where(practitioner < 20, 0.6, 0.1)
    known = rng.random(8000) < np.where(practitioner < 20, 0.6, 0.9)  # the same for everyone they see
    rows, groups = audit_rows(
        np.full(8000, 0.4),
        np.where(known, (rng.random(8000) < 0.4).astype(float), np.nan),
        pd.Series(np.where(member, "one", "other"), name="group"),
        settings=AuditSettings(),
    )
    labels = audit_labels(
        "group", groups, rows, practitioner=pd.Series(practitioner), settings=AuditSettings()
    )
    assert labels.within is not None and labels.spread is not None
    within = labels.within[labels.within["measure"] == "known_share"].set_index("group").loc["one"]
    raw = known[member].mean() - known[~member].mean()
    assert raw < -0.1
    assert within["low"] < 0 < within["high"] and abs(within["gap"]) < 0.03
    assert labels.spread[0] < 0.65 and labels.spread[2] > 0.85


def test_bounds_are_what_the_gap_becomes_with_the_unknown_filled_in_by_hand() -> None:
    table = service(5, rows=2000)
    rows, groups = audit_rows(
        table["risk"], table["outcome"], table["group"], flag=table["flag"], settings=SETTINGS
    )
    bounds = audit_labels("group", groups, rows, settings=SETTINGS).bounds
    own = bounds[bounds["measure"] == "base_rate"].set_index("group").loc["Red"]
    red = (table["group"] == "Red").to_numpy()
    filled = table["outcome"].fillna(1.0).to_numpy()
    assert own["all"] == pytest.approx(filled[red].mean() - filled[~red].mean(), abs=1e-12)
    emptied = table["outcome"].fillna(0.0).to_numpy()
    assert own["none"] == pytest.approx(emptied[red].mean() - emptied[~red].mean(), abs=1e-12)
    assert own["least"] < min(own["all"], own["none"]) and own["most"] > max(own["all"], own["none"])
