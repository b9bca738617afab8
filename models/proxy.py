"""Do the predictors together give a group away? A model that guesses it, judged on people it never saw.

For each group the cross-fitted chance of belonging to it ranks its members against everyone else; folds keep
a patient's rows together. AUROC 0.5: they tell nothing; 1: they stand in for the label itself. A predictor that
gives a group away is not wrong for that, but leaving the label out does not make a model blind to it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.stats import rankdata
from sklearn.model_selection import StratifiedGroupKFold

from models.clustered import Estimates, Grouping, auroc
from models.intervals import Floats, Interval, critical, effective_size, sidak, wilson
from models.lightgbm_alone import lgb

FOLDS = 5
ALL_PREDICTORS, RISK_ALONE = "all predictors", "the risk alone"
# Few shallow trees: enough to find a proxy, too few to learn people by heart.
TREES = {"learning_rate": 0.08, "num_leaves": 8, "min_data_in_leaf": 40, "lambda_l2": 5.0}
ROUNDS = 60
Advance = Callable[[str], object]


@dataclass(frozen=True)
class Proxy:
    """How well something tells one group from everyone else.

    value: AUROC per group, NaN where it was not judged. own: its interval. joint: intervals that hold for all
    groups and sets of predictors together, by which it is decided whether it tells the group at all.
    """

    value: Floats
    own: Interval
    joint: Interval


def proxies(
    features: pd.DataFrame,
    risk: Floats,
    grouping: Grouping,
    enough: NDArray[np.bool_],
    construct_of: Mapping[str, str],
    *,
    level: float,
    seed: int = 1,
    advance: Advance = str,
) -> dict[str, Proxy]:
    """Set of predictors -> how well it tells each group: all of them, each construct's, and the risk alone.

    features: rows x predictors, rows as in `grouping`, whose clusters are the patients. The risk is its own
    guess, higher meaning a member or not, whichever fits: its AUROC below 0.5 tells as much as above.
    """
    sets = {ALL_PREDICTORS: list(features.columns)}
    for name in features.columns:
        sets.setdefault(construct_of[name], []).append(name)
    joint_level = sidak(level, int(enough.sum()) * (len(sets) + 1))
    found = {}
    for name, columns in sets.items():
        chances = cross_fitted(features[columns].to_numpy(dtype=float), grouping, enough, seed=seed)
        found[name] = _judged(chances, grouping, enough, level, joint_level)
        advance(name)
    found[RISK_ALONE] = _judged(np.tile(risk[:, None], grouping.groups), grouping, enough, level, joint_level)
    return found


def cross_fitted(matrix: Floats, grouping: Grouping, enough: NDArray[np.bool_], *, seed: int) -> Floats:
    """How likely each row belongs to each group, by the other folds' patients alone: rows x groups.

    The rank of the chance in the row's own fold, from 0 to 1.
    """
    folds = StratifiedGroupKFold(FOLDS, shuffle=True, random_state=seed)
    chances = np.zeros((len(matrix), grouping.groups))
    # A group too small to be asked about need not be in every fold: it is dealt out with the largest.
    largest = int(np.bincount(grouping.group).argmax())
    stratum = np.where(enough[grouping.group], grouping.group, largest)
    for learn, ask in folds.split(matrix, stratum, grouping.cluster):
        for group in np.flatnonzero(enough):
            member = (grouping.group[learn] == group).astype(float)
            known = lgb.Dataset(matrix[learn], member, params={"verbose": -1})
            trees = lgb.train(_parameters(seed), known, ROUNDS)
            # Ranked in its fold: each fold's model sees another share of members, and to pool the chances as
            # they are would pull the AUROC below 0.5 where there is nothing to find.
            chances[ask, group] = rankdata(np.asarray(trees.predict(matrix[ask]), dtype=float)) / len(ask)
    return chances


def _parameters(seed: int) -> dict[str, object]:
    settled = {"deterministic": True, "force_row_wise": True, "num_threads": 1, "verbose": -1}
    return {"objective": "binary", "seed": seed, **TREES, **settled}


def _judged(
    chances: Floats, grouping: Grouping, enough: NDArray[np.bool_], level: float, joint_level: float
) -> Proxy:
    """AUROC of each group's chance, its members against everyone else."""
    value = np.full(grouping.groups, np.nan)
    ends = np.full((4, grouping.groups), np.nan)
    one = Grouping(np.zeros_like(grouping.group), grouping.cluster, 1)
    known = np.ones(len(grouping.group), dtype=bool)
    for group in np.flatnonzero(enough):
        found = auroc(chances[:, group], grouping.group == group, known, one)
        value[group] = found.value[0]
        members = grouping.clusters(grouping.group == group)[group]
        intervals = [_interval(found, members, each) for each in (level, joint_level)]
        ends[:, group] = [end[0] for interval in intervals for end in interval]
    return Proxy(value, Interval(ends[0], ends[1]), Interval(ends[2], ends[3]))


def _interval(found: Estimates, members: float, level: float) -> Interval:
    """Wilson's on the clustered variance; Student's t on the patients of the group, which are the fewer."""
    fewer = np.array([members])
    size = effective_size(found.value, found.variance, found.cases, fewer)
    return wilson(found.value, size, critical(level, fewer))
