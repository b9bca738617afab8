"""Which calibration: Platt's, unless another is clearly better on patients kept aside in turn."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from models.calibration import FITS, Calibration, Kind, Numbers

Asked = Literal["chosen", "none", "platt", "beta", "isotonic"]
FOLDS = 5
# From so many patients on, Platt's slope is known within some 5 in 100: about what trees are too timid by.
SETTLED = 2_000
NEAREST_TO_CERTAIN = 1e-6


@dataclass(frozen=True)
class Choice:
    """A calibration fitted on the whole slice; `losses`: cross-validated log loss by kind, none where forced."""

    calibration: Calibration
    losses: Mapping[Kind, float]

    def as_text(self) -> str:
        """The losses in words for people."""
        return ", ".join(f"{kind} {loss:.5f}" for kind, loss in self.losses.items()) or "not compared"


def chosen(
    margin: Numbers, outcome: Numbers, patients: NDArray[np.object_], *, asked: Asked, seed: int
) -> Choice:
    """The calibration of margins on points that the booster never saw; rows alike, outcome 0 or 1.

    With asked="chosen" and at least five patients each kind is cross-validated in five folds of patients. Trees
    that are held back from noise are too timid, which Platt's two parameters mend: with SETTLED patients it is
    taken unless another kind is better, with fewer it displaces none if it lowers the log loss at all. Any other
    kind is better only if it lowers the log loss by more than the standard error of that difference (over patients).
    """
    if asked != "chosen":
        return Choice(FITS[asked](margin, outcome), {})
    names, owner = np.unique(patients.astype(str), return_inverse=True)
    kinds: list[Kind] = list(FITS) if len(names) >= FOLDS else []
    losses = {kind: _held_aside(kind, margin, outcome, owner, seed) for kind in kinds}
    best: Kind = "none"
    if kinds and (len(names) >= SETTLED or losses["platt"].mean() < losses["none"].mean()):
        best = "platt"
    for kind, loss in losses.items():
        if _clearly_lower(losses[best] - loss, owner):
            best = kind
    return Choice(FITS[best](margin, outcome), {kind: float(loss.mean()) for kind, loss in losses.items()})


def _held_aside(
    kind: Kind, margin: Numbers, outcome: Numbers, owner: NDArray[np.int64], seed: int
) -> Numbers:
    """Each row's log loss under a calibration fitted without its patient."""
    # Not the folds in which the margins were made (`never_seen.cross_fitted`): trees lean away from the fold
    # that they miss, so what fits the margins of the other folds would seem not to fit that one's.
    fold = np.random.default_rng([seed, FOLDS]).permutation(int(owner.max()) + 1)[owner] % FOLDS
    risk = np.empty(len(margin))
    for place in range(FOLDS):
        aside = fold == place
        risk[aside] = FITS[kind](margin[~aside], outcome[~aside]).risk(margin[aside])
    risk = np.clip(risk, NEAREST_TO_CERTAIN, 1 - NEAREST_TO_CERTAIN)
    return np.asarray(-np.log(np.where(outcome == 1, risk, 1 - risk)))


def _clearly_lower(gain: Numbers, owner: NDArray[np.int64]) -> bool:
    """Whether the mean gain exceeds its standard error, rows of one patient going together."""
    by_patient = np.bincount(owner, weights=gain - gain.mean())
    return bool(gain.mean() > np.sqrt(np.sum(by_patient**2)) / len(gain))
