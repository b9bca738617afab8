"""What the page, the card and metrics.json say of an evaluation that was really made, and what they must not."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from functools import cached_property
from pathlib import Path
from typing import Any

import pytest

from features.predictor import everything
from models.baselines import baselines
from models.boosting import train
from models.left_out import left_out
from models.spline_logistic import parameters
from models.studies import Procedure
from pipelines.config import Config
from pipelines.evaluate import predict
from pipelines.evaluating.evaluated import Evaluation, Study
from pipelines.evaluating.examined import Held, examine
from pipelines.evaluating.metrics_json import as_json
from pipelines.evaluating.page import evaluation_page
from pipelines.page import write_page
from pipelines.registry.model_card import ModelCardSettings, model_card
from pipelines.registry.model_card_measured import measured
from pipelines.registry.tracking import LoadedModel
from pipelines.store import read_table
from pipelines.train import Material, read_material
from tests.pipeline.made_pages import text_of
from tests.pipeline.small_work import small_work

CONFIG = replace(
    Config(),
    model=replace(Config().model, max_rounds=40, refits=2),
    evaluation=replace(Config().evaluation, draws=40),
)


class Made:
    """An evaluation of a small WORK folder of so many services, and what is said of it."""

    def __init__(self, folder: Path, *, services: int) -> None:
        self.folder = folder
        self.material: Material = read_material(
            small_work(folder / "work", services=services, patients=1_500)
        )
        material, cut = self.material, self.material.split(CONFIG)
        directions = {name: known.direction for name, known in everything().items() if known.direction}
        patients = material.points["patient_id"].to_numpy(dtype=object)
        learnt = material.features, material.labels, patients, cut
        model = train(*learnt, directions=directions, settings=CONFIG.model)
        noted = replace(model, about={**model.about, "built": material.built})
        loaded = LoadedModel(noted, "models:/bsw/1", "1")
        held = Held(
            predict(material, cut, loaded, CONFIG.flags),
            baselines(material.features, material.labels, cut),
            read_table(folder / "work" / "protected.parquet", "point_id"),
        )
        self.found = examine(held, material, cut, loaded, CONFIG)
        self.procedure = Procedure(*learnt, directions, CONFIG.model)

    @cached_property
    def with_each_left_out(self) -> Evaluation:
        """With the study that leaves each service out."""
        services = self.material.points["service_id"].to_numpy(dtype=object)
        apart = left_out(self.procedure, services, settings=CONFIG.evaluation)
        study = Study(apart.services, 1.0, "Each service left out.", apart.summary)
        return replace(self.found, studies={"leave_one_service_out": study})

    def text(self, found: Evaluation | None = None) -> str:
        """What a reader sees of the page."""
        shown = replace(found or self.found, card=model_card(self.card(found), ModelCardSettings()))
        page = write_page(self.folder / "page.html", evaluation_page(shown))
        return " ".join(text_of(page).split())

    def card(self, found: Evaluation | None = None) -> Mapping[str, str]:
        """What was measured, in the words of the card."""
        return measured(found or self.found, self.material, None)

    def figures(self, found: Evaluation | None = None) -> dict[str, Any]:
        """The whole of metrics.json."""
        return as_json(found or self.found, CONFIG)


@pytest.fixture(scope="module")
def several(tmp_path_factory: pytest.TempPathFactory) -> Made:
    return Made(tmp_path_factory.mktemp("several"), services=3)


@pytest.fixture(scope="module")
def single(tmp_path_factory: pytest.TempPathFactory) -> Made:
    return Made(tmp_path_factory.mktemp("single"), services=1)


def test_services_that_were_learnt_from_say_nothing_of_a_new_one(several: Made) -> None:
    text, card = several.text(), several.card()["over_services"]
    assert "Over the 3 services that it learnt from, the mean AUROC is" in text
    assert "says nothing about a new one. bsw evaluate --full adds what to expect there." in text
    assert "expected in a new service" not in text and "In a service that was not there" not in text
    assert "3 services that it learnt from" in card and "in a new one it was not measured" in card
    assert not {"new_low", "new_high"} & set(several.figures()["over_services"][0])


def test_a_new_service_is_told_of_by_models_that_learnt_nothing_from_it(several: Made) -> None:
    found = several.with_each_left_out
    assert found.left_out is not None
    area = found.left_out.summary.set_index("measure").loc["auroc"]
    own = found.services.summary.set_index("measure").loc["auroc"]
    assert f"{area['new_low']:.3f}" != f"{own['new_low']:.3f}"
    text, card = several.text(found), several.card(found)["over_services"]
    assert f"expect an AUROC between {area['new_low']:.2f} and {area['new_high']:.2f}" in text
    assert "each measured by a model that learnt nothing from it" in text
    assert f"expected in a new one: {area['new_low']:.3f} to {area['new_high']:.3f}" in card
    assert f"{own['new_low']:.3f} to" not in text + card


def test_of_a_model_from_elsewhere_it_is_not_said_what_full_would_tell(several: Made) -> None:
    elsewhere = replace(several.found, footing=replace(several.found.footing, learnt_here=False, had=None))
    text = several.text(elsewhere)
    assert "which services it learnt from is not known here" in text
    assert "what to expect there" not in text and "services that it learnt from" not in text


def test_one_service_has_no_mean_over_services_and_no_word_on_how_it_is_made(single: Made) -> None:
    text = single.text()
    assert "Under three services say nothing about another" in text
    for words in ("mean over services", "expected in a new service", "Random-effects", "that it learnt from"):
        assert words not in text


def test_enough_is_asked_for_the_parameters_that_the_regression_learns(several: Made) -> None:
    predictors = len(several.found.model.model.predictors)
    (asked,) = {row["parameters"] for row in several.figures()["sample_size"]}
    assert asked == parameters(several.material.features, several.found.cut) > predictors
    assert f"learns {asked} parameters of the {predictors} predictors" in several.text()
