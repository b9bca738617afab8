"""The gradient-boosted model: LightGBM with the conceptual model's directions, calibrated, with refits."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from features.errors import InputError
from models.binned import Binned, at_once
from models.calibration import FITS
from models.calibration_choice import Asked, Choice, chosen
from models.cut_off import Aside, Choose, CutOff, by_share
from models.lesson import WORTH_THREADS, Lesson, lesson, parameters, part_of
from models.lightgbm_alone import lgb
from models.never_seen import Margins, Slice, cross_fitted, margins, says_judged
from models.risk_model import Fitted, Numbers, RiskModel
from models.splits import Rows, Split


@dataclass(frozen=True)
class BoostingSettings:
    """LightGBM's settings by their usual names; `patience`: rounds without gain before it stops. `extra_trees`: one
    threshold of each predictor, drawn by lot, is tried: among a few thousand points the best one is led by noise.

    `refits`: models refitted on resampled patients for the interval of a risk, whose level is `interval_level`.
    `calibration`: a kind, or chosen on points judged by trees that never saw their patients. `threads`: the most
    that a large matrix may use.
    """

    learning_rate: float = 0.03
    num_leaves: int = 6
    min_data_in_leaf: int = 40
    feature_fraction: float = 0.7
    bagging_fraction: float = 0.8
    extra_trees: bool = True
    lambda_l2: float = 5.0
    max_rounds: int = 800
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
SAME_SHARE = 1e-4  # a share is registered with four decimals


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
    or its risks would not be those of the people there. `cut_off`: chooses it where calibration is chosen, on
    points judged by trees that never saw their patients (`models.never_seen`). The same arguments give the same
    model.
    """
    ready = lesson(features, outcome, patients, split, settings=settings, weights=weights, whole=True)
    agreed = ready.agreed(directions)
    advance("directions")
    rounds = ready.rounds(agreed)
    advance("trees")
    # How many rounds is settled: the trees may now learn from everybody in the lesson, as the refits do.
    asked = ready.parameters(agreed, seed=settings.seed, threads=ready.threads)
    booster = ready.binned.trees(asked, rounds)
    judged = part_of(features, outcome, patients, split.calibrate if ready.apart else ready.rows)
    unseen = _unseen(ready, judged, booster, agreed=agreed, rounds=rounds)
    advance("calibration")
    choice = chosen(
        unseen.margin, unseen.outcome, unseen.owners, asked=settings.calibration, seed=settings.seed
    )
    main = Fitted(booster, choice.calibration)
    refits = _refits(ready, judged, choice, agreed=agreed, rounds=rounds, advance=advance)
    # The trees' risks for what they learnt from are too extreme.
    risk = choice.calibration.risk(unseen.margin)
    line = cut_off(Aside(risk, unseen.outcome))
    about = {**_about(split, choice, agreed), "rounds": str(rounds), **_flagging(line, risk)}
    return RiskModel(
        ready.predictors, main, refits, line.value, about, interval_level=settings.interval_level
    )


def _unseen(
    ready: Lesson, judged: Slice, booster: lgb.Booster, *, agreed: Mapping[str, int], rounds: int
) -> Margins:
    """What trees that never saw their patients make of the points `judged`."""
    if ready.apart:
        return margins(booster, judged, threads=ready.threads)
    return cross_fitted(ready, judged, agreed, rounds=rounds)


def _refits(
    ready: Lesson,
    judged: Slice,
    choice: Choice,
    *,
    agreed: Mapping[str, int],
    rounds: int,
    advance: Advance,
) -> tuple[Fitted, ...]:
    """Trees learnt anew from as many patients, drawn with replacement, and calibrated on some that they never saw.

    Those are drawn likewise from a slice that stands apart, or else the patients whom the trees were not given.
    """
    everybody, kept = np.arange(len(ready.owners)), np.arange(len(judged.owners))
    calibrated = FITS[choice.calibration.kind]

    def refit(number: int) -> Fitted:
        seed = ready.settings.seed + number
        places = resampled(ready.owners, everybody, seed=seed)
        booster = ready.binned.trees(ready.parameters(agreed, seed=seed, threads=1), rounds, places=places)
        aside = resampled(judged.owners, kept, seed=seed) if ready.apart else np.setdiff1d(everybody, places)
        unseen = margins(booster, judged.at(aside), threads=1)
        return Fitted(booster, calibrated(unseen.margin, unseen.outcome))

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
        "judged": says_judged(split),
    }


def _flagging(line: CutOff, risk: Numbers) -> dict[str, str]:
    """How the cut-off was chosen, the share that it flags of the points that it was chosen on, and their mean risk."""
    return {
        "cut_off": line.says,
        "flagged_share": f"{float((risk >= line.value).mean()):.4f}",
        "mean_risk": f"{float(risk.mean()):.4f}",
    }


def never_seen(
    model: RiskModel,
    features: pd.DataFrame,
    outcome: Numbers,
    patients: NDArray[np.object_],
    split: Split,
    *,
    settings: BoostingSettings,
) -> tuple[Rows, Numbers]:
    """Training rows, and the model's risk of each under trees that never saw its patient: what its cut-off is of.

    The arguments are those by which `train` made the model. Errors: InputError where they are not: the registered
    cut-off then flags another share of these points than it was chosen for.
    """
    ready = lesson(features, outcome, patients, split, settings=settings, whole=True)
    rows, rounds = split.calibrate if ready.apart else ready.rows, int(model.about["rounds"])
    judged = part_of(features, outcome, patients, rows)
    unseen = _unseen(ready, judged, model.booster, agreed=_agreed(model.about), rounds=rounds)
    risk = model.calibration.risk(unseen.margin)
    flagged, chosen_for = float((risk >= model.threshold).mean()), float(model.about["flagged_share"])
    if abs(flagged - chosen_for) > SAME_SHARE:
        raise InputError(
            f"judged anew as configured, {flagged:.1%} of the training points are above the model's cut-off, and "
            f"not the {chosen_for:.1%} that it was chosen for: it was learnt with other settings; give the "
            f"configuration of the training with --config, or train again"
        )
    return rows, risk


def _agreed(about: Mapping[str, str]) -> dict[str, int]:
    """The directions that the trees of the model which `about` describes keep to."""
    told = [part.rsplit(" ", 1) for part in about["monotone"].split(", ") if part != "none"]
    return {name: int(sign) for name, sign in told}


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
