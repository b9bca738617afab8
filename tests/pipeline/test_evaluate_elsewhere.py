"""A model evaluated on records that it did not learn from, and what the evaluation says about its own footing."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from features.errors import InputError
from features.points import CONTACT_POINT, PLATFORM_WEEK
from models.outcome import OutcomeSettings
from models.tuning import TuningSettings
from pipelines.config import Config, TrackingSettings
from pipelines.evaluate import evaluate, held_out_from
from pipelines.evaluating.examined import learnt_here
from pipelines.registry.tracking import load_model
from pipelines.store import manifest_path, read_manifest, step, write_table
from pipelines.train import Trained, read_material, train
from tests.pipeline.small_work import LAST_DAY, small_work

pytestmark = pytest.mark.xdist_group("mlflow")


@dataclass(frozen=True)
class Place:
    work: Path
    config: Config
    trained: Trained


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    folder = tmp_path_factory.mktemp("elsewhere")
    with pytest.MonkeyPatch.context() as patch:
        patch.delenv("MLFLOW_TRACKING_URI", raising=False)
        config = replace(
            Config(),
            tracking=TrackingSettings(uri=f"sqlite:///{folder / 'mlflow.db'}"),
            model=replace(Config().model, max_rounds=40, refits=2),
            tuning=TuningSettings(trials=0),
            evaluation=replace(Config().evaluation, draws=20),
        )
        work = small_work(folder / "work")
        yield Place(work, config, train(work, config=config))


def test_other_records_are_recognised_without_having_been_trained_on(place: Place, tmp_path: Path) -> None:
    other = small_work(tmp_path, patients=900, seed=9)
    evaluate(other, config=place.config, model=place.trained.uri)
    figures = json.loads((other / "metrics.json").read_text())
    assert figures["learnt_from_this_build"] is False
    assert figures["points"]["left_out_of_test"] > 0
    assert "rivals_fit" in figures["points"] and "fit" not in figures["points"]
    page = (other / "evaluation.html").read_text()
    assert "did not learn from these records as built here" in page
    assert "to learn the trees" not in page


def test_on_other_records_nobody_met_before_the_models_cut_is_in_the_test(
    place: Place, tmp_path: Path
) -> None:
    material = read_material(small_work(tmp_path, patients=900, seed=9))
    loaded = load_model(place.trained.uri, place.config)
    learnt_to = pd.Timestamp(loaded.model.about["cut"])
    cut = held_out_from(loaded, material, place.config)
    met = set(material.points.loc[material.points["at"] < learnt_to, "patient_id"])
    assert not met & set(material.points["patient_id"].iloc[cut.test])
    assert (material.points["at"].iloc[cut.test] >= learnt_to).all()


def test_its_own_build_is_recognised_and_keeps_every_held_out_point(place: Place) -> None:
    material = read_material(place.work)
    loaded = load_model(place.trained.uri, place.config)
    assert learnt_here(loaded, material)
    cut = held_out_from(loaded, material, place.config)
    assert cut.set_apart == 0
    assert np.array_equal(cut.test, material.split(place.config).test)


def test_a_changed_outcome_makes_it_another_build(place: Place, tmp_path: Path) -> None:
    material = read_material(_like(place.work, tmp_path, OutcomeSettings(), flip=True))
    assert not learnt_here(load_model(place.trained.uri, place.config), material)


def test_the_horizon_is_the_builds_whatever_is_configured_now(place: Place) -> None:
    longer = replace(place.config, outcome=OutcomeSettings(horizon_days=90))
    assert read_material(place.work).split(longer).horizon_days == 42


def test_another_outcome_than_the_model_learnt_is_refused(place: Place, tmp_path: Path) -> None:
    other = _like(place.work, tmp_path, OutcomeSettings(done_share=1.0, count_dropout_as="not_completed"))
    with pytest.raises(InputError) as refused:
        evaluate(other, config=place.config, model=place.trained.uri)
    assert "outcome.done_share = 0.5, but here it is 1.0" in str(refused.value)
    assert "outcome.count_dropout_as = 'unknown', but here it is 'not_completed'" in str(refused.value)
    assert not (other / "predictions.parquet").exists()


def test_a_model_of_sessions_is_not_asked_about_weeks_on_the_programme(place: Place, tmp_path: Path) -> None:
    weeks = _like(place.work, tmp_path, OutcomeSettings(), kind=PLATFORM_WEEK)
    with pytest.raises(InputError) as refused:
        evaluate(weeks, config=place.config, model=place.trained.uri)
    (fault,) = refused.value.faults
    assert "learnt from points of the kind 'contact', but here they are of the kind 'platform week'" in fault
    assert (
        "name a model that learnt from such points, train one on them, or give records with BSW001TaskSet"
        in fault
    )
    assert not (weeks / "predictions.parquet").exists()
    own = train(weeks, config=place.config)
    assert held_out_from(load_model(own.uri, place.config), read_material(weeks), place.config).test.size > 0


def test_a_model_that_does_not_say_from_which_points_it_learnt_is_asked_about_none(place: Place) -> None:
    loaded = load_model(place.trained.uri, place.config)
    told = json.loads(loaded.model.about["meaning"])
    del told["points"]["kind"]
    about = {**loaded.model.about, "meaning": json.dumps(told)}
    older = replace(loaded, model=replace(loaded.model, about=about))
    with pytest.raises(InputError, match="from points of the kind 'not known then'"):
        held_out_from(older, read_material(place.work), place.config)


def test_those_who_left_are_reported_both_ways_whichever_way_was_built(place: Place, tmp_path: Path) -> None:
    other = _like(place.work, tmp_path, OutcomeSettings(count_dropout_as="not_completed"))
    evaluate(place.work, config=place.config, model=place.trained.uri)
    train(other, config=place.config)
    latest = f"models:/bsw/{read_manifest(other, 'train')['version']}"
    evaluate(other, config=place.config, model=latest)
    unknown, counted = (json.loads((work / "metrics.json").read_text()) for work in (place.work, other))
    assert "dropout_as_not_completed" in unknown and "dropout_as_unknown" in counted
    known = [figures["points"]["test_with_known_outcome"] for figures in (unknown, counted)]
    assert known[0] < known[1]
    assert "had not done the work" in (place.work / "evaluation.html").read_text()
    assert "were unknown" in (other / "evaluation.html").read_text()


def test_without_the_last_status_the_page_says_what_is_not_compared(place: Place, tmp_path: Path) -> None:
    other = _like(place.work, tmp_path, OutcomeSettings(), drop="last_share_completed")
    trained = train(other, config=place.config)
    evaluate(other, config=place.config, model=trained.uri)
    assert "Not compared with the last work" in (other / "evaluation.html").read_text()


def test_records_without_a_predictor_that_the_model_needs_are_refused_by_name(
    place: Place, tmp_path: Path
) -> None:
    other = _like(place.work, tmp_path, OutcomeSettings(), drop="phq9_latest")
    with pytest.raises(InputError, match="needs the predictor 'phq9_latest'"):
        evaluate(other, config=place.config, model=place.trained.uri)
    assert not (other / "predictions.parquet").exists()


def test_a_build_of_before_services_had_ends_of_their_own_is_refused_with_the_remedy(tmp_path: Path) -> None:
    work = small_work(tmp_path, patients=20)
    path = manifest_path(work, "build")
    manifest = json.loads(path.read_text())
    del manifest["last_days"]
    path.write_text(json.dumps(manifest))
    with pytest.raises(InputError, match="earlier version of this software; run `bsw build` again"):
        read_material(work)


def test_the_served_model_names_wrong_columns_and_carries_no_row(place: Place) -> None:
    import mlflow

    served = mlflow.pyfunc.load_model(place.trained.uri)
    features = read_material(place.work).features
    with pytest.raises(mlflow.exceptions.MlflowException, match="phq9_latest"):
        served.predict(features.drop(columns="phq9_latest").head(2))
    texts = [column.name for column in served.metadata.get_input_schema() if column.type.name != "double"]
    assert texts == ["point_id"]
    assert served.metadata.saved_input_example_info is None


def test_the_latest_version_is_known_by_its_number(place: Place) -> None:
    latest = load_model("models:/bsw/latest", place.config)
    assert latest.version.isdigit()


def _like(
    work: Path,
    copy: Path,
    outcome_settings: OutcomeSettings,
    *,
    flip: bool = False,
    drop: str | None = None,
    kind: str = CONTACT_POINT,
) -> Path:
    """Another finished build of the same points, with those who left counted as the settings say."""
    frames = {name: pd.read_parquet(work / f"{name}.parquet") for name in ("points", "features", "protected")}
    outcome = pd.read_parquet(work / "outcome.parquet")
    if outcome_settings.count_dropout_as == "not_completed":
        left = outcome["reason"] == "left"
        outcome.loc[left, "not_completed"] = 1.0
        over = frames["points"]["at"] + pd.Timedelta(days=outcome_settings.horizon_days)
        outcome.loc[left, "label_known_at"] = over[left]
    frames["points"]["kind"] = kind
    if flip:
        outcome.loc[0, "not_completed"] = 1 - outcome["not_completed"].fillna(0)[0]
    if drop:
        frames["features"] = frames["features"].drop(columns=drop)
    config = replace(Config(), outcome=outcome_settings)
    with step("build", copy, inputs={}, config=config) as manifest:
        for name, frame in {**frames, "outcome": outcome}.items():
            manifest.wrote(write_table(copy / f"{name}.parquet", frame, synthetic=True))
        manifest.says(
            synthetic=True, records_up_to=LAST_DAY, until=None, left_out={}, last_days={"S": LAST_DAY}
        )
    return copy
