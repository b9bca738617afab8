"""`bsw evaluate`: measure a model on the points that training never saw."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from features.errors import InputError
from models.baselines import baselines
from models.evaluation import (
    HeldOut,
    ascertainment,
    at_the_flag,
    calibration_curve,
    flags_per_practitioner_week,
    gains,
    net_benefit,
    performance,
    verdict,
)
from models.splits import Split
from pipelines.config import Config
from pipelines.evaluation_page import Evaluation, evaluation_page
from pipelines.page import write_page
from pipelines.progress import progress
from pipelines.store import read_manifest, read_table, step, write_json, write_table
from pipelines.tracking import LoadedModel, load_model, run
from pipelines.train import Material, read_material

BOOSTED = "boosted model"
PREDICTION_COLUMNS = (
    "point_id",
    "patient_id",
    "practitioner_id",
    "service_id",
    "split",
    "at",
    "risk",
    "risk_low",
    "risk_high",
    "flag",
    "not_completed",
)


def evaluate(work: Path, *, config: Config, model: str | None) -> None:
    """Write WORK/predictions.parquet, metrics.json, evaluation.csv and evaluation.html.

    Errors: InputError where WORK was not trained on, or the model learnt from points that are held out.
    """
    uri = model or f"models:/{config.tracking.registered_model}@champion"
    with step("evaluate", work, inputs={"points": work / "points.parquet"}, config=config) as manifest:
        material = read_material(work)
        trained = read_manifest(work, "train")
        loaded = load_model(uri, config)
        cut = material.split(config)
        _never_saw(loaded, cut)
        with progress("Evaluating", 4) as advance:
            predictions = predict(material, cut, loaded)
            advance("baselines")
            rivals = baselines(material.features, material.labels, cut)
            advance("metrics")
            found = examine(predictions, rivals, material, cut, loaded, config)
            advance("page")
            groups = read_table(work / "protected.parquet", "point_id")
            table = predictions.merge(groups, on="point_id", how="left", validate="1:1")
            synthetic = bool(material.manifest["synthetic"])
            manifest.wrote(write_table(work / "predictions.parquet", table, synthetic=synthetic))
            manifest.wrote(write_table(work / "evaluation.csv", found.performance))
            manifest.wrote(write_json(work / "metrics.json", found.as_json()))
            manifest.wrote(write_page(work / "evaluation.html", evaluation_page(found)))
            _log(found, work, config)
            advance()
        manifest.says(model=loaded.uri, trained=trained["model"], synthetic=synthetic, verdict=found.verdict)
    print(f"{work}: {found.verdict}")


def _never_saw(loaded: LoadedModel, cut: Split) -> None:
    """Refuse a model whose cut is later than this one's: it learnt from points that would be held out."""
    learnt_to = pd.Timestamp(loaded.model.about.get("cut", "1900-01-01"))
    if learnt_to > cut.cut:
        raise InputError(
            f"model {loaded.uri} learnt from points up to {learnt_to:%Y-%m-%d}, but the held-out points begin on "
            f"{cut.cut:%Y-%m-%d}; evaluate it on later records, or train again here"
        )


def predict(material: Material, cut: Split, loaded: LoadedModel) -> pd.DataFrame:
    """The held-out points with their risks and flags; the outcome is missing where it is unknown."""
    risks = loaded.model.predict(material.features.iloc[cut.test])
    rows = material.points.iloc[cut.test].join(risks)
    rows["split"] = "test"
    rows["flag"] = (rows["risk"] >= loaded.model.threshold).astype("int64")
    rows["not_completed"] = material.labels[cut.test]
    return rows[list(PREDICTION_COLUMNS)].reset_index(drop=True)


def examine(
    predictions: pd.DataFrame,
    rivals: dict[str, np.ndarray[Any, np.dtype[np.float64]]],
    material: Material,
    cut: Split,
    loaded: LoadedModel,
    config: Config,
) -> Evaluation:
    """Everything that the report says."""
    known = predictions["not_completed"].notna().to_numpy()
    held = predictions[known]
    outcome = held["not_completed"].to_numpy(dtype=np.float64)
    patients = held["patient_id"].to_numpy(dtype=object)
    risks = {BOOSTED: held["risk"].to_numpy(), **{name: risk[known] for name, risk in rivals.items()}}
    held_out = HeldOut(outcome, risks, patients, BOOSTED)
    gain = gains(held_out, config.evaluation)
    test_outcome = material.outcome.iloc[cut.test]
    return Evaluation(
        model=loaded,
        cut=cut,
        labels=material.labels,
        performance=performance(held_out, config.evaluation),
        gains=gain,
        verdict=verdict(gain),
        curve=calibration_curve(held_out, config.evaluation),
        benefit=net_benefit(held_out, config.evaluation),
        flags=at_the_flag(outcome, held["flag"].to_numpy() == 1, patients, config.evaluation),
        flags_a_week=flags_per_practitioner_week(predictions),
        risks=risks[BOOSTED],
        ascertainment=ascertainment(test_outcome),
        dropout_as_not_completed=_with_dropout(predictions, test_outcome, config),
        synthetic=bool(material.manifest["synthetic"]),
        records_up_to=str(material.manifest["records_up_to"]),
        patients=len(np.unique(patients.astype(str))),
    )


def _with_dropout(predictions: pd.DataFrame, outcome: pd.DataFrame, config: Config) -> pd.DataFrame:
    """The boosted model's figures if those who left before a review had not done the work."""
    left = (outcome["reason"] == "left").to_numpy()
    counted = predictions["not_completed"].where(~left, 1.0)
    known = counted.notna()
    held_out = HeldOut(
        counted[known].to_numpy(dtype=np.float64),
        {BOOSTED: predictions.loc[known, "risk"].to_numpy()},
        predictions.loc[known, "patient_id"].to_numpy(dtype=object),
        BOOSTED,
    )
    return performance(held_out, config.evaluation)


def _log(found: Evaluation, work: Path, config: Config) -> None:
    """Aggregate figures and the page into MLflow; no row of the predictions."""
    with run(config, f"evaluate {found.model.uri}") as mlflow:
        own = found.performance[found.performance["model"] == BOOSTED].dropna()
        mlflow.log_metrics({f"test_{row.metric}": row.value for row in own.itertuples()})
        mlflow.set_tags(
            {"model": found.model.uri, "synthetic": str(found.synthetic), "verdict": found.verdict}
        )
        for name in ("metrics.json", "evaluation.html"):
            mlflow.log_artifact(str(work / name))
