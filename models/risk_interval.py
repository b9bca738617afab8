"""The interval of a risk: how far it would move had the model learnt from other patients of the same services.

The model is refitted, trees and calibration, on patients drawn with replacement; the trees' settings, how many
trees there are and the kind of calibration stay as they were found. The spread of a point is the root mean square
distance of the refits' log-odds from the model's own, not from their own mean: so it holds what resampling moves
them all by, one way, as well as how they scatter. The interval is the model's log-odds plus and minus Student's t
times that spread, as many degrees of freedom as refits; twenty refits have no 5th percentile worth the name, but a
spread they have.

The level is that of the resampling. Trees that are held back from noise are also held back, alike in all refits,
from part of what is true, and no resampling shows that: of what predictors can tell, a 90% interval holds less
than 90% (`benchmarks/interval_coverage.py` measures it). And it is of patients alike: what no predictor tells of
one patient is not in it.
"""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit, logit, stdtrit

Numbers = NDArray[np.float64]
NEAREST_TO_CERTAIN = 1e-6


def interval(risk: Numbers, refitted: Iterable[Numbers], *, level: float) -> tuple[Numbers, Numbers]:
    """The lower and upper end around each `risk`, in which it lies; missing (NaN) where nothing was refitted.

    `refitted`: the risks of the same points under each refit.
    """
    middle, squares, count = _log_odds(risk), np.zeros(len(risk)), 0
    for other in refitted:
        squares += (_log_odds(other) - middle) ** 2
        count += 1
    if not count:
        return np.full(len(risk), np.nan), np.full(len(risk), np.nan)
    reach = stdtrit(count, (1 + level) / 2) * np.sqrt(squares / count)
    # Rounding on the way to the log-odds and back must not push an end past the risk itself.
    return np.minimum(expit(middle - reach), risk), np.maximum(expit(middle + reach), risk)


def _log_odds(risk: Numbers) -> Numbers:
    return np.asarray(logit(np.clip(risk, NEAREST_TO_CERTAIN, 1 - NEAREST_TO_CERTAIN)), dtype=np.float64)
