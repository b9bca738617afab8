"""`bsw evaluate --full` for real on a small WORK folder: the studies, the page, the model card."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest

from features.errors import InputError
from models.boosting import BoostingSettings
from models.rehearsal import EMPTY, MISSING, WITHOUT
from models.studies import StudySettings
from models.tuning import TuningSettings
from pipelines.config import Config, TrackingSettings, read_config
from pipelines.evaluate import evaluate
from pipelines.registry.model_card import FIELDS, ModelCardSettings
from pipelines.train import Trained, train
from tests.pipeline.small_work import small_work

pytestmark = [pytest.mark.xdist_group("mlflow"), pytest.mark.long]
DECLARED = ModelCardSettings(declared_by="A. Nobody", owner="The service", intended_use="Supervision")


@dataclass(frozen=True)
class Place:
    work: Path
    config: Config
    trained: Trained

    @property
    def figures(self) -> dict[str, Any]:
        return dict(json.loads((self.work / "metrics.json").read_text()))


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    folder = tmp_path_factory.mktemp("full")
    with pytest.MonkeyPatch.context() as patch:
        patch.delenv("MLFLOW_TRACKING_URI", raising=False)
        config = replace(
            Config(),
            tracking=TrackingSettings(uri=f"sqlite:///{folder / 'mlflow.db'}"),
            model=replace(Config().model, max_rounds=40, refits=2),
            tuning=TuningSettings(trials=2, folds=2),
            evaluation=replace(Config().evaluation, draws=20),
            studies=StudySettings(optimism=2, curve_shares=(0.5, 1.0), curve_repeats=1),
            model_card=DECLARED,
        )
        work = small_work(folder / "work")
        trained = train(work, config=config)
        evaluate(work, config=config, model=trained.uri, full=True)
        yield Place(work, config, trained)


def test_every_study_is_timed_and_told_with_its_figures(place: Place) -> None:
    studies = place.figures["studies"]
    assert set(studies) == {"explainable boosting", "optimism", "learning_curve", "rehearsal"}
    for study in studies.values():
        assert study["seconds"] > 0
        assert study["figures"] and study["says"]
    for name in ("optimism", "learning_curve"):
        assert "the search for them is not repeated" in studies[name]["says"]


def test_the_glass_box_is_a_rival_like_any_other(place: Place) -> None:
    assert "explainable boosting" in {row["model"] for row in place.figures["performance"]}
    assert "explainable boosting" in {row["rival"] for row in place.figures["gain_in_auroc"]}


def test_the_rehearsal_takes_away_every_table_and_construct_that_the_model_rests_on(place: Place) -> None:
    rows = place.figures["studies"]["rehearsal"]["figures"]
    assert {row["way"] for row in rows} == {MISSING, EMPTY, WITHOUT}
    assert {"table", "construct"} == {row["kind"] for row in rows}
    tables = {row["input"] for row in rows if row["kind"] == "table"}
    assert {"BSW001TaskSet", "BSW002TaskReview"} <= tables
    lost = {row["input"]: row["change"] for row in rows if row["metric"] == "auroc" and row["way"] == MISSING}
    assert min(lost.values()) < -0.01


def test_the_page_shows_the_studies_and_leaves_out_what_cannot_be_said(place: Place) -> None:
    page = (place.work / "evaluation.html").read_text()
    for heading in ("When an input fails", "Was there enough to learn from?", "How firm is a risk?"):
        assert heading in page
    assert "Under three services say nothing about another" in page
    assert "Harrell" in page


def test_no_patient_practitioner_or_row_is_in_the_figures(place: Place) -> None:
    text = (place.work / "metrics.json").read_text() + (place.work / "model_card.json").read_text()
    assert "S:P" not in text and "S:W" not in text and "S:C" not in text


def test_the_card_says_what_was_measured_declared_and_missing(place: Place) -> None:
    card = json.loads((place.work / "model_card.json").read_text())
    fields = {one["field"]: one for part in card["sections"].values() for one in part}
    assert card["declared_by"] == "A. Nobody"
    assert set(card["sections"]) == set(FIELDS)
    assert fields["Who answers for it"] == {
        "field": "Who answers for it",
        "status": "declared",
        "says": "The service",
    }
    uncertainty = next(one["says"] for one in fields.values() if "draws of patients" in one["says"])
    assert "90% interval from 2 models" in uncertainty and "less often than its level" in uncertainty
    assert fields["Contact"]["status"] == "missing" and fields["Contact"]["says"] == ""
    assert fields["Against logistic regression"]["status"] == "measured"
    assert fields["Across ethnic groups"]["status"] == "missing"
    assert {one["status"] for one in fields.values()} == {"measured", "declared", "missing"}


def test_other_slices_than_the_models_own_are_not_studied(place: Place) -> None:
    other = replace(place.config, split=replace(place.config.split, seed=2))
    with pytest.raises(InputError, match=r"split\.seed = 1, but the configuration says 2"):
        evaluate(place.work, config=other, model=place.trained.uri, full=True)


def test_another_procedure_than_the_models_own_is_not_studied(place: Place) -> None:
    other = replace(place.config, model=replace(place.config.model, num_leaves=7))
    with pytest.raises(
        InputError,
        match=rf"model\.num_leaves = {BoostingSettings().num_leaves}, but the configuration says 7",
    ):
        evaluate(place.work, config=other, model=place.trained.uri, full=True)


def test_a_model_from_elsewhere_is_not_studied(place: Place, tmp_path: Path) -> None:
    other = small_work(tmp_path, patients=900, seed=9)
    with pytest.raises(InputError, match="was not trained from these records"):
        evaluate(other, config=place.config, model=place.trained.uri, full=True)


def test_what_nobody_declares_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "settings.toml"
    path.write_text('[model_card]\nowner = "The service"\n')
    with pytest.raises(InputError, match="owner: declared by nobody"):
        read_config(path)
