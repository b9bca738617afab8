"""What gives a model's numbers their meaning: the settings of facts, points and outcomes, and the kind of its points.

The same predictor, asked under other settings, is another number, and the same chance one of something else: after a
session of work not being done, after a week on the programme of nobody logging in.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator, Mapping
from typing import Any

from features.errors import InputError
from features.points import CONTACT_POINT, PLATFORM_WEEK

PARTS = ("facts", "points", "outcome")
KIND = "kind"  # no setting: which tables a source has decides it
UNKNOWN = "not known then"
OTHER_RECORDS = (
    "name a model that learnt from such points, train one on them, or give records with BSW001TaskSet "
    f"({CONTACT_POINT}) or without it ({PLATFORM_WEEK}), as the model had"
)
Settings = Mapping[str, Mapping[str, Any]]


def meaning(configuration: Settings, kinds: Collection[str]) -> str:
    """What a model keeps of the build that it learnt from: its configuration, and the kinds of its points.

    What means the same is told alike.
    """
    told = {part: dict(configuration[part]) for part in PARTS}
    lags = told["facts"]["arrival_lag_days"]
    told["facts"]["arrival_lag_days"] = {fact: float(days) for fact, days in lags.items() if days}
    told["points"]["low_intensity_codes"] = sorted(told["points"]["low_intensity_codes"])
    told["points"][KIND] = " and ".join(sorted(set(kinds)))
    return json.dumps(told, sort_keys=True)


def must_mean_the_same(
    uri: str, about: Mapping[str, str], now: Settings, kinds: Collection[str], *, remedy: str
) -> None:
    """Errors: InputError naming every setting by which predictors or outcomes are others than those learnt from, and
    the kind of points where that is another.

    `about`: what the model says of itself. `now`: the configuration of what it is asked about, of points of these
    `kinds`. `remedy`: what to do about a setting.
    """
    differs = differing(json.loads(about["meaning"]), json.loads(meaning(now, kinds)), PARTS)
    faults = [
        f"model {uri} learnt {_in_words(name, then)}, but {_in_words(name, here, now=True)}: its numbers would mean "
        f"something else; {OTHER_RECORDS if name == f'points.{KIND}' else remedy}"
        for name, then, here in differs
    ]
    if faults:
        raise InputError(*faults)


def _in_words(name: str, value: Any, *, now: bool = False) -> str:
    if name == f"points.{KIND}":
        return f"{'here they are' if now else 'from points'} of the kind {value!r}"
    return f"here it is {value!r}" if now else f"with {name} = {value!r}"


def differing(then: Settings, now: Settings, parts: tuple[str, ...]) -> Iterator[tuple[str, Any, Any]]:
    """Each setting of these parts that is another: its name, what it was and what it is."""
    for part in parts:
        for name, value in now[part].items():
            was = then[part].get(name, UNKNOWN)
            if was != value:
                yield f"{part}.{name}", was, value
