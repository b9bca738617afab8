"""The records of a source with predictors for open work only: a caseload needs no other point's."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from features.evidence import with_parts
from features.facts import FACTS, Facts
from features.matrix import matrix
from features.points import only
from features.predictor import catalogue
from features.protected import protected
from pipelines.build import FIRST, Built, begin
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


def assemble_open(facts: Facts, *, config: Config, as_of: date, predictors: Collection[str]) -> OpenRecords:
    """What scoring needs of the records, as known before `as_of`: these predictors, as far as they are carried."""
    known = catalogue(config.protected.admitted)
    asked = {part for name in predictors if name in known for part in with_parts(known[name])}
    needed = {name: predictor for name, predictor in known.items() if name in asked}
    with progress("Building", 2) as advance:
        facts.foresee(FIRST)
        facts.foresee(name for one in needed.values() for name in one.parameters if name in FACTS)
        begun = begin(facts, config=config, until=as_of)
        chosen, _ = open_work(begun.built, as_of=as_of, settings=config.outcome)
        points = only(facts, begun.points, list(chosen.index))
        everyone = config.explanation.kind == "interventional"
        advance("predictors")
        found = matrix(facts, begun.points.table if everyone else points, needed)
        advance()
    built = replace(
        begun.built,
        features=found.frame,
        protected=protected(facts, chosen.reset_index()),
        left_out=found.left_out,
    )
    return OpenRecords(built, facts, points)
