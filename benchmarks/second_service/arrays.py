"""Types of arrays, and the few draws that every module makes."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[Any]
Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]
Columns = dict[str, Array]


def pick(rng: np.random.Generator, chances: Floats) -> Ints:
    """One index per row of `chances` (rows sum to 1)."""
    edges = np.cumsum(chances, axis=1)
    draw = rng.random((chances.shape[0], 1)) * edges[:, -1:]
    place = np.minimum((draw > edges).sum(axis=1), chances.shape[1] - 1)
    return np.asarray(place, dtype=np.int64)


def pick_one(rng: np.random.Generator, shares: dict[str, float], size: int) -> Array:
    """`size` independent codes with the given shares (normalised here)."""
    weights = np.array(list(shares.values()))
    return rng.choice(np.array(list(shares), dtype=object), size=size, p=weights / weights.sum())


def chance(rng: np.random.Generator, probability: Floats | float, size: int) -> Bools:
    """True with the given probability, row by row."""
    return np.asarray(rng.random(size) < probability, dtype=np.bool_)


def bell(mean: float, spread: float, top: int) -> Floats:
    """A normal curve cut into the whole numbers 0 to `top`, summing to 1."""
    curve: Floats = np.exp(-0.5 * ((np.arange(top + 1) - mean) / spread) ** 2)
    return np.asarray(curve / curve.sum(), dtype=np.float64)


def either(where: Any, yes: Any, no: Any) -> Array:
    """`yes` where it holds, else `no`; either may be None (null), a value or a column of any type."""
    mask = np.asarray(where, dtype=np.bool_)
    result = np.full(mask.shape, None, dtype=object)
    result[:] = no if np.ndim(no) == 0 else np.asarray(no, dtype=object)
    result[mask] = yes if np.ndim(yes) == 0 else np.asarray(yes, dtype=object)[mask]
    return result
