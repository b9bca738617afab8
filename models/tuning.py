"""Settings of the trees, searched for inside training: a declared number of trials, scored on patients held aside."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from models.binned import Numbers, Stopped, at_once
from models.boosting import BoostingSettings
from models.lesson import Lesson, lesson
from models.splits import Rows, Split

if TYPE_CHECKING:
    import optuna

Advance = Callable[[str], object]
SEARCHED = (
    "learning_rate", "num_leaves", "min_data_in_leaf", "feature_fraction", "bagging_fraction", "lambda_l2",
)  # fmt: skip


@dataclass(frozen=True)
class TuningSettings:
    """`trials`: how many settings of the trees are tried, the configured ones first; 0 keeps those.

    `folds`: parts of the training patients that are held aside in turn to score a trial. `seed`: of the search.
    The number of trials is the whole budget: one in seconds would give another model on another day.
    """

    trials: int = 12
    folds: int = 3
    seed: int = 1

    def __post_init__(self) -> None:
        if self.trials < 0 or self.folds < 2:
            raise ValueError("trials must be at least 0 and folds at least 2")


@dataclass(frozen=True)
class Tuned:
    """The best settings, and every trial: `trial, loss, rounds`, the settings tried, and whether it is the best.

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

    Neither the test nor the calibration slice is looked at. Trees are held to the directions that `settings`
    bear out. The same arguments give the same search.
    """
    import optuna  # a second, which steps that only read a setting need not pay

    optuna.logging.set_verbosity(optuna.logging.WARNING)
    ready = lesson(features, outcome, patients, split, settings=settings)
    agreed = ready.agreed(directions)
    folds = folds_of(ready.owners, tuning)
    sampler = optuna.samplers.TPESampler(seed=tuning.seed, n_startup_trials=max(3, tuning.trials // 3))
    study = optuna.create_study(sampler=sampler)
    study.enqueue_trial(searched(settings))
    rows = []
    for number in range(1, tuning.trials + 1):
        trial = study.ask()
        tried = replace(settings, **_proposed(trial))
        loss, rounds = _scored(replace(ready, settings=tried), agreed, folds)
        study.tell(trial, loss)
        rows.append({"trial": number, "loss": loss, "rounds": rounds, **searched(tried)})
        advance(f"trial {number}")
    trials = pd.DataFrame(rows)
    best = int(np.argmin(trials["loss"].to_numpy()))
    trials["best"] = trials.index == best
    return Tuned(replace(settings, **study.trials[best].params), trials)


def _proposed(trial: optuna.Trial) -> dict[str, Any]:
    """The next settings to try, from ranges wide enough for a hundred patients and for a million."""
    return {
        "learning_rate": trial.suggest_float("learning_rate", 0.01, 0.2, log=True),
        "num_leaves": trial.suggest_int("num_leaves", 3, 48, log=True),
        "min_data_in_leaf": trial.suggest_int("min_data_in_leaf", 10, 300, log=True),
        "feature_fraction": trial.suggest_float("feature_fraction", 0.2, 1.0),
        "bagging_fraction": trial.suggest_float("bagging_fraction", 0.5, 1.0),
        "lambda_l2": trial.suggest_float("lambda_l2", 0.1, 100.0, log=True),
    }


def folds_of(owners: NDArray[np.object_], tuning: TuningSettings) -> list[tuple[Rows, Rows]]:
    """(learn from, score) by place for each fold; a patient is on one side of each."""
    names, owner = np.unique(owners.astype(str), return_inverse=True)
    fold = np.random.default_rng(tuning.seed).permutation(len(names))[owner] % tuning.folds
    return [(np.flatnonzero(fold != part), np.flatnonzero(fold == part)) for part in range(tuning.folds)]


def _scored(ready: Lesson, agreed: Mapping[str, int], folds: list[tuple[Rows, Rows]]) -> tuple[float, float]:
    """The log loss over all rows, each scored by trees that did not learn from its patient; the mean rounds."""
    settings = ready.settings
    parameters = ready.parameters(agreed, seed=settings.seed, threads=1)

    def stopped(fold: tuple[Rows, Rows]) -> Stopped:
        return ready.binned.stopped(
            parameters, learn=fold[0], watch=fold[1], most=settings.max_rounds, patience=settings.patience
        )

    found = list(at_once(stopped, folds, threads=settings.threads))
    sizes = [len(watch) for _, watch in folds]
    loss = np.average([each.loss for each in found], weights=sizes)
    return float(loss), float(np.mean([each.rounds for each in found]))
