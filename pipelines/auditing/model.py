"""The model behind an audited table: its build, its predictors for the table's rows, what it learnt from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from features.errors import InputError
from features.predictor import catalogue
from models.explanation import Explainer, Explanation, drawn_background
from models.fairness import GroupAudit
from models.groups import NOT_RECORDED
from models.risk_model import Numbers
from models.splits import Split
from models.tuning import tuned_settings
from models.variants import Learning
from pipelines.auditing.table import read_columns
from pipelines.config import Config
from pipelines.evaluate import held_out_from
from pipelines.evaluating.examined import learnt_here
from pipelines.registry.tracking import LoadedModel, load_model
from pipelines.store import read_table
from pipelines.train import Material, read_material

AS_THE_MODEL = 1e-6


@dataclass(frozen=True)
class ModelAtHand:
    """A model and the build that the table's rows come from; `rows` are their places in the build."""

    loaded: LoadedModel
    material: Material
    split: Split
    rows: NDArray[np.int64]
    protected: pd.DataFrame
    config: Config

    @property
    def learnt_here(self) -> bool:
        """Whether the model learnt from this build, so that it can be refitted."""
        return learnt_here(self.loaded, self.material)

    @cached_property
    def features(self) -> pd.DataFrame:
        """The model's predictors for the table's rows."""
        return self.material.features.iloc[self.rows][list(self.loaded.model.predictors)].reset_index(
            drop=True
        )

    @cached_property
    def explanation(self) -> Explanation:
        """The parts of the table's risks, by construct."""
        model = self.loaded.model
        standing = drawn_background(self.material.features, model.predictors, self.config.explanation)
        return Explainer(model, standing).by_construct(self.features, self.construct_of)

    @property
    def construct_of(self) -> Mapping[str, str]:
        """Predictor -> construct."""
        return {name: known.construct for name, known in catalogue().items()}

    def learning(self, audit: GroupAudit) -> Learning:
        """What versions of the model learn from, with the groups of one column of the audit."""
        labels = self.protected[audit.by].astype(object)
        codes = pd.Categorical(labels.where(labels.notna(), NOT_RECORDED), categories=audit.groups).codes
        settled = np.where(codes < 0, len(audit.groups), codes).astype(np.int64)
        return Learning(
            self.material.features[list(self.loaded.model.predictors)],
            self.material.labels,
            self.material.points["patient_id"].to_numpy(dtype=object),
            settled,
            replace(self.split, test=self.rows),
            {name: known.direction for name, known in catalogue().items() if known.direction},
            tuned_settings(self.loaded.model.about, self.config.model),
            float(self.loaded.model.about["flagged_share"]),
        )


def model_at_hand(table: Path, risk: Numbers, *, work: Path, uri: str, config: Config) -> ModelAtHand:
    """The model at `uri` and the build in `work` whose held-out points the table holds.

    Errors: InputError where the table names no points, holds some that the model learnt from, or carries
    risks of another model.
    """
    material = read_material(work)
    loaded = load_model(uri, config)
    split = held_out_from(loaded, material, config)
    points = read_columns(table, ("point_id",))["point_id"].astype(str)
    rows = pd.Index(material.points["point_id"].astype(str)).get_indexer(pd.Index(points))
    unseen = np.isin(rows, split.test)
    if not unseen.all():
        raise InputError(
            f"{table}: {int((~unseen).sum()):,} of {len(rows):,} rows are no held-out points of {work}; audit the "
            "predictions.parquet that `bsw evaluate` wrote there"
        )
    protected = material.points[["point_id"]].merge(
        read_table(work / "protected.parquet", "point_id"), on="point_id", how="left", validate="1:1"
    )
    found = ModelAtHand(loaded, material, split, rows.astype(np.int64), protected, config)
    away = float(np.abs(loaded.model.predict(found.features)["risk"].to_numpy() - risk).max())
    if away > AS_THE_MODEL:
        raise InputError(
            f"{table}: its risks are not those of {uri} (they differ by up to {away:.2g}); name the model that "
            "was evaluated with --model, or evaluate this one first"
        )
    return found
