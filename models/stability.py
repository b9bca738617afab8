"""Would the flag still stand had other patients been learnt from? Over the model's refits on resampled patients:
how often a point is flagged, and which of its reasons stay.

A reason that comes and goes with the patients learnt from is none to act on, and is not shown. Where none stays, a
construct may: another of its predictors leads in each refit, but one of them always does. `Stability.lasting` and
`lasting_constructs` are what `models.flags.Doubts` asks for. A model without refits cannot tell: `flagged_share`
is missing, nothing lasts, and `known` says so.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from models.contributions import Contributions
from models.risk_model import Fitted, Numbers, raw

Answers = NDArray[np.bool_]
TOLERANCE = 1e-9


@dataclass(frozen=True)
class StabilitySettings:
    """Which reasons stay.

    first: a reason must be among the first so many that may be shown. share: in at least this share of refits.
    """

    first: int = 3
    share: float = 0.8

    def __post_init__(self) -> None:
        if not (self.first >= 1 and 0 < self.share <= 1):
            raise ValueError("first must be at least 1, and 0 < share <= 1 must hold")


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

    `risks`: refits x points, the calibrated chance (0 to 1) under each. `flagged_share`: in which share of the
    refits (0 to 1) it reaches the model's threshold. `leading`: points x predictors, in which share of the refits
    each is among the leading reasons, or of what helps; `constructs`: points x constructs, in which share any
    predictor of each is among the leading reasons. Shares are missing where there are no refits.
    """

    risks: Numbers
    flagged_share: pd.Series
    leading: pd.DataFrame
    constructs: pd.DataFrame
    refits: int
    settings: StabilitySettings

    @property
    def known(self) -> bool:
        """Whether there are refits to tell by."""
        return self.refits > 0

    @property
    def enough_refits(self) -> int:
        """In how many refits at least a reason must be among the first to stay."""
        return math.ceil(self.settings.share * self.refits - TOLERANCE)

    def flagged_in(self, point: str) -> int:
        """In how many refits a point's chance reaches the threshold. Errors: ValueError where none can tell."""
        return round(float(self.flagged_share.loc[point]) * self.refits)

    @property
    def lasting(self) -> pd.DataFrame:
        """Points x predictors: whether each is among the leading reasons in enough refits."""
        return self._enough(self.leading)

    @property
    def lasting_constructs(self) -> pd.DataFrame:
        """Points x constructs: whether any predictor of each is among the leading reasons in enough refits."""
        return self._enough(self.constructs)

    def _enough(self, shares: pd.DataFrame) -> pd.DataFrame:
        # 4 of 5 refits are 0.8 whatever the last bit says; a missing share is never enough.
        return shares >= self.settings.share - TOLERANCE


def stability(
    model: Refitted,
    features: pd.DataFrame,
    *,
    speaks: pd.DataFrame,
    construct_of: Mapping[str, str],
    settings: StabilitySettings,
) -> Stability:
    """How each point of `features` fares under the model's refits.

    speaks: points x predictors, what each value may be told as: 1 a reason, -1 what helps, 0 neither
    (`models.grounds.may_speak`).
    """
    return Refits(model).stability(features, speaks=speaks, construct_of=construct_of, settings=settings)


class Refits:
    """A model's refits with what explains them, which takes longer to make than to ask: once for many questions."""

    def __init__(self, model: Refitted) -> None:
        self._model = model
        self._explained = tuple(
            Contributions(refit.booster, text=refit.trees if isinstance(refit.trees, str) else None)
            for refit in model.refits
        )

    def make_ready(self) -> None:
        """Make what many points would wait for."""
        for one in self._explained:
            one.make_ready()

    def stability(
        self,
        features: pd.DataFrame,
        *,
        speaks: pd.DataFrame,
        construct_of: Mapping[str, str],
        settings: StabilitySettings,
    ) -> Stability:
        """See the function of this name."""
        names, refits = list(self._model.predictors), self._model.refits
        matrix = features.loc[:, names].to_numpy(dtype=np.float64)
        told_as = speaks.loc[features.index, names].to_numpy()
        constructs = list(dict.fromkeys(construct_of[name] for name in names))
        belongs = np.array([[construct_of[name] == construct for construct in constructs] for name in names])
        risks = np.empty((len(refits), len(matrix)))
        led, met = np.zeros(matrix.shape), np.zeros((len(matrix), len(constructs)))
        for place, (refit, explained) in enumerate(zip(refits, self._explained, strict=True)):
            margin = raw(refit.booster, matrix)
            risks[place] = refit.calibration.risk(margin)
            parts = explained.of(matrix, margin)
            worrying = leading(parts, told_as, settings.first)
            led += worrying | leading(-parts, -told_as, settings.first)
            met += worrying @ belongs
        number = len(refits) or np.nan
        return Stability(
            risks,
            pd.Series((risks >= self._model.threshold).sum(axis=0) / number, index=features.index),
            pd.DataFrame(led / number, index=features.index, columns=names),
            pd.DataFrame(met / number, index=features.index, columns=constructs),
            len(refits),
            settings,
        )


def leading(parts: Numbers, told_as: NDArray[np.int64], first: int) -> Answers:
    """Points x predictors: the `first` largest parts above 0 of those told as 1; of like parts the earlier."""
    told = np.where(told_as == 1, parts, 0.0)
    rows, found = np.arange(len(told)), np.zeros(parts.shape, dtype=bool)
    for _ in range(first):
        strongest = told.argmax(axis=1)
        found[rows, strongest] |= told[rows, strongest] > 0
        told[rows, strongest] = 0.0
    return found
