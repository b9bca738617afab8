"""Held-out points whose figures may be published: those of a model of few distinct risks give no count back."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from models.evaluation import METRICS, HeldOut
from models.resampling import Metric, Numbers
from models.withheld import Rule

# A model of as few risks has hardly more unknown counts than figures: these would give the counts back.
FEW = len(METRICS)


@dataclass(frozen=True)
class HeldOutShown(HeldOut):
    """Held-out points with the rule under which figures of them are published."""

    rule: Rule

    def figures(self, risk: Numbers, *metrics: Metric) -> Numbers:
        """Each metric's values as they may be published, the rows as they are first.

        Every figure of one risk for everybody is a simple function of the share not completed, and of a few risks, of
        how many points lie at each: so all of them are worked out of shares told no finer than elsewhere, to a decimal
        of 100, and of risks to as many. Together they tell nothing else. Missing where few patients with one of the
        outcomes have one of the risks, or fewer than one point in two thousand has one of the outcomes. Of many risks,
        figures stay as they are: their digits are the file's matter.
        """
        if not self.rule.smallest or len(np.unique(risk)) > FEW:
            return super().figures(risk, *metrics)
        steps = 10 ** (self.rule.digits + 1)
        levels, level = np.unique(np.round(risk * steps) / steps, return_inverse=True)
        drawn = self.draws.over(lambda weights: self._cells(weights, level, len(levels), steps))
        no_side = not drawn[0].reshape(2, -1).sum(axis=1).all()
        # As many rows at each risk as points in a thousand: percentiles of the risks stay what they are.
        number = np.maximum(drawn[0], 1).astype(np.intp)
        outcomes, risks = np.repeat([1.0, 0.0], len(levels)), np.tile(levels, 2)
        weights = np.repeat(drawn / number, number, axis=1)
        rows = np.repeat(outcomes, number), np.repeat(risks, number)
        with np.errstate(all="ignore" if no_side else "warn"):
            found = np.column_stack([metric(*rows, weights) for metric in metrics])
        return np.full_like(found, np.nan) if no_side or self._few_in_a_cell(level, len(levels)) else found

    @property
    def curved(self) -> bool:
        """Whether there are risks enough for a curve: through few it gives the shares observed back."""
        return not self.rule.smallest or len(np.unique(self.own)) > FEW

    def _cells(self, weights: Numbers, level: NDArray[np.intp], levels: int, steps: int) -> Numbers:
        """Points at each risk that were not completed, then that were, of so many `steps`, by draw.

        Rounded is how many lie from each risk on, as a flag would count them: so all of them are the share as told.
        """
        sides = []
        for side in (self.outcome, 1 - self.outcome):
            at = np.column_stack([weights @ (side * (level == one)) for one in range(levels)])
            onwards = np.cumsum(at[:, ::-1], axis=1)[:, ::-1] / weights.sum(axis=1, keepdims=True)
            sides.append(-np.diff(np.round(onwards * steps), axis=1, append=0))
        return np.concatenate(sides, axis=1)

    def _few_in_a_cell(self, level: NDArray[np.intp], levels: int) -> bool:
        """Whether fewer patients than may be shown have some risk with one of the outcomes."""
        cells = ((level == one) & (self.outcome == side) for one in range(levels) for side in (0, 1))
        return any(len(np.unique(self.patients[cell].astype(str))) < self.rule.smallest for cell in cells)
