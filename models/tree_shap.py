"""Tree SHAP from tables: every pattern of answers of a few questions is worked out once, then looked up.

A leaf is reached where all columns on its way answer as the way goes. For someone explained and someone who
stands for "not known", a leaf's game among its columns is: those in the coalition answer for the first, the
others for the second. Its Shapley values are an integral over the chance t of each other column to be in the
coalition, of a polynomial, which Gauss-Legendre quadrature gets exactly. Everyone who stands in enters by how
often each pattern of answers occurs among them:

- path-dependent: each column answers by itself, by the share of training patients who took the turn
  (Lundberg et al. 2020, doi 10.1038/s42256-019-0138-9);
- interventional: as the rows of a background do.

Answers to a few questions of a tree are one number, so that explaining a point is to look up one row of a
table per few questions: the idea of WOODELF (Nadel & Wettenstein 2025, arXiv 2511.09376), here on bundles of
leaves and in 64 bits. Beside the parts themselves, memory is bounded by chunks of rows.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, reduce
from operator import and_

import numpy as np
from numpy.typing import NDArray

from models.trees import Answers, Leaf, Numbers, Tree

Patterns = NDArray[np.intp]
BUNDLED = 8  # questions: their answers fit one byte and their table the nearest cache
DEEPEST = 14  # questions on the way to a leaf: beyond it tables take longer than WOODELF (measured)
CHUNK = 20_000  # rows


@dataclass(frozen=True)
class Bundle:
    """Leaves of a tree that few questions lead to.

    `parts`: for each of `columns`, its part of the log-odds by the pattern of answers, in which the answer
    to question n of `questions`, left or not, is bit n.
    """

    questions: tuple[int, ...]
    columns: tuple[int, ...]
    parts: Numbers


@dataclass(frozen=True)
class Tables:
    """What explains any point: each tree with its bundles."""

    bundles: tuple[tuple[Tree, tuple[Bundle, ...]], ...]

    def parts(self, matrix: Numbers) -> Numbers:
        """The parts of the log-odds, rows x columns as `matrix`."""
        found = np.empty(matrix.shape)
        for start in range(0, len(matrix), CHUNK):
            rows = slice(start, start + CHUNK)
            found[rows] = self._parts(np.ascontiguousarray(matrix[rows].T)).T
        return found

    def _parts(self, values: Numbers) -> Numbers:
        """Columns x rows, as `values`."""
        found = np.zeros(values.shape)
        for tree, bundles in self.bundles:
            left: dict[int, Answers] = {}
            for bundle in bundles:
                for node in set(bundle.questions) - set(left):
                    left[node] = tree.goes_left(node, values[tree.column[node]])
                pattern = _pattern([left[node] for node in bundle.questions])
                for column, parts in zip(bundle.columns, bundle.parts, strict=True):
                    found[column] += parts.take(pattern)
        return found


def tables(trees: Sequence[Tree], background: Numbers | None = None) -> Tables:
    """The tables of trees of which no leaf lies deeper than `DEEPEST`.

    background: rows of all columns that stand for "not known"; without it, the training patients' own paths.
    """
    standing = _by_row(trees, background) if background is not None else _by_share
    by_size: defaultdict[int, list[Leaf]] = defaultdict(list)
    for leaf in (leaf for tree in trees for leaf in tree.leaves):
        by_size[len(leaf.columns)].append(leaf)
    values: dict[int, Numbers] = {}
    for leaves in by_size.values():
        worth = np.array([leaf.value for leaf in leaves])
        parts = worth[:, None, None] * shapley_values(standing(leaves))
        values |= {id(leaf): own for leaf, own in zip(leaves, parts, strict=True)}
    return Tables(tuple((tree, tuple(_bundles(tree, values))) for tree in trees))


def deepest(trees: Iterable[Tree]) -> int:
    """The most questions on the way to any leaf."""
    return max((len(leaf.questions) for tree in trees for leaf in tree.leaves), default=0)


def shapley_values(standing: Numbers) -> Numbers:
    """Shapley values of games in which all must answer: games x columns x patterns of who is explained.

    standing: games x 2**columns, how often each pattern of answers occurs among those who stand in. Bit n of a
    pattern is 1 where column n answers as the way goes.
    """
    games, columns = len(standing), int(standing.shape[1]).bit_length() - 1
    nodes, weights = np.polynomial.legendre.leggauss((columns + 1) // 2)
    found = np.zeros((games, columns, standing.shape[1]))
    for t, weight in zip((nodes + 1) / 2, weights / 2, strict=True):
        before = standing
        for own in range(columns):
            reached = _explained(before, own)
            for column in range(own + 1, columns):
                reached = _explained(reached, column, t)
            found[:, own] += weight * reached
            before = _explained(before, own, t)
    return found


def _explained(standing: Numbers, column: int, t: float | None = None) -> Numbers:
    """From a column's answer by who stands in to its answer by who is explained.

    t: the chance that the column is in the coalition; without it, what the column's joining changes.
    """
    answer = standing.reshape(len(standing), -1, 2, 2**column)
    no, yes = answer[:, :, 0], answer[:, :, 1]
    found = np.empty_like(answer)
    if t is None:
        found[:, :, 0], found[:, :, 1] = -yes, no
    else:
        found[:, :, 0], found[:, :, 1] = (1 - t) * yes, t * no + yes
    return found.reshape(standing.shape)


def _by_share(leaves: Sequence[Leaf]) -> Numbers:
    """Leaves x patterns of answers: how often each occurs where columns answer by themselves."""
    found = np.ones((len(leaves), 1))
    for share in np.array([leaf.shares for leaf in leaves]).T[:, :, None]:
        found = np.concatenate([(1 - share) * found, share * found], axis=1)
    return found


def _by_row(trees: Iterable[Tree], background: Numbers) -> Callable[[Sequence[Leaf]], Numbers]:
    """As `_by_share`: how often each pattern occurs in the background."""
    found: dict[int, Numbers] = {}
    for tree in trees:
        left = {node: tree.goes_left(node, background[:, at]) for node, at in enumerate(tree.column.tolist())}
        for leaf in tree.leaves:
            counts = np.bincount(_as_asked(leaf, left), minlength=2 ** len(leaf.columns))
            found[id(leaf)] = counts / len(background)
    return lambda leaves: np.array([found[id(leaf)] for leaf in leaves])


def _bundles(tree: Tree, values: Mapping[int, Numbers]) -> Iterator[Bundle]:
    """Neighbouring leaves as long as `BUNDLED` questions lead to them, at least one leaf each."""
    together: list[Leaf] = []
    for leaf in tree.leaves:
        if together and len(_questions([*together, leaf])) > BUNDLED:
            yield _bundle(together, values)
            together = []
        together.append(leaf)
    yield _bundle(together, values)


def _questions(leaves: Sequence[Leaf]) -> tuple[int, ...]:
    return tuple(sorted(frozenset().union(*(leaf.questions for leaf in leaves))))


def _bundle(leaves: Sequence[Leaf], values: Mapping[int, Numbers]) -> Bundle:
    questions = _questions(leaves)
    columns = sorted({column for leaf in leaves for column in leaf.columns})
    left = dict(zip(questions, _every_answer(len(questions)), strict=True))
    parts = np.zeros((len(columns), 2 ** len(questions)))
    for leaf in leaves:
        own = [columns.index(column) for column in leaf.columns]
        parts[own] += values[id(leaf)][:, _as_asked(leaf, left)]
    return Bundle(questions, tuple(columns), parts)


@cache
def _every_answer(questions: int) -> Answers:
    """Questions x patterns: the answer to each in every pattern."""
    patterns = np.arange(2**questions)
    return (patterns >> np.arange(questions)[:, None] & 1).astype(bool)


def _as_asked(leaf: Leaf, left: Mapping[int, Answers]) -> Patterns:
    """Which columns answer as the way to a leaf goes: bit n for its column n."""
    answers = (
        (left[node] if went_left else ~left[node] for node, went_left in turns) for turns in leaf.turns
    )
    return _pattern([reduce(and_, own) for own in answers])


def _pattern(answers: Sequence[Answers]) -> Patterns:
    """Answers, at most 16, as one number each: bit n is answer n."""
    low, high = answers[:8], answers[8:]
    return _byte(low) | _byte(high) << 8 if high else _byte(low)


def _byte(answers: Sequence[Answers]) -> Patterns:
    found = np.zeros(len(answers[0]), dtype=np.uint8)
    for bit, answer in enumerate(answers):
        found |= answer.view(np.uint8) << np.uint8(bit)
    return found.astype(np.intp)
