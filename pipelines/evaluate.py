"""`bsw evaluate`: measure a model on the points that training never saw."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from features.errors import InputError
from features.predictor import everything
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
from models.risk_model import RiskModel
from models.splits import Split
from pipelines.config import Config
from pipelines.evaluated import BOOSTED, Evaluation
from pipelines.evaluation_log import log_evaluation
from pipelines.evaluation_page import evaluation_page
from pipelines.lineage import Lineage
from pipelines.page import write_page
from pipelines.progress import progress
from pipelines.registry import model_of
from pipelines.store import read_table, step, write_json, write_table
from pipelines.tracking import LoadedModel, load_model
from pipelines.train import Material, read_material

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

    Without `model`, the one that was trained from WORK is measured, else the champion.

    A model that learnt from other records is measured on those alone whom it cannot have learnt from.
    Errors: InputError where WORK is not built, or the model learnt from points that are held out.
    """
    uri = model or model_of(work, config)
    with step("evaluate", work, inputs={"points": work / "points.parquet"}, config=config) as manifest:
        material = read_material(work)
        loaded = load_model(uri, config)
        cut = held_out_from(loaded, material, config)
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
            log_evaluation(found, work, config, measured_on=Lineage(material.built, material.manifest))
            advance()
        manifest.says(
            model=loaded.uri, model_version=loaded.version, synthetic=synthetic, verdict=found.verdict
        )
    print(f"{work}: {found.verdict}")


def held_out_from(loaded: LoadedModel, material: Material, config: Config) -> Split:
    """The split of WORK whose test holds nothing that the model learnt from.

    Errors: InputError where the model learnt from this build beyond the configured cut.
    """
    learnt_to = pd.Timestamp(loaded.model.about["cut"])
    if not learnt_here(loaded, material):
        return material.split(config, known_to=learnt_to)
    cut = material.split(config)
    if learnt_to > cut.cut:
        raise InputError(
            f"model {loaded.uri} learnt from points up to {learnt_to:%Y-%m-%d}, but the held-out points begin on "
            f"{cut.cut:%Y-%m-%d}; evaluate it on later records, or train again here"
        )
    return cut


def learnt_here(loaded: LoadedModel, material: Material) -> bool:
    """Whether the model learnt from this very build."""
    return loaded.model.about.get("built") == material.built


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
        learnt_here=learnt_here(loaded, material),
        cut=cut,
        labels=material.labels,
        performance=performance(held_out, config.evaluation),
        gains=gain,
        verdict=verdict(gain),
        curve=calibration_curve(held_out, config.evaluation),
        benefit=net_benefit(held_out, config.evaluation),
        flags=at_the_flag(outcome, held["flag"].to_numpy() == 1, patients, config.evaluation),
        flags_a_week=flags_per_practitioner_week(predictions),
        outcome=outcome,
        risks=risks[BOOSTED],
        ascertainment=ascertainment(test_outcome),
        count_dropout_as=str(material.outcome_settings["count_dropout_as"]),
        other_dropout=_the_other_way(predictions, test_outcome, material, config),
        synthetic=bool(material.manifest["synthetic"]),
        records_up_to=str(material.manifest["records_up_to"]),
        patients=len(np.unique(patients.astype(str))),
        told=_told(loaded.model, material),
    )


def _told(model: RiskModel, material: Material) -> tuple[str, ...]:
    """What the model reads of protected characteristics, why, and which constructs no predictor measures."""
    read = [everything()[name].protected for name in model.predictors if name in everything()]
    because = material.manifest["configuration"].get("protected", {}).get("because", {})
    unsaid = "no reason was written where these records were built"
    sentences = [
        f"The protected characteristic {name} is a predictor: {because.get(name, unsaid)}."
        for name in sorted({name for name in read if name})
    ]
    lost = material.manifest.get("unmeasured", [])
    return (
        *(sentences or ["No protected characteristic is a predictor."]),
        f"Constructs that no predictor measures here: {', '.join(lost) or 'none'}.",
        f"Predictors that these records cannot carry: {len(material.manifest.get('left_out', {}))}.",
    )


def _the_other_way(
    predictions: pd.DataFrame, outcome: pd.DataFrame, material: Material, config: Config
) -> pd.DataFrame:
    """The boosted model's figures if those who left before a review counted the other way."""
    left = (outcome["reason"] == "left").to_numpy()
    unknown = material.outcome_settings["count_dropout_as"] == "unknown"
    counted = predictions["not_completed"].where(~left, 1.0 if unknown else np.nan)
    known = counted.notna()
    held_out = HeldOut(
        counted[known].to_numpy(dtype=np.float64),
        {BOOSTED: predictions.loc[known, "risk"].to_numpy()},
        predictions.loc[known, "patient_id"].to_numpy(dtype=object),
        BOOSTED,
    )
    return performance(held_out, config.evaluation)
