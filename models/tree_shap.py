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

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from models.bundles import Bundles, bundled
from models.trees import Answers, Forest, Numbers, Places
from models.ways import NONE, Ways, ways

Patterns = NDArray[np.intp]
DEEPEST = 14  # questions on the way to a leaf: beyond it tables take longer than WOODELF (measured)
CHUNK = 20_000  # rows
CELLS = 4_000_000  # of the largest array that getting ready makes: 32 MB of numbers


@dataclass(frozen=True)
class Bundle:
    """Leaves of a tree that few questions lead to.

    `parts`: for each of `columns`, its part of the log-odds by the pattern of answers, in which the answer
    to question n of `questions`, left or not, is bit n.
    """

    questions: Places
    columns: tuple[int, ...]
    parts: Numbers


@dataclass(frozen=True)
class Tables:
    """What explains any point."""

    forest: Forest
    bundles: tuple[Bundle, ...]

    def parts(self, matrix: Numbers) -> Numbers:
        """The parts of the log-odds, rows x columns as `matrix`."""
        found = np.empty(matrix.shape)
        for start in range(0, len(matrix), CHUNK):
            rows = slice(start, start + CHUNK)
            found[rows] = self._parts(np.ascontiguousarray(matrix[rows].T)).T
        return found

    def _parts(self, values: Numbers) -> Numbers:
        """Columns x rows, as `values`."""
        found, missing = np.zeros(values.shape), np.isnan(values)
        for bundle in self.bundles:
            pattern = _pattern(self.forest.goes_left(bundle.questions, values, missing))
            for column, parts in zip(bundle.columns, bundle.parts, strict=True):
                found[column] += parts.take(pattern)
        return found


def tables(forest: Forest, background: Numbers | None = None) -> Tables:
    """The tables of trees of which no leaf lies deeper than `DEEPEST`.

    background: rows of all columns that stand for "not known"; without it, the training patients' own paths.
    """
    if not len(forest.column):  # nothing was learnt
        return Tables(forest, ())
    every = ways(forest)
    bundles = bundled(forest, every)
    standing = _by_row(forest, every, background) if background is not None else _by_share(every)
    first = bundles.columns.first
    found: list[Bundle] = []
    for alike, leaves in bundles.alike():
        questions = bundles.questions.of(alike.start)
        parts = np.zeros((first[alike.stop] - first[alike.start], 2 ** len(questions)))
        for some in _of_like_games(every, leaves, parts.shape[1]):
            place, own = _parts(forest, every, bundles, some, standing)
            order = np.argsort(place, kind="stable")
            there, starts = np.unique(place[order], return_index=True)
            parts[there - first[alike.start]] += np.add.reduceat(own[order], starts, axis=0)
        for bundle in alike:
            rows = parts[first[bundle] - first[alike.start] : first[bundle + 1] - first[alike.start]]
            columns = tuple(bundles.columns.of(bundle).tolist())
            found.append(Bundle(bundles.questions.of(bundle), columns, rows))
    return Tables(forest, tuple(found))


def _of_like_games(every: Ways, leaves: Places, patterns: int) -> Iterator[Places]:
    """Leaves with equally many columns, not too many at once."""
    columns = (every.columns[leaves] != NONE).sum(axis=1)
    for number in np.unique(columns):
        alike = leaves[columns == number]
        at_once = max(1, CELLS // (int(number) * patterns))
        for start in range(0, len(alike), at_once):
            yield alike[start : start + at_once]


def _parts(
    forest: Forest, every: Ways, bundles: Bundles, leaves: Places, standing: Callable[[Places], Numbers]
) -> tuple[Places, Numbers]:
    """Of each column of leaves that have equally many: its place among those of all bundles, and its part by pattern
    of answers to its bundle's questions.
    """
    values = forest.leaf_value[leaves, None, None] * shapley_values(standing(leaves))
    bundle = bundles.of_leaf[leaves]
    bit = bundles.questions.place[leaves] - bundles.questions.first[bundle][:, None]
    asked = np.where(every.node[leaves] != NONE, 1 << np.maximum(bit, 0), 0)
    as_the_way_goes = np.where(every.went_left[leaves], asked, 0)
    shape = values.shape[:2]
    asks, wants, each = np.zeros(shape, np.int64), np.zeros(shape, np.int64), np.arange(len(leaves))
    for step, slot in enumerate(every.slot[leaves].T):
        asks[each, slot] |= asked[:, step]  # where there is no step, nothing is asked
        wants[each, slot] |= as_the_way_goes[:, step]
    patterns = np.arange(2 ** len(bundles.questions.of(int(bundle[0]))))
    agree = _pattern((patterns & asks[:, :, None]) == wants[:, :, None])
    own = np.take_along_axis(values, agree[:, None, :], axis=2)
    place = bundles.columns.place[leaves, : shape[1]]
    return place.ravel(), own.reshape(-1, len(patterns))


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


def _by_share(every: Ways) -> Callable[[Places], Numbers]:
    """Of leaves with equally many columns, leaves x patterns of answers: how often each occurs where columns answer
    by themselves.
    """

    def standing(leaves: Places) -> Numbers:
        found = np.ones((len(leaves), 1))
        columns = int((every.columns[leaves[0]] != NONE).sum())
        for share in every.shares[leaves, :columns].T[:, :, None]:
            found = np.concatenate([(1 - share) * found, share * found], axis=1)
        return found

    return standing


def _by_row(forest: Forest, every: Ways, background: Numbers) -> Callable[[Places], Numbers]:
    """As `_by_share`: how often each pattern occurs in the background."""
    values = np.ascontiguousarray(background.T)
    missing = np.isnan(values)

    def counted(leaf: int) -> Numbers:
        steps = int((every.node[leaf] != NONE).sum())
        left = forest.goes_left(every.node[leaf, :steps], values, missing)
        as_asked, slot = left == every.went_left[leaf, :steps, None], every.slot[leaf, :steps]
        columns = int(slot.max()) + 1
        answers = np.array([as_asked[slot == column].all(axis=0) for column in range(columns)])
        return np.bincount(_pattern(answers), minlength=2**columns) / len(background)

    return lambda leaves: np.array([counted(leaf) for leaf in leaves.tolist()])


def _pattern(answers: Answers) -> Patterns:
    """Answers, ... x at most 16 x rows, as one number each, ... x rows: bit n is answer n."""
    kind = "uint8" if answers.shape[-2] <= 8 else "uint16"  # what is narrow is quick
    found = np.zeros((*answers.shape[:-2], answers.shape[-1]), dtype=kind)
    for bit in range(answers.shape[-2]):
        found |= np.left_shift(answers[..., bit, :], bit, dtype=kind)
    return found.astype(np.intp)
