"""What trees make of points whose patients they never saw: all that calibration is fitted on.

The calibration slice is never learnt from. Where it is small, chance alone moves the slope of every risk, with
2,000 points by some 6 in 100. So trees are learnt without each fifth of the other training patients in turn, and
asked about those; a refit is asked about the patients whom it did not draw.
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

if TYPE_CHECKING:
    from models.lesson import Lesson

FOLDS = 5
# With so many points the slice settles a slope within 2 in 100 by itself.
ENOUGH = 20_000
Places = NDArray[np.int64]


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

    def beside(self, other: Margins) -> Margins:
        """Both together."""
        return Margins(
            np.concatenate([self.margin, other.margin]),
            np.concatenate([self.outcome, other.outcome]),
            np.concatenate([self.owners, other.owners]),
        )


def margins(booster: lgb.Booster, unseen: Slice, *, threads: int) -> Margins:
    """What the booster makes of points whose patients it never saw."""
    return Margins(raw(booster, unseen.matrix, threads=threads), unseen.outcome, unseen.owners)


def cross_fitted(ready: Lesson, learnt: Slice, agreed: Mapping[str, int], *, rounds: int) -> Margins:
    """The margin of every point that trees learn from, by trees learnt without a fifth of the patients.

    `learnt`: the points of `ready`, in its order.
    """
    names, owner = np.unique(ready.owners.astype(str), return_inverse=True)
    seed = ready.settings.seed
    fold = np.random.default_rng(seed).permutation(len(names))[owner] % FOLDS
    asked = ready.parameters(agreed, seed=seed, threads=1)

    def without(part: int) -> Margins:
        aside = np.flatnonzero(fold == part)
        booster = ready.binned.trees(asked, rounds, places=np.flatnonzero(fold != part))
        return margins(booster, learnt.at(aside), threads=1)

    first, *others = at_once(without, range(FOLDS), threads=ready.settings.threads)
    for other in others:
        first = first.beside(other)
    return first
