"""A waterfall stands on the log-odds before calibration and is labelled by calibrated chances."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from models.explanation import Explanation
from pipelines.flags.waterfall import chance_ticks, in_points, waterfall, waterfall_steps
from tests.unit.logistic import Logistic


class Jump:
    """As isotonic calibration: rising, a jump from 0.25 to 0.75, rising."""

    def risk(self, margin: np.ndarray) -> np.ndarray:
        return np.clip(0.5 + margin / 40 + np.where(margin < 0, -0.25, 0.25), 0, 1)


def explanation(calibration: object = None) -> Explanation:
    return Explanation(pd.DataFrame({"a": [0.5]}, index=["p"]), -1.0, calibration or Logistic(0.5, 0.2))


def test_steps_go_from_the_base_to_the_margin_and_carry_their_calibrated_chances() -> None:
    steps = waterfall_steps({"two": -1.0, "one": 1.5}, explanation())
    assert [step.words for step in steps] == ["one", "two"]
    assert [(step.start, step.end) for step in steps] == [(-1.0, 0.5), (0.5, -0.5)]
    chances = Logistic(0.5, 0.2).risk(np.array([-1.0, 0.5]))
    assert [step.before for step in steps] == pytest.approx(chances)
    assert steps[-1].after == pytest.approx(float(Logistic(0.5, 0.2).risk(np.array(-0.5))))


def test_steps_too_short_to_draw_are_pooled_and_nothing_is_lost() -> None:
    steps = waterfall_steps({"a": 0.5, "b": 0.01, "c": -0.02}, explanation())
    assert [step.words for step in steps] == ["a", "All others"]
    assert steps[-1].end == pytest.approx(-1.0 + 0.5 + 0.01 - 0.02)


def test_what_is_drawn_stands_in_words_as_well() -> None:
    steps = waterfall_steps({"<b>": 1.5, "two": -1.0}, explanation())
    drawn = waterfall(steps, explanation(), heading="What", caption="Why")
    assert "&lt;b&gt;" in drawn
    assert "<caption>Why</caption>" in drawn
    for step in steps:
        assert f'<span class="hidden">{in_points(step.before, step.after)}</span>' in drawn


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
    assert np.diff(margins).min() >= 0.07 * 6


def test_points_are_those_of_the_rounded_chances_on_either_side() -> None:
    assert [in_points(0.304, 0.446), in_points(0.5, 0.38), in_points(0.5, 0.501)] == ["+15", "−12", "0"]
