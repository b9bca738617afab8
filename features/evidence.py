"""What stands behind one value: the rows of each history that went into it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import reduce
from typing import Any

import ibis
import pandas as pd

from features.as_of import POINT_COLUMNS, behind_totals
from features.errors import InputError, nearest
from features.facts import FACTS, Facts
from features.matrix import ask, matrix
from features.predictor import Predictor, everything
from features.tally import ASIDE as NOT_COUNTED
from features.tally import Tally, on

MOMENTS = ("happened_at", "known_at")
ASIDE = (*MOMENTS, "days_before", "record_key", "counted")


@dataclass(frozen=True)
class Evidence:
    """`value`: missing is None. `rows`: fact -> the rows known before the point, in the order in which they happened:
    ASIDE (`happened_at` where that may be before `known_at`), then the columns read;
    `counted` says whether the row had a value that went in. `parts`: the predictors it is made of.
    """

    predictor: Predictor
    point_id: str
    value: float | None
    rows: Mapping[str, pd.DataFrame]
    parts: tuple[Evidence, ...]


def evidence(facts: Facts, points: Any, name: str, point_id: str) -> Evidence:
    """What stands behind the value of predictor `name` at one of the engine's `points`.

    Errors: InputError where there is no such predictor or point, or the source does not record what it reads.
    """
    known = everything()
    if name not in known:
        raise InputError(f"there is no predictor '{name}'; {nearest(name, known)}")
    point = points.filter(points.point_id == point_id)
    if facts.engine.frame(point.select("point_id")).empty:
        some = facts.engine.frame(points.select("point_id").limit(1000))["point_id"]
        raise InputError(f"the source has no point '{point_id}'; {nearest(point_id, some)}")
    return _evidence(facts, point, known[name], point_id)


def _evidence(facts: Facts, point: Any, predictor: Predictor, point_id: str) -> Evidence:
    needed = with_parts(predictor)
    found = matrix(facts, point, needed)
    if predictor.name in found.left_out:
        raise InputError(f"{predictor.name}: left out, because {found.left_out[predictor.name]}")
    value = found.frame[predictor.name].iloc[0]
    own = ask(facts, point.select(*POINT_COLUMNS), needed).tallies if _reads_facts(predictor) else {}
    asked = {name: tally for name, tally in own.items() if name in predictor.parameters}
    return Evidence(
        predictor=predictor,
        point_id=point_id,
        value=None if pd.isna(value) else float(value),
        rows={name: _rows(facts, point, tally) for name, tally in asked.items()},
        parts=tuple(
            _evidence(facts, point, everything()[part], point_id)
            for part in predictor.parameters
            if part in everything()
        ),
    )


def _reads_facts(predictor: Predictor) -> bool:
    return any(parameter in FACTS for parameter in predictor.parameters)


def with_parts(predictor: Predictor) -> dict[str, Predictor]:
    """The predictor after all that it is made of."""
    known = everything()
    before = [with_parts(known[part]) for part in predictor.parameters if part in known]
    return {name: part for parts in before for name, part in parts.items()} | {predictor.name: predictor}


def _rows(facts: Facts, point: Any, tally: Tally) -> pd.DataFrame:
    """The rows known before the point, the last to happen last."""
    fact = FACTS[tally.fact]
    seen = behind_totals(point, tally.seen, fact.about) if fact.running else tally.with_prepared()
    asked = [question for question in tally.asked.values() if question.summary != NOT_COUNTED]
    counted = [on(seen, question.value).notnull() for question in asked]
    marked = seen.mutate(counted=reduce(ibis.or_, counted, ibis.literal(False)))
    aside = [name for name in ASIDE if name in marked.columns]
    read = [name for name in tally.read if name not in aside]
    # Totals of other patients' rows know no order but that in which these were known.
    shown = marked.order_by("known_at" if fact.running else "order").select(*aside, *sorted(read))
    frame = facts.engine.frame(shown)
    # A fact's whole numbers are moments, as everywhere in the engine.
    told = [name for name in read if fact.gives.get(name, ("", ""))[0] == "int64"]
    moments = [name for name in (*MOMENTS, *told) if name in frame]
    return frame.assign(**{name: pd.to_datetime(frame[name], unit="s") for name in moments})
