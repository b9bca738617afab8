"""The records of a source with predictors for open work only: a caseload needs no other point's."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from features.evidence import with_parts
from features.facts import Facts
from features.matrix import matrix
from features.points import only
from features.predictor import catalogue
from features.protected import protected
from features.records import Records
from pipelines.build import Built, begin
from pipelines.config import Config
from pipelines.open_work import open_work
from pipelines.progress import progress


@dataclass(frozen=True)
class OpenRecords:
    """`points` is the open work in the engine; `built` has protected characteristics of that work only, and
    features too, unless the explanation's background is drawn from every point.
    """

    built: Built
    facts: Facts
    points: Any


def assemble_open(
    records: Records, *, config: Config, as_of: date, predictors: Collection[str]
) -> OpenRecords:
    """What scoring needs of the records, as known before `as_of`: these predictors, as far as they are carried."""
    with progress("Building", 2) as advance:
        begun = begin(records, config=config, until=as_of)
        chosen, _ = open_work(begun.built, as_of=as_of, settings=config.outcome)
        points = only(begun.facts, begun.points, list(chosen.index))
        everyone = config.explanation.kind == "interventional"
        advance("predictors")
        known = catalogue(config.protected.admitted)
        asked = {part for name in predictors if name in known for part in with_parts(known[name])}
        needed = {name: predictor for name, predictor in known.items() if name in asked}
        found = matrix(begun.facts, begun.points.table if everyone else points, needed)
        advance()
    built = replace(
        begun.built,
        features=found.frame,
        protected=protected(begun.facts, chosen.reset_index()),
        left_out=found.left_out,
    )
    return OpenRecords(built, begun.facts, points)
