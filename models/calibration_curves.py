"""What a risk has meant in each group: the curve of its logistic recalibration.

Two parameters per group, not a point per band: bands of a small group would hold single persons.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.special import expit, logit

from models.audit_rows import Rows
from models.intervals import Floats, critical

CURVE_AT = np.arange(0.05, 1.0, 0.05)


def recalibrated_curves(
    named: Sequence[str], enough: NDArray[np.bool_], rows: Rows, whole: Rows, level: float
) -> pd.DataFrame:
    """Risk against what it meant in each group, by logistic recalibration, with a pointwise band."""
    shapes = [*zip(*_shape(rows), strict=True), *zip(*_shape(whole), strict=True)]
    parts = [
        _curve(name, *shape, level) for name, good, shape in zip(named, enough, shapes, strict=True) if good
    ]
    columns = ["group", "risk", "observed", "low", "high"]
    return pd.concat(parts, ignore_index=True) if parts else pd.DataFrame(columns=columns)


def _shape(rows: Rows) -> tuple[Floats, Floats, Floats, Floats]:
    """Per group: coefficients, their covariance, clusters, and the 5th and 95th percentile of the risk."""
    fitted = rows.recalibrated
    risks = pd.Series(rows.risk[rows.known]).groupby(rows.grouping.group[rows.known])
    ends = risks.quantile(np.array([0.05, 0.95])).unstack().reindex(range(rows.grouping.groups))
    return fitted.coefficients, fitted.covariance, fitted.slope.clusters, ends.to_numpy(dtype=float)


def _curve(
    name: str, coefficients: Floats, covariance: Floats, clusters: float, ends: Floats, level: float
) -> pd.DataFrame:
    """Where the group's risks lie: from its 5th to its 95th percentile, in steps of 5 in 100."""
    at = CURVE_AT[(ends[0] - 0.025 <= CURVE_AT) & (ends[1] + 0.025 >= CURVE_AT)]
    design = np.column_stack([np.ones_like(at), logit(at)])
    middle = design @ coefficients
    reach = critical(level, np.array([clusters]))
    half = reach * np.sqrt(np.einsum("ni,ij,nj->n", design, covariance, design))
    observed, low, high = expit(middle), expit(middle - half), expit(middle + half)
    return pd.DataFrame({"group": name, "risk": at, "observed": observed, "low": low, "high": high})
