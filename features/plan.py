"""Questions written down: the SQL that keeps some tables of an engine, to be asked again of other records alike.

Of scoring a caseload, writing the questions of all facts and predictors took more than a quarter of the main process'
time. They hang on which columns are recorded, on settings and on this code, and on nothing that the records say.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

import ibis

from features.engine import DuckDB, of_its_own
from features.step import Step, TotalsAsked

Schema = Mapping[str, str]


@dataclass(frozen=True)
class Plan:
    """`steps`: how each table is kept, in an order in which that can be done. `gives`: what is wanted, by what it is
    asked for as: the table's name and its columns' types. `given`: what must be there before, by what it is asked for.
    `left_out` as in `Matrix`.
    """

    steps: tuple[Step, ...]
    gives: Mapping[str, tuple[str, Schema]]
    given: Mapping[str, str]
    left_out: Mapping[str, str]

    @classmethod
    def of(
        cls,
        engine: DuckDB,
        gives: Mapping[str, Any],
        given: Mapping[str, Any],
        left_out: Mapping[str, str] | None = None,
    ) -> Plan:
        """How the engine was asked for the tables that `gives` has, where those of `given` were there."""
        there = {label: table.get_name() for label, table in given.items()}
        needed: set[str] = set()
        waiting = [table.get_name() for table in gives.values()]
        while waiting:
            name = waiting.pop()
            if name in engine.steps and name not in needed and name not in there.values():
                needed.add(name)
                waiting += engine.steps[name].reads
        wanted = {label: (table.get_name(), _types(table)) for label, table in gives.items()}
        steps = tuple(step for name, step in engine.steps.items() if name in needed)
        return cls(steps, wanted, there, left_out or {})

    def as_json(self) -> dict[str, Any]:
        """The plan as plain values."""
        return asdict(self)

    @classmethod
    def from_json(cls, held: Mapping[str, Any]) -> Plan:
        """The plan of `as_json`. Errors: KeyError, TypeError or ValueError where it is none."""
        steps = tuple(
            Step(
                str(one["name"]),
                str(one["sql"]),
                tuple(one["reads"]),
                one["totals"]
                and TotalsAsked(**{**one["totals"], "amounts": tuple(one["totals"]["amounts"])}),
            )
            for one in held["steps"]
        )
        gives = {label: (str(name), dict(schema)) for label, (name, schema) in held["gives"].items()}
        return cls(steps, gives, dict(held["given"]), dict(held["left_out"]))


class Asking:
    """A plan's questions asked of an engine, some of them first where others need not wait."""

    def __init__(self, plan: Plan, engine: DuckDB, given: Mapping[str, Any]) -> None:
        self._plan, self._engine = plan, engine
        self._names = {name: given[label].get_name() for label, name in plan.given.items()}
        self._waiting = list(plan.steps)

    def tables(self, *labels: str) -> dict[str, Any]:
        """These tables, by what they are asked for as; asked now are the questions up to the last of them."""
        wanted = {label: self._plan.gives[label] for label in labels}
        missing = {name for name, _ in wanted.values()} - self._names.keys()
        while missing:
            step = self._waiting.pop(0)
            self._names[step.name] = of_its_own(_without_number(step.name))
            self._engine.take(step.renamed(self._names))
            missing.discard(step.name)
        return {
            label: self._engine.kept(self._names[name], ibis.schema(dict(schema)))
            for label, (name, schema) in wanted.items()
        }


def _types(table: Any) -> Schema:
    return {name: str(kind) for name, kind in table.schema().items()}


def _without_number(name: str) -> str:
    return name.rpartition("_")[0]
