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
from pipelines.config import Config
from pipelines.registry.code_in_use import code_in_use
from pipelines.store import write_text

WRITE = ("duckdb", "ibis-framework", "sqlglot")  # the packages that write the questions, and read them
KEPT = 20  # plans; every kind of source and of model has one


class Prepared:
    """The facts and predictors of a source, asked as an earlier run wrote the questions down, or written now.

    `names`: every fact that may be asked for. `used`: the plans asked, `facts` and `matrix`, each with its SHA-256 and
    whether it was kept before.
    """

    def __init__(self, facts: Facts, config: Config, names: Iterable[str]) -> None:
        if not isinstance(facts.engine, DuckDB):
            raise TypeError("questions are kept for DuckDB only")
        self.used: dict[str, str] = {}
        self._facts, self._engine = facts, facts.engine
        self._names = tuple(name for name in dict.fromkeys(names) if name in facts.recorded)
        self._folder = _folder() if config.score.remember else None
        self._of = {
            "code": code_in_use().fingerprint,
            "packages": [metadata.version(name) for name in WRITE],
            "columns": {name: list(held) for name, held in sorted(facts.records.columns.items())},
            "settings": repr(config.facts),
            "facts": sorted(self._names),
        }
        self._plan = self._kept("facts", {})
        self._asking = Asking(self._plan, self._engine, {}) if self._plan else None

    def foresee(self, names: Iterable[str] | None = None) -> None:
        """Ask now for these facts, or all, as far as they are recorded."""
        named = self._names if names is None else [name for name in names if name in self._names]
        if self._plan and self._asking:
            self._facts.take(self._asking.tables(*(name for name in named if name in self._plan.gives)))
        self._facts.foresee(named)

    def matrix(self, points: Any, predictors: Mapping[str, Predictor]) -> Matrix:
        """As `features.matrix.matrix`; `points` are kept in the engine, and the facts were foreseen."""
        engine, given = self._engine, {"points": points, **self._tables()}
        asked_for = {"predictors": list(predictors), "points": repr(points.schema())}
        plan = self._kept("matrix", asked_for)
        if plan:
            rows = Asking(plan, engine, given).tables("matrix")["matrix"]
        else:
            found = columns(self._facts, points, predictors)
            rows = engine.keep("matrix", found.rows)
            plan = Plan.of(engine, {"matrix": rows}, given, found.left_out)
            self._keep("matrix", asked_for, plan)
        if not self._plan:
            self._keep("facts", {}, Plan.of(engine, self._tables(), {}))
        return Matrix(engine.frame(rows).sort_values("point_id", ignore_index=True), plan.left_out)

    def leave(self, points: Any, predictors: Mapping[str, Predictor]) -> None:
        """Write the questions down for later runs, where that was not done yet; `points` may be none."""
        if self._folder is not None:
            self.matrix(points, predictors)

    def _tables(self) -> dict[str, Any]:
        return {name: self._facts.table(name) for name in self._names}

    def _kept(self, kind: str, asked_for: Mapping[str, Any]) -> Plan | None:
        """What an earlier run wrote; nothing where it did not, or what is there is not as it was written."""
        if self._folder is None:
            return None
        with suppress(OSError, ValueError, KeyError, TypeError, AttributeError):
            digest, text = self._path(kind, asked_for).read_text(encoding="utf-8").split("\n", 1)
            if digest == _digest(text):
                plan = Plan.from_json(json.loads(text))
                self.used[kind] = f"kept before, {digest}"
                return plan
        return None

    def _keep(self, kind: str, asked_for: Mapping[str, Any], plan: Plan) -> None:
        """Leave the plan for the next run, where the user's cache can be written to; the oldest plans go."""
        text = json.dumps(plan.as_json())
        self.used[kind] = f"written now, {_digest(text)}"
        if self._folder is None:
            return
        with suppress(OSError):
            self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            write_text(self._path(kind, asked_for), f"{_digest(text)}\n{text}")
            plans = sorted(self._folder.glob("*.plan"), key=lambda one: one.stat().st_mtime)
            for old in plans[:-KEPT]:
                old.unlink(missing_ok=True)

    def _path(self, kind: str, asked_for: Mapping[str, Any]) -> Path:
        told = json.dumps({**self._of, "kind": kind, **asked_for}, sort_keys=True)
        return (self._folder or Path()) / f"{kind}-{_digest(told)}.plan"


def _folder() -> Path | None:
    """Where plans are kept; nowhere for a user without a home."""
    with suppress(RuntimeError):
        return user_cache_path("bsw-engagement")
    return None


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
