"""Covariates as levels: numbers in fifths, missing a level of its own, rare levels together."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from models.clustered import Codes, Grouping
from models.intervals import Floats

BANDS = 5
FEW_VALUES = 8  # a column of numbers with more is cut into bands
LEAST_IN_A_LEVEL = 20
REST, UNKNOWN = "rest", "not recorded"


def covariate_columns(covariates: pd.DataFrame) -> Floats:
    """Columns of 0 and 1, one per level but the first of each covariate; rows x columns."""
    blocks = [np.eye(max(codes.max(initial=0) + 1, 1))[codes][:, 1:] for codes in level_codes(covariates)]
    return np.column_stack([np.zeros((len(covariates), 0)), *blocks])


def level_codes(covariates: pd.DataFrame) -> Sequence[Codes]:
    """The level of each row, per covariate: numbers in fifths, missing its own, rare levels together."""
    return [_levels(covariates[name]) for name in covariates.columns]


def _levels(column: pd.Series) -> Codes:
    labels = column
    if pd.api.types.is_numeric_dtype(column) and column.nunique() > FEW_VALUES:
        labels = pd.qcut(column, BANDS, duplicates="drop")
    texts = labels.astype(object).where(column.notna(), UNKNOWN).astype(str)
    common = texts.map(texts.value_counts()) >= LEAST_IN_A_LEVEL
    codes, _ = pd.factorize(texts.where(common, REST), sort=True)
    return codes.astype(np.int64)


def unlike(covariates: pd.DataFrame, grouping: Grouping, enough: NDArray[np.bool_]) -> float:
    """The share of rows in a covariate's level in which a group that has enough data has no row."""
    alone = np.zeros(len(covariates), dtype=bool)
    for codes in level_codes(covariates):
        seen = np.zeros((grouping.groups, int(codes.max(initial=0)) + 1), dtype=bool)
        seen[grouping.group, codes] = True
        alone |= ~np.asarray(seen[enough].all(axis=0))[codes]
    return float(alone.mean()) if len(alone) else 0.0
