"""The settings that give a model's numbers their meaning: by which facts, points and outcomes it learnt.

The same predictor, asked under other settings, is another number, and the same chance one of something else.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

from features.errors import InputError

PARTS = ("facts", "points", "outcome")
UNKNOWN = "not known then"
Settings = Mapping[str, Mapping[str, Any]]


def meaning(configuration: Settings) -> str:
    """What a model keeps of the configuration of the build that it learnt from; what means the same is told alike."""
    told = {part: dict(configuration[part]) for part in PARTS}
    lags = told["facts"]["arrival_lag_days"]
    told["facts"]["arrival_lag_days"] = {fact: float(days) for fact, days in lags.items() if days}
    told["points"]["low_intensity_codes"] = sorted(told["points"]["low_intensity_codes"])
    return json.dumps(told, sort_keys=True)


def must_mean_the_same(uri: str, about: Mapping[str, str], now: Settings, *, remedy: str) -> None:
    """Errors: InputError naming every setting by which predictors or outcomes are others than those learnt from.

    `about`: what the model says of itself. `now`: the configuration of what it is asked about.
    """
    differs = differing(json.loads(about["meaning"]), json.loads(meaning(now)), PARTS)
    faults = [
        f"model {uri} learnt with {name} = {then!r}, but here it is {here!r}: its numbers would mean something else; "
        f"{remedy}"
        for name, then, here in differs
    ]
    if faults:
        raise InputError(*faults)


def differing(then: Settings, now: Settings, parts: tuple[str, ...]) -> Iterator[tuple[str, Any, Any]]:
    """Each setting of these parts that is another: its name, what it was and what it is."""
    for part in parts:
        for name, value in now[part].items():
            was = then[part].get(name, UNKNOWN)
            if was != value:
                yield f"{part}.{name}", was, value
