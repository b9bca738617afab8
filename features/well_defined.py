"""What a predictor must say of itself; found out on import, each fault with the rule, the culprit and the remedy."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import TypeGuard, get_args

from features.conceptual_model import PROTECTED
from features.errors import nearest
from features.facts import FACTS
from features.predictor import UNSET, DefinitionError, Predictor, Shown
from features.protected import CHARACTERISTICS
from features.spoken import spoken


def check(asked: Predictor, defined: Mapping[str, Predictor]) -> None:
    """That the predictor, one of those defined, says all it must and nothing it may not. Errors: DefinitionError."""
    _check_values(asked)
    _check_trend(asked)
    _check_texts(asked)
    _check_absence(asked)
    _check_protection(asked, defined)


def _check_values(asked: Predictor) -> None:
    """What a type checker would refuse, for whoever runs none."""
    if asked.shown not in get_args(Shown):
        raise DefinitionError(f"{asked.name}: shown='{asked.shown}'; {nearest(asked.shown, get_args(Shown))}")
    if asked.direction not in (None, 1, -1):
        raise DefinitionError(f"{asked.name}: direction={asked.direction!r}; it is 1, -1 or left out")
    absent = asked.when_absent
    if absent is not UNSET and absent is not None and not _is_finite(absent):
        raise DefinitionError(
            f"{asked.name}: when_absent={absent!r}; it is a finite number, or None for missing"
        )


def _check_trend(asked: Predictor) -> None:
    """Without it a trend that falls would be no value of its unit."""
    over = asked.trend_over
    if over is not None and not (_is_number(over) and over > 0):
        raise DefinitionError(
            f"{asked.name}: trend_over={over!r}; it is a number above 0 (infinity where nobody knows), or left out"
        )
    if over is None and "{:rising" in str(asked.says):
        raise DefinitionError(
            f"{asked.name}: is said to be rising, as a trend is; add trend_over (how far apart the values can lie that "
            "it is drawn through), or say it otherwise"
        )


def _is_finite(value: object) -> bool:
    return _is_number(value) and math.isfinite(value)


def _is_number(value: object) -> TypeGuard[float]:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _check_texts(asked: Predictor) -> None:
    """What the catalogue prints and a practitioner reads."""
    for said, remedy in (("unit", "what one of it is"), ("source", "who says so, or NONE_STATED")):
        if not str(getattr(asked, said)).strip():
            raise DefinitionError(f"{asked.name}: {said} is empty; say {remedy}")
    if not asked.summary:
        raise DefinitionError(f"{asked.name}: has no docstring; say in its first line what the value is")
    starts = [0.0] if isinstance(asked.says, str) else list(asked.says)
    if not starts:
        raise DefinitionError(f"{asked.name}: says nothing; give the words for the lowest value at least")
    for start in starts:
        try:
            spoken(asked.says, start)
        except (AttributeError, LookupError, ValueError) as error:
            raise DefinitionError(
                f"{asked.name}: says={asked.says!r} cannot be said ({error}); features/spoken.py lists the ways"
            ) from None


def _check_absence(asked: Predictor) -> None:
    reads_history = any(parameter in FACTS for parameter in asked.parameters)
    if reads_history and asked.when_absent is UNSET:
        raise DefinitionError(
            f"{asked.name}: reads a history but does not say what an empty one gives; "
            "add when_absent (a count: 0; a measurement: None)"
        )
    if not reads_history and isinstance(asked.when_absent, int | float):
        raise DefinitionError(
            f"{asked.name}: reads no history, so that none can be empty; leave when_absent out, its parts say it"
        )


def _check_protection(asked: Predictor, defined: Mapping[str, Predictor]) -> None:
    if asked.protected is None:
        facts = [name for name in asked.parameters if name in FACTS and FACTS[name].protected]
        parts = [name for name in asked.parameters if name in defined and defined[name].protected]
        if facts or parts:
            raise DefinitionError(
                f"{asked.name}: reads {(facts + parts)[0]}, a protected characteristic; say `protected=` and put "
                f"it in features/predictors/{PROTECTED.name}.py, or read something else"
            )
    elif asked.construct != PROTECTED.name or asked.shown != "never":
        raise DefinitionError(
            f"{asked.name}: a protected characteristic stands in {PROTECTED.name}.py and is never shown"
        )
    elif asked.protected not in CHARACTERISTICS:
        raise DefinitionError(
            f"{asked.name}: there is no protected characteristic '{asked.protected}'; "
            f"{nearest(asked.protected, CHARACTERISTICS)}"
        )
