"""Rows whose values are sorted into bins once, so that many sets of trees can be learnt from them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from models.lightgbm_alone import lgb
from models.missing_side import with_missing_sides

Numbers = NDArray[np.float64]
Places = NDArray[np.int64]
Parameters = Mapping[str, Any]
Asked = TypeVar("Asked")
Got = TypeVar("Got")


@dataclass(frozen=True)
class Stopped:
    """Trees stopped early: how many rounds were best, and the log loss of the watched rows there."""

    booster: lgb.Booster
    rounds: int
    loss: float


class Binned:
    """Rows x predictors with outcomes (0 or 1), in LightGBM's bins; places below are positions in these rows."""

    def __init__(
        self, matrix: Numbers, outcome: Numbers, weights: Numbers | None = None, *, threads: int = 1
    ) -> None:
        # Which predictors can be split depends on the leaves' least size, which tuning varies.
        fixed = {"verbose": -1, "feature_pre_filter": False, "num_threads": threads, "force_row_wise": True}
        self._rows = lgb.Dataset(matrix, outcome, weight=weights, params=fixed)
        self._rows.construct()

    def trees(self, parameters: Parameters, rounds: int, *, places: Places | None = None) -> lgb.Booster:
        """So many rounds of trees, from all rows or from those at `places`; a place named twice counts twice.

        A value that was never missing among those rows goes, where it is, by `models.missing_side`.
        """
        return with_missing_sides(lgb.train(dict(parameters), self._at(places), rounds))

    def stopped(
        self, parameters: Parameters, *, learn: Places, watch: Places, most: int, patience: int
    ) -> Stopped:
        """Trees learnt from some rows until `patience` rounds have not lowered the loss of others."""
        known, watched = self._at(learn), self._at(watch)
        watched.set_reference(known)
        booster = lgb.train(
            {**parameters, "metric": "binary_logloss"},
            known,
            most,
            valid_sets=[watched],
            callbacks=[lgb.early_stopping(patience, verbose=False)],
        )
        rounds = max(1, booster.best_iteration)
        loss = float(booster.best_score["valid_0"]["binary_logloss"])
        return Stopped(lgb.Booster(model_str=booster.model_to_string(num_iteration=rounds)), rounds, loss)

    def _at(self, places: Places | None) -> lgb.Dataset:
        return self._rows if places is None else self._rows.subset(np.sort(places))


def at_once(work: Callable[[Asked], Got], asked: Sequence[Asked], *, threads: int) -> Iterator[Got]:
    """`work` of each in turn, up to `threads` of them at a time; what comes does not depend on how many.

    Several fits side by side, each on one thread, keep all cores busy without waiting for one another, as the
    threads of one fit do.
    """
    if threads <= 1:
        yield from map(work, asked)
        return
    with ThreadPoolExecutor(threads) as pool:
        yield from pool.map(work, asked)
