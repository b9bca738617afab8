"""Numbers that look as if a service writes them on another scale, or in another unit, than the standard's.

Every value of such a number is allowed, so that no rule is broken, and every predictor from it is wrong. Only what is
used beside what is allowed can tell. Honest answers may be low as well, so none of these signs counts unless at least
FEWEST patients have a value above the lowest that is allowed: 0 is 0 on every scale, and however many answer it they
say nothing. Of these values, without the highest STRAY of them (slips of the pen):

- **shares**: none is above 1, though the scale goes further, and at least OFTEN of them lie between 0 and 1. Answers
  are whole numbers; shares of 1 are not.
- **a fifth**: none is above a fifth (SMALL) of the scale, as 0 or 1 is on 0 to 10, or 1 to 5 on 0 to 100, and at least
  OFTEN of them lie in the upper half of what is used. Low answers thin out towards their highest, answers on a short
  scale do not.
- **a short scale**: all are whole numbers up to a highest one that is no more than half the scale, none between is left
  out, and either the highest itself is given at least CEILING of the time or MOST of them lie in the upper half of what
  is used, as 1 to 5 does on 0 to 10. Low answers gather at the bottom and end in a slope, not on a step. Fewer than
  STEPS numbers tell no slope from a step, and so nothing is said of 0 to 2 on 0 to 4.

Where there are several services, one is set against the other as well, also in amounts such as minutes, which have no
scale: **beside another** means that 95 of 100 of its values above the lowest are less than a fifth of the other's
middle one, as hours are beside minutes.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from itertools import groupby
from typing import Any

import pandas as pd
from markupsafe import Markup

from models.earlier import STAR
from pipelines.page import bullets, fold, paragraph, table
from pipelines.quality.values_used import GREATEST, LEAST, MIDDLE, RULE, Number, Used, at

FEWEST = 30
STRAY = 0.01
SMALL = 0.2
OFTEN = 0.25
HALF = 0.5
CEILING = 0.2
MOST = 0.7
STEPS = 3
SHOWN = "What is used, and what is allowed"
NONE_SAID = "No number looks as if it were on another scale than the standard's."
SAID = (
    "A service that rates from 1 to 5 where the standard's scale goes from 0 to 10 breaks no rule, and every predictor "
    "from its ratings is wrong. 90 in 100 of the rows lie between the two ends that are shown; the very least and "
    "greatest are not, because they are one patient's. What rests on fewer than "
    f"{RULE.smallest} patients is {STAR}, counts are rounded to {RULE.base}."
)


@dataclass(frozen=True)
class OtherScale:
    """A number of a service that looks as if on another scale; `sign`: what speaks for it."""

    number: Number
    service: str
    sign: str


def other_scales(found: Sequence[Used]) -> list[OtherScale]:
    """Those of the numbers used."""
    said = []
    judged = [used for used in found if _above(used)["greatest"].sum() >= FEWEST]
    for _, services in groupby(judged, key=lambda used: used.number):
        those = [*services]
        for used in those:
            sign = (_alone(used) if used.bounds.is_scale else "") or _beside(used, those)
            if sign:
                said.append(OtherScale(used.number, used.service, sign))
    return said


def _above(used: Used) -> pd.DataFrame:
    """The values above the lowest that is allowed, counted from there."""
    values = used.values[used.values["value"] > used.bounds.lowest]
    return values.assign(value=values["value"] - used.bounds.lowest)


def _alone(used: Used) -> str:
    """What speaks for another scale by itself; nothing where nothing does."""
    above, scale = _above(used), used.bounds.highest - used.bounds.lowest
    values = above[above["value"] <= at(above, 1 - STRAY)]
    top, where = float(values["value"].iloc[-1]), f"where the scale goes from {used.bounds.words}"
    if used.bounds.lowest == 0 and top <= 1 < scale and _share(values, values["value"] < 1) >= OFTEN:
        return f"values lie between 0 and 1, as shares do, {where}"
    if top <= SMALL * scale and _share(values, values["value"] > top / 2) >= OFTEN:
        return f"hardly any value is above {used.bounds.lowest + SMALL * scale:g}, {where}"
    if top <= HALF * scale and _is_short(values, top):
        return f"values are whole numbers up to {used.bounds.lowest + top:g} and hardly any is above, {where}"
    return ""


def _is_short(values: pd.DataFrame, top: float) -> bool:
    every_one = bool((values["value"] % 1 == 0).all()) and len(values) == top - values["value"].iloc[0] + 1
    step, high = (_share(values, chosen) for chosen in (values["value"] == top, values["value"] > top / 2))
    return every_one and len(values) >= STEPS and (step >= CEILING or high >= MOST)


def _share(values: pd.DataFrame, chosen: pd.Series) -> float:
    return float(values.loc[chosen, "rows"].sum() / values["rows"].sum())


def _beside(used: Used, services: Sequence[Used]) -> str:
    """Which other service's values are so much higher that one of the two must write something else."""
    high = at(_above(used), GREATEST)
    higher = [other.service for other in services if high < SMALL * at(_above(other), MIDDLE)]
    return f"hardly any value comes to a fifth of the middle one of {', '.join(higher)}" if higher else ""


def lines(used: Sequence[Used]) -> Iterator[str]:
    """In words, for who works with the records: a line per column, service and sign."""

    def alike(one: OtherScale) -> tuple[str, str, str, str]:
        return one.service, one.number.table, one.number.column, one.sign

    for (service, of, column, sign), those in groupby(sorted(other_scales(used), key=alike), key=alike):
        names = ", ".join(one.number.name for one in those if one.number.name)
        yield (
            f"another scale? {of}.{column}{f' ({names})' if names else ''} of {service}: {sign}; if that is so, "
            "write it on the standard's scale, or every predictor from it is wrong"
        )


def as_json(used: Sequence[Used]) -> dict[str, Any]:
    """The same for another program, with the values used as they may be shown."""
    doubtful = [
        {**asdict(one.number), "service": one.service, "sign": one.sign} for one in other_scales(used)
    ]
    return {"values_used": [one.as_json() for one in used], "other_scales": doubtful}


def in_words(found: Sequence[Used]) -> list[Markup]:
    """What the quality report says of them."""
    if not found:
        return [paragraph("No number with bounds is recorded.")]
    doubtful = [*lines(found)]
    return [
        bullets(doubtful) if doubtful else paragraph(NONE_SAID),
        paragraph(SAID),
        fold("Every number with bounds", table(_table(found), SHOWN)),
    ]


def _table(found: Sequence[Used]) -> pd.DataFrame:
    several = len({used.service for used in found}) > 1
    columns = {
        "column": [f"{used.number.table}.{used.number.column}" for used in found],
        "of": [used.number.name for used in found],
        "service": [used.service for used in found],
        "rows with a value": [
            f"{used.rows:,}" if isinstance(used.rows, int) else used.rows for used in found
        ],
        "5 in 100 at most": [_figure(used.shown(LEAST)) for used in found],
        "middle": [_figure(used.shown(MIDDLE)) for used in found],
        "95 in 100 at most": [_figure(used.shown(GREATEST)) for used in found],
        "allowed": [used.bounds.words for used in found],
    }
    return pd.DataFrame({name: values for name, values in columns.items() if several or name != "service"})


def _figure(value: float | None) -> str:
    return STAR if value is None else f"{value:g}"
