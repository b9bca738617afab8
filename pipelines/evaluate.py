"""`bsw evaluate`: measure a model on the points that training never saw."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pandas as pd

from features.errors import InputError
from features.predictor import everything
from models.abstention import why_none
from models.baselines import baselines
from models.flags import FlagSettings
from models.splits import Split
from models.studies import Procedure
from models.tuning import tuned_settings
from pipelines.config import Config
from pipelines.evaluating.evaluated import Evaluation
from pipelines.evaluating.examined import Held, examine, learnt_here
from pipelines.evaluating.full_studies import GLASS_BOX, Asked, as_study, rival, same_settings, studies
from pipelines.evaluating.kept import kept_performance
from pipelines.evaluating.log import log_evaluation
from pipelines.evaluating.metrics_json import as_json
from pipelines.evaluating.page import evaluation_page
from pipelines.page import write_page
from pipelines.progress import progress
from pipelines.registry.lineage import Lineage
from pipelines.registry.meaning import must_mean_the_same
from pipelines.registry.model_card import card_as_json, model_card
from pipelines.registry.model_card_measured import measured
from pipelines.registry.registered import model_of
from pipelines.registry.tracking import LoadedModel, load_model
from pipelines.store import Manifest, manifest_path, read_manifest, read_table, step, write_json, write_table
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
    "abstained",
    "abstained_because",
    "not_completed",
)


def evaluate(work: Path, *, config: Config, model: str | None, full: bool = False) -> None:
    """Write WORK/predictions.parquet, metrics.json, evaluation.csv, model_card.json and evaluation.html.

    Without `model`, the one that was trained from WORK is measured, else the champion. A model that learnt from
    other records is measured on those alone whom it cannot have learnt from. `full`: the heavier studies too, which
    learn anew many times.
    Errors: InputError where WORK is not built, the model learnt from points that are held out, or `full` is asked
    of a model that was not learnt here as configured.
    """
    uri = model or model_of(work, config)
    with step("evaluate", work, inputs={"points": work / "points.parquet"}, config=config) as manifest:
        material = read_material(work)
        loaded = load_model(uri, config)
        cut = held_out_from(loaded, material, config)
        trained = training_of(loaded, work)
        procedure = _procedure(loaded, material, cut, trained, config) if full else None
        predictions = predict(material, cut, loaded, config.flags)
        protected = read_table(work / "protected.parquet", "point_id")
        found = _measured(predictions, protected, material, cut, loaded, config, procedure)
        found = replace(found, card=model_card(measured(found, material, trained), config.model_card))
        table = predictions.merge(protected, on="point_id", how="left", validate="1:1")
        _write(found, table, work, config, manifest)
        log_evaluation(found, work, config, measured_on=Lineage(material.built, material.manifest))
        manifest.says(
            model=loaded.uri, model_version=loaded.version, synthetic=found.synthetic, verdict=found.verdict
        )
    print(f"{work}: {found.verdict}")


def _write(found: Evaluation, table: pd.DataFrame, work: Path, config: Config, manifest: Manifest) -> None:
    manifest.wrote(write_table(work / "predictions.parquet", table, synthetic=found.synthetic))
    manifest.wrote(write_table(work / "evaluation.csv", kept_performance(found).drop(columns="figure")))
    manifest.wrote(write_json(work / "metrics.json", as_json(found, config)))
    manifest.wrote(write_json(work / "model_card.json", card_as_json(found.card, config.model_card)))
    manifest.wrote(write_page(work / "evaluation.html", evaluation_page(found)))


def training_of(loaded: LoadedModel, work: Path) -> Mapping[str, Any] | None:
    """The manifest of the training that made the model, where it was trained from WORK."""
    trained = read_manifest(work, "train") if manifest_path(work, "train").is_file() else None
    return trained if trained and trained["version"] == loaded.version else None


def _procedure(
    loaded: LoadedModel,
    material: Material,
    cut: Split,
    trained: Mapping[str, Any] | None,
    config: Config,
) -> Procedure:
    """How the model was learnt, to do it again. Errors: InputError where that was not here, or not as configured."""
    if trained is None or not learnt_here(loaded, material):
        raise InputError(
            f"model {loaded.uri} was not trained from these records as built: --full learns anew from them; evaluate "
            f"without --full, or the model that `bsw train` makes here"
        )
    same_settings(trained["configuration"], config)
    return Procedure(
        features=material.features,
        outcome=material.labels,
        patients=material.points["patient_id"].to_numpy(dtype=object),
        split=cut,
        directions={name: p.direction for name, p in everything().items() if p.direction},
        settings=tuned_settings(loaded.model.about, config.model),
    )


def _measured(
    predictions: pd.DataFrame,
    protected: pd.DataFrame,
    material: Material,
    cut: Split,
    loaded: LoadedModel,
    config: Config,
    procedure: Procedure | None,
) -> Evaluation:
    """Everything but the card; with a procedure to do again, the heavier studies too."""
    done_share = float(material.outcome_settings["done_share"])
    with progress("Evaluating", 2) as advance:
        rivals = baselines(material.features, material.labels, cut, done_share=done_share)
        advance("figures")
        if procedure is None:
            return examine(Held(predictions, rivals, protected), material, cut, loaded, config)
    glass, seconds = rival(procedure)
    rivals[GLASS_BOX] = glass
    found = examine(Held(predictions, rivals, protected), material, cut, loaded, config)
    services = material.points["service_id"].to_numpy(dtype=object)
    more = studies(Asked(procedure, loaded.model, services, config))
    return replace(found, studies={GLASS_BOX: as_study(found.gains, seconds), **more})


def held_out_from(loaded: LoadedModel, material: Material, config: Config) -> Split:
    """The split of WORK whose test holds nothing that the model learnt from.

    Errors: InputError where the model learnt other predictors or outcomes than this build's, by its settings or by the
    kind of its points; and where it learnt from this build up to another cut than the configured one: beyond it,
    held-out points would not be held out; before it, the simpler ways would learn from points that it never had.
    """
    must_mean_the_same(
        loaded.uri,
        loaded.model.about,
        material.manifest["configuration"],
        material.kinds,
        remedy="build again with the training's configuration, or train on this build",
    )
    learnt_to = pd.Timestamp(loaded.model.about["cut"])
    if not learnt_here(loaded, material):
        return material.split(config, known_to=learnt_to)
    cut = material.split(config)
    if learnt_to != cut.cut:
        raise InputError(
            f"model {loaded.uri} learnt from points up to {learnt_to:%Y-%m-%d}, but as configured the held-out points "
            f"begin on {cut.cut:%Y-%m-%d}; give the configuration of the training with --config, or train again here"
        )
    return cut


def predict(material: Material, cut: Split, loaded: LoadedModel, settings: FlagSettings) -> pd.DataFrame:
    """The held-out points with their risks and flags; the outcome is missing where it is unknown.

    `abstained`: a practitioner would read no chance; `flag` is the cut-off's alone.
    """
    features = material.features.iloc[cut.test]
    risks = loaded.model.predict(features)
    rows = material.points.iloc[cut.test].join(risks)
    rows["split"] = "test"
    rows["flag"] = (rows["risk"] >= loaded.model.threshold).astype("int64")
    used = features[list(loaded.model.predictors)]
    unlike = loaded.model.unlike(features)
    rows["abstained_because"] = why_none(used, unlike, missing_at_most=settings.missing_at_most)
    rows["abstained"] = rows["abstained_because"] != ""
    rows["not_completed"] = material.labels[cut.test]
    return rows[list(PREDICTION_COLUMNS)].reset_index(drop=True)
