"""Where no chance is stated: why, for whom, and what the error is there."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from models.abstention import NONE_STATED, NOT_ENOUGH, STATED, UNLIKE, abstention, why_none
from models.evaluation import EvaluationSettings
from models.withheld import RULES

SETTINGS = EvaluationSettings(draws=50)


def test_too_little_recorded_comes_before_unlike_others() -> None:
    features = pd.DataFrame({"a": [1, np.nan, np.nan], "b": [1, 1, np.nan]}, index=["x", "y", "z"])
    unlike = pd.Series([False, True, True], index=["x", "y", "z"])
    assert why_none(features, unlike, missing_at_most=0.5).tolist() == ["", UNLIKE, NOT_ENOUGH]
    assert why_none(features, None, missing_at_most=0.4).tolist() == ["", NOT_ENOUGH, NOT_ENOUGH]


def held_out(rows: int = 3_000) -> pd.DataFrame:
    """Risks mean what they say where a chance is stated, and nothing where none is."""
    draw = np.random.default_rng(1)
    risk, group = draw.uniform(0.1, 0.9, rows), draw.choice(["A", "B"], rows, p=[0.8, 0.2])
    silent = draw.random(rows) < np.where(group == "B", 0.3, 0.1)
    chance = np.where(silent, 0.5, risk)
    return pd.DataFrame(
        {
            "patient_id": [f"p{n // 2}" for n in range(rows)],
            "risk": risk,
            "not_completed": np.where(draw.random(rows) < 0.1, np.nan, draw.random(rows) < chance),
            "abstained_because": np.where(silent, draw.choice([NOT_ENOUGH, UNLIKE], rows), ""),
            "ethnic_group": group,
        }
    )


def test_the_rate_is_by_group_and_the_error_on_either_side() -> None:
    found = abstention(held_out(), ["ethnic_group"], rule=RULES["none"], settings=SETTINGS)
    rates = found.rates.set_index(["measure", "group"])["share"].str.rstrip("%").astype(int)
    assert rates["abstained", "A"] == pytest.approx(10, abs=3)
    assert rates["abstained", "B"] == pytest.approx(30, abs=5)
    assert rates["unlike", "All"] == pytest.approx(rates["abstained", "All"] / 2, abs=3)
    errors = found.errors.set_index(["where", "measure"])
    assert errors.loc[(STATED, "brier"), "high"] < errors.loc[(NONE_STATED, "brier"), "low"]
    assert errors.loc[(STATED, "auroc"), "value"] > 0.7
    assert errors.loc[(NONE_STATED, "auroc"), "low"] < 0.5 < errors.loc[(NONE_STATED, "auroc"), "high"]


def test_where_too_few_outcomes_are_known_no_error_is_told() -> None:
    few = held_out(60)
    found = abstention(few, ["ethnic_group"], rule=RULES["nhs"], settings=SETTINGS)
    assert found.errors.loc[found.errors["where"] == NONE_STATED, "value"].isna().all()


def test_small_numbers_are_withheld() -> None:
    few = held_out(60)
    rates = abstention(few, ["ethnic_group"], rule=RULES["nhs"], settings=SETTINGS).rates
    assert set(rates["rows"].replace("*", "0").astype(int) % 5) == {0}
    assert (rates.loc[rates["group"] != "All", "share"] == "*").any()
