"""What trees learn from, sorted into bins once, and LightGBM's parameters for it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from models.binned import Binned, Stopped, at_once
from models.monotone import agreeing
from models.never_seen import Slice, folds_of, stands_apart
from models.risk_model import Numbers
from models.splits import Rows, Split

if TYPE_CHECKING:
    from models.boosting import BoostingSettings

# Below this many numbers a second thread costs more than it gives: on a busy machine the threads wait for one
# another, and a fit of a third of a second takes a minute.
WORTH_THREADS = 2_000_000
# Parts of the patients on which it is seen in turn when more trees no longer help.
STOPPED_IN = 5


@dataclass(frozen=True)
class InTurn:
    """Trees learnt and stopped in folds: the log loss of each fold's points kept aside, and the mean `rounds`.

    `sizes`: how many points each fold kept aside.
    """

    losses: Numbers
    sizes: Numbers
    rounds: float

    @property
    def loss(self) -> float:
        """The mean log loss of all points, each kept aside in its turn."""
        return float(np.average(self.losses, weights=self.sizes))

    def clearly_better_than(self, other: InTurn) -> bool:
        """Whether the loss is lower by more than the standard error of the difference over the same folds."""
        gains = other.losses - self.losses
        return other.loss - self.loss > float(gains.std(ddof=1) / np.sqrt(len(gains)))


@dataclass(frozen=True)
class Lesson:
    """The rows that trees may learn from, in bins; places below are positions among them.

    `rows`: where they stand in the training data. `owners`: the patient of each. `fit`, `stop`: the places of the
    two slices, which come first. `watched`: the values of `stop`. `apart`: whether the calibration slice is kept
    from trees for good (`models.never_seen`).
    """

    predictors: tuple[str, ...]
    rows: Rows
    owners: NDArray[np.object_]
    fit: Rows
    stop: Rows
    watched: Numbers
    apart: bool
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

    def stopped_in_turn(self, agreed: Mapping[str, int], folds: Sequence[tuple[Rows, Rows]]) -> InTurn:
        """Trees learnt from the one side of each fold and stopped early on the other."""
        asked = self.parameters(agreed, seed=self.settings.seed, threads=1)

        def stopped(fold: tuple[Rows, Rows]) -> Stopped:
            learn, watch = fold
            most, patience = self.settings.max_rounds, self.settings.patience
            return self.binned.stopped(asked, learn=learn, watch=watch, most=most, patience=patience)

        found = list(at_once(stopped, folds, threads=self.settings.threads))
        losses, rounds = np.array([each.loss for each in found]), np.mean([each.rounds for each in found])
        return InTurn(losses, np.array([float(len(watch)) for _, watch in folds]), float(rounds))

    def rounds(self, agreed: Mapping[str, int]) -> int:
        """How many rounds of trees to learn. One small stopping slice says little of it: then the mean over folds
        of the patients of both slices. The outcomes of the calibration slice have no say in it.
        """
        if self.apart:
            return self.stopped(agreed).rounds
        settling = self.owners[: len(self.fit) + len(self.stop)]
        folds = folds_of(settling, count=STOPPED_IN, seed=self.settings.seed)
        return round(self.stopped_in_turn(agreed, folds).rounds)

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
    whole: bool = False,
) -> Lesson:
    """What `split` lets trees learn from: the fitting and the stopping slice; arguments as for `train`.

    `whole`: from the calibration slice too, unless that stands apart.
    """
    more = [split.calibrate] if whole and not stands_apart(split) else []
    rows, places = np.concatenate([split.fit, split.stop, *more]), np.arange(len(split.fit) + len(split.stop))
    return Lesson(
        predictors=tuple(str(name) for name in features.columns),
        rows=rows,
        owners=patients[rows],
        fit=places[: len(split.fit)],
        stop=places[len(split.fit) :],
        watched=values(features, split.stop),
        apart=stands_apart(split),
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
        "extra_trees": settings.extra_trees,
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
