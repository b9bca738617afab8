"""Figures of a model of one or few risks tell its counts no finer than the share not completed may be told."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import product

import numpy as np
import pandas as pd
import pytest

from models.evaluation import EvaluationSettings, HeldOut, calibration_curve, gains, performance
from models.held_out_shown import FEW, HeldOutShown
from models.withheld import RULES
from pipelines.evaluating.metrics_json import shortened

NHS = RULES["nhs"]
SETTINGS = EvaluationSettings(draws=40)
MODEL, RIVAL = "boosted model", "few risks"


def _rows(cells: Sequence[tuple[float, int, int]]) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Outcome, risk and a patient each. `cells`: a risk, and how many had it with the outcome and without."""
    outcome = np.concatenate([np.repeat([1.0, 0.0], [events, others]) for _, events, others in cells])
    risk = np.repeat([risk for risk, _, _ in cells], [events + others for _, events, others in cells])
    return outcome, risk, np.arange(len(risk)).astype(str).astype(object)


def _shown(cells: Sequence[tuple[float, int, int]]) -> HeldOutShown:
    outcome, risk, patients = _rows(cells)
    own = np.random.default_rng(1).random(len(risk))
    return HeldOutShown(outcome, {MODEL: own, RIVAL: risk}, patients, MODEL, SETTINGS, NHS)


def _of(held_out: HeldOut, model: str = RIVAL) -> pd.DataFrame:
    found = performance(held_out)
    return found[found["model"] == model].set_index("metric")[["value", "low", "high"]]


def _values(cells: Sequence[tuple[float, int, int]]) -> tuple[float, ...]:
    outcome, risk, patients = _rows(cells)
    alone = HeldOutShown(outcome, {RIVAL: risk}, patients, RIVAL, SETTINGS, NHS)
    return tuple(shortened(performance(alone))["value"].fillna(-9.0))


def test_one_risk_for_everybody_tells_the_share_not_completed_to_a_thousandth() -> None:
    told: dict[float, set[tuple[float, ...]]] = {}
    for points, events, learnt in product(range(838, 842), range(330, 334), (0.38761, 0.38834)):
        share = round(events / points, 3)
        told.setdefault(share, set()).add(_values([(learnt, events, points - events)]))
    assert len(told) > 3 and all(len(figures) == 1 for figures in told.values())
    precise = _of(_shown([(0.388, 331, 507)])).loc["average_precision"]
    assert precise["value"] == pytest.approx(0.395) and precise["low"] < 0.395 < precise["high"]


def test_a_few_risks_tell_how_many_points_lie_from_each_on_to_a_thousandth() -> None:
    draw = np.random.default_rng(2)
    told: dict[tuple[float, ...], set[tuple[float, ...]]] = {}
    for _ in range(200):
        events, others = draw.integers([430, 320, 250], [432, 322, 252]), draw.integers(700, 702, 3)
        cells = [(risk, int(e), int(o)) for risk, e, o in zip((0.2, 0.4, 0.6), events, others, strict=True)]
        sides = [np.cumsum(side[::-1]) / (events.sum() + others.sum()) for side in (events, others)]
        key = tuple(float(share) for share in np.round(np.concatenate(sides), 3))
        if key not in told or len(told[key]) < 5:
            told.setdefault(key, set()).add(_values(cells))
    assert 1 < len(told) < 64 and all(len(figures) == 1 for figures in told.values())


@pytest.mark.parametrize(
    "cells",
    [
        [(0.388, 331, 507)],
        [(0.3217, 120, 260), (0.3884, 111, 160), (0.4791, 100, 87)],
        [(risk, 40 + 20 * place, 90 - 10 * place) for place, risk in enumerate((0.3, 0.4, 0.5, 0.55, 0.7))],
    ],
)
def test_they_are_what_was_measured_to_about_a_hundredth(cells: list[tuple[float, int, int]]) -> None:
    outcome, risk, patients = _rows(cells)
    whole = _of(HeldOut(outcome, {RIVAL: risk}, patients, RIVAL, SETTINGS))
    shown = _of(_shown(cells))
    assert (whole.isna() == shown.isna()).all(axis=None)
    slope = whole.index == "calibration_slope"
    assert shown[~slope].to_numpy() == pytest.approx(whole[~slope].to_numpy(), abs=0.015, nan_ok=True)
    assert shown[slope].to_numpy() == pytest.approx(whole[slope].to_numpy(), abs=0.05, nan_ok=True)


def test_of_more_risks_every_figure_stays_as_it_was_measured() -> None:
    held_out = _shown([(0.388, 331, 507)])
    own = held_out.risks[MODEL]
    whole = HeldOut(held_out.outcome, {MODEL: own}, held_out.patients, MODEL, SETTINGS)
    assert len(np.unique(own)) > FEW
    pd.testing.assert_frame_equal(_of(held_out, MODEL), _of(whole, MODEL))


def test_a_gain_is_over_what_is_told_of_the_rival() -> None:
    held_out = _shown([(0.3217, 120, 260), (0.3884, 111, 160), (0.4791, 100, 87)])
    apart = float(_of(held_out, MODEL)["value"]["auroc"] - _of(held_out)["value"]["auroc"])
    assert gains(held_out).loc[0, "value"] == pytest.approx(apart, abs=1e-12)


@pytest.mark.parametrize("few", [0, 4])
def test_nothing_is_told_where_few_patients_have_a_risk_with_one_of_the_outcomes(few: int) -> None:
    for cells in (
        [(0.3, 4, 500)],
        [(0.3, 200, 300), (0.5, few, 80)],
        [(0.3, 200, few), (0.5, 100, 80)],
    ):
        held_out = _shown(cells)
        assert _of(held_out).isna().all(axis=None)
        assert np.isfinite(_of(held_out, MODEL)["value"]["auroc"])
        assert gains(held_out)[["value", "low", "high"]].isna().all(axis=None)
    assert _of(_shown([(0.3, 200, 300), (0.5, 5, 80)])).loc["auroc"].notna().all()


def test_an_outcome_too_rare_to_be_told_to_a_thousandth_tells_nothing() -> None:
    outcome = np.zeros(20_000)
    outcome[:8] = 1
    patients = np.array([f"P{number}" for number in range(20_000)], dtype=object)
    risks = {"": np.full(20_000, 0.3)}
    held_out = HeldOutShown(outcome, risks, patients, "", SETTINGS, NHS)
    figures = performance(held_out)
    assert figures[["value", "low", "high"]].isna().all(axis=None)
    assert calibration_curve(held_out).empty


def test_a_curve_through_few_risks_would_give_the_shares_back_and_is_not_drawn() -> None:
    draw = np.random.default_rng(1)
    for levels, drawn in ((2, False), (40, True)):
        risk = draw.integers(1, levels + 1, 600) / (levels + 2)
        outcome = (draw.random(600) < risk).astype(float)
        patients = np.array([f"P{number}" for number in range(600)], dtype=object)
        held_out = HeldOutShown(outcome, {"": risk}, patients, "", SETTINGS, NHS)
        assert bool(len(calibration_curve(held_out))) == drawn
