"""The cut-off is chosen the way that was asked for, says how, and never by looking at the held-out points."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from models.cut_off import Aside, CutOff, CutOffSettings, chosen_by, net_benefit


def aside(points: int = 2_000, seed: int = 1) -> Aside:
    draw = np.random.default_rng(seed)
    risk = draw.beta(2, 3, points)
    return Aside(risk, (draw.random(points) < risk).astype(float))


def chosen(found: Aside | None = None, *, points_a_week: float = 10.0, **settings: object) -> CutOff:
    return chosen_by(CutOffSettings(**settings), points_a_week=points_a_week)(found or aside())


@settings(deadline=None, derandomize=True, max_examples=25)
@given(share=some.floats(0.02, 0.98), seed=some.integers(1, 50))
def test_a_share_flags_that_share_of_the_points_set_aside(share: float, seed: int) -> None:
    found = aside(seed=seed)
    flagged = (found.risk >= chosen(found, share=share).value).mean()
    assert flagged == pytest.approx(share, abs=0.002)


@pytest.mark.parametrize(
    ("sizes", "flagged"), [((60, 25, 15), 0.15), ((40, 45, 15), 0.15), ((70, 16, 14), 0.14), ((100,), 1.0)]
)
def test_points_of_one_risk_are_flagged_together_and_what_that_comes_to_is_said(
    sizes: tuple[int, ...], flagged: float
) -> None:
    risk = np.repeat(np.linspace(0.2, 0.8, len(sizes)), sizes)
    points = Aside(risk, np.zeros(len(risk)))
    for found in (chosen(points, share=0.2), chosen(points, way="capacity", flags_a_week=2.0)):
        assert (risk >= found.value).mean() == flagged
        assert found.says.endswith(f"({flagged:.0%} of them, because many have one risk)")


def test_a_capacity_flags_what_it_is_of_a_weeks_points() -> None:
    cut_off = chosen(way="capacity", flags_a_week=2.5)
    assert (aside().risk >= cut_off.value).mean() == pytest.approx(0.25, abs=0.002)
    assert cut_off.says == (
        "2.5 flags per practitioner and week on average, which is the highest 25% of the 10.0 points a week before "
        "the cut, on points judged by trees that never saw their patients"
    )


def test_where_there_is_room_for_everybody_it_says_so() -> None:
    cut_off = chosen(way="capacity", flags_a_week=3.0, points_a_week=2.5)
    assert (aside().risk >= cut_off.value).all()
    assert cut_off.says.startswith("everybody: there is room for 3 flags per practitioner and week")


@pytest.mark.parametrize(("worth", "value"), [(1, 0.5), (3, 0.25), (0.25, 0.8)])
def test_one_missed_worth_so_many_needless_conversations_is_a_threshold(worth: float, value: float) -> None:
    assert chosen(way="net benefit", worth=worth).value == pytest.approx(value)


def test_at_that_threshold_a_needless_flag_costs_what_was_said() -> None:
    one_right, one_wrong = np.array([1.0, 0.0]), np.array([0.0, 1.0])
    flags, outcome = np.array([True, True]), one_right
    assert net_benefit(flags, outcome, 0.25) == pytest.approx((1 - 1 / 3) / 2)
    assert net_benefit(flags[::-1] & (one_wrong == 1), outcome, 0.25) == pytest.approx(-1 / 6)


def test_whether_the_model_beats_everybody_and_nobody_is_checked_and_said() -> None:
    assert "; better than flagging everybody or nobody (net benefit 0." in chosen(way="net benefit").says
    draw = np.random.default_rng(1)
    useless = Aside(draw.uniform(0.3, 0.7, 2_000), (draw.random(2_000) < 0.1).astype(float))
    assert (
        "not better than flagging everybody or nobody: think again" in chosen(useless, way="net benefit").says
    )


def test_a_fixed_cut_off_is_kept() -> None:
    assert chosen(way="fixed", fixed=0.45) == CutOff(0.45, "fixed beforehand")


@pytest.mark.parametrize(
    "settings", [{"share": 0.0}, {"share": 1.0}, {"fixed": 1.5}, {"flags_a_week": 0}, {"worth": -1}]
)
def test_settings_that_make_no_sense_are_refused(settings: dict[str, float]) -> None:
    with pytest.raises(ValueError, match="must"):
        CutOffSettings(**settings)
