"""A waterfall stands on the log-odds before calibration and is labelled by calibrated chances."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from models.explanation import Explanation
from pipelines.waterfall import chance_ticks, in_points, waterfall_steps
from tests.unit.logistic import Logistic


class Jump:
    """As isotonic calibration: rising, a jump from 0.25 to 0.75, rising."""

    def risk(self, margin: np.ndarray) -> np.ndarray:
        return np.clip(0.5 + margin / 40 + np.where(margin < 0, -0.25, 0.25), 0, 1)


def explanation(calibration: object = None) -> Explanation:
    return Explanation(pd.DataFrame({"a": [0.5]}, index=["p"]), -1.0, calibration or Logistic(0.5, 0.2))


def test_steps_go_from_the_base_to_the_margin_and_carry_their_calibrated_chances() -> None:
    explained = pd.DataFrame({"construct": ["one", "two", "one"], "contribution": [0.5, -1.0, 1.0]})
    steps = waterfall_steps(explained, explanation())
    assert steps["construct"].tolist() == ["one", "two"]
    assert steps["start"].tolist() == [-1.0, 0.5]
    assert steps["end"].tolist() == [0.5, -0.5]
    assert steps["before"].tolist() == pytest.approx(Logistic(0.5, 0.2).risk(np.array([-1.0, 0.5])))
    assert steps["after"].iloc[-1] == pytest.approx(float(Logistic(0.5, 0.2).risk(np.array(-0.5))))


def test_a_tick_stands_where_the_calibration_reaches_its_chance() -> None:
    ticks = chance_ticks(explanation(), -4.0, 4.0)
    assert {0.2, 0.5, 0.8} <= set(ticks.values())
    for margin, chance in ticks.items():
        assert float(explanation().chance_at(margin)) == pytest.approx(chance, abs=0.005)


def test_a_chance_that_the_calibration_jumps_over_gets_no_tick() -> None:
    ticks = chance_ticks(explanation(Jump()), -10.0, 10.0)
    assert {0.1, 0.2, 0.8, 0.9} <= set(ticks.values())
    assert not {0.3, 0.4, 0.5, 0.6, 0.7} & set(ticks.values())


def test_labels_of_ticks_do_not_touch() -> None:
    margins = sorted(chance_ticks(explanation(Logistic(8.0, 0.0)), -3.0, 3.0))
    assert np.diff(margins).min() >= 0.06 * 6


def test_points_are_those_of_the_rounded_chances_on_either_side() -> None:
    assert [in_points(0.304, 0.446), in_points(0.5, 0.38), in_points(0.5, 0.501)] == ["+15", "−12", "0"]
