"""Calibration is fitted on what trees make of patients whom they never saw."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

import numpy as np
import pandas as pd
import pytest

from features.errors import InputError
from models.boosting import HIGHEST_FIFTH, BoostingSettings, never_seen, train
from models.calibration import FITS, Calibration, platt
from models.calibration_choice import chosen
from models.cut_off import Aside, Choose, CutOff
from models.lesson import Lesson, lesson, part_of
from models.never_seen import JUDGED_IN, Slice, cross_fitted, folds_of
from models.risk_model import RiskModel, raw
from models.splits import Split

ROWS, PATIENTS = 600, 150
SETTINGS = BoostingSettings(
    threads=1, min_data_in_leaf=2, num_leaves=60, learning_rate=0.3, lambda_l2=0.0, feature_fraction=1.0,
    bagging_fraction=1.0, extra_trees=False, calibration="platt", refits=3, max_rounds=60, patience=60,
)  # fmt: skip


@dataclass
class Made:
    """Points whose outcome is pure chance but for each patient's own, which one predictor gives away."""

    features: pd.DataFrame
    outcome: np.ndarray
    patients: np.ndarray
    split: Split = field(init=False)

    def __post_init__(self) -> None:
        rows = np.arange(ROWS)
        cut, end = pd.Timestamp("2024-01-01"), pd.Timestamp("2024-06-01")
        self.split = Split(cut, 42, end, rows[:400], rows[400:500], rows[500:], rows[:0], 0)


@pytest.fixture(scope="module")
def made() -> Made:
    draw = np.random.default_rng(1)
    patient = np.sort(draw.integers(PATIENTS, size=ROWS))
    own = draw.integers(2, size=PATIENTS)[patient].astype(float)
    features = pd.DataFrame({"who": patient.astype(float), "noise": draw.normal(size=ROWS)})
    return Made(features, own, np.array([f"P{n}" for n in patient], dtype=object))


def test_no_margin_is_from_trees_that_saw_the_patient(made: Made) -> None:
    """Trees that saw a patient know the outcome by heart; those that did not can only guess."""
    ready, learnt = taught(made)
    unseen = cross_fitted(ready, learnt, {}, rounds=60)
    by_heart = raw(ready.binned.trees(ready.parameters({}, seed=1, threads=1), 60), learnt.matrix)
    assert np.mean((by_heart > 0) == (learnt.outcome == 1)) > 0.95
    assert np.mean((unseen.margin > 0) == (unseen.outcome == 1)) < 0.7


def test_every_training_point_is_judged_once_and_in_its_place(made: Made) -> None:
    ready, learnt = taught(made)
    unseen = cross_fitted(ready, learnt, {}, rounds=5)
    assert np.isfinite(unseen.margin).all()
    assert np.array_equal(unseen.owners, made.patients[made.split.train])
    asked = ready.parameters({}, seed=1, threads=1)
    for others, own in folds_of(ready.owners, count=JUDGED_IN, seed=1):
        booster = ready.binned.trees(asked, 5, places=others)
        assert np.array_equal(unseen.margin[own], raw(booster, learnt.matrix[own]))


def test_trees_learn_from_everybody_but_calibration_and_cut_off_are_of_trees_that_never_saw_the_patient(
    made: Made,
) -> None:
    shown: list[Aside] = []

    def look(aside: Aside) -> CutOff:
        shown.append(aside)
        return CutOff(0.5, "looked at")

    model = learnt_from(made, cut_off=look)
    train = made.split.train
    by_heart = model.margin(made.features.iloc[train]) > 0
    assert np.mean(by_heart == (made.outcome[train] == 1)) > 0.9
    assert np.array_equal(shown[0].outcome, made.outcome[train])
    assert np.mean((shown[0].risk > 0.5) == (shown[0].outcome == 1)) < 0.7
    # Margins that were known by heart would have been taken at their word.
    assert all(fitted.calibration.as_table()["slope"] < 0.3 for fitted in (model.main, *model.refits))
    assert model.about["judged"] == (
        "chosen on 600 points, each judged by trees that did not learn from its patient"
    )


def test_an_audit_is_given_the_risks_that_the_cut_off_was_chosen_on(made: Made) -> None:
    shown: list[Aside] = []

    def look(aside: Aside) -> CutOff:
        shown.append(aside)
        return CutOff(0.5, "looked at")

    model = learnt_from(made, cut_off=look)
    known = made.features, made.outcome, made.patients, made.split
    rows, risk = never_seen(model, *known, settings=SETTINGS)
    assert np.array_equal(made.outcome[rows], shown[0].outcome)
    assert np.array_equal(risk, shown[0].risk)


def test_points_judged_otherwise_than_for_the_cut_off_are_refused(made: Made) -> None:
    model = learnt_from(made)
    known = made.features, made.outcome, made.patients, made.split
    other = replace(model, about={**model.about, "flagged_share": "0.9000"})
    with pytest.raises(InputError, match=r"not the 90.0% that it was chosen for"):
        never_seen(other, *known, settings=SETTINGS)


def test_a_large_calibration_slice_is_kept_from_the_trees(
    made: Made, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("models.never_seen.ENOUGH", 100)
    model = learnt_from(made)
    aside = made.split.calibrate
    other = replace(made, outcome=made.outcome.copy())
    other.outcome[aside] = 1 - other.outcome[aside]
    assert learnt_from(other).main.booster.model_to_string() == model.main.booster.model_to_string()
    rows, risk = never_seen(model, made.features, made.outcome, made.patients, made.split, settings=SETTINGS)
    assert np.array_equal(rows, aside)
    assert np.array_equal(risk, model.main.risk(made.features.iloc[aside].to_numpy(dtype=float)))
    assert model.about["judged"] == "chosen on 100 points that the trees never saw"


def test_what_settles_the_trees_never_looks_at_the_calibration_slice(made: Made) -> None:
    other = replace(made, outcome=made.outcome.copy())
    other.outcome[made.split.calibrate] = 1 - other.outcome[made.split.calibrate]
    ready, again = taught(made)[0], taught(other)[0]
    assert again.agreed({"who": 1, "noise": 1}) == ready.agreed({"who": 1, "noise": 1})
    assert again.rounds({}) == ready.rounds({})


def test_a_patient_is_on_one_side_of_every_fold_and_everybody_is_aside_once(made: Made) -> None:
    folds = folds_of(made.patients, count=3, seed=1)
    assert sorted(np.concatenate([aside for _, aside in folds])) == list(range(ROWS))
    for learn, aside in folds:
        assert not set(made.patients[learn]) & set(made.patients[aside])
        assert len(learn) + len(aside) == ROWS


def taught(made: Made) -> tuple[Lesson, Slice]:
    """The lesson from everybody, and its points."""
    ready = lesson(made.features, made.outcome, made.patients, made.split, settings=SETTINGS, whole=True)
    return ready, part_of(made.features, made.outcome, made.patients, ready.rows)


def learnt_from(made: Made, cut_off: Choose = HIGHEST_FIFTH) -> RiskModel:
    """A model that would know every patient by heart."""
    known = made.features, made.outcome, made.patients, made.split
    return train(*known, directions={}, settings=SETTINGS, cut_off=cut_off)


def test_how_to_calibrate_is_not_judged_in_the_folds_that_the_margins_were_made_in(
    made: Made, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Trees lean away from the fold that they miss, which would speak against every calibration."""
    ready, learnt = taught(made)
    names, owner = np.unique(ready.owners.astype(str), return_inverse=True)
    made_in = [set(ready.owners[aside]) for _, aside in folds_of(ready.owners, count=JUDGED_IN, seed=1)]
    fitted_on: list[int] = []

    def watched(margin: np.ndarray, outcome: np.ndarray) -> Calibration:
        # The margin is each row's place: so what a fit was given tells which patients were kept aside.
        kept = np.setdiff1d(np.arange(len(owner)), margin.astype(int))
        if len(kept):
            aside = set(ready.owners[kept])
            fitted_on.append(max(len(aside & fold) for fold in made_in))
            assert len(aside) == pytest.approx(len(names) / 5, abs=1)
        return platt(margin, outcome)

    monkeypatch.setattr("models.calibration_choice.FITS", {**FITS, "platt": watched})
    chosen(np.arange(len(owner), dtype=float), learnt.outcome, ready.owners, asked="chosen", seed=1)
    assert len(fitted_on) == 5
    assert max(fitted_on) < 0.5 * len(names) / JUDGED_IN
