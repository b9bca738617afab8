"""Leaves of a tree taken together, so that one table answers for all of them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from models.trees import Answers, Forest, Places
from models.ways import NONE, Ways

BUNDLED = 8  # questions: their answers fit one byte and their table the nearest cache


@dataclass(frozen=True)
class Members:
    """What bundles have of one kind, their columns say: bundle after bundle, each once and in order.

    `first`: of each bundle the place of its first, and one more for the end. `place`: leaves x as many as a leaf
    may have, where each stands; NONE where a leaf has fewer.
    """

    every: Places
    first: Places
    place: Places

    def of(self, bundle: int) -> Places:
        """Those of one bundle."""
        return self.every[self.first[bundle] : self.first[bundle + 1]]


@dataclass(frozen=True)
class Bundles:
    """Bundles in the order of how many questions lead to them; `of_leaf`: leaf -> the number of its bundle."""

    of_leaf: Places
    questions: Members
    columns: Members

    def alike(self) -> Iterator[tuple[range, Places]]:
        """Bundles of equally many questions, with their leaves."""
        first = np.unique(np.diff(self.questions.first), return_index=True)[1]
        ends = [*first[1:].tolist(), len(self.questions.first) - 1]
        for start, end in zip(first.tolist(), ends, strict=True):
            yield range(start, end), np.flatnonzero((self.of_leaf >= start) & (self.of_leaf < end))


def bundled(forest: Forest, ways: Ways) -> Bundles:
    """Neighbouring leaves as long as `BUNDLED` questions lead to them, at least one leaf each."""
    there = ways.node != NONE
    bundle = np.unique(_together(forest, ways), return_inverse=True)[1]
    questions = np.diff(_members(bundle, ways.node, there).first)
    by_questions = np.argsort(np.argsort(questions, kind="stable"), kind="stable")
    bundle = by_questions[bundle]
    columns = ways.columns != NONE
    return Bundles(bundle, _members(bundle, ways.node, there), _members(bundle, ways.columns, columns))


def _together(forest: Forest, ways: Ways) -> Places:
    """Leaf -> a number that it shares with the leaves of its bundle."""
    leaves = len(forest.leaf_value)
    found = forest.tree_of_leaf * leaves
    nodes = np.diff(forest.first_node, append=len(forest.column))
    large = np.flatnonzero(nodes[forest.tree_of_leaf] > BUNDLED)
    tree, number, together = NONE, 0, set[int]()
    for leaf in large[np.lexsort((_from_left(ways)[large], forest.tree_of_leaf[large]))].tolist():
        own = set(ways.node[leaf].tolist()) - {NONE}
        if tree != forest.tree_of_leaf[leaf]:
            tree, number, together = forest.tree_of_leaf[leaf], 0, set()
        if together and len(together | own) > BUNDLED:
            number, together = number + 1, set()
        together |= own
        found[leaf] += number
    return found


def _from_left(ways: Ways) -> Places:
    """A number by which the leaves of a tree stand from left to right."""
    steps = ways.node.shape[1]
    height = (ways.node != NONE).sum(axis=1)[:, None] - 1 - np.arange(steps)  # of each step below the root
    turned_right = (ways.node != NONE) & ~ways.went_left
    return np.asarray((turned_right << np.maximum(steps - 1 - height, 0)).sum(axis=1))


def _members(bundle: Places, each: Places, there: Answers) -> Members:
    kinds = int(each.max(initial=0)) + 1
    every, place = np.unique((bundle[:, None] * kinds + each)[there], return_inverse=True)
    placed = np.full(each.shape, NONE)
    placed[there] = place
    first = np.searchsorted(every // kinds, np.arange(bundle.max(initial=-1) + 2))
    return Members(every % kinds, first, placed)
