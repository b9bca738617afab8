"""Why a chance is what it is, in words a practitioner can act on: reasons, what helps, what else is recorded."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from features.spoken import merged
from models.grounds import Ground, Grounds, Told
from models.suggestions import Suggestion

# Said of a construct that stays from refit to refit though no one predictor of it does: of several that are recorded,
# not recorded, and of which some are. Of one alone nothing is said: what does not stay is not named, and a heading
# beside it names nothing that anybody could act on.
TOGETHER, NONE_RECORDED = "several things together", "several things are not recorded"
SOME_RECORDED = "several things together, some of them not recorded"
BY_CONSTRUCT = (TOGETHER, NONE_RECORDED, SOME_RECORDED)


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


def reasons(told: Told, grounds: Grounds, settings: ReasonSettings) -> tuple[Reason, ...]:
    """What raises the chance, may be a reason, and stays from refit to refit; what moves it most comes first.

    Places that are free are taken by constructs that stay though no one predictor of them does.
    """
    raising = [ground for ground in grounds.strongest if ground.worries]
    lines = _lines(told, (one for one in raising if one.stable), settings.reasons, settings.per_construct)
    named = {line.construct for line in lines}
    firm = [line for line in _firm(told, grounds, raising) if line.construct not in named]
    lines += firm[: settings.reasons - len(lines)]
    found = sorted((_reason(told, line, grounds) for line in lines), key=lambda reason: -reason.change)
    return tuple(_answered(told, found, raising))


def _firm(told: Told, grounds: Grounds, raising: Iterable[Ground]) -> list[_Line]:
    """A line for each construct of which several things raise the chance and that stays from refit to refit, the one
    that raises it most first.
    """
    together: dict[str, list[Ground]] = {}
    for ground in raising:
        together.setdefault(told.predictors[ground.predictor].construct, []).append(ground)
    lines = [
        _Line(construct, _by_construct(found), tuple(found))
        for construct, found in together.items()
        if construct in grounds.firm and len(found) > 1
    ]
    return sorted(lines, key=lambda line: -sum(ground.part for ground in line.grounds))


def _by_construct(grounds: Sequence[Ground]) -> str:
    """What is said of a construct's grounds where none of them is firm enough to be named."""
    missing = [math.isnan(ground.value) for ground in grounds]
    return NONE_RECORDED if all(missing) else SOME_RECORDED if any(missing) else TOGETHER


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
