"""Facts at hand: copied into SQLite, of the standard library, which finds a patient's few rows by index.

DuckDB plans each question anew, which for one patient costs more than the answer. Ibis writes the same
expressions for SQLite; what SQLite or Ibis lack for it stands here.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from statistics import variance
from typing import Any

import ibis
import pandas as pd

from features.facts import FACTS, Facts


class FactsAtHand:
    """The facts as `ask` reads them, each copied when first asked for. Only the thread that made it may use it."""

    def __init__(self, facts: Facts) -> None:
        self.records = facts.records
        self.recorded: Mapping[str, frozenset[str]] = facts.recorded
        self._facts = facts
        self._backend = ibis.sqlite.connect()
        self._connection = self._backend.con
        for name, extreme in _EXTREMES.items():
            self._connection.create_window_function(name, 2, extreme)
        self._connection.create_aggregate("_ibis_var_sample", 1, _Variance)
        self._tables: dict[str, Any] = {}

    def table(self, name: str) -> Any:
        """See `Facts.table`."""
        if name not in self._tables:
            rows, copied = self._facts.table(name), f"fact_{name}"
            self._tables[name] = self.given(copied, rows.schema())
            self.replace(copied, plain(self._facts.engine.frame(rows)))
            for key in {f"{FACTS[name].about}_id", "patient_id"} & set(rows.columns):
                self._connection.execute(f'CREATE INDEX "{name}_{key}" ON "{copied}" ("{key}")')
        return self._tables[name]

    def given(self, name: str, schema: Mapping[str, str]) -> Any:
        """A table without rows yet."""
        return self._backend.create_table(name, schema=schema)

    def replace(self, name: str, rows: Sequence[Sequence[object]]) -> None:
        """Other rows in a table."""
        self._connection.execute(f'DELETE FROM "{name}"')
        if rows:
            marks = ", ".join("?" for _ in rows[0])
            self._connection.executemany(f'INSERT INTO "{name}" VALUES ({marks})', rows)

    def sql(self, rows: Any) -> str:
        """How these rows are asked for."""
        return str(self._backend.compile(rows))

    def rows(self, sql: str) -> list[tuple[Any, ...]]:
        """What is asked for, as the tables stand now."""
        found: list[tuple[Any, ...]] = self._connection.execute(sql).fetchall()
        return found


def plain(frame: pd.DataFrame) -> list[tuple[object, ...]]:
    """The rows of a frame, missing values as None."""
    columns = (frame[name].astype(object).where(frame[name].notna(), None) for name in frame.columns)
    return list(zip(*columns, strict=True))


class _Extreme:
    """The value of the row that comes last, or first, in order."""

    last = True

    def __init__(self) -> None:
        self._order: int | None = None
        self._value: float | str | None = None

    def step(self, value: float | str | None, order: int | None) -> None:
        """Take a row in; rows without an order count for nothing."""
        if order is not None and (self._order is None or (order > self._order) is self.last):
            self._order, self._value = order, value

    def value(self) -> float | str | None:
        """The value so far, for a window."""
        return self._value

    finalize = value

    def inverse(self, value: float | str | None, order: int | None) -> None:
        """Errors: NotImplementedError; SQLite asks only for a window that loses rows, of which there is none."""
        raise NotImplementedError


class _First(_Extreme):
    last = False


class _Variance:
    """The sample variance, missing under two values, where Ibis' own divides by nothing."""

    def __init__(self) -> None:
        self.values: list[float] = []

    def step(self, value: float | None) -> None:
        """Take a row in."""
        if value is not None:
            self.values.append(value)

    def finalize(self) -> float | None:
        """The variance."""
        return variance(self.values) if len(self.values) > 1 else None


# The names that `max_by` and `min_by` have in the SQL that Ibis writes for SQLite.
_EXTREMES: Mapping[str, type[_Extreme]] = {"arg_max": _Extreme, "arg_min": _First}
