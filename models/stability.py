"""Would the flag still stand had other patients been learnt from? Over the model's refits on resampled patients:
how often a point is flagged, and which of its reasons stay.

A reason that comes and goes with the patients learnt from is none to act on, and is not shown. How to use it:

    eligible = ...  # points x predictors: what may be given as a reason at each point, whatever its part
    found = stability(model, features, eligible=eligible, construct_of=..., settings=...)
    found.flagged_share  # per point, 0 to 1
    found.lasting        # points x predictors: among the leading reasons in enough refits

A model without refits cannot tell: `flagged_share` is missing and nothing lasts; `known` says so.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from models.contributions import Contributions
from models.risk_model import Fitted, Numbers, raw

Answers = NDArray[np.bool_]


@dataclass(frozen=True)
class StabilitySettings:
    """Which reasons stay.

    first: a reason must be among the first so many that may be shown. share: in at least this share of refits.
    per_construct: of one construct, only so many count among the first, as on a flag.
    """

    first: int = 3
    share: float = 0.8
    per_construct: int = 2

    def __post_init__(self) -> None:
        if not (self.first >= self.per_construct >= 1 and 0 < self.share <= 1):
            raise ValueError("first >= per_construct >= 1 and 0 < share <= 1 must hold")


class Refitted(Protocol):
    """The parts of a model that stability reads."""

    @property
    def predictors(self) -> tuple[str, ...]: ...
    @property
    def refits(self) -> tuple[Fitted, ...]: ...
    @property
    def threshold(self) -> float: ...


@dataclass(frozen=True)
class Stability:
    """What the refits say of each point.

    `flagged_share`: in which share of the refits (0 to 1) its chance reaches the model's threshold. `leading`:
    points x predictors, in which share of the refits each is among the leading reasons; both are missing where
    there are no refits.
    """

    flagged_share: pd.Series
    leading: pd.DataFrame
    refits: int
    settings: StabilitySettings

    @property
    def known(self) -> bool:
        """Whether there are refits to tell by."""
        return self.refits > 0

    @property
    def lasting(self) -> pd.DataFrame:
        """Points x predictors: whether each is among the leading reasons in enough refits."""
        # 4 of 5 refits are 0.8 whatever the last bit says; a missing share is never enough.
        return self.leading >= self.settings.share - 1e-9


def stability(
    model: Refitted,
    features: pd.DataFrame,
    *,
    eligible: pd.DataFrame,
    construct_of: Mapping[str, str],
    settings: StabilitySettings,
) -> Stability:
    """How each point of `features` fares under the model's refits.

    eligible: points x predictors as `features` and the model have them, whether each may be given as a reason.
    construct_of: predictor -> construct.
    """
    names = list(model.predictors)
    matrix = features.loc[:, names].to_numpy(dtype=np.float64)
    allowed = eligible.loc[features.index, names].to_numpy(dtype=bool)
    _, construct = np.unique([construct_of[name] for name in names], return_inverse=True)
    flagged, leading = np.zeros(len(matrix)), np.zeros(matrix.shape)
    for refit in model.refits:
        margin = raw(refit.booster, matrix)
        flagged += refit.calibration.risk(margin) >= model.threshold
        parts = Contributions(refit.booster).of(matrix, margin)
        leading += leading_reasons(np.where(allowed, parts, 0.0), construct, settings)
    number = len(model.refits) or np.nan
    return Stability(
        pd.Series(flagged / number, index=features.index),
        pd.DataFrame(leading / number, index=features.index, columns=names),
        len(model.refits),
        settings,
    )


def leading_reasons(parts: Numbers, construct: NDArray[np.int64], settings: StabilitySettings) -> Answers:
    """Which predictors are among the first that raise the chance, few of any one construct.

    parts: points x predictors, of the log-odds, 0 where a predictor may not be a reason. construct: of each
    predictor, as a number. Ties go to the earlier predictor, as on a flag.
    """
    order = np.argsort(-parts, axis=1, kind="stable")
    raising = np.take_along_axis(parts, order, axis=1) > 0
    own = construct[order]
    counted = np.zeros(parts.shape, dtype=bool)
    for one in np.unique(construct):
        of_it = (own == one) & raising
        counted |= of_it & (of_it.cumsum(axis=1) <= settings.per_construct)
    counted &= counted.cumsum(axis=1) <= settings.first
    found = np.zeros(parts.shape, dtype=bool)
    np.put_along_axis(found, order, counted, axis=1)
    return found
