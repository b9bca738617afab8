"""Random boosters with missing values, and Shapley values straight from their definition."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import combinations
from math import comb

import lightgbm as lgb
import numpy as np
from hypothesis import strategies as st
from scipy.special import expit

from models.risk_model import raw


@dataclass(frozen=True)
class Material:
    """A booster and rows to explain: some columns tie, one is missing only where it is explained."""

    booster: lgb.Booster
    matrix: np.ndarray

    @property
    def margin(self) -> np.ndarray:
        return raw(self.booster, self.matrix)


def material(
    seed: int, *, columns: int = 5, leaves: int = 8, rounds: int = 12, missing: float = 0.25, rows: int = 60
) -> Material:
    """`leaves` bounds the leaves of a tree; the last column has no missing value in training."""
    draw = np.random.default_rng(seed)
    known = draw.normal(size=(400, columns))
    known[:, ::2] = known[:, ::2].round()
    known[:, :-1][draw.random((400, columns - 1)) < missing] = np.nan
    effect = draw.normal(size=columns)
    log_odds = np.nan_to_num(known) @ effect + np.nan_to_num(known[:, 0] * known[:, -1]) + 0.3
    outcome = (draw.random(400) < expit(log_odds)).astype(int)
    settings = {"objective": "binary", "verbose": -1, "num_leaves": leaves, "min_data_in_leaf": 3}
    settings |= {"learning_rate": 0.2, "num_threads": 1, "deterministic": True, "seed": seed}
    booster = lgb.train(settings, lgb.Dataset(known, outcome), rounds)
    asked = known[draw.integers(400, size=rows)] + draw.normal(scale=0.3, size=(rows, columns)).round()
    asked[draw.random(asked.shape) < missing] = np.nan
    asked[0] = np.nan
    return Material(booster, asked)


materials = st.builds(
    material,
    st.integers(0, 10_000),
    columns=st.integers(1, 6),
    leaves=st.integers(2, 12),
    rounds=st.integers(1, 15),
    missing=st.sampled_from([0.0, 0.1, 0.6]),
)


def by_definition(booster: lgb.Booster, row: np.ndarray, background: np.ndarray) -> np.ndarray:
    """Interventional Shapley values of one row: every coalition of columns, every row of the background."""
    columns = range(len(row))

    def worth(coalition: tuple[int, ...]) -> float:
        mixed = background.copy()
        mixed[:, list(coalition)] = row[list(coalition)]
        return float(raw(booster, mixed).mean())

    worths = {
        coalition: worth(coalition)
        for size in range(len(row) + 1)
        for coalition in combinations(columns, size)
    }
    found = np.zeros(len(row))
    for coalition, without in worths.items():
        for column in set(columns) - set(coalition):
            weight = 1 / (len(row) * comb(len(row) - 1, len(coalition)))
            found[column] += weight * (worths[tuple(sorted({*coalition, column}))] - without)
    return found
