"""Numbers that look as if a service writes them on another scale, or in another unit, than the standard's.

Every value of such a number is allowed, so that no rule is broken, and every predictor from it is wrong. Only what is
used beside what is allowed can tell, of the numbers that a fact reads. Honest answers may be low as well, so none of
these signs counts unless at least FEWEST patients have a value above the lowest that is allowed: 0 is 0 on every scale,
and however many answer it they say nothing. Of these values, without the highest STRAY of them (slips of the pen):

- **shares**: none is above 1, though the scale goes further, and at least OFTEN of them lie between 0 and 1, on PARTS
  or more values. Answers are whole numbers, or now and then halves; shares of 1 are neither.
- **a fifth**: none is above a fifth (SMALL) of a scale from 0, as 0 or 1 is on 0 to 10, or 1 to 5 on 0 to 100, and at
  least OFTEN of them lie in the upper half of what is used. Low answers thin out towards their highest, answers on a
  short scale do not; of fewer than STEPS values, CHANCE must be ruled out as below.
- **a short scale**: all are whole numbers up to a highest one, at most LONGEST and half the scale, and none between is
  left out. The highest is given at least CEILING of the time, or MOST of them lie in the upper half of what is used and
  closer together (NARROW) than honest answers do, and so many patients reach the highest that their stopping there is
  no chance (CHANCE): low answers gather at the bottom and end in a slope, not on a step. Slopes grow steeper towards
  their end, so that only THINNED as large a part is expected to go beyond the highest as came up to it. Nothing is said
  where GATHERED of all are the lowest, nor of fewer than STEPS numbers. Tenths by deprivation, which begin at 1, are
  only told when they end at 5, as fifths do: a poor area may have no more than a few.

Minutes (IN_MINUTES) are set against those of other services: **hours for minutes** are values whose middle one is less
than FEW_MINUTES and about a sixtieth (LEAST_TIMES to MOST_TIMES) of the other's, of which hardly any comes to a fifth
of the other's middle one. Other amounts, such as how often a
week or how many messages, differ honestly between services, and nothing is said of them.

Measured on 200 draws each of 30, 60 and 200 patients with a value apiece; told, in 100 draws:

- Honest answers hardly ever: high and halved ratings, ratings low on 0 to 3 or 0 to 4, tasks done by 0, 50 and 100 or
  0 and 100, poor and affluent areas and mild scores in at most 1; ratings about 2 to 3 of 10 in up to 2 by 60 patients,
  else in at most 1. Only ratings that hardly differ (a standard deviation of 1 of 10, the middle at 2 to 3.5) are told
  more often, in up to 8.
- Shares, yes or no, and what stays in a fifth in 97 and more, given FEWEST patients above the lowest.
- A short scale that is used evenly (1 to 5, 0 to 4, fifths) in about 95 by 100 patients and 99 by 200, but in about 70
  by 60. Several answers by each patient tell more: in 92 and more by 30 with four each.
- Mostly unnoticed go: a short scale of 30 patients, or of 60 who keep to its middle (66 to 72 of 200 patients'); one
  whose highest is hardly ever given or whose answers gather low; one that reaches beyond half the standard's; one of
  fewer than FEWEST patients above the lowest.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from itertools import groupby
from typing import Any

import numpy as np
import pandas as pd
from markupsafe import Markup
from scipy.stats import binom

from models.earlier import STAR
from pipelines.page import bullets, fold, paragraph, table
from pipelines.quality.values_used import GREATEST, LEAST, MIDDLE, RULE, Number, Used, at

FEWEST = 30
STRAY = 0.01
SMALL = 0.2
OFTEN = 0.25
HALF = 0.5
CEILING = 0.14
MOST = 0.7
NARROW = 0.08
GATHERED = 0.3
CHANCE = 0.01
THINNED = 0.8
STEPS, LONGEST = 3, 5
PARTS = 2
IN_MINUTES = ("MinutesPerWeek", "ClinContDurOfCareCont")
LEAST_TIMES, MOST_TIMES = 30, 120
FEW_MINUTES = 5
SHOWN = "What is used, and what is allowed"
NONE_SAID = "No number looks as if it were on another scale than the standard's."
SAID = (
    "A service that rates from 1 to 5 where the standard's scale goes from 0 to 10 breaks no rule, and every predictor "
    "from its ratings is wrong. At least 90 in 100 of the rows lie between the two ends that are shown, both included; "
    "the very least and greatest are not shown, because they are one patient's. What rests on fewer than "
    f"{RULE.smallest} patients is {STAR}, counts are rounded to {RULE.base}."
)


@dataclass(frozen=True)
class OtherScale:
    """A number of a service that looks as if on another scale; `sign`: what speaks for it."""

    number: Number
    service: str
    sign: str


def other_scales(found: Sequence[Used]) -> list[OtherScale]:
    """Those of the numbers used that predictors are made of."""
    judged = [used for used in found if used.number.is_read and _above(used)["greatest"].sum() >= FEWEST]
    said = []
    for used in judged:
        sign = _alone(used) if used.bounds.is_scale else _beside(used, judged)
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
    if used.bounds.lowest == 0 and _are_shares(values, scale):
        return f"values lie between 0 and 1, as shares do, {where}"
    if used.bounds.lowest == 0 and top <= SMALL * scale and _is_small(above, values):
        return f"hardly any value is above {SMALL * scale:g}, {where}"
    if top <= min(HALF * scale, LONGEST) and _is_short(used, values):
        # The greatest value in use may be one patient's, unless it is what the table shows.
        end = used.bounds.lowest + top
        shown = f"{end:g}" if end == used.shown(GREATEST) else "half the scale at most"
        return f"values are whole numbers up to {shown} and hardly any is above, {where}"
    return ""


def _are_shares(values: pd.DataFrame, scale: float) -> bool:
    between = values["value"] < 1
    fine = between.sum() >= PARTS
    return bool(fine and values["value"].iloc[-1] <= 1 < scale and _share(values, between) >= OFTEN)


def _is_small(above: pd.DataFrame, values: pd.DataFrame) -> bool:
    """Whether what lies in the lowest fifth of a scale does not thin out; of few values chance must be ruled out."""
    top = float(values["value"].iloc[-1])
    many = len(values) >= STEPS or _chance(above, top) < CHANCE
    return many and _share(values, values["value"] > top / 2) >= OFTEN


def _is_short(used: Used, values: pd.DataFrame) -> bool:
    """Whether whole numbers end on a step in the lower half of the scale."""
    top, scale = float(values["value"].iloc[-1]), used.bounds.highest - used.bounds.lowest
    every_one = bool((values["value"] % 1 == 0).all()) and len(values) == top - values["value"].iloc[0] + 1
    gathered = _share(used.values, used.values["value"] == used.bounds.lowest) >= GATHERED
    a_fifth_of = used.bounds.lowest == 0 or top == scale // 2
    if not every_one or len(values) < STEPS or gathered or not a_fifth_of:
        return False
    step, high = (_share(values, chosen) for chosen in (values["value"] == top, values["value"] > top / 2))
    narrow = high >= MOST and np.sqrt(np.cov(values["value"], fweights=values["rows"])) < NARROW * scale
    return bool(step >= CEILING or narrow) and _chance(_above(used), top) < CHANCE


def _chance(above: pd.DataFrame, top: float) -> float:
    """How likely as few patients go beyond `top` if answers do so THINNED as often as those just below reach it."""
    reach, beyond = above["value"] >= top, above["value"] > top
    just_below = above.loc[~reach, "rows"].tail(1).sum()
    goes_up = above.loc[reach, "rows"].sum() / (above.loc[reach, "rows"].sum() + just_below)
    patients = above["greatest"]
    return float(binom.cdf(patients[beyond].sum(), patients[reach].sum(), THINNED * goes_up))


def _share(values: pd.DataFrame, chosen: pd.Series) -> float:
    return float(values.loc[chosen, "rows"].sum() / values["rows"].sum())


def _beside(used: Used, judged: Sequence[Used]) -> str:
    """Whether other services' minutes say that this one writes hours; nothing where they do not."""
    if used.number.column not in IN_MINUTES:
        return ""
    middle, high = at(_above(used), MIDDLE), at(_above(used), GREATEST)
    higher = []
    for other in judged:
        others = at(_above(other), MIDDLE)
        alike = other.number == used.number and LEAST_TIMES <= others / middle <= MOST_TIMES
        if alike and middle < FEW_MINUTES and high < SMALL * others:
            higher.append(other.service)
    if not higher:
        return ""
    return f"values are about a sixtieth of those of {', '.join(higher)}, as hours are of minutes"


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
