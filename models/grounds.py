"""What moves a chance, and which of it may be told: the grounds that reasons are chosen from."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from itertools import compress
from typing import Protocol

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from models.explanation import Explanation
from models.learnt_sides import Side
from models.suggestions import Named, Suggestions

Numbers = NDArray[np.float64]


class Speaking(Named, Protocol):
    """The parts of a predictor that a reason is made of."""

    @property
    def direction(self) -> int | None: ...
    def words(self, value: float) -> str: ...


@dataclass(frozen=True)
class Told:
    """What reasons are told from: the predictors, what the model learnt of each, the constructs' titles."""

    predictors: Mapping[str, Speaking]
    sides: Mapping[str, Side]
    titles: Mapping[str, str]
    suggestions: Suggestions


@dataclass(frozen=True)
class Ground:
    """A predictor's value at a point, its part of the margin, and its change of the chance.

    `worries` or `helps`: whether it may be told as a reason or as what helps. `stable`: whether it leads in
    enough of the model's refits too.
    """

    predictor: str
    value: float
    part: float
    change: float
    worries: bool
    helps: bool
    stable: bool


@dataclass(frozen=True)
class Grounds:
    """What moves one point's chance enough to be told, strongest first; `without(part)` is the change of the
    chance that a part of the margin makes; `firm` are the constructs that lead in enough of the model's refits."""

    strongest: tuple[Ground, ...]
    without: Callable[[float], float]
    firm: frozenset[str] = frozenset()


def grounds_of(
    told: Told,
    explanation: Explanation,
    features: pd.DataFrame,
    *,
    least: float,
    stable: pd.DataFrame | None,
    firm: pd.DataFrame | None = None,
) -> Iterator[Grounds]:
    """The grounds of each point, in the order of the explanation's parts; `features` rows and columns alike.

    `stable`: whether each predictor is a stable ground of each point; without it, all are. `firm`: the same of
    each construct; without it, none is.
    """
    parts = explanation.parts
    names, pushes, changes = list(parts.columns), parts.to_numpy(), explanation.changes().to_numpy()
    steady = np.ones(parts.shape, dtype=bool) if stable is None else stable.loc[parts.index, names].to_numpy()
    told_as = may_speak(told, features).to_numpy()
    worries, helping = (told_as == 1) & (pushes > 0), (told_as == -1) & (pushes < 0)
    enough = (np.abs(changes) >= least) & (pushes != 0)
    margins, values = explanation.margin.to_numpy(), features.to_numpy()
    firms = [frozenset[str]()] * len(parts) if firm is None else _firm_at_each(firm.loc[parts.index])
    for row in range(len(parts)):
        found = np.flatnonzero(enough[row])
        ranked = found[np.argsort(-np.abs(pushes[row, found]), kind="stable")]
        tables = (values, pushes, changes, worries, helping, steady)
        strongest = tuple(Ground(names[n], *(each[row, n] for each in tables)) for n in ranked)
        yield Grounds(strongest, _change_at(explanation, float(margins[row])), firms[row])


def _firm_at_each(firm: pd.DataFrame) -> list[frozenset[str]]:
    """Point by point, the constructs that are firm there."""
    constructs = list(firm.columns)
    return [frozenset(compress(constructs, row)) for row in firm.to_numpy()]


def _change_at(explanation: Explanation, margin: float) -> Callable[[float], float]:
    def change(part: float) -> float:
        with_it, without = explanation.chance_at([margin, margin - part])
        return float(with_it - without)

    return change


def may_speak(told: Told, features: pd.DataFrame) -> pd.DataFrame:
    """Points x predictors: what each value may be told as, 1 a reason, -1 what helps, 0 neither.

    A reason is shown to practitioners and not on the good side: nobody should read "a place was agreed" or
    "missed no appointment" as a worry. What helps is recorded, on a side that is known to be good.
    """
    columns = {
        name: _speaks_as(told, str(name), features[name].to_numpy(dtype=np.float64)) for name in features
    }
    return pd.DataFrame(columns, index=features.index, dtype=np.int64)


def _speaks_as(told: Told, name: str, values: Numbers) -> NDArray[np.int64]:
    predictor, side = told.predictors[name], told.sides.get(name)
    if predictor.shown != "reason":
        return np.zeros(len(values), dtype=np.int64)
    if side is None:
        return np.ones(len(values), dtype=np.int64)
    known = side.worrying(values, predictor.direction) * 2 - 1 if side.middle == side.middle else 0
    return np.where(np.isnan(values), 1, known)


def mostly_hidden(parts: pd.DataFrame, predictors: Mapping[str, Speaking]) -> pd.Series:
    """Whether over half of what raises each chance is never shown to practitioners.

    Counted as it is drawn, by sums per construct and one of what is never shown: what cancels out raises nothing.
    """
    drawn = ["" if predictors[one].shown == "never" else predictors[one].construct for one in parts.columns]
    raising = parts.T.groupby(drawn).sum().T.clip(lower=0)
    hidden = raising.get("", pd.Series(0.0, index=parts.index))
    return hidden > raising.sum(axis=1) / 2
