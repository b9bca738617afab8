"""Settings of the trees, searched for inside training: a declared number of trials, scored on patients held aside."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from models.binned import Numbers
from models.boosting import BoostingSettings
from models.lesson import InTurn, lesson
from models.never_seen import folds_of
from models.splits import Split

if TYPE_CHECKING:
    import optuna

Advance = Callable[[str], object]
SEARCHED = (
    "learning_rate", "num_leaves", "min_data_in_leaf", "feature_fraction", "bagging_fraction", "lambda_l2",
)  # fmt: skip


@dataclass(frozen=True)
class TuningSettings:
    """`trials`: how many settings of the trees are tried, the configured ones first; 0 keeps those, and so does a
    search that finds nothing clearly better.

    `folds`: parts of the training patients that are held aside in turn to score a trial. `seed`: of the search.
    The number of trials is the whole budget: one in seconds would give another model on another day.
    """

    trials: int = 8
    folds: int = 5
    seed: int = 1

    def __post_init__(self) -> None:
        if self.trials < 0 or self.folds < 2:
            raise ValueError("trials must be at least 0 and folds at least 2")


@dataclass(frozen=True)
class Trial:
    """Settings that were tried, and what came of it."""

    settings: BoostingSettings
    found: InTurn


@dataclass(frozen=True)
class Tuned:
    """The settings taken, and every trial: `trial, loss, rounds`, the settings tried, and `best` where taken.

    `loss`: mean log loss over the patients held aside. `rounds`: mean number of rounds that was best.
    """

    settings: BoostingSettings
    trials: pd.DataFrame

    def as_text(self) -> str:
        """The settings that were searched, as JSON; `tuned_settings` reads it."""
        return json.dumps(searched(self.settings))


def searched(settings: BoostingSettings) -> dict[str, Any]:
    """The values of the settings that a search varies."""
    return {name: value for name, value in asdict(settings).items() if name in SEARCHED}


def tuned_settings(about: Mapping[str, str], settings: BoostingSettings) -> BoostingSettings:
    """`settings` with what was found when the model that `about` describes was tuned, if it was."""
    return replace(settings, **json.loads(about.get("tuned", "{}")))


def tune(
    features: pd.DataFrame,
    outcome: Numbers,
    patients: NDArray[np.object_],
    split: Split,
    *,
    directions: Mapping[str, int],
    settings: BoostingSettings,
    tuning: TuningSettings,
    advance: Advance = str,
) -> Tuned:
    """The settings of least log loss on patients held aside; arguments as for `boosting.train`.

    Of so many trials the luckiest looks better than it is. So the configured settings stay unless the least loss is
    below theirs by more than the standard error of the difference (over the folds, which are the same for all).
    Neither the test nor the calibration slice is looked at. Trees are held to the directions that `settings`
    bear out. The same arguments give the same search.
    """
    import optuna  # a second, which steps that only read a setting need not pay

    optuna.logging.set_verbosity(optuna.logging.WARNING)
    ready = lesson(features, outcome, patients, split, settings=settings)
    agreed = ready.agreed(directions)
    folds = folds_of(ready.owners, count=tuning.folds, seed=tuning.seed)
    sampler = optuna.samplers.TPESampler(seed=tuning.seed, n_startup_trials=max(3, tuning.trials // 3))
    study = optuna.create_study(sampler=sampler)
    study.enqueue_trial(searched(settings))
    trials = []
    for number in range(1, tuning.trials + 1):
        trial = study.ask()
        tried = replace(settings, **_proposed(trial))
        found = replace(ready, settings=tried).stopped_in_turn(agreed, folds)
        study.tell(trial, found.loss)
        trials.append(Trial(tried, found))
        advance(f"trial {number}")
    return taken_of(trials)


def taken_of(trials: Sequence[Trial]) -> Tuned:
    """What a search, whose first trial is of the configured settings, comes to."""
    luckiest = min(trials, key=lambda one: one.found.loss)
    taken = luckiest if luckiest.found.clearly_better_than(trials[0].found) else trials[0]
    rows = [
        {
            "trial": number,
            "loss": one.found.loss,
            "rounds": one.found.rounds,
            **searched(one.settings),
            "best": one is taken,
        }
        for number, one in enumerate(trials, start=1)
    ]
    return Tuned(taken.settings, pd.DataFrame(rows))


def _proposed(trial: optuna.Trial) -> dict[str, Any]:
    """The next settings to try, from ranges wide enough for a hundred patients and for a million."""
    return {
        "learning_rate": trial.suggest_float("learning_rate", 0.01, 0.1, log=True),
        "num_leaves": trial.suggest_int("num_leaves", 3, 48, log=True),
        "min_data_in_leaf": trial.suggest_int("min_data_in_leaf", 10, 300, log=True),
        "feature_fraction": trial.suggest_float("feature_fraction", 0.1, 1.0),
        "bagging_fraction": trial.suggest_float("bagging_fraction", 0.3, 1.0),
        "lambda_l2": trial.suggest_float("lambda_l2", 0.1, 100.0, log=True),
    }
