"""`bsw train`: learn, calibrate, log and register a model."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from features.errors import InputError
from features.predictor import everything
from models.at_the_flag import flags_per_practitioner_week
from models.boosting import train as learn
from models.cut_off import Choose, chosen_by
from models.familiarity import Familiarity, learn_familiarity
from models.risk_model import Numbers, RiskModel
from models.sample_size import Had
from models.splits import Split, mature, split
from models.tuning import Tuned, tune
from pipelines.built import ends_of
from pipelines.config import Config
from pipelines.progress import Advance, progress
from pipelines.registry.lineage import Lineage
from pipelines.registry.meaning import meaning
from pipelines.store import read_manifest, read_table, step
from pipelines.training.leak_check import must_not_tell
from pipelines.training.log import LearntFrom, log_training


@dataclass(frozen=True)
class Trained:
    """Where the model is registered."""

    uri: str
    version: str
    run_id: str


@dataclass(frozen=True)
class Material:
    """What a WORK folder holds to learn from and measure on, rows alike in every frame."""

    points: pd.DataFrame
    features: pd.DataFrame
    outcome: pd.DataFrame
    manifest: Mapping[str, Any]

    @property
    def labels(self) -> Numbers:
        """0, 1 or missing for each point."""
        return self.outcome["not_completed"].to_numpy(dtype=np.float64)

    @property
    def kinds(self) -> set[str]:
        """The kinds of its points, see `features.points`."""
        return set(self.points["kind"])

    @property
    def built(self) -> str:
        """A fingerprint of the build: the same for the same points, predictors and outcomes only."""
        return fingerprint_of(
            *(f"{name} {print_}" for name, print_ in sorted(self.manifest["artefacts"].items()))
        )

    @property
    def mature(self) -> pd.Series:
        """Whether each point's horizon is over at the end of its service's records."""
        ends = ends_of(self.points, self.manifest["last_days"])
        return mature(self.points["at"], ends, int(self.outcome_settings["horizon_days"]))

    @property
    def outcome_settings(self) -> Mapping[str, Any]:
        """The settings by which the outcomes were decided: the build's, whatever is configured now."""
        decided: Mapping[str, Any] = self.manifest["configuration"]["outcome"]
        return decided

    def had(self, cut: Split) -> Had:
        """How much there is to learn from on the training side of a cut."""
        patients = self.points["patient_id"].iloc[cut.train].nunique()
        return Had(len(cut.train), int(self.labels[cut.train].sum()), patients)

    def split(self, config: Config, known_to: pd.Timestamp | None = None) -> Split:
        """The cut in time that the configuration asks for; `known_to` as for `models.splits.split`.

        Errors: InputError as there, and where the records lack the table that outcomes stand in.
        """
        if why := self.manifest.get("no_outcomes"):
            raise InputError(
                f"too little to learn from: no outcome is known, because {why}; data/README.md says what to record"
            )
        ends = ends_of(self.points, self.manifest["last_days"])
        return split(
            self.points,
            self.outcome,
            horizon_days=int(self.outcome_settings["horizon_days"]),
            end=ends,
            settings=config.split,
            known_to=known_to,
        )


def fingerprint_of(*texts: str) -> str:
    """The first 16 hexadecimal digits of the texts' SHA-256."""
    return hashlib.sha256("\n".join(texts).encode()).hexdigest()[:16]


def read_material(work: Path) -> Material:
    """The artefacts of a finished build. Errors: InputError where it did not finish or they were changed."""
    manifest = read_manifest(work, "build")
    if "last_days" not in manifest:
        raise InputError(f"{work}: was built by an earlier version of this software; run `bsw build` again")
    points = read_table(work / "points.parquet", "point_id", "kind", "patient_id", "practitioner_id", "at")
    ids = points[["point_id"]]
    features = ids.merge(read_table(work / "features.parquet", "point_id"), on="point_id", validate="1:1")
    columns = ("point_id", "not_completed", "reason", "label_known_at")
    outcome = ids.merge(read_table(work / "outcome.parquet", *columns), on="point_id", validate="1:1")
    return Material(points, features.drop(columns="point_id"), outcome, manifest)


def train(work: Path, *, config: Config) -> Trained:
    """Train on the points of WORK before the cut; log to MLflow and register the model.

    Errors: InputError where WORK is not built, holds too little to learn from, or a predictor seems to leak.
    """
    with step("train", work, inputs={"points": work / "points.parquet"}, config=config) as manifest:
        material = read_material(work)
        cut = material.split(config)
        leakage = must_not_tell(material, cut, config.leakage)
        with progress("Training", config.tuning.trials + config.model.refits + 4) as advance:
            model, tuned = _learnt(material, cut, config, advance)
            model = replace(
                model,
                about={
                    **model.about,
                    "built": material.built,
                    "leakage": leakage,
                    "meaning": meaning(material.manifest["configuration"], material.kinds),
                },
                familiarity=familiarity_of(model, material, cut, config),
            )
            advance("registering")
            lineage = Lineage(material.built, material.manifest)
            learnt = LearntFrom(lineage, cut, material.had(cut), tuned)
            registered = log_training(model, learnt, config)
            uri = f"models:/{config.tracking.registered_model}/{registered.version}"
            trained = Trained(uri, registered.version, registered.run_id)
        manifest.says(
            model=trained.uri,
            version=trained.version,
            run_id=trained.run_id,
            cut=cut.cut.isoformat(),
            horizon_days=cut.horizon_days,
            built=material.manifest["artefacts"],
            synthetic=material.manifest["synthetic"],
        )
    print(
        f"{trained.uri}: {len(cut.train):,} points before {cut.cut:%d %B %Y}, {len(model.predictors)} predictors"
    )
    return trained


def _learnt(
    material: Material, cut: Split, config: Config, advance: Advance
) -> tuple[RiskModel, Tuned | None]:
    """The model, and the search for its settings where one was asked for."""
    patients = material.points["patient_id"].to_numpy(dtype=object)
    known = material.features, material.labels, patients, cut
    directions = {name: p.direction for name, p in everything().items() if p.direction}
    settings, tuned = config.model, None
    if config.tuning.trials:
        tuned = tune(*known, directions=directions, settings=settings, tuning=config.tuning, advance=advance)
        settings = tuned.settings
    cut_off = cut_off_for(material, cut, config)
    model = learn(*known, directions=directions, settings=settings, cut_off=cut_off, advance=advance)
    found = {"tuned": tuned.as_text()} if tuned else {}
    return replace(model, about={**model.about, **found}), tuned


def cut_off_for(material: Material, cut: Split, config: Config) -> Choose:
    """How the cut-off is chosen. Errors: InputError where it hangs on practitioners and none is recorded."""
    before = material.points[material.points["at"] < cut.cut].assign(flag=1)
    points_a_week = flags_per_practitioner_week(before)
    if config.flags.cut_off.way == "capacity" and not points_a_week > 0:
        raise InputError(
            'setting \'flags.cut_off.way\' is "capacity", but no point has a practitioner; choose "share", '
            '"net benefit" or "fixed"'
        )
    return chosen_by(config.flags.cut_off, points_a_week=points_a_week)


def familiarity_of(model: RiskModel, material: Material, cut: Split, config: Config) -> Familiarity:
    """What the points were like that the trees were settled on, its limit set on the calibration slice.

    So it is where the trees then learn from that slice too: a patient counted among those who are the measure would
    be no stranger to them.
    """
    seen = np.concatenate([cut.fit, cut.stop])
    return learn_familiarity(
        material.features.iloc[seen],
        material.features.iloc[cut.calibrate],
        used=model.used(),
        unlike_share=config.flags.unlike_share,
    )
