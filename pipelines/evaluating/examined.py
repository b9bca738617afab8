"""From the risks of held-out points to everything that the report says."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from features.predictor import everything
from models.abstention import Abstention, abstention
from models.ascertainment import Ascertainment, ascertained, ascertainment
from models.at_the_flag import At, at_the_flag, flags_a_week
from models.by_service import ByService, by_service
from models.evaluation import calibration_curve, gains, performance, verdict
from models.held_out_shown import HeldOutShown
from models.instability import instability, refit_risks
from models.net_benefit_shown import net_benefit_shown
from models.outcome import LEFT
from models.outcome_words import outcome_words
from models.resampling import Numbers
from models.risk_histogram import risk_histogram
from models.risk_model import RiskModel
from models.sample_size import COLUMNS, sample_size
from models.spline_logistic import parameters
from models.splits import Split
from models.withheld import RULES, rounded
from pipelines.config import Config
from pipelines.evaluating.evaluated import BOOSTED, Evaluation, Footing
from pipelines.registry.tracking import LoadedModel
from pipelines.train import Material

NHS = RULES["nhs"]


@dataclass(frozen=True)
class Held:
    """Held-out points: `predictions` with a row each, the `rivals`' risks for the same rows, and their groups."""

    predictions: pd.DataFrame
    rivals: Mapping[str, Numbers]
    protected: pd.DataFrame


def examine(held: Held, material: Material, cut: Split, loaded: LoadedModel, config: Config) -> Evaluation:
    """Everything that is measured without learning anew."""
    predictions, model, settings = held.predictions, loaded.model, config.evaluation
    known = predictions["not_completed"].notna().to_numpy()
    rows = predictions[known]
    outcome = rows["not_completed"].to_numpy(dtype=np.float64)
    patients = rows["patient_id"].to_numpy(dtype=object)
    risk = rows["risk"].to_numpy(dtype=np.float64)
    risks = {BOOSTED: risk, **{name: rival[known] for name, rival in held.rivals.items()}}
    held_out = HeldOutShown(outcome, risks, patients, BOOSTED, settings, NHS)
    figures, gain = performance(held_out), gains(held_out)
    footing = _footing(material, cut, loaded, patients=len(np.unique(patients.astype(str))), config=config)
    refitted = refit_risks(model, material.features.iloc[cut.test[known]])
    at = At(model.threshold, patients, settings)
    return Evaluation(
        model=loaded,
        footing=footing,
        performance=figures,
        gains=gain,
        verdict=verdict(gain),
        curve=calibration_curve(held_out),
        benefit=net_benefit_shown(held_out, NHS, cut_off=model.threshold),
        flags=at_the_flag(outcome, rows["flag"].to_numpy() == 1, at, NHS),
        flags_a_week=flags_a_week(predictions, settings, NHS),
        outcome=outcome,
        risks=risk,
        histogram=risk_histogram(outcome, risk, patients, NHS, beside=model.threshold),
        instability=instability(risk, refitted, at),
        services=_services(rows, footing, material, config),
        sample_size=_sample_size(footing, material, figures),
        ascertainment=ascertainment(material.outcome.iloc[cut.test]),
        ascertained=_ascertained(material, held.protected, config),
        meaning=outcome_words(material.kinds, material.manifest["configuration"]),
        count_dropout_as=str(material.outcome_settings["count_dropout_as"]),
        other_dropout=_the_other_way(predictions, cut, material, config),
        told=tuple(told(model, material).values()),
        abstention=_abstention(held, config),
    )


def _services(rows: pd.DataFrame, footing: Footing, material: Material, config: Config) -> ByService:
    """Each service by its held-out points with a known outcome; over those learnt from, where these are known here."""
    learnt_from = material.points["service_id"].iloc[footing.cut.train].astype(str)
    return by_service(
        rows["not_completed"].to_numpy(dtype=np.float64),
        rows["risk"].to_numpy(dtype=np.float64),
        services=rows["service_id"].to_numpy(dtype=object),
        patients=rows["patient_id"].to_numpy(dtype=object),
        settings=config.evaluation,
        over=set(learnt_from) if footing.learnt_here else None,
    )


def _abstention(held: Held, config: Config) -> Abstention:
    """Where no chance would be stated of the held-out points, by ethnic group."""
    groups = held.protected[["point_id", "ethnic_group"]]
    told = held.predictions.merge(groups, on="point_id", how="left", validate="1:1")
    return abstention(told, ["ethnic_group"], rule=NHS, settings=config.evaluation)


def _footing(
    material: Material, cut: Split, loaded: LoadedModel, *, patients: int, config: Config
) -> Footing:
    here = learnt_here(loaded, material)
    at, labels = material.points["at"], material.labels
    return Footing(
        learnt_here=here,
        cut=cut,
        labels=labels,
        patients=patients,
        had=material.had(cut) if here else None,
        first=at.iloc[cut.test].min(),
        last=at.iloc[cut.test].max(),
        learnt_first=at.iloc[cut.train].min(),
        learnt_last=at.iloc[cut.train].max(),
        records_up_to=str(material.manifest["records_up_to"]),
        synthetic=bool(material.manifest["synthetic"]),
        draws=config.evaluation.draws,
        months=_months(at, labels, cut),
    )


def _months(at: pd.Series, labels: Numbers, cut: Split) -> pd.DataFrame:
    """Points of each month by what they served, rounded; a count too small to be shown is 0."""
    served = np.full(len(at), "not used", dtype=object)
    served[cut.train] = "learnt from"
    known = ~np.isnan(labels[cut.test])
    served[cut.test] = np.where(known, "held out, outcome known", "held out, unknown")
    counts = pd.crosstab(at.dt.strftime("%Y-%m").to_numpy(), served)
    every = ["learnt from", "held out, outcome known", "held out, unknown", "not used"]
    shown: pd.DataFrame = counts.where(counts >= NHS.smallest, 0).map(lambda count: rounded(count, NHS))
    return shown.reindex(columns=every, fill_value=0)


def learnt_here(loaded: LoadedModel, material: Material) -> bool:
    """Whether the model learnt from this very build."""
    return loaded.model.about.get("built") == material.built


def _sample_size(footing: Footing, material: Material, figures: pd.DataFrame) -> pd.DataFrame:
    """Riley's criteria for the logistic regression's own parameters; empty where the training is not known."""
    if footing.had is None:
        return pd.DataFrame(columns=COLUMNS)
    own = figures[(figures["model"] == BOOSTED) & (figures["metric"] == "auroc")]
    asked = parameters(material.features, footing.cut)
    return sample_size(footing.had, parameters=asked, auroc=float(own["value"].iloc[0]))


def _ascertained(material: Material, protected: pd.DataFrame, config: Config) -> Ascertainment:
    points = material.points
    ids = points[["point_id"]].merge(protected, on="point_id", how="left", validate="1:1")
    groups = pd.DataFrame(
        {
            "month": points["at"].dt.strftime("%Y-%m"),
            "service": points["service_id"],
            "ethnic group": ids["ethnic_group"].to_numpy(),
        }
    )
    # A point whose horizon is not over may be known already: those alone would look better recorded than all.
    over = material.mature.to_numpy()
    return ascertained(
        material.outcome[over],
        groups[over],
        patients=points["patient_id"].to_numpy(dtype=object)[over],
        practitioners=points["practitioner_id"][over],
        settings=config.evaluation,
    )


def told(model: RiskModel, material: Material) -> dict[str, str]:
    """What the model reads of protected characteristics, why, and which constructs no predictor measures."""
    read = [everything()[name].protected for name in model.predictors if name in everything()]
    because = material.manifest["configuration"].get("protected", {}).get("because", {})
    unsaid = "no reason was written where these records were built"
    sentences = [
        f"The protected characteristic {name} is a predictor: {because.get(name, unsaid)}."
        for name in sorted({name for name in read if name})
    ]
    lost = material.manifest.get("unmeasured", [])
    return {
        "protected": " ".join(sentences) or "No protected characteristic is a predictor.",
        "unmeasured": f"Constructs that no predictor measures here: {', '.join(lost) or 'none'}.",
        "left_out": f"Predictors that these records cannot carry: {len(material.manifest.get('left_out', {}))}.",
    }


def _the_other_way(predictions: pd.DataFrame, cut: Split, material: Material, config: Config) -> pd.DataFrame:
    """The boosted model's figures if those who did not come again counted the other way; empty where all did."""
    left = (material.outcome["reason"].iloc[cut.test] == LEFT).to_numpy()
    if not left.any():
        return pd.DataFrame(columns=["model", "metric", "value", "low", "high"])
    unknown = material.outcome_settings["count_dropout_as"] == "unknown"
    counted = predictions["not_completed"].where(~left, 1.0 if unknown else np.nan)
    known = counted.notna()
    held_out = HeldOutShown(
        counted[known].to_numpy(dtype=np.float64),
        {BOOSTED: predictions.loc[known, "risk"].to_numpy()},
        predictions.loc[known, "patient_id"].to_numpy(dtype=object),
        BOOSTED,
        config.evaluation,
        NHS,
    )
    return performance(held_out)
