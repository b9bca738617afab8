"""The matrix of a few points at a time, in a process that stays up: written and planned once, then only run."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import count

import pandas as pd

from features.as_of import POINT_COLUMNS
from features.engine import DuckDB
from features.facts import Facts
from features.matrix import Matrix, ask
from features.predictor import Predictor
from features.tally import RunningTally

_NUMBERS = count()
_POINT_TYPES = {name: "int64" if name in ("at", "session_number") else "string" for name in POINT_COLUMNS}


@dataclass(frozen=True)
class _Answers:
    """A planned query of one fact's answers, and where its columns stand in the row of a point."""

    plan: str
    places: slice


class ReadyMatrix:
    """Every predictor at whatever points are asked about, over facts that do not change meanwhile.

    The values are those of `matrix`. Made for one patient or one caseload; for a whole service `matrix` is
    quicker. Needs DuckDB, whose connection one thread may use at a time. Errors: TypeError for facts on
    another engine.
    """

    def __init__(self, facts: Facts, predictors: Mapping[str, Predictor]) -> None:
        if not isinstance(facts.engine, DuckDB):
            raise TypeError("a ReadyMatrix needs facts on DuckDB; use `matrix` on other engines")
        self._engine, number = facts.engine, next(_NUMBERS)
        self._points, self._wide = f"asked_points_{number}", f"asked_answers_{number}"
        points = facts.engine.given(self._points, _no_rows(_POINT_TYPES))
        asked = ask(facts, points, predictors)
        self._answers: list[_Answers] = []
        columns = ["point_id"]
        for tally in asked.tallies.values():
            if tally.asked:
                answers = tally.few_answers() if isinstance(tally, RunningTally) else tally.answers()
                plan = facts.engine.prepare(answers.select(f"{tally.fact}__point", *tally.asked))
                self._answers.append(_Answers(plan, slice(len(columns), len(columns) + len(tally.asked))))
                columns += tally.asked
        # One row per point is put together here: two dozen joins cost more than all else that one point asks.
        types = {name: "string" if name == "point_id" else "float64" for name in columns}
        wide = facts.engine.given(self._wide, _no_rows(types))
        numbers = {name: number.of(wide).cast("float64") for name, number in asked.numbers.items()}
        self._numbers = facts.engine.prepare(wide.select("point_id", **numbers))
        self._names = ("point_id", *numbers)
        self._width = len(columns)
        self.left_out = asked.left_out

    def at(self, points: pd.DataFrame) -> Matrix:
        """Every predictor at these points: POINT_COLUMNS, `at` in seconds; in the order of `point_id`."""
        chosen = points[list(POINT_COLUMNS)].astype(object)
        self._engine.replace(self._points, chosen.where(chosen.notna(), None).to_numpy().tolist())
        rows = {point: [point, *[None] * (self._width - 1)] for point in sorted(points["point_id"])}
        for answers in self._answers:
            for point, *found in self._engine.run(answers.plan):
                rows[point][answers.places] = found
        self._engine.replace(self._wide, list(rows.values()))
        values = pd.DataFrame(self._engine.run(self._numbers), columns=self._names)
        types = {name: "float64" for name in self._names if name != "point_id"}
        return Matrix(values.astype(types).sort_values("point_id", ignore_index=True), self.left_out)


def _no_rows(types: Mapping[str, str]) -> pd.DataFrame:
    return pd.DataFrame(columns=list(types)).astype(dict(types))
