"""Other versions of a model, refitted on the same training rows, set beside it on the same held-out rows.

A change is paired: both versions see the same rows, so what moves both figures alike cancels. For shares the
variance has the floor that Bonett & Price 2012 (J Educ Behav Stat 37:479) give paired proportions: that no row
changed its flag in this sample does not mean that none would.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from models.audit_rows import Rows
from models.boosting import BoostingSettings, never_seen, train
from models.clustered import Codes, Estimates, Grouping
from models.cut_off import by_share
from models.intervals import Floats, Interval, critical, plain, sidak
from models.measured import estimate
from models.measures import Measure
from models.risk_model import RiskModel
from models.splits import Split

Advance = Callable[[str], object]


@dataclass(frozen=True)
class Learning:
    """What versions learn from: the points of a build.

    features: points x predictors. outcome: 0, 1 or NaN. patients: per point. group: code per point, as in the
    audit. directions: as in `boosting.train`. The held-out rows are `split.test`. share: of the points that the
    trees never saw that the model at hand flags, and so the others.
    """

    features: pd.DataFrame
    outcome: Floats
    patients: NDArray[np.object_]
    group: Codes
    split: Split
    directions: Mapping[str, int]
    settings: BoostingSettings
    share: float = 0.2

    def refitted(self, *, weights: Floats | None = None, without: tuple[str, ...] = ()) -> RiskModel:
        """The model learnt anew, with rows weighted or without some predictors; no resampled refits."""
        return train(
            self.features.drop(columns=list(without)),
            self.outcome,
            self.patients,
            self.split,
            directions=self.directions,
            settings=replace(self.settings, refits=0),
            weights=weights,
            cut_off=by_share(self.share),
        )

    def held_out(self, model: RiskModel) -> Floats:
        """The model's risks for the held-out rows."""
        return model.main.risk(self._matrix(model, self.split.test))

    def set_aside(self, model: RiskModel) -> SetAside:
        """Training rows judged by trees that never saw their patients; learning them takes a while."""
        known = self.features, self.outcome, self.patients, self.split
        rows, risk = never_seen(model, *known, settings=self.settings)
        return SetAside(risk, self.outcome[rows], self.group[rows])

    def _matrix(self, model: RiskModel, rows: NDArray[np.int64]) -> Floats:
        return self.features.iloc[rows][list(model.predictors)].to_numpy(dtype=np.float64)


@dataclass(frozen=True)
class SetAside:
    """Training points: the model's risk of each by trees that never saw its patient, its outcome (0, 1), its group."""

    risk: Floats
    outcome: Floats
    group: Codes


@dataclass(frozen=True)
class Variant:
    """Another version of a model on the held-out rows.

    name: as in files. says: what was done, in plain words. uses_group: whether the group must be known when a
    patient is scored.
    """

    name: str
    says: str
    risk: Floats
    flag: NDArray[np.bool_]
    uses_group: bool = False


@dataclass(frozen=True)
class Changed:
    """One measure in each group, before and after; change: after minus before (for a ratio: their quotient),
    with intervals at the level and ones that hold for all groups together; NaN where not enough data."""

    before: Floats
    after: Floats
    change: Floats
    own: Interval
    joint: Interval


def variant(learning: Learning, model: RiskModel, *, name: str, says: str) -> Variant:
    """A refitted model's risks and flags on the held-out rows."""
    risk = learning.held_out(model)
    return Variant(name, says, risk, risk >= model.threshold)


def changed(
    measure: Measure, before: Rows, after: Rows, enough: NDArray[np.bool_], *, level: float
) -> Changed:
    """What the measure was and became in every group that has enough data; rows alike in both."""
    groups = before.grouping.groups
    both = estimate(measure, _stacked(before, after))
    first, second = both.value[:groups].copy(), both.value[groups:].copy()
    usable = enough & np.isfinite(first) & np.isfinite(second)
    logged = measure.kind == "ratio"
    if logged:
        usable &= (first > 0) & (second > 0)
    variance = _paired_variance(both, measure, usable)
    scaled = [np.log(np.where(usable, part, 1)) if logged else part for part in (first, second)]
    change = np.where(usable, scaled[1] - scaled[0], np.nan)
    clusters = np.where(usable, both.clusters[:groups], np.nan)
    back = np.exp if logged else np.asarray
    own, joint = (
        Interval(*(back(end) for end in plain(change, variance, critical(each, clusters))))
        for each in (level, sidak(level, int(usable.sum())))
    )
    return Changed(
        np.where(usable, first, np.nan), np.where(usable, second, np.nan), back(change), own, joint
    )


def _stacked(before: Rows, after: Rows) -> Rows:
    """Both versions as one table: the groups of the second follow those of the first, patients are shared."""
    at, groups = before.grouping, before.grouping.groups
    flags = None
    if before.flag is not None and after.flag is not None:
        flags = np.concatenate([before.flag, after.flag])
    return Rows(
        np.concatenate([before.risk, after.risk]),
        np.concatenate([before.outcome, after.outcome]),
        flags,
        Grouping(
            np.concatenate([at.group, at.group + groups]), np.tile(at.cluster, 2).astype(np.int64), 2 * groups
        ),
    )


def _paired_variance(both: Estimates, measure: Measure, usable: NDArray[np.bool_]) -> Floats:
    """The variance of each group's change, on the scale on which it is told."""
    groups = len(usable)
    covariance = both.covariance
    if measure.kind == "ratio":
        value = np.where(np.isfinite(both.value) & (both.value > 0), both.value, np.nan)
        covariance = covariance / np.outer(value, value)
    first, second = np.arange(groups), np.arange(groups) + groups
    spread = covariance[first, first] + covariance[second, second] - 2 * covariance[first, second]
    if measure.kind == "share":
        spread = spread + 2 / (np.minimum(both.cases[:groups], both.cases[groups:]) + 2) ** 2
    return np.where(usable, np.maximum(spread, 0), np.nan)
