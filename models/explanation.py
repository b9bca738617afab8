"""Why a point has its chance: parts of the log-odds that sum to it, by predictor and by construct.

Parts stand on the log-odds of the trees, before calibration: there, and only there, they add up. Chances come
by putting sums of parts through the model's calibration, which only has to keep their order.

Path-dependent tree SHAP: a predictor's part is what knowing its value changed, averaged over the order of
learning the values, with the training patients' own paths through the trees standing for "not known". It
needs no patient's row, so what is registered can explain. It says what moved this model, not what would
happen if something were changed.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from features.errors import InputError

if TYPE_CHECKING:
    import lightgbm as lgb

Numbers = NDArray[np.float64]
TOLERANCE = 1e-6


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
    a patient, plus a row's parts is the point's margin. `calibration` turns margins into chances.
    """

    parts: pd.DataFrame
    base: float
    calibration: Calibrated

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


def explain(model: Explained, features: pd.DataFrame) -> Explanation:
    """The parts of each point's margin; `features` is indexed by point, missing values allowed.

    Errors: InputError where the parts do not sum to the model's own margin within 1e-6.
    """
    matrix = features.loc[:, list(model.predictors)]
    parts, base = _tree_shap(model.booster, matrix.to_numpy(dtype=np.float64))
    _must_add_up(base + parts.sum(axis=1), np.asarray(model.margin(features), dtype=np.float64))
    named = pd.DataFrame(parts, index=matrix.index, columns=matrix.columns)
    return Explanation(named, base, model.calibration)


def _tree_shap(booster: lgb.Booster, matrix: Numbers) -> tuple[Numbers, float]:
    """Parts of the margin (points x predictors) and the margin before anything is known."""
    import shap  # two seconds, which steps that only read a setting of the flags need not pay

    explainer = shap.TreeExplainer(booster, feature_perturbation="tree_path_dependent")
    # A first row of missing values gives the base where there is no point to explain.
    rows = np.vstack([np.full((1, matrix.shape[1]), np.nan), matrix])
    # Called, not `.shap_values`: the latter warns of a list for two classes, which it no longer returns.
    found = explainer(rows, check_additivity=False)
    values = np.asarray(found.values, dtype=np.float64)
    if values.shape != rows.shape:
        raise InputError(
            f"model: explains {values.shape[1:]} values per point where it has {matrix.shape[1]} predictors; "
            "train it with a binary objective"
        )
    return values[1:], float(np.ravel(found.base_values)[0])


def _must_add_up(explained: Numbers, margin: Numbers) -> None:
    gap = np.abs(explained - margin)
    wrong = ~(gap <= TOLERANCE)
    if wrong.any():
        raise InputError(
            f"model: for {int(wrong.sum())} of {len(gap)} points the explanation does not sum to the model's "
            f"own log-odds (largest gap {np.max(gap):.2g}, allowed {TOLERANCE:g}); "
            "train it again with `bsw train`"
        )
