"""The heavier studies on invented points whose truth is known."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from scipy.special import expit

from models.boosting import BoostingSettings
from models.evaluation import EvaluationSettings
from models.learning_curve import learning_curve
from models.left_out import left_out
from models.optimism import optimism
from models.rehearsal import EMPTY, MISSING, WITHOUT, Input, rehearsal
from models.splits import Split
from models.studies import Procedure, StudySettings

SETTINGS = EvaluationSettings(draws=40)
STUDIES = StudySettings(optimism=3, curve_shares=(0.1, 0.5, 1.0), curve_repeats=2)


def _procedure(patients: int = 900) -> Procedure:
    draw = np.random.default_rng(1)
    owner = np.repeat(np.arange(patients), 3)
    features = pd.DataFrame(draw.normal(size=(len(owner), 6)), columns=list("abcdef"))
    chance = expit(1.2 * features["a"] + 0.6 * features["b"] - 0.3).to_numpy()
    outcome = (draw.random(len(owner)) < chance).astype(float)
    outcome[draw.random(len(owner)) < 0.1] = np.nan
    slices = np.array_split(np.arange(len(owner)).reshape(patients, 3), [450, 550, 650])
    fit, stop, calibrate = (rows.ravel()[~np.isnan(outcome[rows.ravel()])] for rows in slices[:3])
    cut, end = pd.Timestamp("2025-01-01"), pd.Timestamp("2025-12-31")
    split = Split(cut, 42, end, fit, stop, calibrate, slices[3].ravel(), 0)
    settings = BoostingSettings(max_rounds=60, min_data_in_leaf=20, calibration="platt", threads=1)
    return Procedure(features, outcome, owner.astype(str).astype(object), split, {}, settings)


@pytest.fixture(scope="module")
def procedure() -> Procedure:
    return _procedure()


def test_other_patients_are_drawn_within_each_slice_and_bring_all_their_rows(procedure: Procedure) -> None:
    drawn = procedure.on_other_patients(5)
    for rows, before in ((drawn.fit, procedure.split.fit), (drawn.calibrate, procedure.split.calibrate)):
        assert set(rows) < set(before)
        times = pd.Series(rows).value_counts()
        of_patient = times.groupby(procedure.patients[times.index]).nunique()
        assert (of_patient == 1).all()
    again, other = procedure.on_other_patients(5), procedure.on_other_patients(6)
    assert np.array_equal(drawn.fit, again.fit)
    assert not np.array_equal(drawn.fit, other.fit)


def test_a_smaller_share_of_patients_is_part_of_a_larger_one(procedure: Procedure) -> None:
    few, more = procedure.on_fewer_patients(0.2, 1), procedure.on_fewer_patients(0.6, 1)
    assert set(few.train) < set(more.train) < set(procedure.split.train)
    assert np.array_equal(few.test, procedure.split.test)


def test_what_a_model_promises_on_its_own_rows_is_too_much_and_is_corrected(procedure: Procedure) -> None:
    table = optimism(procedure, studies=STUDIES, settings=SETTINGS).set_index("metric")
    area = table.loc["auroc"]
    assert area["optimism"] > 0
    assert area["value"] == pytest.approx(area["apparent"] - area["optimism"])
    assert area["low"] < area["value"] < area["high"] < area["apparent"] + 0.1
    assert table.loc["brier", "optimism"] < 0
    assert not {"calibration_intercept", "calibration_slope", "ici", "e50", "e90"} & set(table.index)


def test_more_patients_help_and_the_test_stays(procedure: Procedure) -> None:
    table = learning_curve(procedure, studies=STUDIES, settings=SETTINGS)
    areas = table[(table["metric"] == "auroc") & (table["model"] == "boosted model")]
    assert areas["share"].tolist() == [0.1, 0.5, 1.0]
    assert areas["value"].is_monotonic_increasing
    assert areas["patients"].tolist() == [65, 325, 650]
    assert (areas["least"] <= areas["value"]).all() and (areas["value"] <= areas["most"]).all()
    assert areas["least"].iloc[-1] == areas["most"].iloc[-1]


def test_a_share_with_too_few_outcomes_is_left_out(procedure: Procedure) -> None:
    tiny = replace(STUDIES, curve_shares=(0.01, 1.0))
    assert set(learning_curve(procedure, studies=tiny, settings=SETTINGS)["share"]) == {1.0}


def test_losing_what_carries_the_outcome_costs_most_and_what_carries_nothing_little(
    procedure: Procedure,
) -> None:
    inputs = (Input("table", "strong", ("a",)), Input("table", "empty", ("e", "f")))
    table = rehearsal(
        procedure,
        procedure.learnt(),
        inputs,
        when_absent={"a": 0.0},
        relearn=True,
        settings=SETTINGS,
    )
    areas = table[table["metric"] == "auroc"].set_index(["input", "way"])["change"]
    for way in (MISSING, EMPTY, WITHOUT):
        assert areas["strong", way] < -0.1
        assert abs(areas["empty", way]) < 0.02


def test_that_on_which_everything_rests_cannot_be_learnt_without(procedure: Procedure) -> None:
    everything = (Input("table", "all", tuple("abcdef")),)
    table = rehearsal(
        procedure, procedure.learnt(), everything, when_absent={}, relearn=True, settings=SETTINGS
    )
    assert set(table["way"]) == {MISSING, EMPTY}
    assert table.loc[table["metric"] == "auroc", "value"].tolist() == [0.5, 0.5]


def test_every_service_is_measured_by_what_the_others_taught(procedure: Procedure) -> None:
    names = np.array(["north", "south", "west"], dtype=object)
    services = names[procedure.patients.astype(int) % 3]
    found = left_out(procedure, services, settings=SETTINGS)
    areas = found.services[found.services["measure"] == "auroc"]
    assert areas["service"].tolist() == ["north", "south", "west"]
    assert (areas["value"] > 0.65).all()
    assert found.summary.set_index("measure").loc["auroc", "services"] == 3


@pytest.mark.parametrize(
    "wrong", [{"optimism": 1}, {"curve_repeats": 0}, {"curve_shares": (0.0, 1.0)}, {"curve_shares": ()}]
)
def test_settings_that_mean_nothing_are_refused(wrong: dict[str, object]) -> None:
    with pytest.raises(ValueError, match="must be"):
        StudySettings(**wrong)  # type: ignore[arg-type]
