"""The interval of a risk holds the risk, grows with what the refits say and with its level, and is never made up."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.special import expit, logit
from scipy.stats import t

from models.boosting import BoostingSettings
from models.risk_interval import interval

risks = st.floats(0, 1)


@given(st.lists(st.tuples(risks, st.lists(risks, min_size=3, max_size=3)), min_size=1), st.floats(0.5, 0.99))
def test_a_risk_lies_in_its_interval_and_that_in_0_to_1(
    rows: list[tuple[float, list[float]]], level: float
) -> None:
    risk = np.array([row[0] for row in rows])
    low, high = interval(risk, np.array([row[1] for row in rows]).T, level=level)
    assert ((low >= 0) & (low <= risk) & (risk <= high) & (high <= 1)).all()


def test_refits_scattered_evenly_about_the_risk_give_students_interval() -> None:
    refits = [np.array([expit(logit(0.3) + move)]) for move in (-0.2, 0.2, -0.2, 0.2)]
    low, high = interval(np.array([0.3]), refits, level=0.9)
    reach = t.ppf(0.95, 4) * 0.2
    assert logit([low[0], high[0]]) == pytest.approx([logit(0.3) - reach, logit(0.3) + reach])


def test_refits_that_all_lie_to_one_side_widen_the_interval_although_they_agree() -> None:
    low, high = interval(np.array([0.3]), [np.array([0.4])] * 20, level=0.9)
    assert high[0] > 0.4 and low[0] < 0.25


def test_a_higher_level_is_wider_and_refits_that_say_the_same_leave_no_doubt() -> None:
    draw = np.random.default_rng(1)
    risk = draw.random(50)
    refits = np.clip(risk + draw.normal(0, 0.05, (20, 50)), 0.01, 0.99)
    (low, high), (lower, higher) = (interval(risk, refits, level=level) for level in (0.8, 0.95))
    assert (lower <= low).all() and (higher >= high).all() and (higher - lower > high - low).all()
    assert np.ptp(interval(np.array([0.3]), [np.array([0.3])] * 20, level=0.9)) == pytest.approx(0)


def test_without_refits_there_is_no_interval_rather_than_one_of_no_width() -> None:
    assert np.isnan(interval(np.array([0.3]), [], level=0.9)).all()


@pytest.mark.parametrize("wrong", [{"interval_level": 1.0}, {"refits": -1}, {"threads": 0}])
def test_settings_without_meaning_are_refused(wrong: dict[str, float]) -> None:
    with pytest.raises(ValueError, match="must"):
        BoostingSettings(**wrong)  # type: ignore[arg-type]
