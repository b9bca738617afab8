"""The records of a source with predictors for open work only: a caseload needs no other point's."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

import numpy as np

from features.evidence import with_parts
from features.facts import FACTS, Facts
from features.lineage import carried, tables_read
from features.matrix import Matrix
from features.points import only
from features.predictor import Predictor, catalogue, everything
from features.records import Records
from pipelines.built import FIRST, Begun, Built
from pipelines.config import Config
from pipelines.flags.open_work import open_work
from pipelines.flags.prepared import Prepared
from pipelines.progress import progress


@dataclass(frozen=True)
class OpenRecords:
    """`points` is the open work in the engine; `built` has no protected characteristics, and features of that work
    only, unless the explanation's background is drawn from every point. `without_rows`: the tables without a row for
    want of which some of the model's predictors are missing of everybody.
    """

    built: Built
    facts: Facts
    points: Any
    without_rows: tuple[str, ...] = ()


def prepared_for(facts: Facts, config: Config) -> Prepared:
    """The questions of scoring: of every fact that any predictor reads.

    Not only of those that the model needs: it needs nearly all, and they are asked for while it is looked for.
    """
    every = catalogue(config.protected.admitted).values()
    return Prepared(
        facts, config, [*FIRST, *(name for one in every for name in one.parameters if name in FACTS)]
    )


def leave_questions(begun: Begun, predictors: Collection[str], config: Config) -> None:
    """Write down what scoring by a model of these predictors will ask of records alike; here of no point."""
    nobody = only(begun.facts, begun.points, [])
    prepared_for(begun.facts, config).leave(nobody, _needed(config, predictors))


def assemble_open(
    begun: Begun, prepared: Prepared, *, config: Config, as_of: date, predictors: Collection[str]
) -> OpenRecords:
    """What scoring needs of the records, as known before `as_of`: these predictors, as far as they are carried.

    What only a table without a row keeps from being carried is missing of everybody: on a short list nobody may have
    logged in, or nobody may have written it down, and a count of 0 would say the first.
    """
    facts = begun.facts
    with progress("Building", 1) as advance:
        chosen, _ = open_work(begun.built, as_of=as_of, settings=config.outcome)
        points = only(facts, begun.points, list(chosen.index))
        everyone = config.explanation.kind == "interventional"
        found = prepared.matrix(begun.points.table if everyone else points, _needed(config, predictors))
        advance()
    found, without_rows = _filled(found, predictors, facts.records.finished())
    built = replace(begun.built, features=found.frame, left_out=found.left_out)
    return OpenRecords(built, facts, points, without_rows)


def _filled(found: Matrix, predictors: Collection[str], records: Records) -> tuple[Matrix, tuple[str, ...]]:
    """The matrix with missing for these predictors where rows of an empty table would have carried them; and which."""
    with_rows = {**records.columns, **records.empty}
    unknown = [
        name for name in predictors if name in found.left_out and carried(everything()[name], with_rows)
    ]
    frame = found.frame.assign(**dict.fromkeys(unknown, np.nan))
    left_out = {name: why for name, why in found.left_out.items() if name not in unknown}
    read = {table for name in unknown for table in tables_read(everything()[name])}
    return Matrix(frame, left_out), tuple(table for table in records.empty if table in read)


def _needed(config: Config, predictors: Collection[str]) -> dict[str, Predictor]:
    """These predictors and what they are made of, in the order in which they can be worked out."""
    known = catalogue(config.protected.admitted)
    asked = {part for name in predictors if name in known for part in with_parts(known[name])}
    return {name: predictor for name, predictor in known.items() if name in asked}
