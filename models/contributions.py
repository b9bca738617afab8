"""The parts of a booster's log-odds, by the algorithm that suits how much is asked: all are tree SHAP.

Measured (benchmarks/README.md): LightGBM's own is quickest for a few rows, which it explains without getting
ready; from about `MANY` rows, and wherever a background stands for "not known", tables are; trees too deep for
tables go to WOODELF, which works with numbers of 32 bits. `shap` itself is not asked: without a background it
hands on what LightGBM says, and with one it sends a missing value the wrong way where no value was missing in
training.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from features.errors import InputError
from models.risk_model import raw
from models.tree_shap import DEEPEST, Tables, tables
from models.trees import Forest, Numbers, read_trees
from models.ways import deepest

if TYPE_CHECKING:
    import lightgbm as lgb

MANY = 600  # rows
EXACT, SINGLE = 1e-6, 1e-4  # how far parts may be from summing to the margin, in 64 and in 32 bits
WOODELF_CHUNK = 100_000  # rows


@dataclass(frozen=True)
class Contributions:
    """What explains the rows of one booster.

    background: rows of all predictors that stand for "not known"; without it, the training patients' own paths
    through the trees do. text: the booster as LightGBM writes it, where it is at hand.
    """

    booster: lgb.Booster
    background: Numbers | None = None
    text: str | None = None

    def of(self, matrix: Numbers, margin: Numbers) -> Numbers:
        """The part of each predictor in the log-odds, rows x predictors as `matrix`; NaN is missing.

        margin: the model's own log-odds of each row.
        Errors: InputError where base and parts do not sum to `margin`, within 1e-6, or 1e-4 where WOODELF is
        asked; where many rows are asked of trees that cannot be put into tables.
        """
        if self.background is None and len(matrix) < MANY:
            parts, allowed = by_lightgbm(self.booster, matrix), EXACT
        elif self._tables:
            parts, allowed = self._tables.parts(matrix), EXACT
        else:
            parts, allowed = by_woodelf(self.booster, matrix, self.background), SINGLE
        must_add_up(self.base + parts.sum(axis=1), margin, allowed=allowed)
        return parts

    def make_ready(self) -> None:
        """Make the tables that many rows are explained by, before the first of them is there."""
        _ = self._tables

    @cached_property
    def base(self) -> float:
        """The mean log-odds of those who stand for "not known"."""
        if self.background is not None:
            return float(raw(self.booster, self.background).mean())
        nobody = np.full((1, self.booster.num_feature()), np.nan)
        return float(np.asarray(self.booster.predict(nobody, pred_contrib=True, num_threads=1))[0, -1])

    @cached_property
    def _trees(self) -> Forest:
        return read_trees(self.text or self.booster.model_to_string())

    @cached_property
    def _tables(self) -> Tables | None:
        """None where a tree is too deep."""
        return tables(self._trees, self.background) if deepest(self._trees) <= DEEPEST else None


def by_lightgbm(booster: lgb.Booster, matrix: Numbers) -> Numbers:
    """Path-dependent parts by LightGBM itself."""
    if not len(matrix):
        return np.empty(matrix.shape)
    return np.asarray(booster.predict(matrix, pred_contrib=True), dtype=np.float64)[:, :-1]


def by_woodelf(booster: lgb.Booster, matrix: Numbers, background: Numbers | None = None) -> Numbers:
    """Parts of either kind by WOODELF, in chunks of rows."""
    from woodelf.core.cube_metric import ShapleyValues
    from woodelf.core.trees.parse_models import load_decision_tree_ensemble_model
    from woodelf.woodelf_sparse import hybrid_woodelf

    names = [str(column) for column in range(matrix.shape[1])]
    trees = load_decision_tree_ensemble_model(booster, names)
    standing = None if background is None else pd.DataFrame(background, columns=names)
    found = np.zeros(matrix.shape)
    for start in range(0, len(matrix), WOODELF_CHUNK):
        rows = slice(start, start + WOODELF_CHUNK)
        asked = pd.DataFrame(matrix[rows], columns=names)
        values = hybrid_woodelf(trees, asked, standing, ShapleyValues(), model_was_loaded=True, verbose=False)
        for name, parts in values.items():
            found[rows, int(name)] = parts
    return found


def must_add_up(explained: Numbers, margin: Numbers, *, allowed: float) -> None:
    """Errors: InputError where what is explained is not the margin, within `allowed` log-odds."""
    gap = np.abs(explained - margin)
    wrong = ~(gap <= allowed)
    if wrong.any():
        raise InputError(
            f"model: for {int(wrong.sum())} of {len(gap)} points the explanation does not sum to the model's "
            f"own log-odds (largest gap {np.max(gap):.2g}, allowed {allowed:g}); "
            "train it again with `bsw train`"
        )
