"""A registered model answers for rows that can be, and refuses what nobody can have."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from features.errors import InputError
from models.answers import answers
from models.calibration import Platt
from models.risk_model import Fitted, RiskModel
from tests.unit.random_boosters import material

NAMES = ("last_share_completed", "phq9_latest", "days_since_last_login", "forgotten_before", "of_our_own")
MODEL = RiskModel(NAMES, Fitted(material(1).booster, Platt(0.8, 0.3)), (), 0.5)
CAN_BE = pd.DataFrame([[0.5, 27.0, 900.0, 1.0, -1e12], [np.nan] * 5], columns=list(NAMES))


def test_rows_that_can_be_are_answered_with_missing_values_in_them() -> None:
    assert len(answers(MODEL, CAN_BE)) == 2


@pytest.mark.parametrize(
    ("name", "value", "may_be"),
    [
        ("last_share_completed", 1e12, "between 0 and 1 (share, 0-1); it is 1e+12"),
        ("last_share_completed", 50.0, "between 0 and 1 (share, 0-1); it is 50"),
        ("phq9_latest", 28.0, "between 0 and 27 (points, 0-27); it is 28"),
        ("phq9_latest", -np.inf, "between 0 and 27 (points, 0-27); it is -inf"),
        ("days_since_last_login", -1.0, "0 or more (days); it is -1"),
        ("days_since_last_login", np.inf, "0 or more (days); it is inf"),
        ("forgotten_before", 0.5, "0 or 1 (0/1); it is 0.5"),
        ("of_our_own", np.inf, "a finite number; it is inf"),
    ],
)
def test_what_a_predictor_cannot_be_is_refused_with_what_it_may_be(
    name: str, value: float, may_be: str
) -> None:
    with pytest.raises(InputError) as refused:
        answers(MODEL, CAN_BE.assign(**{name: [CAN_BE[name][0], value]}))
    assert refused.value.faults == (f"row 2 of 2: predictor '{name}' must be {may_be}",)


def test_every_predictor_at_fault_is_named_once_with_its_first_row() -> None:
    with pytest.raises(InputError) as refused:
        answers(MODEL, CAN_BE.assign(last_share_completed=[40.0, 100.0], phq9_latest=[27.0, 99.0]))
    assert refused.value.faults == (
        "row 1 of 2 (and 1 more): predictor 'last_share_completed' must be between 0 and 1 (share, 0-1); it is 40",
        "row 2 of 2: predictor 'phq9_latest' must be between 0 and 27 (points, 0-27); it is 99",
    )
