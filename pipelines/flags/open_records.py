"""The records of a source with predictors for open work only: a caseload needs no other point's."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from features.evidence import with_parts
from features.facts import FACTS, Facts
from features.points import only
from features.predictor import Predictor, catalogue
from pipelines.build import FIRST, Begun, Built
from pipelines.config import Config
from pipelines.flags.open_work import open_work
from pipelines.flags.prepared import Prepared
from pipelines.progress import progress


@dataclass(frozen=True)
class OpenRecords:
    """`points` is the open work in the engine; `built` has no protected characteristics, and features of that work
    only, unless the explanation's background is drawn from every point.
    """

    built: Built
    facts: Facts
    points: Any


def foresee_open(prepared: Prepared, *, config: Config) -> None:
    """Ask now for every fact that any predictor reads: the engine works them out behind.

    Not only for those that the model needs: it needs nearly all, and the questions are written while it is looked for.
    """
    every = catalogue(config.protected.admitted).values()
    prepared.foresee([*FIRST, *(name for one in every for name in one.parameters if name in FACTS)])


def assemble_open(
    begun: Begun, prepared: Prepared, *, config: Config, as_of: date, predictors: Collection[str]
) -> OpenRecords:
    """What scoring needs of the records, as known before `as_of`: these predictors, as far as they are carried."""
    facts = begun.facts
    with progress("Building", 1) as advance:
        chosen, _ = open_work(begun.built, as_of=as_of, settings=config.outcome)
        points = only(facts, begun.points, list(chosen.index))
        everyone = config.explanation.kind == "interventional"
        found = prepared.matrix(begun.points.table if everyone else points, _needed(config, predictors))
        advance()
    built = replace(begun.built, features=found.frame, left_out=found.left_out)
    return OpenRecords(built, facts, points)


def _needed(config: Config, predictors: Collection[str]) -> dict[str, Predictor]:
    """These predictors and what they are made of, in the order in which they can be worked out."""
    known = catalogue(config.protected.admitted)
    asked = {part for name in predictors if name in known for part in with_parts(known[name])}
    return {name: predictor for name, predictor in known.items() if name in asked}
