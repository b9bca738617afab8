"""From records to champion, nothing of a patient or practitioner is in MLflow's store; and the search would find it."""

from __future__ import annotations

import gzip
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import pandas as pd
import pytest

from models.studies import StudySettings
from models.tuning import TuningSettings
from pipelines.audit import audit
from pipelines.auditing.table import Asked
from pipelines.build import build
from pipelines.config import Config, TrackingSettings
from pipelines.evaluate import evaluate
from pipelines.promote import Override, promote
from pipelines.registry.tracking import connect, run
from pipelines.synthetic.whole_service import synthesise
from pipelines.train import train
from tests.pipeline.planted import ADDED, MARK, births, contents, found, moments, plant, rows

pytestmark = [pytest.mark.xdist_group("mlflow"), pytest.mark.long]
ASKED = Asked(
    risk="risk",
    outcome="not_completed",
    flag="flag",
    by=("ethnic_group",),
    cluster="patient_id",
    id="point_id",
    practitioner="practitioner_id",
)
KINDS = {"", ".html", ".json", ".md", ".png", ".py", ".txt", ".yaml", ".yml"}


@dataclass(frozen=True)
class Walked:
    """The folders of the whole way, and what of them must not be in the store."""

    source: Path
    work: Path
    store: Path
    config: Config

    @property
    def points(self) -> pd.DataFrame:
        return pd.read_parquet(self.work / "points.parquet")

    @property
    def secrets(self) -> dict[str, set[str]]:
        features = pd.read_parquet(self.work / "features.parquet")
        return {
            "identifiers": {MARK, *ADDED.values()},
            "dates of birth": births(self.source),
            "moments": moments(self.points),
            "rows": rows(features),
        }


@pytest.fixture(scope="module")
def walked(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Walked]:
    """Marked records, and every command that writes to MLflow run on them."""
    folder = tmp_path_factory.mktemp("whole_way")
    with pytest.MonkeyPatch.context() as patch:
        patch.delenv("MLFLOW_TRACKING_URI", raising=False)
        config = replace(
            Config(),
            tracking=TrackingSettings(uri=f"sqlite:///{folder / 'store' / 'mlflow.db'}"),
            model=replace(Config().model, max_rounds=20, refits=2),
            tuning=TuningSettings(trials=2, folds=2),
            evaluation=replace(Config().evaluation, draws=30),
            studies=StudySettings(optimism=2, curve_shares=(1.0,), curve_repeats=1, relearn=False),
        )
        source, work = folder / "records", folder / "work"
        synthesise(source, pathways=600, services=2, months=24, seed=3, file_format="parquet")
        plant(source)
        build(source, out=work, config=config, until=None)
        trained = train(work, config=config)
        evaluate(work, config=config, model=None, full=True)
        audit(work / "predictions.parquet", ASKED, out=folder / "audit", config=config)
        override = Override("to see what is written", "a test")
        promote(trained.version, config=config, audit=folder / "audit", override=override)
        yield Walked(source, work, folder / "store", config)


def test_the_marks_came_through_to_the_points_and_predictions(walked: Walked) -> None:
    predictions = pd.read_parquet(walked.work / "predictions.parquet")
    for column in ("patient_id", "practitioner_id", "point_id"):
        assert predictions[column].str.contains(MARK).all()
    for what in ("dates of birth", "moments", "rows"):
        assert len(walked.secrets[what]) > 100, what


@pytest.mark.parametrize("what", ["identifiers", "dates of birth", "moments", "rows"])
def test_nothing_of_a_person_is_in_the_store(walked: Walked, what: str) -> None:
    assert found(walked.store, walked.secrets[what]) == []


def test_only_kinds_of_files_that_hold_no_table_of_rows_are_in_the_store(walked: Walked) -> None:
    kinds = {path.suffix for path in (walked.store / "mlartifacts").rglob("*") if path.is_file()}
    assert kinds <= KINDS


def test_what_should_be_in_the_store_is_there(walked: Walked) -> None:
    names = " ".join(place for place, _ in contents(walked.store))
    for artefact in (
        "configuration.json",
        "environment.txt",
        "catalogue.md",
        "build_manifest.json",
        "what_the_trees_lean_on.png",
        "calibration.png",
        "tuning.json",
        "metrics.json",
        "model_card.json",
        "evaluation.html",
        "promotion.json",
        "audit.json",
        "risk_model.json",
        "code.json",
    ):
        assert artefact in names
    (environment, *_) = [text for place, text in contents(walked.store) if place.endswith("environment.txt")]
    assert b"\nlightgbm==" in environment
    assert b"/" not in environment and b"://" not in environment


def test_the_search_finds_whatever_somebody_logs_by_mistake(walked: Walked, tmp_path: Path) -> None:
    store = tmp_path / "store"
    config = replace(walked.config, tracking=TrackingSettings(uri=f"sqlite:///{store / 'mlflow.db'}"))
    connect(config)
    assert found(store, {MARK}) == []
    patient, practitioner, point = walked.points[["patient_id", "practitioner_id", "point_id"]].iloc[0]
    packed = tmp_path / "packed.gz"
    packed.write_bytes(gzip.compress(point.encode()))
    with run(config, "a mistake") as mlflow:
        mlflow.set_tag("worst", practitioner)
        mlflow.log_param("worst", patient)
        mlflow.log_artifact(str(packed))
        mlflow.log_text(pd.read_parquet(walked.work / "features.parquet").to_csv(index=False), "rows.txt")
    places = " ".join(found(store, {practitioner, patient, point}))
    assert f"mlflow.db (values): {practitioner.lower()}" in places
    assert f"mlflow.db (values): {patient.lower()}" in places
    assert f"packed.gz (gzip): {point.lower()}" in places
    assert any("rows.txt" in place for place in found(store, walked.secrets["rows"]))
