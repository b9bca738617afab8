"""What trees learn from, sorted into bins once, and LightGBM's parameters for it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from models.binned import Binned, Stopped
from models.monotone import agreeing
from models.never_seen import Slice
from models.risk_model import Numbers
from models.splits import Rows, Split

if TYPE_CHECKING:
    from models.boosting import BoostingSettings

# Below this many numbers a second thread costs more than it gives: on a busy machine the threads wait for one
# another, and a fit of a third of a second takes a minute.
WORTH_THREADS = 2_000_000


@dataclass(frozen=True)
class Lesson:
    """The rows that trees may learn from, in bins; places below are positions among them.

    `rows`: where they stand in the training data. `owners`: the patient of each. `fit`, `stop`: the places of the
    two slices. `watched`: the values of `stop`.
    """

    predictors: tuple[str, ...]
    rows: Rows
    owners: NDArray[np.object_]
    fit: Rows
    stop: Rows
    watched: Numbers
    settings: BoostingSettings
    binned: Binned = field(repr=False)

    @property
    def threads(self) -> int:
        """How many threads a fit of all rows is worth."""
        return self.settings.threads if len(self.owners) * len(self.predictors) >= WORTH_THREADS else 1

    def parameters(self, agreed: Mapping[str, int], *, seed: int, threads: int) -> dict[str, object]:
        """LightGBM's, the trees held to the directions `agreed` on."""
        held = {self.predictors.index(name): sign for name, sign in agreed.items()}
        return parameters(len(self.predictors), held, self.settings, seed=seed, threads=threads)

    def stopped(self, agreed: Mapping[str, int]) -> Stopped:
        """Trees learnt from the fitting slice, stopped early on the stopping slice."""
        asked = self.parameters(agreed, seed=self.settings.seed, threads=self.threads)
        return self.binned.stopped(
            asked,
            learn=self.fit,
            watch=self.stop,
            most=self.settings.max_rounds,
            patience=self.settings.patience,
        )

    def agreed(self, directions: Mapping[str, int]) -> dict[str, int]:
        """The stated directions that trees without constraints bear out on the stopping slice."""
        return agreeing(self.stopped({}).booster, self.watched, self.predictors, directions)


def lesson(
    features: pd.DataFrame,
    outcome: Numbers,
    patients: NDArray[np.object_],
    split: Split,
    *,
    settings: BoostingSettings,
    weights: Numbers | None = None,
) -> Lesson:
    """What `split` lets trees learn from; arguments as for `train`."""
    rows, places = np.concatenate([split.fit, split.stop]), np.arange(len(split.fit) + len(split.stop))
    return Lesson(
        predictors=tuple(str(name) for name in features.columns),
        rows=rows,
        owners=patients[rows],
        fit=places[: len(split.fit)],
        stop=places[len(split.fit) :],
        watched=values(features, split.stop),
        settings=settings,
        binned=Binned(values(features, rows), outcome[rows], None if weights is None else weights[rows]),
    )


def part_of(features: pd.DataFrame, outcome: Numbers, patients: NDArray[np.object_], rows: Rows) -> Slice:
    """Some rows of the training data."""
    return Slice(values(features, rows), outcome[rows], patients[rows])


def values(features: pd.DataFrame, rows: Rows) -> Numbers:
    """The values of some rows, rows x predictors."""
    return features.iloc[rows].to_numpy(dtype=np.float64)


def parameters(
    columns: int, held: Mapping[int, int], settings: BoostingSettings, *, seed: int, threads: int
) -> dict[str, object]:
    """LightGBM's parameters; `held`: column -> +1 or -1, the directions that trees must keep to."""
    found: dict[str, object] = {
        "objective": "binary",
        "learning_rate": settings.learning_rate,
        "num_leaves": settings.num_leaves,
        "min_data_in_leaf": settings.min_data_in_leaf,
        "feature_fraction": settings.feature_fraction,
        "bagging_fraction": settings.bagging_fraction,
        "bagging_freq": 1,
        "lambda_l2": settings.lambda_l2,
        "seed": seed,
        "num_threads": threads,
        # Two runs give the same bytes, with any number of threads.
        "deterministic": True,
        "force_row_wise": True,
        "verbose": -1,
    }
    if held:
        found["monotone_constraints"] = [held.get(at, 0) for at in range(columns)]
        # The "advanced" method breaks the constraints where values are missing (LightGBM issue 5358).
        found["monotone_constraints_method"] = "intermediate"
    return found
