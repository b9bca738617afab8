"""A booster's trees as arrays: what each asks, where missing values go, and what its leaves add.

Read from LightGBM's own text, in which a model is registered, so that nothing stands between the two.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import chain

import numpy as np
from numpy.typing import NDArray

from features.errors import InputError

Numbers = NDArray[np.float64]
Places = NDArray[np.int64]
Answers = NDArray[np.bool_]
# LightGBM's `decision_type`: one bit for a categorical question, one for the side of missing values, two for
# what counts as missing (0 nothing, 1 zeros too, 2 NaN).
CATEGORICAL, MISSING_LEFT, KIND, NOTHING, ZEROS, NAN = 1, 2, 2, 0, 1, 2


@dataclass(frozen=True)
class Forest:
    """Trees one after another; their inner nodes and their leaves are numbered through.

    `first_node`: of each tree, its root. A child below 0 is the leaf ~child. A tree has one leaf more than nodes.
    """

    first_node: Places
    column: Places
    threshold: Numbers
    missing_left: Answers
    left: Places
    right: Places
    node_count: Numbers
    leaf_count: Numbers
    leaf_value: Numbers

    @cached_property
    def tree_of_leaf(self) -> Places:
        """Leaf -> the place of its tree."""
        nodes = np.diff(self.first_node, append=len(self.column))
        return np.repeat(np.arange(len(nodes)), nodes + 1)

    def goes_left(self, nodes: Places, values: Numbers, missing: Answers) -> Answers:
        """Nodes x rows: whether each row goes left. `values` and whether they are `missing`: columns x rows."""
        column, missing_left = self.column[nodes], self.missing_left[nodes]
        left: Answers = values[column] <= self.threshold[nodes, None]  # does not hold of a missing value
        left[missing_left] |= missing[column[missing_left]]
        return left


def read_trees(text: str) -> Forest:
    """The trees that ask something, from a booster as LightGBM writes it.

    Errors: InputError where a tree asks about categories, counts zeros as missing or holds lines in its leaves.
    """
    blocks = text.split("\nTree=")[1:]
    texts = (block.split("\n\n", 1)[0].splitlines() for block in blocks)
    every = (dict(line.split("=", 1) for line in lines if "=" in line) for lines in texts)
    trees = [fields for fields in every if int(fields["num_leaves"]) > 1]
    decision, threshold = _whole(trees, "decision_type"), _numbers(trees, "threshold")
    missing = decision >> KIND
    lines = any(int(fields.get("is_linear", "0")) for fields in trees)
    if (decision & CATEGORICAL).any() or (missing == ZEROS).any() or lines:
        raise InputError(
            "model: a tree asks about categories, counts zeros as missing or has lines in its leaves, which "
            "cannot be explained; train it with numbers, NaN for missing and constant leaves"
        )
    nodes = np.array([int(fields["num_leaves"]) - 1 for fields in trees], dtype=np.int64)
    first_node = np.cumsum(nodes) - nodes
    before = np.repeat(first_node, nodes), np.repeat(first_node + np.arange(len(nodes)), nodes)
    return Forest(
        first_node=first_node,
        column=_whole(trees, "split_feature"),
        threshold=threshold,
        # Where no training value was missing, LightGBM reads a missing one as 0.
        missing_left=np.where(missing == NOTHING, threshold >= 0, (decision & MISSING_LEFT) > 0),
        left=_numbered_through(_whole(trees, "left_child"), *before),
        right=_numbered_through(_whole(trees, "right_child"), *before),
        node_count=_numbers(trees, "internal_count"),
        leaf_count=_numbers(trees, "leaf_count"),
        leaf_value=_numbers(trees, "leaf_value"),
    )


def _numbers(trees: Sequence[dict[str, str]], name: str) -> Numbers:
    values = chain.from_iterable(fields[name].split() for fields in trees)
    return np.fromiter(map(float, values), dtype=np.float64)


def _whole(trees: Sequence[dict[str, str]], name: str) -> Places:
    values = chain.from_iterable(fields[name].split() for fields in trees)
    return np.fromiter(map(int, values), dtype=np.int64)


def _numbered_through(child: Places, nodes_before: Places, leaves_before: Places) -> Places:
    return np.where(child >= 0, child + nodes_before, child - leaves_before)
