"""The questions that scoring puts to records, written once for records alike and kept in the user's cache.

What is kept is SQL: it names tables, columns and settings, and holds nothing that the records say. It is asked
again only by the same code and packages, of records with the same columns, under the same settings.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from contextlib import suppress
from importlib import metadata
from pathlib import Path
from typing import Any

from platformdirs import user_cache_path

from features.engine import DuckDB
from features.facts import Facts
from features.matrix import Matrix, columns
from features.plan import Asking, Plan
from features.predictor import Predictor
from pipelines.code_in_use import code_in_use
from pipelines.config import Config
from pipelines.store import write_text

WRITE = ("duckdb", "ibis-framework", "sqlglot")  # the packages that write the questions, and read them
KEPT = 20  # plans; every kind of source and of model has one


class Prepared:
    """The facts and predictors of a source, asked as an earlier run wrote the questions down, or written now."""

    def __init__(self, facts: Facts, config: Config) -> None:
        if not isinstance(facts.engine, DuckDB):
            raise TypeError("questions are kept for DuckDB only")
        self._facts, self._engine = facts, facts.engine
        self._remember = config.score.remember
        self._of = {
            "code": code_in_use().fingerprint,
            "packages": [metadata.version(name) for name in WRITE],
            "columns": {name: list(held) for name, held in sorted(facts.records.columns.items())},
            "settings": repr(config.facts),
        }
        found = self._kept("facts", {})
        self._asking = Asking(found, self._engine, {}) if found else None

    def foresee(self, names: Iterable[str]) -> None:
        """Ask now for these facts, as far as they are recorded."""
        named = [name for name in dict.fromkeys(names) if name in self._facts.recorded]
        if self._asking:
            self._facts.take(self._asking.tables(*named))
        else:
            self._facts.foresee(named)

    def matrix(self, points: Any, predictors: Mapping[str, Predictor]) -> Matrix:
        """As `features.matrix.matrix`; `points` are kept in the engine, and the facts were foreseen."""
        engine = self._engine
        given = {"points": points, **self._facts.asked}
        asked_for = {"predictors": list(predictors), "given": sorted(given), "points": repr(points.schema())}
        plan = self._kept("matrix", asked_for)
        if plan:
            rows = Asking(plan, engine, given).tables("matrix")["matrix"]
        else:
            found = columns(self._facts, points, predictors)
            rows = engine.keep("matrix", found.rows)
            plan = Plan.of(engine, {"matrix": rows}, given, found.left_out)
            self._keep("matrix", asked_for, plan)
        if not self._asking:
            self._keep("facts", {}, Plan.of(engine, self._facts.asked, {}))
        return Matrix(engine.frame(rows).sort_values("point_id", ignore_index=True), plan.left_out)

    def _kept(self, kind: str, asked_for: Mapping[str, Any]) -> Plan | None:
        """What an earlier run wrote; nothing where it did not, or what is there is no plan."""
        if not self._remember:
            return None
        with suppress(OSError, ValueError, KeyError, TypeError, AttributeError):
            return Plan.from_json(json.loads(self._path(kind, asked_for).read_text(encoding="utf-8")))
        return None

    def _keep(self, kind: str, asked_for: Mapping[str, Any], plan: Plan) -> None:
        """Leave the plan for the next run, where the user's cache can be written to; the oldest plans go."""
        if not self._remember:
            return
        with suppress(OSError):
            path = write_text(self._path(kind, asked_for), json.dumps(plan.as_json()))
            plans = sorted(path.parent.glob("*.json"), key=lambda one: one.stat().st_mtime)
            for old in plans[:-KEPT]:
                old.unlink(missing_ok=True)

    def _path(self, kind: str, asked_for: Mapping[str, Any]) -> Path:
        told = json.dumps({**self._of, "kind": kind, **asked_for}, sort_keys=True)
        return user_cache_path("bsw-engagement") / f"{kind}-{hashlib.sha256(told.encode()).hexdigest()}.json"
