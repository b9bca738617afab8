"""A booster's trees as arrays: what each asks, where missing values go, and what its leaves add.

Read from LightGBM's own text, in which a model is registered, so that nothing stands between the two.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from features.errors import InputError

if TYPE_CHECKING:
    import lightgbm as lgb

Numbers = NDArray[np.float64]
Answers = NDArray[np.bool_]
# LightGBM's `decision_type`: one bit for a categorical question, one for the side of missing values, two for
# what counts as missing (0 nothing, 1 zeros too, 2 NaN).
CATEGORICAL, MISSING_LEFT, KIND, NOTHING, ZEROS = 1, 2, 2, 0, 1


@dataclass(frozen=True)
class Leaf:
    """What a leaf adds to the log-odds, and the way to it.

    `questions`: the inner nodes on the way. `columns`: the distinct columns asked about, in the order of the way.
    `turns`: for each, its questions and whether the way goes left. `shares`: for each, the share of training
    patients who took its turns where they met them.
    """

    value: float
    questions: frozenset[int]
    columns: tuple[int, ...]
    turns: tuple[tuple[tuple[int, bool], ...], ...]
    shares: tuple[float, ...]


@dataclass(frozen=True)
class Tree:
    """Inner nodes are numbered from 0, which is the root; a child below 0 is the leaf ~child."""

    column: NDArray[np.int64]
    threshold: Numbers
    missing_left: Answers
    left: NDArray[np.int64]
    right: NDArray[np.int64]
    node_count: Numbers
    leaf_count: Numbers
    leaf_value: Numbers

    def goes_left(self, node: int, values: Numbers) -> Answers:
        """Whether each value of the node's column goes left."""
        # Of a missing value neither comparison holds.
        if self.missing_left[node]:
            right: Answers = values > self.threshold[node]
            return ~right
        left: Answers = values <= self.threshold[node]
        return left

    @cached_property
    def leaves(self) -> tuple[Leaf, ...]:
        """Every leaf, neighbours together."""
        return tuple(self._leaf(leaf, way) for leaf, way in self._ways())

    def _ways(self) -> Iterator[tuple[int, tuple[tuple[int, bool], ...]]]:
        open_ways: list[tuple[int, tuple[tuple[int, bool], ...]]] = [(0, ())]
        while open_ways:
            node, way = open_ways.pop()
            if node < 0:
                yield ~node, way
            else:
                open_ways += [
                    (int(child[node]), (*way, (node, went_left)))
                    for child, went_left in ((self.right, False), (self.left, True))
                ]

    def _leaf(self, leaf: int, way: tuple[tuple[int, bool], ...]) -> Leaf:
        turns: dict[int, list[tuple[int, bool]]] = {}
        shares: dict[int, float] = {}
        counts = [*(self.node_count[node] for node, _ in way), self.leaf_count[leaf]]
        for (node, went_left), count, after in zip(way, counts, counts[1:], strict=False):
            column = int(self.column[node])
            turns.setdefault(column, []).append((node, went_left))
            shares[column] = shares.get(column, 1.0) * float(after / count)
        return Leaf(
            value=float(self.leaf_value[leaf]),
            questions=frozenset(node for node, _ in way),
            columns=tuple(turns),
            turns=tuple(tuple(taken) for taken in turns.values()),
            shares=tuple(shares.values()),
        )


def read_trees(booster: lgb.Booster) -> tuple[Tree, ...]:
    """The trees that ask something.

    Errors: InputError where a tree asks about categories, counts zeros as missing or holds lines in its leaves.
    """
    blocks = booster.model_to_string().split("\nTree=")[1:]
    texts = (block.split("\n\n", 1)[0].splitlines() for block in blocks)
    trees = (dict(line.split("=", 1) for line in lines if "=" in line) for lines in texts)
    return tuple(_tree(fields) for fields in trees if int(fields["num_leaves"]) > 1)


def _tree(fields: dict[str, str]) -> Tree:
    def numbers(name: str) -> Numbers:
        return np.array(fields[name].split(), dtype=np.float64)

    def whole(name: str) -> NDArray[np.int64]:
        return np.array(fields[name].split(), dtype=np.int64)

    decision, threshold = whole("decision_type"), numbers("threshold")
    missing = decision >> KIND
    if (decision & CATEGORICAL).any() or (missing == ZEROS).any() or int(fields.get("is_linear", "0")):
        raise InputError(
            "model: a tree asks about categories, counts zeros as missing or has lines in its leaves, which "
            "cannot be explained; train it with numbers, NaN for missing and constant leaves"
        )
    return Tree(
        column=whole("split_feature"),
        threshold=threshold,
        # Where no training value was missing, LightGBM reads a missing one as 0.
        missing_left=np.where(missing == NOTHING, threshold >= 0, (decision & MISSING_LEFT) > 0),
        left=whole("left_child"),
        right=whole("right_child"),
        node_count=numbers("internal_count"),
        leaf_count=numbers("leaf_count"),
        leaf_value=numbers("leaf_value"),
    )
