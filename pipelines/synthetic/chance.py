"""Chance: one named stream of random numbers per part of the model, so that parts change on their own."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from zlib import crc32

import numpy as np

from pipelines.synthetic.calendar import Array


def stream(seed: int, part: str, *, block: int = 0) -> np.random.Generator:
    """The random numbers of one part of the model in one block of pathways."""
    return np.random.default_rng(np.random.SeedSequence([seed, crc32(part.encode()), block]))


def pick(chance: np.random.Generator, weights: Mapping[Any, float], *, size: int) -> Array:
    """Indices into the keys of `weights`, drawn in proportion to them."""
    share = np.cumsum(np.fromiter(weights.values(), dtype=float))
    return np.asarray(np.searchsorted(share / share[-1], chance.random(size), side="right"))


def skewed_days(chance: np.random.Generator, shape: tuple[float, float], *, size: int) -> Array:
    """Whole days, log-normal by median and log-sd, at least 1."""
    median, spread = shape
    days = np.exp(np.log(median) + spread * chance.standard_normal(size))
    return np.asarray(np.maximum(1, np.rint(days)), dtype=np.int64)


def chance_of(logit: Array | float) -> Array:
    """Log-odds as a probability."""
    return np.asarray(1.0 / (1.0 + np.exp(-np.asarray(logit, dtype=float))))


def log_odds(probability: float) -> float:
    """A probability as log-odds."""
    return float(np.log(probability / (1.0 - probability)))
