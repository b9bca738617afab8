"""Why a point has its chance: parts of the log-odds that sum to it, by predictor and by construct.

Parts stand on the log-odds of the trees, before calibration: there, and only there, they add up. Chances come
by putting sums of parts through the model's calibration, which only has to keep their order.

They are Shapley values of the trees ("tree SHAP"): a predictor's part is what knowing its value changed,
averaged over the order of learning the values. They say what moved this model, not what would happen if
something were changed. What "not known" means is the choice between two kinds (docs/decisions/0011):

- path-dependent, the default: the training patients' own paths through the trees stand for it. It needs no
  patient's row, so what is registered can explain.
- interventional: a background of the service's own patients stands for it, whose values of the other predictors
  are put beside the patient's. The base is their mean log-odds. The rows stay where the records are.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any, Literal, Protocol

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from features.errors import InputError
from models.contributions import Contributions

if TYPE_CHECKING:
    import lightgbm as lgb

Numbers = NDArray[np.float64]
CHUNK = 50_000  # points
Kind = Literal["path-dependent", "interventional"]
# Who stands for "not known", as a page says it.
STANDING: Mapping[Kind, str] = {
    "path-dependent": "The start is the average over the patients the model was learnt from, and what is not "
    "known yet of a patient is filled in from those of them who took the same turns in its trees",
    "interventional": "The start is the average over a background of this service's own patients, and what is "
    "not known yet of a patient is filled in from them, whoever the patient is like",
}


@dataclass(frozen=True)
class ExplanationSettings:
    """How chances are explained.

    kind: "path-dependent" takes the training patients' paths through the trees for what is not known of a
    patient, which the registered model carries; "interventional" takes `background_rows` points of the service's
    own records, drawn once per run and never registered.
    """

    kind: Kind = "path-dependent"
    background_rows: int = 1000

    def __post_init__(self) -> None:
        if self.background_rows < 1:
            raise ValueError("background_rows must be at least 1")


class Calibrated(Protocol):
    """A calibration of any kind: non-decreasing in the margin."""

    def risk(self, margin: Numbers) -> Numbers: ...


class Explained(Protocol):
    """The parts of a model that an explanation reads."""

    @property
    def predictors(self) -> tuple[str, ...]: ...
    @property
    def booster(self) -> lgb.Booster: ...
    @property
    def calibration(self) -> Calibrated: ...
    def margin(self, features: pd.DataFrame) -> Numbers: ...


@dataclass(frozen=True)
class Explanation:
    """For each point, parts of its margin: the trees' log-odds, before calibration.

    `parts` has one row per point and one column per predictor; `base`, the margin before anything is known of
    a patient, plus a row's parts is the point's margin. `calibration` turns margins into chances; `kind` says
    what stood for "not known".
    """

    parts: pd.DataFrame
    base: float
    calibration: Calibrated
    kind: Kind = "path-dependent"

    @property
    def margin(self) -> pd.Series:
        """The log-odds of each point before calibration."""
        return self.base + self.parts.sum(axis=1)

    @property
    def chance(self) -> pd.Series:
        """The chance (0 to 1) of each point."""
        return pd.Series(self.chance_at(self.margin), index=self.parts.index)

    @property
    def chance_before(self) -> float:
        """The chance (0 to 1) before anything is known of a patient."""
        return float(self.chance_at([self.base])[0])

    def chance_at(self, margin: Any) -> Numbers:
        """The chance (0 to 1) at each of these margins, in their shape."""
        asked = np.asarray(margin, dtype=np.float64)
        return np.asarray(self.calibration.risk(asked.ravel()), dtype=np.float64).reshape(asked.shape)

    def changes(self) -> pd.DataFrame:
        """How much each part moves the chance (-1 to 1): the chance with it minus the chance without it.

        Unlike the parts these do not sum to the chance, because chances do not add.
        """
        margin = self.margin.to_numpy()[:, None]
        moved = self.chance_at(margin) - self.chance_at(margin - self.parts.to_numpy())
        return pd.DataFrame(moved, index=self.parts.index, columns=self.parts.columns)

    def by_construct(self, construct_of: Mapping[str, str]) -> Explanation:
        """The same explanation with one part per construct, each the sum of its predictors' parts."""
        names = [construct_of[name] for name in self.parts.columns]
        return replace(self, parts=self.parts.T.groupby(names, sort=False).sum().T)

    def of(self, point: str) -> Explanation:
        """The explanation of one point."""
        return replace(self, parts=self.parts.loc[[point]])


@dataclass(frozen=True)
class Explainer:
    """Explains points of one model; what it gets ready for many of them is kept.

    background: rows with the model's predictors that stand for "not known"; without it, the training patients'
    own paths through the trees do.
    """

    model: Explained
    background: pd.DataFrame | None = None

    def explain(self, features: pd.DataFrame) -> Explanation:
        """The parts of each point's margin; `features` is indexed by point, missing values allowed.

        Errors: InputError where the parts do not sum to the model's own margin, within 1e-6, or 1e-4 for many
        rows of very deep trees (models/contributions.py).
        """
        parts = self._contributions.of(self._matrix(features), self.model.margin(features))
        named = pd.DataFrame(parts, index=features.index, columns=list(self.model.predictors))
        kind: Kind = "path-dependent" if self.background is None else "interventional"
        return Explanation(named, self._contributions.base, self.model.calibration, kind)

    def by_construct(self, features: pd.DataFrame, construct_of: Mapping[str, str]) -> Explanation:
        """`explain(features).by_construct(construct_of)`, where parts by predictor would not fit in memory."""
        starts = range(0, max(len(features), 1), CHUNK)
        found = [self.explain(features.iloc[at : at + CHUNK]).by_construct(construct_of) for at in starts]
        return replace(found[0], parts=pd.concat([one.parts for one in found]))

    @cached_property
    def _contributions(self) -> Contributions:
        background = None if self.background is None else self._matrix(self.background)
        return Contributions(self.model.booster, background)

    def _matrix(self, features: pd.DataFrame) -> Numbers:
        return features.loc[:, list(self.model.predictors)].to_numpy(dtype=np.float64)


def explain(model: Explained, features: pd.DataFrame, background: pd.DataFrame | None = None) -> Explanation:
    """The parts of each point's margin: see `Explainer`."""
    return Explainer(model, background).explain(features)


def drawn_background(
    rows: pd.DataFrame, predictors: tuple[str, ...], settings: ExplanationSettings
) -> pd.DataFrame | None:
    """The rows that stand for "not known" where the settings ask for some: always the same of the same `rows`.

    Errors: InputError where there is no row to draw.
    """
    if settings.kind == "path-dependent":
        return None
    if rows.empty:
        raise InputError(
            "setting 'explanation.kind': there is no point to stand for \"not known\"; "
            'use "path-dependent", which the model carries'
        )
    asked = rows.loc[:, list(predictors)]
    return asked.sample(n=min(settings.background_rows, len(asked)), random_state=1)
