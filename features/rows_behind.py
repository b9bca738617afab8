"""The rows of the records behind many values at once: one query per fact, whatever the number of points."""

from __future__ import annotations

import operator
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from functools import reduce
from typing import Any

import ibis
import pandas as pd

from features.as_of import POINT_COLUMNS
from features.evidence import with_parts
from features.facts import FACTS, Facts
from features.history import History
from features.lineage import carried
from features.matrix import tally_of
from features.number import Number
from features.predictor import Predictor, everything
from features.tally import ASIDE, Question, Tally, on

# Who saw the patient, and what a page may tell only where it is the reason itself: an addiction stands in one column
# with debt, and an employment status may be a disability or an age.
NOT_TOLD = ("practitioner", "group", "status")


@dataclass(frozen=True)
class Behind:
    """The rows of one fact: point_id, `happened_at` (where nobody says when: when it was known), the columns read, and
    `counted_PREDICTOR`: whether it went in.

    `columns`: predictor -> the columns of the fact that it reads.
    """

    rows: pd.DataFrame
    columns: Mapping[str, tuple[str, ...]]


NOTHING = Behind(
    pd.DataFrame({"point_id": pd.Series(dtype=str), "happened_at": pd.Series(dtype="datetime64[s]")}), {}
)


@dataclass
class _Asked:
    """What the predictors ask of one fact, each apart; what is prepared for them stands beside the same rows."""

    tally: Tally
    questions: dict[str, list[Question]] = field(default_factory=dict)
    read: dict[str, set[str]] = field(default_factory=dict)


def rows_behind(facts: Facts, points: Any, predictors: Collection[str]) -> Mapping[str, Behind]:
    """Fact -> what of it went into these predictors at the engine's `points`, oldest first.

    Ids, NOT_TOLD and rows about other patients (a practitioner's or a service's running totals) are left out: a
    page about one patient may show what stands here. Behind a predictor that the source does not record are no rows.
    """
    asked: dict[str, _Asked] = {}
    known = everything()
    recorded = {name for name in predictors if carried(known[name], facts.records.columns)}
    for name in sorted(recorded):
        for part in with_parts(known[name]).values():
            _ask(part, name, asked, facts, points.select(*POINT_COLUMNS))
    found = {name: _fetched(facts, one) for name, one in asked.items() if not FACTS[name].running}
    for name in sorted({*predictors} - recorded):
        for fact in (
            one for part in with_parts(known[name]).values() for one in part.parameters if one in FACTS
        ):
            found[fact] = _with_none_of(found.get(fact, NOTHING), name)
    return found


def _with_none_of(behind: Behind, name: str) -> Behind:
    """The same rows, of which none went into the predictor `name`."""
    return Behind(behind.rows.assign(**{f"counted_{name}": False}), {**behind.columns, name: ()})


def _ask(part: Predictor, name: str, asked: dict[str, _Asked], facts: Facts, points: Any) -> None:
    """Put the questions of `part`, on behalf of the predictor `name`, to the facts that it reads."""
    own = [fact for fact in part.parameters if fact in FACTS]
    for fact in own:
        if fact not in asked:
            asked[fact] = _Asked(tally_of(FACTS[fact], facts, points))
        # Emptied, because a tally remembers a question that another predictor asked before.
        asked[fact].tally.forget()
    arguments: Mapping[str, History | Number] = {
        parameter: History(asked[parameter].tally)
        if parameter in own
        else Number(operator.itemgetter(parameter))
        for parameter in part.parameters
    }
    part.function(**arguments)
    for fact in own:
        one = asked[fact]
        one.questions.setdefault(name, []).extend(one.tally.asked.values())
        one.read.setdefault(name, set()).update(one.tally.read)


def _fetched(facts: Facts, one: _Asked) -> Behind:
    fact = FACTS[one.tally.fact]
    seen = one.tally.with_prepared()
    counted = {f"counted_{name}": _went_in(seen, asked) for name, asked in one.questions.items()}
    columns = {
        name: tuple(column for column in fact.gives if column in read and _may_be_told(column))
        for name, read in one.read.items()
    }
    shown = list(dict.fromkeys(column for own in columns.values() for column in own))
    marked = seen.mutate(**counted)
    kept = marked.filter(reduce(operator.or_, (marked[name] for name in counted)))
    happened_at = kept.happened_at if "happened_at" in kept.columns else kept.known_at
    ordered = kept.mutate(happened_at=happened_at).order_by(["point_id", "order"])
    frame = facts.engine.frame(ordered.select("point_id", "happened_at", *shown, *counted))
    return Behind(frame.assign(happened_at=pd.to_datetime(frame["happened_at"], unit="s")), columns)


def _went_in(seen: Any, questions: list[Question]) -> Any:
    """Whether a row had a value that any question counts; to a sum, nothing and "no" add nothing."""
    found = [ibis.literal(False)]
    for question in questions:
        if question.summary == ASIDE:
            continue
        value = on(seen, question.value)
        adds = value.cast("float64") != 0 if question.summary == "sum" else value.notnull()
        found.append(adds.fill_null(False))
    return reduce(operator.or_, found)


def _may_be_told(column: str) -> bool:
    return not column.endswith("_id") and column not in NOT_TOLD
