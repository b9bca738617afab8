"""Net benefit against dcurves, and its gain over flagging everybody or nobody."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from models.evaluation import EvaluationSettings, HeldOut
from models.net_benefit import EVERYBODY, NOBODY, net_benefit

GOLDEN = json.loads((Path(__file__).parents[1] / "golden" / "net_benefit.json").read_text())
NAMES = {"risk": "boosted model", "all": EVERYBODY, "none": NOBODY}


def _held_out(outcome: np.ndarray, risk: np.ndarray, draws: int = 200) -> HeldOut:
    patients = np.arange(len(risk)).astype(str).astype(object)
    return HeldOut(
        outcome, {"boosted model": risk}, patients, "boosted model", EvaluationSettings(draws=draws)
    )


@pytest.fixture(scope="module")
def found() -> pd.DataFrame:
    outcome, risk = (np.array(GOLDEN[name], dtype=float) for name in ("outcome", "risk"))
    thresholds = np.array(sorted({row["threshold"] for row in GOLDEN["net_benefit"]}))
    return net_benefit(_held_out(outcome, risk), thresholds)


def test_every_policy_at_every_threshold_is_what_dcurves_says(found: pd.DataFrame) -> None:
    ours = found.set_index(["threshold", "policy"])["value"]
    assert len(GOLDEN["net_benefit"]) == len(ours)
    for row in GOLDEN["net_benefit"]:
        assert ours[row["threshold"], NAMES[row["policy"]]] == pytest.approx(row["value"], abs=1e-12)


def test_the_gain_is_over_the_better_of_everybody_and_nobody(found: pd.DataFrame) -> None:
    for _, part in found.groupby("threshold"):
        policies = part.set_index("policy")
        best = max(policies.loc[EVERYBODY, "value"], 0)
        own = policies.loc["boosted model"]
        assert own["gain"] == pytest.approx(own["value"] - best)
        assert own["gain_low"] <= own["gain"] <= own["gain_high"]
        assert policies.loc[[EVERYBODY, NOBODY], "gain"].isna().all()


def test_useless_risks_gain_nothing_beyond_chance_at_any_threshold() -> None:
    draw = np.random.default_rng(3)
    noise = np.clip(0.4 + draw.normal(0, 0.05, 3_000), 0.01, 0.99)
    outcome = (draw.random(3_000) < 0.4).astype(float)
    own = net_benefit(_held_out(outcome, noise)).query("policy == 'boosted model'")
    assert not (own["gain_low"] > 0).any()


def test_an_interval_covers_the_true_net_benefit_as_often_as_it_says() -> None:
    draw, covered = np.random.default_rng(11), 0
    truth = 0.5 * 0.8 - 0.5 * 0.3 * (0.4 / 0.6)
    for _ in range(120):
        outcome = (draw.random(300) < 0.5).astype(float)
        flagged = draw.random(300) < np.where(outcome == 1, 0.8, 0.3)
        risk = np.where(flagged, 0.9, 0.1)
        row = (
            net_benefit(_held_out(outcome, risk), np.array([0.4])).query("policy == 'boosted model'").iloc[0]
        )
        covered += row["low"] <= truth <= row["high"]
    assert 0.89 <= covered / 120 <= 1.0
