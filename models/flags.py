"""From a chance and its explanation to what a practitioner reads: how likely, why, and what to consider.

A flag speaks of the agreed work, never of the person, and never says "risk", which practitioners read as
risk of harm.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Protocol

import pandas as pd

from models.chance_in_words import whole_percent
from models.explanation import Explanation
from models.learnt_sides import Side
from models.suggestions import Named, Suggestion, Suggestions

NOT_HARM = "This is not an assessment of risk of harm."
NOT_SHOWN = "The main grounds are not shown: they are nothing to act on with this patient."
NOT_ENOUGH = "not enough recorded to say"
HIGHEST, ABOVE, BELOW = "higher than most", "above average", "below average"
BANDS = (HIGHEST, ABOVE, BELOW, NOT_ENOUGH)


@dataclass(frozen=True)
class FlagSettings:
    """How a flag is made.

    reasons: the most reasons a flag gives. reasons_per_construct: the most of them from one construct.
    least_change: how much a reason must raise the chance (0.02 = 2 in 100). missing_at_most: the largest
    share of the model's predictors that may be missing; beyond it no chance is stated. suggestions: a file
    with the service's own library of things to consider; empty for the one that ships.
    """

    reasons: int = 3
    reasons_per_construct: int = 2
    least_change: float = 0.02
    missing_at_most: float = 0.5
    suggestions: str = ""

    def __post_init__(self) -> None:
        if not 1 <= self.reasons_per_construct <= self.reasons <= 3:
            raise ValueError("1 <= reasons_per_construct <= reasons <= 3 must hold")
        if not (0 <= self.least_change < 1 and 0 <= self.missing_at_most <= 1):
            raise ValueError("least_change and missing_at_most must be shares between 0 and 1")


class Speaking(Named, Protocol):
    """The parts of a predictor that a reason is made of."""

    @property
    def direction(self) -> int | None: ...
    def words(self, value: float) -> str: ...


@dataclass(frozen=True)
class Rules:
    """What turns chances and explanations into flags.

    `threshold` is the chance from which a point is flagged; `sides` what the model learnt of each
    predictor; `titles` a construct's name in words.
    """

    settings: FlagSettings
    threshold: float
    predictors: Mapping[str, Speaking]
    sides: Mapping[str, Side]
    titles: Mapping[str, str]
    suggestions: Suggestions


@dataclass(frozen=True)
class Reason:
    """One thing recorded that raises the chance by `change` (0 to 1), and something to consider about it.

    `consider` is None where an earlier reason of the same flag already says it.
    """

    predictor: str
    title: str
    words: str
    change: float
    consider: Suggestion | None

    @property
    def line(self) -> str:
        """The construct, then what is recorded: "Task planning: no time or place was agreed"."""
        return f"{self.title}: {self.words}"


@dataclass(frozen=True)
class Flag:
    """What is said of one point. Where `abstained`, no chance and no reason is stated.

    `low` and `high` bound the chance; `context` is recorded but nothing a practitioner can act on;
    `hidden` where most of what raises the chance is never shown to practitioners.
    """

    point: str
    chance: float
    low: float
    high: float
    band: str
    reasons: tuple[Reason, ...]
    context: tuple[str, ...]
    hidden: bool

    @property
    def flagged(self) -> bool:
        """Whether the point is among those to think about first."""
        return self.band == HIGHEST

    @property
    def abstained(self) -> bool:
        """Whether too little is recorded to state a chance."""
        return self.band == NOT_ENOUGH

    @property
    def percent(self) -> str:
        """The chance as whole percent, or why there is none."""
        return NOT_ENOUGH if self.abstained else whole_percent(self.chance)


def make_flags(
    rules: Rules, risks: pd.DataFrame, *, features: pd.DataFrame, explanation: Explanation
) -> tuple[Flag, ...]:
    """One flag per point, in the order of `risks` (columns risk, risk_low, risk_high; indexed by point)."""
    parts = explanation.parts.loc[risks.index]
    used = features.loc[risks.index, parts.columns]
    silent = used.isna().mean(axis=1) > rules.settings.missing_at_most
    hidden = _mostly_hidden(parts, rules.predictors)
    grounds = _grounds(used, parts, explanation.changes().loc[risks.index])
    average = explanation.chance_before
    return tuple(
        _silent(risk) if quiet else _flag(rules, risk, found, hidden=masked, average=average)
        for risk, quiet, masked, found in zip(risks.itertuples(), silent, hidden, grounds, strict=True)
    )


@dataclass(frozen=True)
class _Ground:
    """A predictor's value at a point, its part of the log-odds and its change of the chance."""

    predictor: str
    value: float
    part: float
    change: float


def _grounds(used: pd.DataFrame, parts: pd.DataFrame, changes: pd.DataFrame) -> Iterator[list[_Ground]]:
    """What speaks at each point, strongest first."""
    order = (-parts.abs()).to_numpy().argsort(axis=1, kind="stable")
    names = list(parts.columns)
    tables = (used.to_numpy(), parts.to_numpy(), changes.to_numpy(), order)
    for values, pushes, moved, strongest in zip(*tables, strict=True):
        yield [_Ground(names[n], values[n], pushes[n], moved[n]) for n in strongest if pushes[n]]


def _mostly_hidden(parts: pd.DataFrame, predictors: Mapping[str, Speaking]) -> pd.Series:
    """Whether over half of what raises each chance is never shown to practitioners."""
    raising = parts.clip(lower=0)
    never = [name for name in parts.columns if predictors[name].shown == "never"]
    return raising[never].sum(axis=1) > raising.sum(axis=1) / 2


def _silent(risk: Any) -> Flag:
    return Flag(risk.Index, risk.risk, risk.risk_low, risk.risk_high, NOT_ENOUGH, (), (), False)


def _flag(rules: Rules, risk: Any, grounds: list[_Ground], *, hidden: bool, average: float) -> Flag:
    band = HIGHEST if risk.risk >= rules.threshold else ABOVE if risk.risk >= average else BELOW
    return Flag(
        point=risk.Index,
        chance=risk.risk,
        low=risk.risk_low,
        high=risk.risk_high,
        band=band,
        reasons=tuple(_reasons(rules, grounds)),
        context=tuple(_context(rules, grounds)),
        hidden=bool(hidden),
    )


def _reasons(rules: Rules, grounds: list[_Ground]) -> Iterator[Reason]:
    """At most so many reasons, strongest first, few of any one construct, none said twice."""
    given: Counter[str] = Counter()
    said: set[str] = set()
    for ground in grounds:
        asked = rules.predictors[ground.predictor]
        if given.total() == rules.settings.reasons or not _is_reason(rules, asked, ground):
            continue
        words = asked.words(ground.value)
        if given[asked.construct] < rules.settings.reasons_per_construct and words not in said:
            answer = _unsaid(rules.suggestions.answers(asked, recorded=not math.isnan(ground.value)), said)
            given[asked.construct] += 1
            said |= {words, answer.words} if answer else {words}
            yield Reason(ground.predictor, rules.titles[asked.construct], words, ground.change, answer)


def _unsaid(answers: tuple[Suggestion, ...], said: set[str]) -> Suggestion | None:
    return next((answer for answer in answers if answer.words not in said), None)


def _is_reason(rules: Rules, asked: Speaking, ground: _Ground) -> bool:
    """Shown to practitioners, raising the chance enough, and not on the good side of what is recorded.

    Nobody should read "a place was agreed" or "missed 0 appointments" as a worry.
    """
    if asked.shown != "reason" or ground.change < rules.settings.least_change:
        return False
    side = rules.sides.get(ground.predictor)
    return side is None or math.isnan(ground.value) or side.worrying(ground.value, asked.direction)


def _context(rules: Rules, grounds: list[_Ground]) -> Iterator[str]:
    """What is recorded and moves the chance either way, but is nothing to act on."""
    least = rules.settings.least_change
    for ground in [ground for ground in grounds if abs(ground.change) >= least]:
        asked = rules.predictors[ground.predictor]
        if asked.shown == "context":
            yield f"{rules.titles[asked.construct]}: {asked.words(ground.value)}"
