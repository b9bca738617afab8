"""The ways to the leaves of many trees, as arrays: taken one by one, Python is at them ten times as long."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from models.trees import Answers, Forest, Numbers, Places

NONE = -1


@dataclass(frozen=True)
class Ways:
    """The way to each leaf of a forest; where a leaf has fewer steps or columns than others, NONE stands.

    `node`: leaves x steps, the inner nodes from the leaf up to its root. `went_left`: the side taken there.
    `columns`: leaves x slots, the distinct columns asked about, in the order in which they are met. `slot`: leaves x
    steps, which of them a step asks about. `shares`: leaves x slots, the share of training patients who took the
    column's turns where they met them.
    """

    node: Places
    went_left: Answers
    columns: Places
    slot: Places
    shares: Numbers


def ways(forest: Forest) -> Ways:
    """The ways to all leaves."""
    node, went_left = _steps(forest)
    there, every = node != NONE, np.arange(len(node))
    column = np.where(there, forest.column[node], NONE)
    first = (column[:, :, None] == column[:, None, :]).argmax(axis=2)
    met = there & (first == np.arange(node.shape[1]))
    slot = np.where(there, np.take_along_axis(met.cumsum(axis=1) - 1, first, axis=1), NONE)
    took = np.where(there, _shares(forest, node, went_left), 1.0)
    columns, shares = np.full(node.shape, NONE), np.ones(node.shape)
    for step in range(node.shape[1]):
        columns[every, slot[:, step]] = np.where(
            there[:, step], column[:, step], columns[every, slot[:, step]]
        )
        shares[every, slot[:, step]] *= took[:, step]
    return Ways(node, went_left, columns, slot, shares)


def deepest(forest: Forest) -> int:
    """The most questions on the way to any leaf."""
    return int(_steps(forest)[0].shape[1])


def _steps(forest: Forest) -> tuple[Places, Answers]:
    above, side = _above(len(forest.column), forest.left, forest.right)
    node, went_left = _above(len(forest.leaf_value), ~forest.left, ~forest.right)
    nodes, sides = [], []
    while (there := node != NONE).any():
        nodes.append(node)
        sides.append(went_left)
        node, went_left = np.where(there, above[node], NONE), there & side[node]
    shape = (len(nodes), len(forest.leaf_value))
    return np.array(nodes, np.int64).reshape(shape).T, np.array(sides, bool).reshape(shape).T


def _above(children: int, left: Places, right: Places) -> tuple[Places, Answers]:
    """Of each child, the node above it and whether it is on its left.

    `left` and `right`: node -> a child, or below 0.
    """
    above, side = np.full(children, NONE), np.zeros(children, dtype=bool)
    for child, is_left in ((left, True), (right, False)):
        nodes = np.flatnonzero(child >= 0)
        above[child[nodes]], side[child[nodes]] = nodes, is_left
    return above, side


def _shares(forest: Forest, node: Places, went_left: Answers) -> Numbers:
    """Leaves x steps: the share of those at the node who went the same way."""
    child = np.where(went_left, forest.left[node], forest.right[node])
    # A child below 0 counts from the end, where the leaves stand backwards.
    counts = np.concatenate([forest.node_count, forest.leaf_count[::-1]])
    return np.asarray(counts[child] / forest.node_count[node])
