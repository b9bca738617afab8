"""What moves the risk in each group: the mean part of each construct in the log-odds, group by group.

These are the trees' log-odds, before calibration. Parts of them add up, and so do their means: over
constructs, the gaps of one group from the others sum to its gap in mean log-odds. They tell what this model
leans on, not what would happen if something were changed, nor why a predictor differs between groups.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from models.clustered import Grouping, ratio
from models.comparison import Compared, compare, holm
from models.explanation import Explanation

EVERYTHING = "all constructs"
MARGIN = 0.1  # log-odds; only for the cases needed, which nobody is told


@dataclass(frozen=True)
class GroupedExplanation:
    """constructs: name -> its mean part in each group, with gaps, their intervals (holding for all groups
    together) and the test that all groups are alike; 'all constructs' is the mean log-odds less its base.
    p_adjusted: Holm over constructs."""

    constructs: Mapping[str, Compared]
    p_adjusted: Mapping[str, float]


def explain_groups(
    explanation: Explanation,
    grouping: Grouping,
    enough: NDArray[np.bool_],
    *,
    level: float,
) -> GroupedExplanation:
    """The mean parts of log-odds per construct and group.

    explanation: by construct, its rows those of `grouping`. enough: which groups have rows enough to be compared.
    """
    parts = explanation.parts
    whole = pd.DataFrame({EVERYTHING: parts.sum(axis=1)})
    ones = np.ones(len(parts))
    found: dict[str, Compared] = {}
    for name, part in pd.concat([whole, parts], axis=1).items():
        mean = ratio(part.to_numpy(dtype=float), ones, grouping)
        varies = enough & (mean.variance > 0)
        found[str(name)] = compare(mean, "number", varies, level=level, margin=MARGIN)
    named = [name for name in found if name != EVERYTHING]
    adjusted = holm(np.array([found[name].test.p for name in named]))
    p_values = {EVERYTHING: found[EVERYTHING].test.p, **dict(zip(named, adjusted.tolist(), strict=True))}
    return GroupedExplanation(found, p_values)
