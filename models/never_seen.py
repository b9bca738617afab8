"""What trees make of points whose patients they never saw: all that calibration and the cut-off are chosen on.

A large calibration slice is kept from the trees for good. A small one says too little by itself: with 2,000 points
chance alone moves the slope of every risk by some 6 in 100, and the trees would miss a fifth of the patients they
could learn from. So all training patients are judged in turn, each by trees learnt without that patient's tenth,
and the model's own trees then learn from everybody; a refit is asked about the patients whom it did not draw.
What settles the trees (their settings, their number, the directions they keep to) never looks at the outcomes of
the calibration slice.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from models.binned import at_once
from models.lightgbm_alone import lgb
from models.risk_model import Numbers, raw
from models.splits import Rows, Split
from models.withheld import RULES, count_words

if TYPE_CHECKING:
    from models.lesson import Lesson

# Trees that miss more than a tenth of the patients know less than the model's own: calibration would follow them.
JUDGED_IN = 10
# With so many points the slice settles a slope within 2 in 100 by itself.
ENOUGH = 20_000
Places = NDArray[np.int64]


def stands_apart(split: Split) -> bool:
    """Whether the calibration slice is large enough to be kept from the trees for good."""
    return len(split.calibrate) >= ENOUGH


def says_judged(split: Split) -> str:
    """For people: what calibration and the cut-off were chosen on; pages repeat it, so the number is as published."""
    apart = stands_apart(split)
    points = count_words(len(split.calibrate if apart else split.train), RULES["nhs"])
    if apart:
        return f"chosen on {points} points that the trees never saw"
    return f"chosen on {points} points, each judged by trees that did not learn from its patient"


@dataclass(frozen=True)
class Slice:
    """Training points for one purpose: rows x predictors, outcomes (0 or 1) and patients."""

    matrix: Numbers
    outcome: Numbers
    owners: NDArray[np.object_]

    def at(self, places: Places) -> Slice:
        """Some of the points; a place named twice counts twice."""
        return Slice(self.matrix[places], self.outcome[places], self.owners[places])


@dataclass(frozen=True)
class Margins:
    """Log-odds of points under trees that never saw their patients, with their outcomes and patients."""

    margin: Numbers
    outcome: Numbers
    owners: NDArray[np.object_]


def margins(booster: lgb.Booster, unseen: Slice, *, threads: int) -> Margins:
    """What the booster makes of points whose patients it never saw."""
    return Margins(raw(booster, unseen.matrix, threads=threads), unseen.outcome, unseen.owners)


def cross_fitted(ready: Lesson, judged: Slice, agreed: Mapping[str, int], *, rounds: int) -> Margins:
    """The margin of every point that trees learn from, by trees learnt without that patient's fold.

    `judged`: the points of `ready`, in its order, which the margins keep.
    """
    seed = ready.settings.seed
    asked = ready.parameters(agreed, seed=seed, threads=1)
    folds = folds_of(ready.owners, count=JUDGED_IN, seed=seed)

    def without(fold: tuple[Rows, Rows]) -> Margins:
        learn, aside = fold
        return margins(ready.binned.trees(asked, rounds, places=learn), judged.at(aside), threads=1)

    margin = np.empty(len(judged.owners))
    found = at_once(without, folds, threads=ready.settings.threads)
    for (_, aside), part in zip(folds, found, strict=True):
        margin[aside] = part.margin
    return Margins(margin, judged.outcome, judged.owners)


def folds_of(owners: NDArray[np.object_], *, count: int, seed: int) -> list[tuple[Rows, Rows]]:
    """(learn from, keep aside) by place for each of `count` folds; a patient is on one side of each."""
    names, owner = np.unique(owners.astype(str), return_inverse=True)
    fold = np.random.default_rng(seed).permutation(len(names))[owner] % count
    return [(np.flatnonzero(fold != part), np.flatnonzero(fold == part)) for part in range(count)]
