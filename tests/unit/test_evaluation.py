"""Every metric against an outside reference, and what the report concludes from them."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm
from scipy.special import expit, logit
from sklearn.metrics import average_precision_score, brier_score_loss, log_loss, roc_auc_score
from statsmodels.stats.proportion import proportion_confint

from models import resampling
from models.ascertainment import ascertainment
from models.at_the_flag import At, at_the_flag, flags_a_week, flags_per_practitioner_week
from models.comparison import NOT_ENOUGH
from models.evaluation import (
    EvaluationSettings,
    HeldOut,
    gains,
    performance,
    verdict,
    with_interval_of_distance,
)
from models.net_benefit import net_benefit
from models.withheld import RULES, WITHHELD

SETTINGS = EvaluationSettings(draws=100)


def _held_out(seed: int = 1, rows: int = 900, ties: bool = True) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    draw = np.random.default_rng(seed)
    risk = np.clip(draw.beta(2, 3, rows), 0.01, 0.99)
    if ties:
        risk = np.round(risk, 2)
    outcome = (draw.random(rows) < risk**1.3).astype(float)
    return outcome, risk, draw.integers(0, 300, rows).astype(str).astype(object)


ONE = np.ones((1, 900))


@pytest.mark.parametrize("ties", [True, False])
def test_discrimination_and_scores_agree_with_scikit_learn(ties: bool) -> None:
    outcome, risk, _ = _held_out(ties=ties)
    for ours, theirs in (
        (resampling.auroc, roc_auc_score),
        (resampling.average_precision, average_precision_score),
        (resampling.log_loss, log_loss),
    ):
        assert ours(outcome, risk, ONE)[0] == pytest.approx(theirs(outcome, risk), abs=1e-12)
    brier = resampling.mean((risk - outcome) ** 2, ONE)[0]
    assert brier == pytest.approx(brier_score_loss(outcome, risk), abs=1e-12)


def test_weights_are_the_same_as_rows_drawn_that_often() -> None:
    outcome, risk, patients = _held_out()
    weights = resampling.patient_weights(patients, draws=1, seed=3)[1:]
    rows = np.repeat(np.arange(len(risk)), weights[0].astype(int))
    for metric in (resampling.auroc, resampling.average_precision, resampling.calibration_slope):
        drawn = metric(outcome[rows], risk[rows], np.ones((1, len(rows))))[0]
        assert metric(outcome, risk, weights)[0] == pytest.approx(drawn, abs=1e-9)


def test_a_draw_takes_whole_patients() -> None:
    _, _, patients = _held_out()
    weights = resampling.patient_weights(patients, draws=5, seed=1)
    assert (weights[0] == 1).all()
    for patient in np.unique(patients):
        assert (np.ptp(weights[:, patients == patient], axis=1) == 0).all()


def test_calibration_slope_and_intercept_agree_with_statsmodels() -> None:
    outcome, risk, _ = _held_out()
    x = logit(risk)
    slope = sm.Logit(outcome, sm.add_constant(x)).fit(disp=0).params[1]
    intercept = sm.GLM(outcome, np.ones(len(x)), family=sm.families.Binomial(), offset=x).fit().params[0]
    assert resampling.calibration_slope(outcome, risk, ONE)[0] == pytest.approx(slope, abs=1e-6)
    assert resampling.calibration_intercept(outcome, risk, ONE)[0] == pytest.approx(intercept, abs=1e-6)


@pytest.mark.parametrize("bend", [0.6, 1.0, 1.6])
def test_distances_from_perfect_calibration_are_near_those_by_statsmodels_lowess(bend: float) -> None:
    """The published definition (Austin & Steyerberg 2019) smooths by loess, ours by a spline: near, not alike."""
    draw = np.random.default_rng(5)
    log_odds = draw.normal(-0.5, 1.0, 8_000)
    outcome = (draw.random(8_000) < expit(log_odds)).astype(float)
    risk = expit(bend * log_odds)
    smooth = sm.nonparametric.lowess(outcome, risk, frac=0.5, it=0, xvals=risk)
    apart = np.abs(smooth - risk)
    expected = (apart.mean(), *np.quantile(apart, [0.5, 0.9]))
    one = np.ones((1, len(risk)))
    own = resampling.distance_from_the_curve(outcome, risk, one)
    found = [
        resampling.integrated_calibration_index(outcome, risk, one)[0],
        *(resampling.quantile(own, one, share)[0] for share in (0.5, 0.9)),
    ]
    assert found == pytest.approx(expected, abs=0.008)


def test_ici_is_near_nothing_for_true_risks_and_finds_a_bend() -> None:
    draw = np.random.default_rng(5)
    risk = draw.uniform(0.05, 0.95, 20_000)
    true = (draw.random(len(risk)) < risk).astype(float)
    bent = (draw.random(len(risk)) < risk**2).astype(float)
    one = np.ones((1, len(risk)))
    assert resampling.integrated_calibration_index(true, risk, one)[0] < 0.015
    expected = float(np.abs(risk**2 - risk).mean())
    assert resampling.integrated_calibration_index(bent, risk, one)[0] == pytest.approx(expected, abs=0.02)


def test_net_benefit_is_what_the_formula_says() -> None:
    outcome = np.array([1.0, 1, 0, 0, 0])
    risk = np.array([0.9, 0.4, 0.6, 0.2, 0.1])
    held_out = HeldOut(
        outcome, {"boosted model": risk}, np.arange(5).astype(object), "boosted model", SETTINGS
    )
    found = net_benefit(held_out, np.array([0.25, 0.5])).set_index(["threshold", "policy"])["value"]
    assert found[0.5, "boosted model"] == pytest.approx(1 / 5 - 1 / 5 * 1.0)
    assert found[0.25, "boosted model"] == pytest.approx(2 / 5 - 1 / 5 * (0.25 / 0.75))
    assert found[0.5, "flag everybody"] == pytest.approx(2 / 5 - 3 / 5)


def test_flags_are_counted_as_they_should_be() -> None:
    outcome, flag = np.array([1.0, 1, 1, 0, 0]), np.array([True, True, False, True, False])
    found = at_the_flag(outcome, flag, At(0.25, np.arange(5).astype(object), SETTINGS), RULES["none"])
    worth = 2 / 5 - 1 / 5 / 3
    assert found.set_index("measure")["value"].to_dict() == pytest.approx(
        {
            "sensitivity": 2 / 3,
            "specificity": 1 / 2,
            "ppv": 2 / 3,
            "npv": 1 / 2,
            "flag_rate": 3 / 5,
            "net_benefit": worth,
            "net_benefit_gain": worth - (3 / 5 - 2 / 5 / 3),
        },
        abs=1e-6,
    )


def _flagged(right: int, wrong: int, missed: int, passed: int, *, each: int = 1) -> pd.DataFrame:
    """What is told of a table with so many points in each cell, `each` of them of one patient."""
    counts = (right, wrong, missed, passed)
    outcome, flag = np.repeat([1.0, 0, 1, 0], counts), np.repeat([True, True, False, False], counts)
    patients = np.concatenate(
        [[f"{cell} {n // each}" for n in range(many)] for cell, many in enumerate(counts)]
    )
    at = At(0.1, patients.astype(object), SETTINGS)
    return at_the_flag(outcome, flag, at, RULES["nhs"]).set_index("measure")


def test_a_share_at_the_flag_has_wilsons_interval_on_patients() -> None:
    apart, clustered = _flagged(20, 40, 60, 300), _flagged(20, 40, 60, 300, each=4)
    low, high = proportion_confint(20, 80, method="wilson")
    assert apart.loc["sensitivity", ["low", "high"]].tolist() == pytest.approx([low, high], abs=0.01)
    width = [
        float(one.loc["sensitivity", "high"] - one.loc["sensitivity", "low"]) for one in (apart, clustered)
    ]
    assert width[1] > 1.5 * width[0]


def test_a_share_of_all_or_none_has_an_interval_all_the_same() -> None:
    outcome, flag = np.repeat([1.0, 0, 0], [270, 440, 10]), np.repeat([True, True, False], [270, 440, 10])
    patients = np.concatenate([np.arange(710), 710 + np.arange(10) // 2]).astype(str).astype(object)
    found = at_the_flag(outcome, flag, At(0.1, patients, SETTINGS), RULES["none"]).set_index("measure")
    assert found.loc["npv", ["value", "high"]].tolist() == [1.0, 1.0]
    assert found.loc["npv", "low"] < 0.6  # 10 points of 5 patients
    assert found.loc["sensitivity", "low"] < 1


@pytest.mark.parametrize("cell", range(4))
def test_of_few_patients_in_a_cell_nothing_is_told_that_gives_their_number_back(cell: int) -> None:
    """As in an audit of the same table: with the shares of the other outcome these would give the cell back."""
    counts = [200, 200, 200, 200]
    for few, each, withheld in ((4, 1, True), (12, 3, True), (0, 1, True), (5, 1, False)):
        counts[cell] = few
        found = _flagged(*counts, each=each)  # type: ignore[misc]
        own, other = ("sensitivity", "specificity") if cell in (0, 2) else ("specificity", "sensitivity")
        gone = found.loc[[own, "ppv", "npv", "flag_rate", "net_benefit", "net_benefit_gain"]]
        assert (gone["note"] == WITHHELD).all() == withheld
        assert gone[["value", "low", "high"]].isna().all(axis=None) == withheld
        assert found.loc[other, "value"] == 0.5


def test_net_benefit_is_told_only_where_each_cell_of_flag_and_outcome_has_enough_patients() -> None:
    enough, few = _flagged(60, 60, 10, 60), _flagged(60, 60, 9, 60)
    assert (enough["note"] == "").all() and enough.loc["net_benefit_gain", "low"] < 1
    benefits = ["net_benefit", "net_benefit_gain"]
    assert (few.loc[benefits, "note"] == NOT_ENOUGH).all() and few.loc[benefits, "value"].isna().all()
    assert few.loc["npv", "low"] < few.loc["npv", "value"] < 1


def test_the_curve_is_told_only_where_each_cell_has_enough_patients() -> None:
    outcome, risk, patients = _held_out()
    held_out = HeldOut(outcome, {"boosted model": risk}, patients, "boosted model", SETTINGS)
    told = net_benefit(held_out, fewest=10).query("policy == 'boosted model'")
    for threshold in net_benefit(held_out)["threshold"].unique():
        cells = [(risk >= threshold) == side for side in (True, False)]
        people = [len(set(patients[cell & (outcome == kind)])) for cell in cells for kind in (0, 1)]
        assert (threshold in set(told["threshold"])) == (min(people) >= 10)
    assert 5 < len(told) < 45


def test_flags_a_week_of_few_patients_are_withheld() -> None:
    rows = pd.DataFrame({"practitioner_id": "a", "at": pd.Timestamp("2025-01-06"), "flag": [1] * 6 + [0] * 9})
    for patients, told in ((range(15), True), ([1, 1, 2, 2, 3, 3, *range(4, 13)], False)):
        week, *_ = flags_a_week(rows.assign(patient_id=list(patients)), SETTINGS, RULES["nhs"])
        assert np.isfinite(week) == told


def test_flags_per_practitioner_and_week_are_means_over_weeks_with_a_point() -> None:
    at = pd.to_datetime(["2025-01-06", "2025-01-07", "2025-01-14", "2025-01-06"])
    rows = pd.DataFrame({"practitioner_id": ["a", "a", "a", None], "at": at, "flag": [1, 1, 0, 1]})
    value, low, high = flags_a_week(rows.assign(patient_id=["p", "q", "r", "s"]), SETTINGS, RULES["none"])
    assert value == flags_per_practitioner_week(rows) == 1.0
    assert low < value < high


def test_the_verdict_says_better_only_beyond_its_interval() -> None:
    def sentence(value: float, low: float, high: float) -> str:
        rows = [("logistic regression", value, low, high)]
        return verdict(pd.DataFrame(rows, columns=["rival", "value", "low", "high"]))

    assert sentence(0.012, 0.006, 0.018) == (
        "Better than logistic regression by 0.012 (0.006 to 0.018) in AUROC."
    )
    assert sentence(0.004, -0.002, 0.010) == (
        "No better than logistic regression: the difference in AUROC is +0.004 (−0.002 to +0.010)."
    )
    assert sentence(-0.020, -0.030, -0.010) == (
        "Worse than logistic regression by 0.020 (0.010 to 0.030) in AUROC. Use logistic regression."
    )


def test_a_rival_is_compared_on_the_same_draws() -> None:
    outcome, risk, patients = _held_out()
    same = HeldOut(
        outcome, {"boosted model": risk, "logistic regression": risk}, patients, "boosted model", SETTINGS
    )
    row = gains(same).iloc[0]
    assert (row["value"], row["low"], row["high"]) == (0.0, 0.0, 0.0)


def test_one_risk_for_everybody_has_no_slope() -> None:
    outcome, risk, patients = _held_out()
    flat = HeldOut(outcome, {"prevalence": np.full_like(risk, 0.4)}, patients, "prevalence", SETTINGS)
    table = performance(flat).set_index("metric")["value"]
    assert np.isnan(table["calibration_slope"])
    assert table["auroc"] == 0.5


def test_pending_points_leave_every_denominator() -> None:
    reasons = ["reviewed", "reviewed", "left", "pending", "pending"]
    outcome = pd.DataFrame({"reason": reasons, "not_completed": [1.0, 0.0, np.nan, np.nan, np.nan]})
    counted = ascertainment(outcome).set_index("reason")
    assert counted["share"].to_dict() == {"reviewed": 2 / 3, "left": 1 / 3}
    assert counted["known"].to_dict() == {"reviewed": True, "left": False}


def test_the_interval_of_a_distance_holds_its_value_and_nearly_always_the_truth() -> None:
    held = 0
    for seed in range(40):
        draw = np.random.default_rng(seed)
        risk = np.clip(draw.beta(2, 3, 700), 0.02, 0.98)
        outcome = (draw.random(700) < risk).astype(float)
        draws = resampling.Draws(np.arange(700).astype(str).astype(object), 100, 1)
        values = draws.figures(outcome, risk, resampling.integrated_calibration_index)[:, 0]
        value, low, high = with_interval_of_distance(values)
        assert 0 <= low <= value <= high
        held += low == 0  # calibrated risks: the true distance is 0
    assert held >= 37
