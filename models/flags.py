"""From a chance and its explanation to what a practitioner reads: how likely, why, and what to consider.

A flag speaks of the agreed work, never of the person, and never says "risk", which practitioners read as
risk of harm.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
import pandas as pd

from models.abstention import NOT_ENOUGH, UNLIKE, why_none
from models.chance_in_words import whole_percent
from models.cut_off import CutOffSettings
from models.explanation import Explanation
from models.grounds import Grounds, Speaking, Told, grounds_of, mostly_hidden
from models.learnt_sides import Side
from models.reasons import (
    BY_CONSTRUCT,
    Reason,
    ReasonSettings,
    context,
    has_unstable_reasons,
    helps,
    reasons,
)
from models.suggestions import Suggestion, Suggestions

NOT_HARM = "This is not an assessment of risk of harm."
NOT_SHOWN = "The main grounds are not shown on this page."
NOT_STABLE = "What stands out changes with the patients learnt from, so no reason is shown."
NO_REASON = "No single thing recorded stands out."
FIRST, ABOVE, BELOW = "to think about first", "above average", "below average"
BANDS = (FIRST, ABOVE, BELOW, NOT_ENOUGH, UNLIKE)


@dataclass(frozen=True)
class FlagSettings:
    """How a flag is made.

    reasons: the most reasons a flag gives. helps: the most lines of what helps. reasons_per_construct: the most
    of either from one construct. least_change: how much each must move the chance (0.02 = 2 in 100).
    missing_at_most: the largest share of the model's predictors that may be missing; beyond it no chance is
    stated. unlike_share: the share of the calibration slice that counts as unlike the other training points; of
    such patients no chance is stated. cut_off: see there; it and unlike_share are settled when a model is trained.
    suggestions: a file with the service's own library of things to consider; empty for the one that
    ships.
    """

    reasons: int = 3
    helps: int = 2
    reasons_per_construct: int = 2
    least_change: float = 0.02
    missing_at_most: float = 0.5
    unlike_share: float = 0.01
    cut_off: CutOffSettings = field(default_factory=CutOffSettings)
    suggestions: str = ""

    def __post_init__(self) -> None:
        if not 1 <= self.reasons_per_construct <= self.reasons <= 3:
            raise ValueError("1 <= reasons_per_construct <= reasons <= 3 must hold")
        if not 0 <= self.helps <= 3:
            raise ValueError("0 <= helps <= 3 must hold")
        if not 0 <= self.unlike_share < 1:
            raise ValueError("unlike_share must be a share from 0 to under 1")
        if not (0 <= self.least_change < 1 and 0 <= self.missing_at_most <= 1):
            raise ValueError("least_change and missing_at_most must be shares between 0 and 1")

    @property
    def of_reasons(self) -> ReasonSettings:
        """The part that steers reasons."""
        return ReasonSettings(self.reasons, self.helps, self.reasons_per_construct, self.least_change)


@dataclass(frozen=True)
class Rules:
    """What turns chances and explanations into flags.

    `threshold` is the chance from which a point is flagged; `average` the mean chance of the points learnt from;
    `sides` what the model learnt of each predictor; `titles` a construct's name in words.
    """

    settings: FlagSettings
    threshold: float
    average: float
    predictors: Mapping[str, Speaking]
    sides: Mapping[str, Side]
    titles: Mapping[str, str]
    suggestions: Suggestions

    @property
    def told(self) -> Told:
        """What reasons are told from."""
        return Told(self.predictors, self.sides, self.titles, self.suggestions)


@dataclass(frozen=True)
class Flag:
    """What is said of one point. Where `abstained`, no chance and no reason is stated.

    `low` and `high` bound the chance; `helps` is what lowers it; `context` is recorded but nothing a
    practitioner can act on; `hidden` where most of what raises the chance is never shown to practitioners;
    `unstable` where no reason is left because none stays from refit to refit; `consider` is what to consider where
    one to think about first shows no reason.
    """

    point: str
    chance: float
    low: float
    high: float
    band: str
    reasons: tuple[Reason, ...] = ()
    context: tuple[str, ...] = ()
    hidden: bool = False
    helps: tuple[Reason, ...] = ()
    unstable: bool = False
    consider: Suggestion | None = None

    @property
    def flagged(self) -> bool:
        """Whether the point is among those to think about first."""
        return self.band == FIRST

    @property
    def abstained(self) -> bool:
        """Whether no chance is stated: too little recorded, or unlike the patients learnt from."""
        return self.band in (NOT_ENOUGH, UNLIKE)

    @property
    def percent(self) -> str:
        """The chance as whole percent, or why there is none."""
        return self.band if self.abstained else whole_percent(self.chance)

    @property
    def by_construct(self) -> bool:
        """Whether all its reasons are constructs, because nothing recorded in them stays from refit to refit."""
        return bool(self.reasons) and all(reason.words in BY_CONSTRUCT for reason in self.reasons)

    @property
    def no_reason(self) -> str:
        """Why no reason is given, where none is."""
        return "" if self.reasons else NOT_STABLE if self.unstable else NO_REASON


@dataclass(frozen=True)
class Doubts:
    """What speaks against telling, by point: whether it is unlike the patients learnt from (`unlike`), and
    whether each predictor is a stable ground (`stable`, points x predictors). Without them nothing does. `firm`: the
    constructs that may be told where no predictor is stable (points x constructs)."""

    unlike: pd.Series | None = None
    stable: pd.DataFrame | None = None
    firm: pd.DataFrame | None = None


NO_DOUBTS = Doubts()


def make_flags(
    rules: Rules,
    risks: pd.DataFrame,
    *,
    features: pd.DataFrame,
    explanation: Explanation,
    doubts: Doubts = NO_DOUBTS,
) -> tuple[Flag, ...]:
    """One flag per point, in the order of `risks` (columns risk, risk_low, risk_high; indexed by point)."""
    ordered = replace(explanation, parts=explanation.parts.loc[risks.index])
    used = features.loc[risks.index, ordered.parts.columns]
    bands = _bands(rules, risks, used, unlike=doubts.unlike)
    hidden = mostly_hidden(ordered.parts, rules.predictors)
    least, told = rules.settings.least_change, rules.told
    grounds = grounds_of(told, ordered, used, least=least, stable=doubts.stable, firm=doubts.firm)
    return tuple(
        _flag(told, rules.settings.of_reasons, risk, band=band, hidden=bool(masked), grounds=found)
        for risk, band, masked, found in zip(risks.itertuples(), bands, hidden, grounds, strict=True)
    )


def _bands(rules: Rules, risks: pd.DataFrame, used: pd.DataFrame, *, unlike: pd.Series | None) -> list[str]:
    """The band of each point."""
    none = why_none(used, unlike, missing_at_most=rules.settings.missing_at_most).to_numpy()
    risk = risks["risk"].to_numpy()
    bands = np.select(
        [none != "", risk >= rules.threshold, risk >= rules.average], [none, FIRST, ABOVE], BELOW
    )
    return [str(band) for band in bands]


def _flag(
    told: Told, settings: ReasonSettings, risk: Any, *, band: str, hidden: bool, grounds: Grounds
) -> Flag:
    bare = Flag(risk.Index, risk.risk, risk.risk_low, risk.risk_high, band)
    if bare.abstained:
        return bare
    given = reasons(told, grounds, settings)
    return replace(
        bare,
        reasons=given,
        context=context(told, grounds),
        hidden=hidden,
        helps=helps(told, grounds, settings),
        unstable=not given and has_unstable_reasons(grounds),
        consider=told.suggestions.general if bare.flagged and not given else None,
    )
