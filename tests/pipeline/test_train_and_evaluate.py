"""Train, register, load and evaluate for real, on a small WORK folder and a SQLite store."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from features.errors import InputError
from models.answers import answers
from models.tuning import TuningSettings, tuned_settings
from pipelines.config import Config, TrackingSettings
from pipelines.evaluate import PREDICTION_COLUMNS, evaluate
from pipelines.registry.registered import model_of
from pipelines.registry.tracking import connect, load_model
from pipelines.store import is_synthetic, read_manifest
from pipelines.train import Trained, read_material, train
from tests.pipeline.small_work import small_work

pytestmark = pytest.mark.xdist_group(name="mlflow")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("registry")


@pytest.fixture(scope="module")
def config(folder: Path) -> Iterator[Config]:
    with pytest.MonkeyPatch.context() as patch:
        patch.delenv("MLFLOW_TRACKING_URI", raising=False)
        small = replace(Config().model, max_rounds=80, refits=3)
        evaluation = replace(Config().evaluation, draws=50)
        store = TrackingSettings(uri=f"sqlite:///{folder / 'mlflow.db'}")
        tuning = TuningSettings(trials=3, folds=2)
        yield replace(Config(), tracking=store, model=small, tuning=tuning, evaluation=evaluation)


@pytest.fixture(scope="module")
def work(folder: Path) -> Path:
    return small_work(folder / "work")


@pytest.fixture(scope="module")
def trained(work: Path, config: Config) -> Trained:
    return train(work, config=config)


@pytest.fixture(scope="module")
def predictions(work: Path, config: Config, trained: Trained) -> pd.DataFrame:
    evaluate(work, config=config, model=None)
    return pd.read_parquet(work / "predictions.parquet")


def test_what_was_trained_is_the_candidate_and_nobody_is_champion_yet(
    work: Path, config: Config, trained: Trained
) -> None:
    candidate = load_model("models:/bsw@candidate", config)
    assert candidate.version == trained.version == "1"
    features = read_material(work).features
    again = load_model(trained.uri, config).model
    pd.testing.assert_frame_equal(
        candidate.model.predict(features), again.predict(features), check_exact=True
    )
    with pytest.raises(InputError, match="`bsw promote` makes one champion"):
        load_model("models:/bsw@champion", config)


def test_training_twice_gives_the_same_risks(work: Path, config: Config, trained: Trained) -> None:
    first = load_model(trained.uri, config).model
    second = load_model(train(work, config=config).uri, config).model
    assert dict(first.texts) == dict(second.texts)


def test_the_whole_search_is_logged_and_the_model_says_what_was_found(
    config: Config, trained: Trained, folder: Path
) -> None:
    import mlflow

    connect(config)
    trials = mlflow.load_table("tuning.json", run_ids=[trained.run_id])
    assert len(trials) == 3 and trials["best"].sum() == 1
    logged = mlflow.get_run(trained.run_id).data.params
    assert logged["tuning.trials"] == "3"
    found = tuned_settings(load_model(trained.uri, config).model.about, config.model)
    assert float(logged["tuned.learning_rate"]) == found.learning_rate
    assert trials.query("best")["learning_rate"].item() == pytest.approx(found.learning_rate)
    pictures = mlflow.MlflowClient().list_artifacts(trained.run_id, "figures")
    assert "figures/tuning.png" in {picture.path for picture in pictures}


def test_how_much_was_learnt_from_is_logged_rounded_and_never_to_the_digit(
    work: Path, config: Config, trained: Trained
) -> None:
    import mlflow

    connect(config)
    material = read_material(work)
    had = material.had(material.split(config))
    logged = mlflow.get_run(trained.run_id).data.metrics
    assert had.points % 5 != 0 and logged["training_points"] == 5 * round(had.points / 5)
    assert logged["training_prevalence"] == round(had.prevalence, 2) != had.prevalence


def test_mlflow_itself_serves_the_model(work: Path, config: Config, trained: Trained) -> None:
    import mlflow

    served = mlflow.pyfunc.load_model(trained.uri)
    features = read_material(work).features.head(20)
    own = answers(load_model(trained.uri, config).model, features)
    pd.testing.assert_frame_equal(served.predict(features), own)


def test_no_patient_contact_or_practitioner_is_in_the_store(
    folder: Path, work: Path, predictions: pd.DataFrame
) -> None:
    points = read_material(work).points
    planted = {*points["patient_id"], *points["contact_id"], *points["practitioner_id"]}
    text = b"".join(
        path.read_bytes() for path in folder.rglob("*") if path.is_file() and work not in path.parents
    )
    assert [name for name in planted if str(name).encode() in text] == []


def test_predictions_hold_the_held_out_rows_and_their_groups(
    work: Path, config: Config, predictions: pd.DataFrame
) -> None:
    cut = read_material(work).split(config)
    assert len(predictions) == len(cut.test)
    assert (predictions["at"] >= cut.cut).all()
    assert {*PREDICTION_COLUMNS, "ethnic_group", "age_band"} <= set(predictions)
    assert predictions["not_completed"].isna().any()
    assert predictions["risk"].between(predictions["risk_low"], predictions["risk_high"]).all()
    assert is_synthetic(work / "predictions.parquet")


def test_the_model_found_what_was_planted(work: Path, predictions: pd.DataFrame) -> None:
    figures = json.loads((work / "metrics.json").read_text())
    area = next(r for r in figures["performance"] if r["model"] == "boosted model" and r["metric"] == "auroc")
    assert area["value"] > 0.65
    assert area["low"] < area["value"] < area["high"]
    assert {row["model"] for row in figures["performance"]} == {
        "boosted model", "prevalence", "last BSW status", "logistic regression"
    }  # fmt: skip
    assert figures["verdict"].split(" than")[0] in ("Better", "No better", "Worse")


def test_the_page_says_the_verdict_first_and_what_the_figures_rest_on(
    work: Path, predictions: pd.DataFrame
) -> None:
    page = (work / "evaluation.html").read_text()
    verdict = json.loads((work / "metrics.json").read_text())["verdict"]
    assert page.index(verdict.split(":")[0]) < page.index("Against simpler ways")
    assert "conditional on the work having been reviewed" in page
    assert "Synthetic." in page


@pytest.mark.parametrize("test_share", [0.2, 0.6])
def test_another_cut_than_the_models_own_is_refused_in_the_build_that_it_learnt_from(
    work: Path, config: Config, trained: Trained, predictions: pd.DataFrame, test_share: float
) -> None:
    other = replace(config, split=replace(config.split, test_share=test_share))
    with pytest.raises(
        InputError, match=r"learnt from points up to .* give the configuration of the training"
    ):
        evaluate(work, config=other, model=trained.uri)


@pytest.mark.parametrize("uri", ["models:/bsw/99", "models:/other/latest", "models:/bsw@nobody"])
def test_a_model_that_is_not_there_is_named(config: Config, trained: Trained, uri: str) -> None:
    with pytest.raises(InputError, match=f"{uri}: not found"):
        load_model(uri, config)


def test_without_a_name_the_model_trained_here_is_measured_and_never_one_of_another_store(
    work: Path, config: Config, predictions: pd.DataFrame, tmp_path: Path
) -> None:
    assert model_of(work, config) == read_manifest(work, "train")["model"]
    assert model_of(tmp_path, config) == "models:/bsw@champion"
    elsewhere = replace(config, tracking=TrackingSettings(uri=f"sqlite:///{tmp_path / 'other.db'}"))
    with pytest.raises(InputError, match=r"trained here \(models:/bsw/\d\) is not in .*other.db"):
        evaluate(work, config=elsewhere, model=None)


def test_nothing_is_trained_on_a_build_that_did_not_finish(tmp_path: Path, config: Config) -> None:
    with pytest.raises(InputError, match="step 'build' has not finished"):
        train(tmp_path, config=config)


def test_too_few_outcomes_are_refused_with_their_numbers(tmp_path: Path, config: Config) -> None:
    with pytest.raises(InputError, match="too little to learn from"):
        train(small_work(tmp_path, patients=12), config=config)
    with pytest.raises(InputError, match="'train' has not finished"):
        read_manifest(tmp_path, "train")


def test_neither_side_of_the_cut_can_reach_the_other(work: Path, config: Config) -> None:
    material = read_material(work)
    cut = material.split(config)
    points, outcome = material.points, material.outcome
    horizon = pd.Timedelta(days=config.outcome.horizon_days)
    assert (points["at"].iloc[cut.train] <= cut.cut - horizon).all()
    assert (outcome["label_known_at"].iloc[cut.train] <= cut.cut).all()
    assert not set(points["patient_id"].iloc[cut.train]) & set(points["patient_id"].iloc[cut.test])
    assert not (outcome["reason"].iloc[np.concatenate([cut.train, cut.test])] == "pending").any()
    slices = [set(points["patient_id"].iloc[rows]) for rows in (cut.fit, cut.stop, cut.calibrate)]
    assert not slices[0] & slices[1] and not slices[0] & slices[2] and not slices[1] & slices[2]
