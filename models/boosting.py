"""The gradient-boosted model: LightGBM with the conceptual model's directions, calibrated, with refits."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import lightgbm as lgb
import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.stats import spearmanr

from models.calibration import FITS
from models.calibration_choice import Asked, Choice, chosen
from models.cut_off import Aside, Choose, CutOff, by_share
from models.risk_model import Fitted, Numbers, RiskModel, raw
from models.splits import Rows, Split


@dataclass(frozen=True)
class BoostingSettings:
    """LightGBM's settings by their usual names; `patience`: rounds without gain before it stops.

    `refits`: models refitted on resampled patients for the interval of a risk. `calibration`: a kind, or chosen on
    the calibration slice. `threads`: the most that a large matrix may use.
    """

    learning_rate: float = 0.04
    num_leaves: int = 12
    min_data_in_leaf: int = 40
    feature_fraction: float = 0.6
    bagging_fraction: float = 0.8
    lambda_l2: float = 5.0
    max_rounds: int = 600
    patience: int = 40
    refits: int = 5
    calibration: Asked = "chosen"
    threads: int = 2
    seed: int = 1


Advance = Callable[[str], object]
HIGHEST_FIFTH = by_share(0.2)
# Below this many numbers a second thread costs more than it gives: on a busy machine the threads wait for one
# another, and a fit of a third of a second takes a minute.
WORTH_THREADS = 2_000_000


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
    predictors = tuple(str(name) for name in features.columns)
    matrix = features.to_numpy(dtype=np.float64)
    free, _ = _stopped(matrix, outcome, weights, split, {}, settings)
    advance("directions")
    agreed = agreeing(free, matrix[split.stop], predictors, directions)
    constraints = {predictors.index(name): sign for name, sign in agreed.items()}
    _, rounds = _stopped(matrix, outcome, weights, split, constraints, settings)
    advance("trees")
    seen = np.concatenate([split.fit, split.stop])

    def trees(rows: Rows, seed: int) -> lgb.Booster:
        own, known = _of(weights, rows), (matrix[rows], outcome[rows])
        return fit(*known, settings, rounds=rounds, seed=seed, constraints=constraints, weights=own)

    # How many rounds is settled: the trees may now learn from the stopping slice too, as the refits do.
    booster, aside = trees(seen, settings.seed), split.calibrate
    kept = raw(booster, matrix[aside]), outcome[aside], patients[aside]
    choice = chosen(*kept, asked=settings.calibration, seed=settings.seed)
    main, again = Fitted(booster, choice.calibration), FITS[choice.calibration.kind]
    refits = []
    for number in range(1, settings.refits + 1):
        seed = settings.seed + number
        booster = trees(resampled(patients, seen, seed=seed), seed)
        drawn = resampled(patients, aside, seed=seed)
        refits.append(Fitted(booster, again(raw(booster, matrix[drawn]), outcome[drawn])))
        advance(f"refit {number}")
    # On the slice that the trees never saw: their risks for what they learnt from are too extreme.
    risk = main.risk(matrix[aside])
    line = cut_off(Aside(risk, outcome[aside]))
    about = {**_about(split, choice, agreed), "rounds": str(rounds), **_flagging(line, risk)}
    return RiskModel(predictors, main, tuple(refits), line.value, about)


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


def agreeing(
    booster: lgb.Booster, matrix: Numbers, predictors: tuple[str, ...], directions: Mapping[str, int]
) -> dict[str, int]:
    """The stated directions that a fit without constraints bears out on rows that it did not see.

    It does where a predictor's contribution to the log-odds rises (or falls) with its value, by rank.
    """
    contributions = np.asarray(booster.predict(matrix, pred_contrib=True), dtype=np.float64)
    agreed = {}
    for name, sign in directions.items():
        if name not in predictors:
            continue
        column = predictors.index(name)
        there = ~np.isnan(matrix[:, column])
        values, moved = matrix[there, column], contributions[there, column]
        if len(values) < 3 or np.ptp(values) == 0 or np.ptp(moved) == 0:
            continue
        if np.sign(spearmanr(values, moved).statistic) == sign:
            agreed[name] = sign
    return agreed


def _stopped(
    matrix: Numbers,
    outcome: Numbers,
    weights: Numbers | None,
    split: Split,
    constraints: Mapping[int, int],
    settings: BoostingSettings,
) -> tuple[lgb.Booster, int]:
    """Trees stopped early on the stopping slice, and how many rounds were best."""
    quiet = {"verbose": -1}
    known, watched = (
        lgb.Dataset(matrix[rows], outcome[rows], weight=_of(weights, rows), params=quiet)
        for rows in (split.fit, split.stop)
    )
    watched.set_reference(known)
    booster = lgb.train(
        _parameters(matrix, constraints, settings, settings.seed),
        known,
        settings.max_rounds,
        valid_sets=[watched],
        callbacks=[lgb.early_stopping(settings.patience, verbose=False)],
    )
    rounds = max(1, booster.best_iteration)
    return lgb.Booster(model_str=booster.model_to_string(num_iteration=rounds)), rounds


def _of(weights: Numbers | None, rows: Rows) -> Numbers | None:
    return None if weights is None else weights[rows]


def fit(
    matrix: Numbers,
    outcome: Numbers,
    settings: BoostingSettings,
    *,
    rounds: int,
    seed: int,
    constraints: Mapping[int, int] | None = None,
    weights: Numbers | None = None,
) -> lgb.Booster:
    """So many rounds of trees; `constraints`: column -> +1 or -1. The same seed gives the same trees."""
    known = lgb.Dataset(matrix, outcome, weight=weights, params={"verbose": -1})
    return lgb.train(_parameters(matrix, constraints or {}, settings, seed), known, rounds)


def _parameters(
    matrix: Numbers, constraints: Mapping[int, int], settings: BoostingSettings, seed: int
) -> dict[str, object]:
    parameters: dict[str, object] = {
        "objective": "binary",
        "learning_rate": settings.learning_rate,
        "num_leaves": settings.num_leaves,
        "min_data_in_leaf": settings.min_data_in_leaf,
        "feature_fraction": settings.feature_fraction,
        "bagging_fraction": settings.bagging_fraction,
        "bagging_freq": 1,
        "lambda_l2": settings.lambda_l2,
        "seed": seed,
        "num_threads": settings.threads if matrix.size >= WORTH_THREADS else 1,
        # Two runs give the same bytes.
        "deterministic": True,
        "force_row_wise": True,
        "verbose": -1,
    }
    if constraints:
        parameters["monotone_constraints"] = [constraints.get(at, 0) for at in range(matrix.shape[1])]
        # The "advanced" method breaks the constraints where values are missing (LightGBM issue 5358).
        parameters["monotone_constraints_method"] = "intermediate"
    return parameters
