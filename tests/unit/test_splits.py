"""What keeps the two sides of the cut apart beyond the ordinary case: a model from elsewhere, thin slices, midnight."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from features.errors import InputError
from models.splits import Split, SplitSettings, split

END = pd.Timestamp("2025-01-01")


def _service(rows: int = 1_200, seed: int = 3) -> tuple[pd.DataFrame, pd.DataFrame]:
    draw = np.random.default_rng(seed)
    at = pd.Timestamp("2024-01-01") + pd.to_timedelta(np.sort(draw.uniform(0, 365, rows)), unit="D")
    patients = [f"p{n}" for n in draw.integers(0, rows // 2, rows)]
    points = pd.DataFrame({"point_id": np.arange(rows).astype(str), "patient_id": patients, "at": at})
    outcome = pd.DataFrame(
        {
            "not_completed": (draw.random(rows) < 0.4).astype(float),
            "reason": np.where(at > END - pd.Timedelta(days=42), "pending", "reviewed"),
            "label_known_at": at + pd.Timedelta(days=7),
        }
    )
    return points, outcome


def _split(points: pd.DataFrame, outcome: pd.DataFrame, known_to: pd.Timestamp | None = None) -> Split:
    return split(
        points, outcome, horizon_days=42, end=END, settings=SplitSettings(least=5), known_to=known_to
    )


def test_an_outcome_that_becomes_known_at_the_very_cut_is_not_learnt_from() -> None:
    points, outcome = _service()
    cut = _split(points, outcome)
    row = cut.train[0]
    outcome.loc[row, "label_known_at"] = cut.cut
    assert row not in _split(points, outcome).train
    outcome.loc[row, "label_known_at"] = cut.cut - pd.Timedelta(seconds=1)
    assert row in _split(points, outcome).train


def test_every_patient_serves_one_purpose() -> None:
    points, outcome = _service()
    cut = _split(points, outcome)
    served = [set(points["patient_id"].iloc[rows]) for rows in (cut.fit, cut.stop, cut.calibrate, cut.test)]
    assert sum(map(len, served)) == len(set.union(*served))


def test_a_model_from_elsewhere_is_tested_on_nobody_it_can_have_learnt_from() -> None:
    points, outcome = _service()
    own = _split(points, outcome)
    for known_to in (pd.Timestamp("2024-05-17"), pd.Timestamp("2024-10-10")):
        cut = _split(points, outcome, known_to)
        assert cut.cut == max(own.cut, known_to)
        met = set(points.loc[points["at"] < known_to, "patient_id"])
        assert not met & set(points["patient_id"].iloc[cut.test])
        later = (points["at"] >= cut.cut) & (points["at"] <= END - pd.Timedelta(days=42))
        assert cut.set_apart + len(cut.test) == later.sum()
        assert cut.set_apart > 0


def test_the_simpler_ways_do_not_learn_from_the_patients_that_such_a_test_keeps() -> None:
    points, outcome = _service()
    cut = _split(points, outcome, pd.Timestamp("2024-05-17"))
    assert not set(points["patient_id"].iloc[cut.train]) & set(points["patient_id"].iloc[cut.test])


def test_a_model_that_learnt_to_the_end_of_the_records_leaves_nothing_to_test_and_says_so() -> None:
    points, outcome = _service()
    with pytest.raises(InputError, match="test points hold 0 outcomes 'not completed' and 0 'completed'"):
        _split(points, outcome, END)


def test_a_slice_without_outcomes_of_both_kinds_is_named() -> None:
    points, outcome = _service()
    cut = _split(points, outcome)
    outcome.loc[cut.calibrate, "not_completed"] = 0.0
    with pytest.raises(InputError, match="calibration points hold 0 outcomes 'not completed'"):
        _split(points, outcome)


def test_months_without_any_known_outcome_before_the_cut_are_refused_with_their_numbers() -> None:
    points, outcome = _service()
    outcome.loc[points["at"] < "2024-08-01", "not_completed"] = np.nan
    with pytest.raises(InputError, match="training points hold 0 outcomes 'not completed' and 0 'completed'"):
        _split(points, outcome)


def test_the_split_does_not_depend_on_the_order_of_the_rows() -> None:
    points, outcome = _service()
    first = _split(points, outcome)
    order = np.random.default_rng(1).permutation(len(points))
    second = _split(points.iloc[order].reset_index(drop=True), outcome.iloc[order].reset_index(drop=True))
    for part in ("fit", "stop", "calibrate", "test"):
        ids = points["point_id"].to_numpy()
        assert set(ids[getattr(first, part)]) == set(ids[order][getattr(second, part)])


def test_shares_outside_0_and_1_are_refused() -> None:
    with pytest.raises(ValueError, match="between 0 and 1"):
        replace(SplitSettings(), test_share=1.0)
