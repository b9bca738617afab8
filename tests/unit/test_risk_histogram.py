"""Risks by outcome as they may be drawn: joined where few stand, and never so that a picture gives one back."""

from __future__ import annotations

import numpy as np
import pytest

from models.risk_histogram import edges_shown, risk_histogram
from models.withheld import RULES

NHS = RULES["nhs"]


def _made(seed: int, rows: int = 1_502) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    draw = np.random.default_rng(seed)
    risk = np.concatenate([draw.beta(4, 6, rows - 2), [0.001, 0.999]])
    outcome = np.concatenate([(draw.random(rows - 2) < risk[:-2]).astype(float), [0.0, 1.0]])
    return outcome, risk, draw.integers(0, rows // 3, rows).astype(str).astype(object)


@pytest.mark.parametrize("seed", range(5))
def test_every_bar_holds_enough_patients_of_either_outcome_and_nobody_is_left_out(seed: int) -> None:
    outcome, risk, patients = _made(seed)
    shown = risk_histogram(outcome, risk, patients, NHS)
    assert len(shown) > 10
    assert shown["low"].iloc[0] == 0 and shown["high"].iloc[-1] == 1
    assert (shown["low"].iloc[1:].to_numpy() == shown["high"].iloc[:-1].to_numpy()).all()
    for band in shown.itertuples():
        inside = (risk >= band.low) & (risk < band.high)
        for side, number in ((0, band.completed), (1, band.not_completed)):
            those = inside & (outcome == side)
            assert len(set(patients[those])) >= NHS.smallest
            assert number % NHS.base == 0 and abs(number - those.sum()) <= NHS.base / 2


def test_many_points_of_one_patient_are_not_a_bar_of_their_own() -> None:
    outcome, risk, patients = _made(1)
    alone = np.full(40, 0.97), np.tile([0.0, 1.0], 20), np.full(40, "one", dtype=object)
    risk, outcome, patients = (
        np.concatenate(pair) for pair in zip((risk, outcome, patients), alone, strict=True)
    )
    last = risk_histogram(outcome, risk, patients, NHS).iloc[-1]
    assert last["low"] < 0.95


def test_where_an_outcome_is_too_rare_nothing_is_drawn() -> None:
    outcome, risk, patients = _made(1)
    assert risk_histogram(np.zeros_like(outcome), risk, patients, NHS).empty


def test_no_bar_begins_so_near_to_the_flags_cut_off_that_few_lie_between() -> None:
    outcome, risk, patients = _made(2)
    edges = edges_shown(outcome, risk, patients, NHS, beside=0.402)
    assert 0.4 not in edges and 0.4 in edges_shown(outcome, risk, patients, NHS)
    assert list(risk_histogram(outcome, risk, patients, NHS, beside=0.402)["low"]) == list(edges[:-1])
    for edge in edges:
        between = (risk >= min(edge, 0.402)) & (risk < max(edge, 0.402))
        assert all(len(set(patients[between & (outcome == side)])) >= NHS.smallest for side in (0, 1))
