"""The gradient-boosted model: LightGBM with the conceptual model's directions, calibrated, with refits."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

import lightgbm as lgb
import numpy as np
import pandas as pd
from numpy.typing import NDArray

from models.binned import Binned, Stopped, at_once
from models.calibration import FITS
from models.calibration_choice import Asked, Choice, chosen
from models.cut_off import Aside, Choose, CutOff, by_share
from models.monotone import agreeing
from models.risk_model import Fitted, Numbers, RiskModel, raw
from models.splits import Rows, Split


@dataclass(frozen=True)
class BoostingSettings:
    """LightGBM's settings by their usual names; `patience`: rounds without gain before it stops.

    `refits`: models refitted on resampled patients for the interval of a risk, whose level is `interval_level`.
    `calibration`: a kind, or chosen on the calibration slice. `threads`: the most that a large matrix may use.
    """

    learning_rate: float = 0.04
    num_leaves: int = 12
    min_data_in_leaf: int = 40
    feature_fraction: float = 0.6
    bagging_fraction: float = 0.8
    lambda_l2: float = 5.0
    max_rounds: int = 600
    patience: int = 40
    refits: int = 20
    interval_level: float = 0.9
    calibration: Asked = "chosen"
    threads: int = 2
    seed: int = 1

    def __post_init__(self) -> None:
        if not 0 < self.interval_level < 1:
            raise ValueError(f"interval_level must lie between 0 and 1; it is {self.interval_level}")
        if self.refits < 0 or min(self.max_rounds, self.patience, self.threads) < 1:
            raise ValueError("refits must be at least 0; max_rounds, patience and threads at least 1")


Advance = Callable[[str], object]
HIGHEST_FIFTH = by_share(0.2)
# Below this many numbers a second thread costs more than it gives: on a busy machine the threads wait for one
# another, and a fit of a third of a second takes a minute.
WORTH_THREADS = 2_000_000


@dataclass(frozen=True)
class Lesson:
    """The rows that trees may learn from, in bins; places below are positions among them.

    `owners`: the patient of each. `fit`, `stop`: the places of the two slices. `watched`: the values of `stop`.
    """

    predictors: tuple[str, ...]
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
        owners=patients[rows],
        fit=places[: len(split.fit)],
        stop=places[len(split.fit) :],
        watched=values(features, split.stop),
        settings=settings,
        binned=Binned(values(features, rows), outcome[rows], None if weights is None else weights[rows]),
    )


def values(features: pd.DataFrame, rows: Rows) -> Numbers:
    """The values of some rows, rows x predictors."""
    return features.iloc[rows].to_numpy(dtype=np.float64)


def train(
    features: pd.DataFrame,
    outcome: Numbers,
    patients: NDArray[np.object_],
    split: Split,
    *,
    directions: Mapping[str, int],
    settings: BoostingSettings,
    weights: Numbers | None = None,
    cut_off: Choose = HIGHEST_FIFTH,
    advance: Advance = str,
) -> RiskModel:
    """Learn from the training rows of `split`.

    `features`: rows x predictors (numbers, NaN missing). `outcome`: 0 or 1 in training rows. `directions`:
    predictor -> +1 or -1 by the conceptual model; each becomes a monotone constraint only if a fit without
    constraints agrees. `weights`: how much each row counts for the trees; calibration takes rows as they came,
    or its risks would not be those of the people there. `cut_off`: chooses it on the calibration slice. The same
    arguments give the same model.
    """
    ready = lesson(features, outcome, patients, split, settings=settings, weights=weights)
    agreed = ready.agreed(directions)
    advance("directions")
    rounds = ready.stopped(agreed).rounds
    advance("trees")
    # How many rounds is settled: the trees may now learn from the stopping slice too, as the refits do.
    asked = ready.parameters(agreed, seed=settings.seed, threads=ready.threads)
    booster = ready.binned.trees(asked, rounds)
    at = split.calibrate
    aside = Slice(values(features, at), outcome[at], patients[at])
    choice = chosen(
        raw(booster, aside.matrix),
        aside.outcome,
        aside.owners,
        asked=settings.calibration,
        seed=settings.seed,
    )
    main = Fitted(booster, choice.calibration)
    refits = _refits(ready, aside, choice, agreed=agreed, rounds=rounds, advance=advance)
    # On the slice that the trees never saw: their risks for what they learnt from are too extreme.
    risk = main.risk(aside.matrix)
    line = cut_off(Aside(risk, aside.outcome))
    about = {**_about(split, choice, agreed), "rounds": str(rounds), **_flagging(line, risk)}
    return RiskModel(
        ready.predictors, main, refits, line.value, about, interval_level=settings.interval_level
    )


@dataclass(frozen=True)
class Slice:
    """The calibration slice: values, outcomes and patients of points that no trees saw."""

    matrix: Numbers
    outcome: Numbers
    owners: NDArray[np.object_]


def _refits(
    ready: Lesson,
    aside: Slice,
    choice: Choice,
    *,
    agreed: Mapping[str, int],
    rounds: int,
    advance: Advance,
) -> tuple[Fitted, ...]:
    """Trees and calibration learnt anew from as many patients, drawn with replacement from either slice."""
    everybody, kept = np.arange(len(ready.owners)), np.arange(len(aside.owners))
    calibrated = FITS[choice.calibration.kind]

    def refit(number: int) -> Fitted:
        seed = ready.settings.seed + number
        places = resampled(ready.owners, everybody, seed=seed)
        booster = ready.binned.trees(ready.parameters(agreed, seed=seed, threads=1), rounds, places=places)
        drawn = resampled(aside.owners, kept, seed=seed)
        margin = raw(booster, aside.matrix, threads=1)[drawn]
        return Fitted(booster, calibrated(margin, aside.outcome[drawn]))

    found = []
    for fitted in at_once(refit, range(1, ready.settings.refits + 1), threads=ready.settings.threads):
        found.append(fitted)
        advance(f"refit {len(found)}")
    return tuple(found)


def _about(split: Split, choice: Choice, agreed: Mapping[str, int]) -> dict[str, str]:
    """What people may want to know of how a model was learnt."""
    return {
        "cut": split.cut.strftime("%Y-%m-%d"),
        "horizon_days": str(split.horizon_days),
        "monotone": ", ".join(f"{name} {sign:+d}" for name, sign in sorted(agreed.items())) or "none",
        "calibration": choice.calibration.kind,
        "calibration_losses": choice.as_text(),
    }


def _flagging(line: CutOff, risk: Numbers) -> dict[str, str]:
    """How the cut-off was chosen, and the share of the calibration slice that it flags."""
    return {"cut_off": line.says, "flagged_share": f"{float((risk >= line.value).mean()):.4f}"}


def resampled(patients: NDArray[np.object_], rows: Rows, *, seed: int) -> Rows:
    """Rows of as many patients, drawn with replacement; a patient drawn twice brings all rows twice."""
    names, owner = np.unique(patients[rows].astype(str), return_inverse=True)
    drawn = np.bincount(
        np.random.default_rng(seed).integers(len(names), size=len(names)), minlength=len(names)
    )
    return np.repeat(rows, drawn[owner])


def fit(
    matrix: Numbers,
    outcome: Numbers,
    settings: BoostingSettings,
    *,
    rounds: int,
    seed: int,
    weights: Numbers | None = None,
) -> lgb.Booster:
    """So many rounds of trees without constraints. The same seed gives the same trees."""
    threads = settings.threads if matrix.size >= WORTH_THREADS else 1
    asked = parameters(matrix.shape[1], {}, settings, seed=seed, threads=threads)
    return Binned(matrix, outcome, weights, threads=threads).trees(asked, rounds)


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
