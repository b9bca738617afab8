"""Predictors: file = construct, function = column, parameters = the facts or predictors it reads."""

from __future__ import annotations

import importlib
import inspect
import math
import pkgutil
import re
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from functools import cache
from types import MappingProxyType
from typing import Any, Literal

from features import predictors as rooms
from features.conceptual_model import CONSTRUCTS, TITLES
from features.errors import nearest
from features.spoken import Words, not_recorded, spoken

Shown = Literal["reason", "context", "never"]
ACRONYMS = {"phq9": "PHQ-9", "gad7": "GAD-7", "wsas": "WSAS", "pwp": "PWP"}


class DefinitionError(Exception):
    """A predictor is defined wrongly; raised when the predictors are imported."""


class _Unset:
    """Nobody said what an empty history gives."""


UNSET = _Unset()


@dataclass(frozen=True)
class Predictor:
    """One column of the matrix.

    `when_absent` is what an empty history gives (None: missing); rows that do not say what is asked leave it
    missing. `direction` is +1 where more of it raises the chance of NON-completion by the conceptual model, -1
    where it lowers it, else None. `trend_over`: of a trend, how far apart the values that it is drawn through can
    lie, in their unit (infinity where nobody knows), which says how steep it can be; else None.
    `says` is one line in a practitioner's words (see `features.spoken`); `unrecorded` names what is missing
    where there is no value, in place of the summary.
    """

    name: str
    construct: str
    unit: str
    shown: Shown
    source: str
    says: Words
    unrecorded: str | None
    when_absent: float | _Unset | None
    direction: int | None
    trend_over: float | None
    modifiable: bool
    protected: str | None
    summary: str
    parameters: tuple[str, ...]
    function: Callable[..., Any]

    @property
    def title(self) -> str:
        """The name as words."""
        words = [ACRONYMS.get(word, word) for word in self.name.split("_")]
        return " ".join(words)

    def words(self, value: float | None) -> str:
        """What the value says to a practitioner; missing reads as not recorded, never as not done."""
        if value is None or math.isnan(value):
            return not_recorded(self.unrecorded or self._asked)
        return spoken(self.says, value)

    @property
    def _asked(self) -> str:
        """What the summary asks, as the end of a sentence."""
        asked = re.split(r"[.;]", self.summary)[0]
        starts_with_a_name = asked[1:2].isupper()
        return asked if starts_with_a_name else asked[:1].lower() + asked[1:]


_DEFINED: dict[str, Predictor] = {}


def predictor(  # each argument is a fact about the predictor that a reader looks for
    *,
    unit: str,
    shown: Shown,
    source: str,
    says: Words,
    unrecorded: str | None = None,
    when_absent: float | _Unset | None = UNSET,
    direction: Literal[1, -1] | None = None,
    trend_over: float | None = None,
    modifiable: bool = False,
    protected: str | None = None,
) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Declare the function below to be a predictor of the construct that its file, or the folder of it, is named after.

    Errors: DefinitionError for a name defined twice or a file that names no construct.
    """

    def declare(function: Callable[..., Any]) -> Callable[..., Any]:
        name, construct = function.__name__, _construct_of(function)
        if construct not in TITLES:
            raise DefinitionError(
                f"{name}: its file '{construct}' is no construct; {nearest(construct, TITLES)}"
            )
        known = _DEFINED.get(name)
        if known is not None and known.function.__code__ is not function.__code__:
            where = f"{known.function.__module__.replace('.', '/')}.py"
            raise DefinitionError(f"{name}: there is a predictor of that name in {where}; give it another")
        _DEFINED[name] = Predictor(
            name=name,
            construct=construct,
            unit=unit,
            shown=shown,
            source=source,
            says=says,
            unrecorded=unrecorded,
            when_absent=when_absent,
            direction=direction,
            trend_over=trend_over,
            modifiable=modifiable,
            protected=protected,
            summary=re.split(r"\n\s*\n", inspect.getdoc(function) or "")[0].replace("\n", " "),
            parameters=tuple(inspect.signature(function).parameters),
            function=function,
        )
        return function

    return declare


def _construct_of(function: Callable[..., Any]) -> str:
    """The name of the file below `features/predictors`, or of the folder there that the file lies in."""
    return function.__module__.removeprefix(f"{rooms.__name__}.").partition(".")[0]


@cache
def catalogue(admitted: frozenset[str] = frozenset()) -> Mapping[str, Predictor]:
    """Every predictor that may stand in a matrix, by name, in the order in which each can be worked out.

    `admitted`: protected characteristics whose predictors may too. Errors: as `everything`.
    """
    allowed = {
        name: known
        for name, known in everything().items()
        if known.protected is None or known.protected in admitted
    }
    return MappingProxyType(allowed)


@cache
def everything() -> Mapping[str, Predictor]:
    """Every predictor, those of protected characteristics included.

    Errors: DefinitionError naming the rule, the culprit and the nearest valid name.
    """
    for module in pkgutil.walk_packages(rooms.__path__, f"{rooms.__name__}."):
        importlib.import_module(module.name)
    from features.lineage import tried_out

    ordered = in_order(_DEFINED)
    for defined in ordered.values():
        tried_out(defined)
    return MappingProxyType(ordered)


def unmeasured(left_out: Collection[str]) -> tuple[str, ...]:
    """The titles of the constructs all of whose predictors are left out."""
    kept = {predictor.construct for name, predictor in catalogue().items() if name not in left_out}
    return tuple(construct.title for construct in CONSTRUCTS.values() if construct.name not in kept)


def in_order(defined: Mapping[str, Predictor]) -> dict[str, Predictor]:
    """The predictors, each after those it reads."""
    from features.facts import FACTS
    from features.well_defined import check

    ordered: dict[str, Predictor] = {}

    def place(name: str, path: tuple[str, ...]) -> None:
        if name in FACTS:
            raise DefinitionError(f"{name}: there is a fact of that name; give the predictor another")
        if name in path:
            circle = " -> ".join((*path[path.index(name) :], name))
            raise DefinitionError(f"{name}: reads itself ({circle}); break the circle")
        if name in ordered:
            return
        for parameter in defined[name].parameters:
            if parameter in defined:
                place(parameter, (*path, name))
            elif parameter not in FACTS:
                valid = [*defined, *FACTS]
                raise DefinitionError(
                    f"{name}: reads '{parameter}', which is no fact or predictor; {nearest(parameter, valid)}"
                )
        check(defined[name], defined)
        ordered[name] = defined[name]

    for name in sorted(defined, key=lambda key: (defined[key].construct, key)):
        place(name, ())
    return ordered
