"""Why a chance is what it is, in words a practitioner can act on: reasons, what helps, what else is recorded."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Protocol

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from features.spoken import merged
from models.explanation import Explanation
from models.learnt_sides import Side
from models.suggestions import Named, Suggestion, Suggestions

Numbers = NDArray[np.float64]
TOGETHER = "several things together"
# Said of a construct that stays from refit to refit though no one predictor of it does.
BY_CONSTRUCT = (TOGETHER, "something recorded here")


class Speaking(Named, Protocol):
    """The parts of a predictor that a reason is made of."""

    @property
    def direction(self) -> int | None: ...
    def words(self, value: float) -> str: ...


@dataclass(frozen=True)
class ReasonSettings:
    """How many reasons a flag gives and how many lines of what helps; `per_construct` of either at most.

    `least_change`: how much each must move the chance (0.02 = 2 in 100).
    """

    reasons: int
    helps: int
    per_construct: int
    least_change: float


@dataclass(frozen=True)
class Told:
    """What reasons are told from: the predictors, what the model learnt of each, the constructs' titles."""

    predictors: Mapping[str, Speaking]
    sides: Mapping[str, Side]
    titles: Mapping[str, str]
    suggestions: Suggestions


@dataclass(frozen=True)
class Reason:
    """Something recorded that moves the chance by `change` (-1 to 1), and something to consider about it.

    `predictors`: those that the words speak of, strongest first. `consider` is None where an earlier reason of
    the same flag already says it, and for what helps.
    """

    predictors: tuple[str, ...]
    title: str
    words: str
    change: float
    consider: Suggestion | None = None

    @property
    def line(self) -> str:
        """The construct, then what is recorded: "Task planning: no time or place was agreed"."""
        return f"{self.title}: {self.words}"


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
    firms = None if firm is None else firm.loc[parts.index]
    for row in range(len(parts)):
        found = np.flatnonzero(enough[row])
        ranked = found[np.argsort(-np.abs(pushes[row, found]), kind="stable")]
        tables = (values, pushes, changes, worries, helping, steady)
        strongest = tuple(Ground(names[n], *(each[row, n] for each in tables)) for n in ranked)
        leading = frozenset() if firms is None else frozenset(firms.columns[firms.iloc[row]])
        yield Grounds(strongest, _change_at(explanation, float(margins[row])), leading)


def _change_at(explanation: Explanation, margin: float) -> Callable[[float], float]:
    def change(part: float) -> float:
        with_it, without = explanation.chance_at([margin, margin - part])
        return float(with_it - without)

    return change


def reasons(told: Told, grounds: Grounds, settings: ReasonSettings) -> tuple[Reason, ...]:
    """What raises the chance, may be a reason, and stays from refit to refit."""
    raising = [ground for ground in grounds.strongest if ground.worries and ground.stable]
    lines = _lines(told, raising, settings.reasons, settings.per_construct)
    return tuple(_answered(told, [_reason(told, line, grounds) for line in lines], raising))


def firm_constructs(told: Told, grounds: Grounds, settings: ReasonSettings) -> tuple[Reason, ...]:
    """What raises the chance by construct, where a construct stays from refit to refit though nothing in it does."""
    raising = [ground for ground in grounds.strongest if ground.worries]
    together: dict[str, list[Ground]] = {}
    for ground in raising:
        together.setdefault(told.predictors[ground.predictor].construct, []).append(ground)
    firm = [construct for construct in together if construct in grounds.firm][: settings.reasons]
    lines = [
        _Line(construct, BY_CONSTRUCT[len(together[construct]) < 2], tuple(together[construct]))
        for construct in firm
    ]
    return tuple(_answered(told, [_reason(told, line, grounds) for line in lines], raising))


def has_unstable_reasons(grounds: Grounds) -> bool:
    """Whether something raises the chance that would be a reason if it stayed from refit to refit."""
    return any(ground.worries and not ground.stable for ground in grounds.strongest)


def helps(told: Told, grounds: Grounds, settings: ReasonSettings) -> tuple[Reason, ...]:
    """What lowers the chance, may be said to help, and stays from refit to refit."""
    lowering = [ground for ground in grounds.strongest if ground.helps and ground.stable]
    lines = _lines(told, lowering, settings.helps, settings.per_construct)
    return tuple(_reason(told, line, grounds) for line in lines)


def context(told: Told, grounds: Grounds) -> tuple[str, ...]:
    """What is recorded and moves the chance either way, but is nothing to act on."""
    asked = [(told.predictors[ground.predictor], ground) for ground in grounds.strongest]
    return tuple(
        f"{told.titles[predictor.construct]}: {predictor.words(ground.value)}"
        for predictor, ground in asked
        if predictor.shown == "context"
    )


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


@dataclass(frozen=True)
class _Line:
    """Grounds of one construct that are said as one."""

    construct: str
    words: str
    grounds: tuple[Ground, ...]


def _lines(told: Told, found: Iterable[Ground], most: int, per_construct: int) -> list[_Line]:
    """At most so many lines, strongest first, few of any one construct, none said twice."""
    lines: list[_Line] = []
    for ground in found:
        predictor = told.predictors[ground.predictor]
        line = _Line(predictor.construct, predictor.words(ground.value), (ground,))
        if _merge(lines, line):
            continue
        given = Counter(known.construct for known in lines)
        said = {known.words for known in lines}
        if len(lines) < most and given[line.construct] < per_construct and line.words not in said:
            lines.append(line)
    return lines


def _merge(lines: list[_Line], new: _Line) -> bool:
    """Say `new` together with a line of its construct, where the two are built alike."""
    for at, line in enumerate(lines):
        words = merged(line.words, new.words) if line.construct == new.construct else None
        if words is not None:
            lines[at] = replace(line, words=words, grounds=(*line.grounds, *new.grounds))
            return True
    return False


def _reason(told: Told, line: _Line, grounds: Grounds) -> Reason:
    return Reason(
        predictors=tuple(ground.predictor for ground in line.grounds),
        title=told.titles[line.construct],
        words=line.words,
        change=grounds.without(sum(ground.part for ground in line.grounds)),
    )


def _answered(told: Told, found: Sequence[Reason], grounds: Iterable[Ground]) -> Iterator[Reason]:
    """Each reason with something to consider that no earlier one says."""
    values = {ground.predictor: ground.value for ground in grounds}
    said: set[str] = set()
    for reason in found:
        leading = told.predictors[reason.predictors[0]]
        recorded = not math.isnan(values[leading.name])
        answers = told.suggestions.answers(leading, recorded=recorded)
        if reason.words in BY_CONSTRUCT:  # no one predictor of it is firm enough to be answered
            answers = tuple(one for one in answers if not one.predictors)
        answer = next((answer for answer in answers if answer.words not in said), None)
        said |= {answer.words} if answer else set()
        yield replace(reason, consider=answer)
