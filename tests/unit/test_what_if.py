"""A what-if is for what a practitioner can change, at values that were usual, and is worded as an association."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import pandas as pd
import pytest

from features.errors import InputError
from features.predictor import catalogue
from models.familiarity import Familiarity, spread_of
from models.what_if import CAUTION, what_if, what_ifs

NAMES = ("written_summary", "patient_confidence", "times_per_week", "phq9_latest")


def spreads() -> Familiarity:
    draw = np.random.default_rng(1)
    return Familiarity(
        {
            "patient_confidence": spread_of(draw.integers(0, 11, 3_000).astype(float)),
            "times_per_week": spread_of(draw.integers(1, 8, 3_000).astype(float)),
        },
        limit=1.0,
    )


@dataclass(frozen=True)
class Lowering:
    """The chance falls with a summary and with confidence, and does not know how often a week."""

    predictors: tuple[str, ...] = NAMES
    familiarity: Familiarity | None = field(default_factory=spreads)

    def predict(self, features: pd.DataFrame) -> pd.DataFrame:
        risk = 0.8 - 0.2 * features["written_summary"] - 0.03 * features["patient_confidence"]
        return pd.DataFrame({"risk": risk, "risk_low": risk - 0.1, "risk_high": risk + 0.1})


POINT = pd.DataFrame([[0.0, 4.0, 2.0, 12.0]], columns=list(NAMES), index=["p"])


def test_yes_and_no_are_tried_of_what_is_one_or_the_other() -> None:
    found = what_if(Lowering(), POINT, catalogue()["written_summary"])
    assert found["words"].tolist() == ["no written summary was given", "a written summary was given"]
    assert found["chance"].tolist() == pytest.approx([0.68, 0.48])
    assert found["now"].tolist() == [True, False]


def test_only_values_that_were_usual_are_tried_and_the_present_one() -> None:
    found = what_if(Lowering(), POINT, catalogue()["patient_confidence"])
    assert found["value"].between(0, 10).all()
    assert found.loc[found["now"], "value"].tolist() == [4.0]
    assert found["chance"].is_monotonic_decreasing


def test_where_nothing_is_recorded_no_value_is_the_present_one() -> None:
    found = what_if(Lowering(), POINT.assign(written_summary=np.nan), catalogue()["written_summary"])
    assert not found["now"].any()


def test_what_nobody_can_change_has_no_what_if() -> None:
    with pytest.raises(InputError, match="nothing that a practitioner can change"):
        what_if(Lowering(), POINT, catalogue()["phq9_latest"])
    with pytest.raises(InputError, match="does not read 'what_agreed'"):
        what_if(Lowering(), POINT, catalogue()["what_agreed"])
    with pytest.raises(ValueError, match="of one point; there are 2"):
        what_if(Lowering(), pd.concat([POINT, POINT]), catalogue()["written_summary"])


def test_all_together_come_most_moving_first_without_what_moves_nothing() -> None:
    found = what_ifs(Lowering(), POINT, catalogue().values())
    assert found["predictor"].unique().tolist() == ["patient_confidence", "written_summary"]
    assert what_ifs(Lowering(NAMES[2:]), POINT, [catalogue()["times_per_week"]]).empty


def test_it_is_worded_as_an_association() -> None:
    assert "association" in CAUTION
    assert "does not say what would happen" in CAUTION
