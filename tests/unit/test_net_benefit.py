"""Net benefit against dcurves, and its gain over flagging everybody or nobody."""

from __future__ import annotations

import json
from itertools import pairwise
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from models.evaluation import EvaluationSettings, HeldOut
from models.net_benefit import EVERYBODY, NOBODY, net_benefit
from models.net_benefit_shown import ENDS, GAINS, net_benefit_shown
from models.withheld import RULES

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


CUT_OFF = 0.43


def _published(seed: int = 5) -> tuple[HeldOut, pd.DataFrame]:
    """Points of which few have a high risk or a low one, and their decision curve as it may be published."""
    draw = np.random.default_rng(seed)
    risk = draw.beta(5, 7, 1_500)
    patients = draw.integers(0, 700, len(risk)).astype(str).astype(object)
    outcome = (draw.random(len(risk)) < risk).astype(float)
    settings = EvaluationSettings(draws=100)
    held_out = HeldOut(outcome, {"boosted model": risk}, patients, "boosted model", settings)
    return held_out, net_benefit_shown(held_out, RULES["nhs"], cut_off=CUT_OFF)


@pytest.mark.parametrize("seed", range(3))
def test_between_published_thresholds_lie_enough_patients_of_either_outcome(seed: int) -> None:
    """Else two of them, or one and the flag's cut-off, would tell how many few are."""
    held_out, shown = _published(seed)
    at = sorted({0.0, CUT_OFF, 1.0, *shown.query("policy == 'boosted model'")["threshold"]})
    assert len(at) > 12
    for low, high in pairwise(at):
        inside = (held_out.own >= low) & (held_out.own < high)
        for side in (0, 1):
            assert len(set(held_out.patients[inside & (held_out.outcome == side)])) >= 5


def test_flagging_everybody_tells_the_share_not_completed_to_a_decimal_of_a_hundred_and_no_finer() -> None:
    risk = np.random.default_rng(1).permutation(np.linspace(0.1, 0.9, 3_000))
    told = []
    for events in (1_157, 1_158, 1_159):  # all of them 38.6 in 100
        held_out = _held_out((np.arange(3_000) < events).astype(float), risk, draws=20)
        shown = net_benefit_shown(held_out, RULES["nhs"], cut_off=0.5).query("policy == @EVERYBODY")
        told.append(shown.set_index("threshold")["value"])
    assert told[0].equals(told[1]) and told[0].equals(told[2])
    assert told[0][0.2] == pytest.approx(0.386 - 0.614 / 4, abs=0.001)


def test_a_wrong_flag_is_told_no_finer_where_it_counts_for_more() -> None:
    _, shown = _published()
    odds = (shown["threshold"] / (1 - shown["threshold"])).to_numpy()[:, None]
    steps = shown[[*ENDS, *GAINS]].to_numpy(dtype=float) / (0.001 * np.maximum(1, odds))
    known = ~np.isnan(steps)
    assert steps[known] == pytest.approx(np.round(steps[known]), abs=1e-6)


def test_a_published_gain_is_the_difference_of_what_is_published() -> None:
    held_out, shown = _published()
    everybody = shown.query("policy == @EVERYBODY").set_index("threshold")["value"]
    own = shown.query("policy == 'boosted model'").set_index("threshold")
    best = everybody.clip(lower=0)[own.index]
    assert own["gain"].to_numpy() == pytest.approx((own["value"] - best).to_numpy(), abs=1e-12)
    assert (own["gain_low"] <= own["gain"]).all() and (own["gain"] <= own["gain_high"]).all()
    whole = net_benefit(held_out, own.index.to_numpy()).query("policy == 'boosted model'")
    assert own["gain"].to_numpy() == pytest.approx(whole["gain"].to_numpy(), abs=0.004)
    assert shown.query("policy == @NOBODY")["gain"].isna().all()


def test_where_few_patients_have_an_outcome_no_curve_tells_how_many() -> None:
    risk = np.linspace(0.1, 0.9, 300)
    held_out = _held_out((np.arange(300) >= 296).astype(float), risk, draws=20)
    assert set(net_benefit_shown(held_out, RULES["nhs"], cut_off=0.5)["policy"]) == {NOBODY}
