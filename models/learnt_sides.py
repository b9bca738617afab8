"""Which side of a predictor goes with work not being done, as a registered model has learnt it on the whole.

Trees bend: a value on the good side can still raise one patient's chance, by its company or by noise. A
reason should not read so, and the registered model alone must be able to tell.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from models.explanation import Explained

CLEARLY = 0.5
BEYOND = 1e299  # LightGBM tells what is recorded from what is missing by a threshold beyond every value


@dataclass(frozen=True)
class Side:
    """`direction`: +1 where values above `middle` go with work not being done, -1 where those below do, 0
    where the trees disagree too much to say. `middle` is missing where they only ask whether a value is recorded."""

    middle: float
    direction: int

    def worrying(self, values: NDArray[np.float64], stated: int | None) -> NDArray[np.bool_]:
        """Whether each value lies on the worrying side; one stated by the conceptual model goes first."""
        direction = stated or self.direction
        return np.asarray((direction == 0) | ((values > self.middle) == (direction > 0)), dtype=bool)


@dataclass(frozen=True)
class _Split:
    """Where a tree divides patients, what it gains, and the step from left to right times the patients."""

    column: int
    threshold: float
    gain: float
    step: float


def learnt_sides(model: Explained) -> dict[str, Side]:
    """The side of each predictor that the model's trees divide patients by."""
    found: dict[str, list[_Split]] = {}
    asked: set[str] = set()
    for tree in model.booster.dump_model()["tree_info"]:
        for split in _splits(tree["tree_structure"]):
            asked.add(model.predictors[split.column])
            if abs(split.threshold) < BEYOND:
                found.setdefault(model.predictors[split.column], []).append(split)
    return {name: _side(found[name]) if name in found else Side(math.nan, 0) for name in sorted(asked)}


def _splits(node: Mapping[str, Any]) -> Iterator[_Split]:
    """Every split below a node."""
    if "split_feature" not in node:
        return
    left, right = node["left_child"], node["right_child"]
    step = node["internal_count"] * (_output(right) - _output(left))
    yield _Split(node["split_feature"], float(node["threshold"]), float(node["split_gain"]), step)
    yield from _splits(left)
    yield from _splits(right)


def _output(node: Mapping[str, Any]) -> float:
    """What a node adds to the log-odds, on average over the patients in it."""
    return float(node["internal_value"] if "internal_value" in node else node["leaf_value"])


def _side(splits: list[_Split]) -> Side:
    """The middle weighs each split by its gain; the direction needs most of the steps to agree."""
    ordered = sorted(splits, key=lambda split: split.threshold)
    gained = np.cumsum([max(split.gain, 0.0) for split in ordered])
    middle = ordered[int(np.searchsorted(gained, gained[-1] / 2))].threshold
    steps = np.array([split.step for split in ordered])
    agreement = steps.sum() / max(np.abs(steps).sum(), 1e-12)
    return Side(middle, int(np.sign(agreement)) if abs(agreement) >= CLEARLY else 0)
