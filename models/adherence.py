"""The published protocol for forecasting adherence from log-ins, and what a learner scores under it.

Côté-Allard et al. 2022: exploration participants serve to choose settings and are never scored; the others
are scored by cross-validation in file order, in folds of 11, each fold's model learning from everybody
else, the exploration participants included.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Protocol, TypeVar

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from sklearn.metrics import brier_score_loss, roc_auc_score
from sklearn.model_selection import StratifiedKFold

FOLD = 11
Settings = TypeVar("Settings", contravariant=True)
Numbers = NDArray[np.float64]


class Learner(Protocol[Settings]):
    """Learns from features and outcomes under a seed, and gives the chance of 1 for other features."""

    def __call__(
        self, settings: Settings, features: pd.DataFrame, outcome: Numbers, others: pd.DataFrame, seed: int
    ) -> Numbers: ...


@dataclass(frozen=True)
class Participants:
    """`features` and `outcome` (1 = not adherent) by participant in file order, at one day."""

    features: pd.DataFrame
    outcome: Numbers


@dataclass(frozen=True)
class Protocol342:
    """Who may be looked at and who is scored. Nobody can be both: see `split`."""

    exploration: tuple[int, ...]
    scored: tuple[int, ...]

    @classmethod
    def split(cls, everybody: Sequence[int], exploration: Sequence[int]) -> Protocol342:
        """The published split. Errors: ValueError for an exploration participant who is not there or named twice."""
        named = set(exploration)
        if len(named) != len(exploration) or not named <= set(everybody):
            raise ValueError("exploration participants must be named once each and be in the data")
        return cls(tuple(exploration), tuple(number for number in everybody if number not in named))

    def to_explore(self, participants: Participants) -> Participants:
        """The participants that settings may be chosen on."""
        return _of(participants, self.exploration)

    def folds(self) -> list[tuple[list[int], list[int]]]:
        """(learn from, score) for each fold of the scored participants."""
        parts = [self.scored[start : start + FOLD] for start in range(0, len(self.scored), FOLD)]
        return [([*sorted({*self.scored, *self.exploration} - set(part))], [*part]) for part in parts]


def _of(participants: Participants, numbers: Sequence[int]) -> Participants:
    places = participants.features.index.get_indexer(pd.Index(numbers))
    return Participants(participants.features.iloc[places], participants.outcome[places])


@dataclass(frozen=True)
class Score:
    """Balanced accuracy is the mean over repetitions, its interval from resampling participants."""

    balanced_accuracy: float
    low: float
    high: float
    auroc: float
    brier: float
    slope: float


def predictions(
    participants: Participants,
    protocol: Protocol342,
    learn: Callable[[pd.DataFrame, Numbers, pd.DataFrame, int], Numbers],
    *,
    seeds: Sequence[int],
) -> tuple[Numbers, Numbers]:
    """Chances for the scored participants and the cut-off of each one's fold, both participants x repetitions.

    The cut-off is the share of non-adherent participants learnt from: for calibrated chances the one that
    serves balanced accuracy best.
    """
    order = list(protocol.scored)
    chances = np.full((len(order), len(seeds)), np.nan)
    cutoffs = np.full_like(chances, np.nan)
    place = {number: row for row, number in enumerate(order)}
    for learnt_from, part in protocol.folds():
        known, asked = _of(participants, learnt_from), _of(participants, part)
        rows = [place[number] for number in part]
        cutoffs[rows] = known.outcome.mean()
        for repetition, seed in enumerate(seeds):
            chances[rows, repetition] = learn(known.features, known.outcome, asked.features, seed)
    return chances, cutoffs


def score(outcome: Numbers, chances: Numbers, cutoffs: Numbers, *, draws: int, seed: int) -> Score:
    """What the scored chances come to. `outcome`: participants; the others: participants x repetitions."""
    right = (chances > cutoffs) == (outcome[:, None] == 1)
    weights = np.random.default_rng(seed).multinomial(
        len(outcome), np.full(len(outcome), 1 / len(outcome)), draws
    )
    drawn = _balanced(right, outcome, weights.astype(float))
    mean = chances.mean(axis=1)
    return Score(
        balanced_accuracy=float(_balanced(right, outcome, np.ones((1, len(outcome))))[0]),
        low=float(np.quantile(drawn, 0.025)),
        high=float(np.quantile(drawn, 0.975)),
        auroc=float(roc_auc_score(outcome, mean)),
        brier=float(brier_score_loss(outcome, mean)),
        slope=_slope(outcome, mean),
    )


def _balanced(right: NDArray[np.bool_], outcome: Numbers, weights: Numbers) -> Numbers:
    """Balanced accuracy, mean over repetitions, one for each row of weights (draws x participants)."""
    hit = right.mean(axis=1)
    sides = [
        (weights * side * hit).sum(axis=1) / (weights * side).sum(axis=1) for side in (outcome, 1 - outcome)
    ]
    balanced: Numbers = (sides[0] + sides[1]) / 2
    return balanced


def _slope(outcome: Numbers, chances: Numbers) -> float:
    """Calibration slope: of the outcome's log-odds on the predicted log-odds."""
    from sklearn.linear_model import LogisticRegression

    clipped = np.clip(chances, 1e-6, 1 - 1e-6)
    logit = np.log(clipped / (1 - clipped))[:, None]
    return float(LogisticRegression(C=np.inf, tol=1e-10).fit(logit, outcome).coef_[0, 0])


def choose(
    candidates: Mapping[str, Settings],
    explored: Mapping[int, Participants],
    learner: Learner[Settings],
    *,
    seeds: Sequence[int],
) -> tuple[str, pd.DataFrame]:
    """The candidate with the best mean balanced accuracy over all days, and the whole search.

    `explored` holds the exploration participants at each day; nothing else reaches this function. Ten-fold
    cross-validation, repeated with each seed. The first of equals is taken.
    """
    rows = [
        (name, day, seed, _cross_validated(settings, participants, learner, seed))
        for name, settings in candidates.items()
        for day, participants in explored.items()
        for seed in seeds
    ]
    search = pd.DataFrame(rows, columns=["candidate", "day", "seed", "balanced_accuracy"])
    means = search.groupby("candidate", sort=False)["balanced_accuracy"].mean()
    return str(means.idxmax()), search


def _cross_validated(
    settings: Settings, participants: Participants, learner: Learner[Settings], seed: int
) -> float:
    outcome, right = participants.outcome, np.zeros(len(participants.outcome), dtype=bool)
    for learn, ask in StratifiedKFold(10, shuffle=True, random_state=seed).split(outcome, outcome):
        known = replace(participants, features=participants.features.iloc[learn], outcome=outcome[learn])
        chances = learner(settings, known.features, known.outcome, participants.features.iloc[ask], seed)
        right[ask] = (chances > known.outcome.mean()) == (outcome[ask] == 1)
    return float((right[outcome == 1].mean() + right[outcome == 0].mean()) / 2)
