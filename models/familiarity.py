"""Whether a patient is like those the model was learnt from, from aggregates that can be registered with it.

How it is measured: each predictor's training values are counted in a few coarse intervals between rounded
quantiles, with missing and far beyond as three more. A value is the rarer the fewer training points lie as far
out on its side, missing the fewer are missing; what more than 1 in 20 are is not rare at all. A point's
strangeness is the mean of -log of these shares of 1 in 20 over the predictors that the trees use. The limit is
the quantile of the calibration slice, points of other patients than those counted, that leaves `unlike_share` of
them above it.

The idea is that of ECOD (Li et al. 2022, arXiv 2201.00382). Its distribution functions are made coarse, so that
no row, no lowest and no highest value of a person is kept: the outermost quantiles have at least `LEAST` training
points beyond them, and an interval with fewer is not told from an empty one. What is usual counts nothing,
because usual values come together: a first session has many low ones, and is not strange for that.

What it does not see: values that are each usual but unusual together.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

Numbers = NDArray[np.float64]
LEVELS = (0.01, 0.05, 0.25, 0.5, 0.75, 0.95, 0.99)
LEAST = 20
FAR = 3.0  # beyond the outermost quantile by so many times its distance from the middle
DIGITS = 2
SELDOM = 0.05  # what a larger share of training points is like is not rare


@dataclass(frozen=True)
class Spread:
    """The coarse spread of one predictor: `edges` between intervals, and the `shares` of training points.

    There is one share more than there are edges, and a last one for missing; each is of half of LEAST points at
    the least, so that none is 0 and no small number shows.
    """

    edges: tuple[float, ...]
    shares: tuple[float, ...]

    def rarity(self, values: Numbers) -> Numbers:
        """How rare each value is, 0 where more than 1 in 20 training points are as far out on its side."""
        place = np.searchsorted(np.array(self.edges), values, side="right")
        place = np.where(np.isnan(values), len(self.shares) - 1, place)
        return self._rarities[place]

    @cached_property
    def _rarities(self) -> Numbers:
        """The rarity of each interval, by twice the smaller of the shares up to and from it; of missing last."""
        shares, missing = np.array(self.shares[:-1]), self.shares[-1]
        known = shares / shares.sum()
        smaller = np.minimum(known.cumsum(), known[::-1].cumsum()[::-1])
        return np.asarray(
            -np.log(np.minimum(np.append(2 * smaller, missing) / SELDOM, 1.0)), dtype=np.float64
        )


@dataclass(frozen=True)
class Familiarity:
    """The spreads of the training points by predictor, and the strangeness from which a point is unlike them."""

    spreads: Mapping[str, Spread]
    limit: float

    def strangeness(self, features: pd.DataFrame) -> pd.Series:
        """The mean rarity of each row's values."""
        columns = [
            spread.rarity(features[name].to_numpy(dtype=np.float64)) for name, spread in self.spreads.items()
        ]
        found = np.mean(columns, axis=0) if columns else np.zeros(len(features))
        return pd.Series(found, index=features.index, name="strangeness")

    def unlike(self, features: pd.DataFrame) -> pd.Series:
        """Whether each row is unlike the points that the model was learnt from."""
        return (self.strangeness(features) > self.limit).rename("unlike")

    def as_table(self) -> dict[str, Any]:
        """For a text file; `familiarity_from` reads it."""
        return asdict(self)


def familiarity_from(table: Mapping[str, Any]) -> Familiarity:
    """What `as_table` gave. Errors: KeyError or TypeError where it is no such table."""
    spreads = {
        name: Spread(tuple(spread["edges"]), tuple(spread["shares"]))
        for name, spread in table["spreads"].items()
    }
    return Familiarity(spreads, float(table["limit"]))


def learn_familiarity(
    seen: pd.DataFrame, aside: pd.DataFrame, *, used: Sequence[str], unlike_share: float
) -> Familiarity:
    """The familiarity of the points `seen`, its limit set on points of other patients kept `aside` from them.

    `used`: the predictors that the trees use. `unlike_share` (0 to 1): the share of points aside above the limit.
    """
    spreads = {name: spread_of(seen[name].to_numpy(dtype=np.float64)) for name in used}
    free = Familiarity(spreads, np.inf)
    return Familiarity(spreads, float(np.quantile(free.strangeness(aside), 1 - unlike_share)))


def spread_of(values: Numbers) -> Spread:
    """The coarse spread of one predictor's training values."""
    known = values[~np.isnan(values)]
    edges = _edges(known)
    counts = np.bincount(np.searchsorted(np.array(edges), known, side="right"), minlength=len(edges) + 1)
    counts = np.append(counts, len(values) - len(known))
    weights = np.where(counts < LEAST, LEAST / 2, counts)
    return Spread(edges, tuple(float(share) for share in weights / weights.sum()))


def _edges(known: Numbers) -> tuple[float, ...]:
    """Rounded quantiles with enough points beyond each, and one far beyond at either end."""
    if len(known) < 2 * LEAST:
        return ()
    outermost = LEAST / len(known)
    levels = np.clip(LEVELS, outermost, 1 - outermost)
    inner = sorted({_rounded(float(edge)) for edge in np.quantile(known, levels)})
    middle = float(np.median(known))
    reach = max(middle - inner[0], inner[-1] - middle, 1e-9 + abs(middle) / 100)
    return (_rounded(inner[0] - FAR * reach), *inner, _rounded(inner[-1] + FAR * reach))


def _rounded(value: float) -> float:
    """To two significant digits, so that no one person's value is kept."""
    return float(f"{value:.{DIGITS}g}")
