"""Which way a value goes that is missing, of a predictor that was never missing among the points learnt from.

LightGBM reads such a value as 0: a table that fails on the day of a list would look as if nothing had happened. Nobody
learnt what a missing value means there, so it goes where most of the points went.
"""

from __future__ import annotations

import re
from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from models.lightgbm_alone import lgb
from models.trees import KIND, MISSING_LEFT, NAN, NOTHING

# Of LightGBM's text: what tells the lengths of its trees, which it works out anew, and what is read of a tree.
SIZES = re.compile(r"^tree_sizes=.*\n", re.MULTILINE)
QUESTIONS = re.compile(r"^decision_type=(.*)$", re.MULTILINE)
Counts = NDArray[np.int64]


def with_missing_sides(booster: lgb.Booster) -> lgb.Booster:
    """The same trees; where no value was missing, a missing one goes to the side of more points learnt from, or left.

    Every answer to values that are not missing stays to the bit.
    """
    first, *trees = re.split(r"(?m)^(?=Tree=)", booster.model_to_string())
    return lgb.Booster(model_str="".join([SIZES.sub("", first), *map(_with_sides, trees)]))


def _with_sides(tree: str) -> str:
    asked = QUESTIONS.search(tree)
    if asked is None:
        return tree  # of a single leaf
    numbers = _reader(tree)
    decision = np.array(asked[1].split(), dtype=np.int64)
    left, right = (_points(numbers, numbers(side)) for side in ("left_child", "right_child"))
    settled = (NAN << KIND) | np.where(left >= right, MISSING_LEFT, 0)
    found = np.where(decision >> KIND == NOTHING, settled, decision)
    return tree[: asked.start(1)] + " ".join(map(str, found)) + tree[asked.end(1) :]


def _reader(tree: str) -> Callable[[str], Counts]:
    """The whole numbers of a line of a tree by its name."""

    def numbers(name: str) -> Counts:
        line = re.search(rf"^{name}=(.*)$", tree, re.MULTILINE)
        return np.array(line[1].split() if line else [], dtype=np.int64)

    return numbers


def _points(numbers: Callable[[str], Counts], children: Counts) -> Counts:
    """How many points each child was learnt from: a question by its place, the leaf ~child where it is below 0."""
    return np.concatenate([numbers("internal_count"), numbers("leaf_count")[::-1]])[children]
