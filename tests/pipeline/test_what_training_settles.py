"""Training settles the cut-off and who is unlike, on patients whom trees never saw, and both are registered."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from features.errors import InputError
from models.at_the_flag import flags_per_practitioner_week
from models.boosting import train as learn
from models.cut_off import Aside, CutOffSettings
from models.flags import FlagSettings
from models.risk_model import RiskModel, from_texts
from pipelines.config import Config
from pipelines.train import Material, cut_off_for, familiarity_of, read_material
from tests.pipeline.small_work import small_work

CAPACITY = Config(flags=FlagSettings(cut_off=CutOffSettings(way="capacity", flags_a_week=1.5)))


@pytest.fixture(scope="module")
def material(tmp_path_factory: pytest.TempPathFactory) -> Material:
    return read_material(small_work(tmp_path_factory.mktemp("work")))


@pytest.fixture(scope="module")
def model(material: Material) -> RiskModel:
    cut = material.split(CAPACITY)
    learnt = learn(
        material.features,
        material.labels,
        material.points["patient_id"].to_numpy(dtype=object),
        cut,
        directions={},
        settings=replace(CAPACITY.model, max_rounds=40, refits=1),
        cut_off=cut_off_for(material, cut, CAPACITY),
    )
    return replace(learnt, familiarity=familiarity_of(learnt, material, cut, CAPACITY))


def test_a_capacity_keeps_its_word_on_points_that_are_held_out(material: Material, model: RiskModel) -> None:
    cut = material.split(CAPACITY)
    before = material.points[material.points["at"] < cut.cut].assign(flag=1)
    flagged = model.predict(material.features.iloc[cut.test])["risk"] >= model.threshold
    assert flagged.mean() == pytest.approx(1.5 / flags_per_practitioner_week(before), abs=0.08)
    assert model.about["cut_off"].startswith("1.5 flags per practitioner and week on average")


def test_the_choice_never_looks_at_the_held_out_points(material: Material) -> None:
    cut = material.split(CAPACITY)
    points = material.points.assign(
        practitioner_id=material.points["practitioner_id"].where(material.points["at"] < cut.cut, "S:W0")
    )
    spoilt = replace(material, points=points)
    assert cut_off_for(spoilt, cut, CAPACITY)(aside_of(1)) == cut_off_for(material, cut, CAPACITY)(
        aside_of(1)
    )


def aside_of(seed: int) -> Aside:
    risk = np.random.default_rng(seed).random(500)
    return Aside(risk, (risk > 0.5).astype(float))


def test_a_capacity_without_practitioners_is_refused(material: Material) -> None:
    nobody = replace(material, points=material.points.assign(practitioner_id=None))
    with pytest.raises(InputError, match='"capacity", but no point has a practitioner; choose "share"'):
        cut_off_for(nobody, material.split(CAPACITY), CAPACITY)


def test_what_was_settled_is_registered_and_read_back(material: Material, model: RiskModel) -> None:
    again = from_texts(model.texts)
    assert (again.threshold, dict(again.about)) == (model.threshold, dict(model.about))
    assert again.familiarity == model.familiarity
    unlike = again.unlike(material.features)
    assert unlike.equals(model.unlike(material.features))
    assert 0 < unlike.mean() < 0.05


def test_no_value_of_any_patient_is_registered_but_rounded_ones(material: Material, model: RiskModel) -> None:
    assert model.familiarity
    confidence = set(material.features["patient_confidence"])
    assert not confidence & set(model.familiarity.spreads["patient_confidence"].edges)
