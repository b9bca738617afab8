"""No patient, no label and no pending point from after the cut can reach training, however the records lie."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from scipy.special import expit

from features.errors import InputError
from models.boosting import BoostingSettings, train
from models.splits import Split, SplitSettings, leave_one_service_out, split
from models.tuning import TuningSettings, tune

END, HORIZON = pd.Timestamp("2025-01-01"), pd.Timedelta(days=42)
LEARNING = BoostingSettings(max_rounds=25, patience=8, refits=2, min_data_in_leaf=15)
Service = tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame]


def _service(rows: int = 1_500, seed: int = 1) -> Service:
    """Points, features and outcomes: reviewed soon, late, after the cut, never, or pending."""
    draw = np.random.default_rng(seed)
    at = pd.Series(pd.Timestamp("2024-01-01") + pd.to_timedelta(draw.uniform(0, 365, rows), unit="D"))
    patients = [f"p{n}" for n in draw.integers(0, rows, rows)]
    points = pd.DataFrame(
        {"patient_id": patients, "at": at, "service_id": draw.choice(["a", "b", "c"], rows)}
    )
    features = pd.DataFrame(draw.normal(size=(rows, 4)), columns=list("wxyz"))
    not_completed = (draw.random(rows) < expit(features["w"])).astype(float)
    known_at = at + pd.to_timedelta(draw.uniform(1, 41, rows), unit="D")
    known = (draw.random(rows) < 0.9) & (known_at < END)
    reason = np.where(known, "reviewed", np.where(at > END - HORIZON, "pending", "not reviewed"))
    outcome = pd.DataFrame(
        {
            "not_completed": not_completed.where(known),
            "reason": reason,
            "label_known_at": known_at.where(known),
        }
    )
    return points, features, outcome


def _cut(points: pd.DataFrame, outcome: pd.DataFrame, least: int = 20) -> Split:
    return split(points, outcome, horizon_days=42, end=END, settings=SplitSettings(least=least))


def _learnt(service: Service) -> dict[str, str]:
    points, features, outcome = service
    patients, labels = (
        points["patient_id"].to_numpy(dtype=object),
        outcome["not_completed"].to_numpy(dtype=float),
    )
    known = features, labels, patients, _cut(points, outcome)
    budget = TuningSettings(trials=2, folds=2)
    tuned = tune(*known, directions={"w": 1}, settings=LEARNING, tuning=budget).settings
    return dict(train(*known, directions={"w": 1}, settings=tuned).texts)


def _labels(service: Service, later: np.ndarray) -> Service:
    """Every outcome that became known at or after the cut, of whatever point, is the other one."""
    points, features, outcome = service
    after = outcome["label_known_at"] >= _cut(points, outcome).cut
    outcome = outcome.assign(not_completed=outcome["not_completed"].mask(after, 1 - outcome["not_completed"]))
    return points, features, outcome


def _values(service: Service, later: np.ndarray) -> Service:
    """Every predictor of a later point is absurd."""
    points, features, outcome = service
    return points, features.mask(np.repeat(later[:, None], 4, axis=1), 1e9), outcome


def _forgotten(service: Service, later: np.ndarray) -> Service:
    """A third of the later points were never reviewed, or are pending still."""
    points, features, outcome = service
    outcome = outcome.copy()
    gone = np.flatnonzero(later)[::3]
    outcome.loc[gone, ["not_completed", "label_known_at"]] = [np.nan, pd.NaT]
    outcome.loc[gone[::2], "reason"] = "not reviewed"
    return points, features, outcome


def _strangers(service: Service, later: np.ndarray) -> Service:
    """As many points again after the cut, of patients whom nobody knew before."""
    points, features, outcome = service
    new = points[later].assign(patient_id=lambda known: "new " + known["patient_id"])
    more = (pd.concat([old, old[later]], ignore_index=True) for old in (features, outcome))
    both = pd.concat([points, new], ignore_index=True)
    return both, *more


@pytest.fixture(scope="module")
def learnt() -> dict[str, str]:
    return _learnt(_service())


@pytest.mark.parametrize("altered", [_labels, _values, _forgotten, _strangers])
def test_whatever_is_altered_after_the_cut_the_model_is_the_same_to_the_byte(
    altered: Callable[[Service, np.ndarray], Service], learnt: dict[str, str]
) -> None:
    service = _service()
    later = (service[0]["at"] >= _cut(service[0], service[2]).cut).to_numpy()
    assert 300 < later.sum() < 700
    assert _learnt(altered(service, later)) == learnt


def test_what_is_altered_before_the_cut_does_change_the_model(learnt: dict[str, str]) -> None:
    points, features, outcome = _service()
    row = _cut(points, outcome).fit[0]
    features.iloc[row] = 9.0
    outcome.loc[row, "not_completed"] = 1 - outcome.loc[row, "not_completed"]
    assert _learnt((points, features, outcome)) != learnt


@given(st.data())
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_training_is_known_and_mature_before_the_cut_and_of_patients_without_a_test_point(
    data: st.DataObject,
) -> None:
    rows, day = data.draw(st.integers(30, 120)), st.integers(0, 365)
    ages = data.draw(st.lists(day, min_size=rows, max_size=rows))
    waits = data.draw(st.lists(st.integers(0, 80), min_size=rows, max_size=rows))
    owners = data.draw(st.lists(st.integers(0, rows), min_size=rows, max_size=rows))
    reasons = data.draw(
        st.lists(st.sampled_from(["reviewed", "pending", "left"]), min_size=rows, max_size=rows)
    )
    at = END - pd.to_timedelta(pd.Series(ages), unit="D")
    points = pd.DataFrame({"patient_id": [f"p{n}" for n in owners], "at": at})
    outcome = pd.DataFrame(
        {
            "not_completed": [float(n % 2) if reasons[n] == "reviewed" else np.nan for n in range(rows)],
            "reason": reasons,
            "label_known_at": at + pd.to_timedelta(pd.Series(waits), unit="D"),
        }
    )
    try:
        cut = _cut(points, outcome, least=1)
    except InputError:
        return  # too few outcomes on a side: nothing is learnt, so nothing leaks
    train_, test = cut.train, cut.test
    assert (at.iloc[train_] <= cut.cut - HORIZON).all()
    assert (outcome["label_known_at"].iloc[train_] < cut.cut).all()
    assert outcome["not_completed"].iloc[train_].notna().all()
    assert not set(points["patient_id"].iloc[train_]) & set(points["patient_id"].iloc[test])
    assert (at.iloc[test] >= cut.cut).all() and (at.iloc[test] <= END - HORIZON).all()
    assert not (outcome["reason"].iloc[np.concatenate([train_, test])] == "pending").any()


def test_leaving_a_service_out_keeps_the_cut_and_takes_all_of_it_out_of_training() -> None:
    points, _, outcome = _service()
    services = points["service_id"].to_numpy(dtype=object)
    whole = _cut(points, outcome)
    found = dict(leave_one_service_out(whole, services))
    assert list(found) == ["a", "b", "c"]
    for service, left in found.items():
        assert set(services[left.test]) == {service}
        assert service not in set(services[left.train])
        assert set(left.train) == set(whole.train[services[whole.train] != service])
        assert (
            replace(left, fit=whole.fit, stop=whole.stop, calibrate=whole.calibrate, test=whole.test) == whole
        )
    assert sorted(np.concatenate([left.test for left in found.values()])) == list(whole.test)
