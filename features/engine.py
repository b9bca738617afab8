"""Where tables live and work is done: DuckDB in this process; or Spark, here or on a cluster, see `spark`.

Everything in `features` is written once, in Ibis. In the engine every date, time of day and moment is a whole
number of seconds: exact, quick to compare, and the same on every engine.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor, wait
from contextlib import contextmanager
from itertools import count
from pathlib import Path
from typing import Any, Protocol, TypeAlias

import ibis
import pandas as pd
from ibis.backends.sql.datatypes import DuckDBType
from ibis.expr.operations import DatabaseTable

from features.as_of import Totals
from features.records import Reading, Records
from features.running import by_number, totals_before
from features.seconds import in_seconds
from features.standard import SQL_TYPES, columns_of
from features.step import Step, TotalsAsked

Table: TypeAlias = Any
Expression: TypeAlias = Any
_NUMBERS = count(1)


class Engine(Protocol):
    """What facts, points and the matrix ask of an engine."""

    def table(self, name: str) -> Table:
        """A table of the records."""

    def keep(self, name: str, rows: Table) -> Table:
        """These rows, worked out now and kept for the life of the engine, whatever is kept of that name later."""

    def totals(self, name: str, asked: Totals) -> Table:
        """Running totals, worked out and kept as by `keep`."""

    def let_go(self, kept: Sequence[Table]) -> None:
        """Nobody will ask for these kept tables again."""

    def given(self, name: str, frame: pd.DataFrame) -> Table:
        """A small table made here."""

    def frame(self, rows: Table) -> pd.DataFrame:
        """These rows, here."""

    def write(self, rows: Table, path: Path, *, by: str | None = None) -> None:
        """These rows as Parquet at `path`, without bringing them here; with `by` a folder, one below it per value."""

    def abandon(self) -> None:
        """Leave undone what was asked for and nobody is at work on yet: no one will read it."""


class DuckDB:
    """DuckDB, over the records' own database.

    What is kept is worked out behind, once the records that it is made of are clean and what else it is made of is
    there, while Python writes the next question; whoever reads waits for it, and for all records to be clean. Two
    at a time: DuckDB works out most of a service's questions by one thread, because their tables are small.
    """

    def __init__(self, records: Records | Reading) -> None:
        self._records = records
        self._backend = ibis.duckdb.from_connection(records.connection)
        self._connection = records.connection
        self._behind = ThreadPoolExecutor(2)
        self._kept: dict[str, Future[None]] = {}
        self.steps: dict[str, Step] = {}  # how everything was kept
        self._given: set[str] = set()

    def table(self, name: str) -> Table:
        """See `Engine`."""
        held = self._records.columns.get(name)
        if held is None:
            return in_seconds(self._backend.table(name))
        known = columns_of(name)  # the table itself may not be there yet
        kinds = {column: DuckDBType.from_string(SQL_TYPES[known[column].kind]) for column in held}
        return in_seconds(self.kept(name, ibis.schema(kinds)))

    def keep(self, name: str, rows: Table) -> Table:
        """See `Engine`. Errors in working the rows out are raised when somebody reads."""
        name = of_its_own(name)
        self.take(Step(name, self._creating(name, rows), _read(rows)))
        return self.kept(name, rows.schema())

    def totals(self, name: str, asked: Totals) -> Table:
        """See `Engine`. Errors as of `keep`. All rows' totals come by way of NumPy, see `totals_before`."""
        name = of_its_own(name)
        points, changes = by_number(asked)
        rows = asked.less_own(self.kept(f"all_{name}", asked.by_sorting().schema()))
        reads = tuple(sorted({*_read(points), *_read(changes), *_read(rows)} - {f"all_{name}"}))
        totals = TotalsAsked(self._sql(points), self._sql(changes), tuple(asked.amounts))
        self.take(Step(name, self._creating(name, rows), reads, totals))
        return self.kept(name, rows.schema())

    def take(self, step: Step) -> None:
        """Keep a table as the step says; what it is made of was asked for before."""
        self.steps[step.name] = step
        self._kept[step.name] = self._behind.submit(self._work_out, self._made_of(step.reads), step)

    def _creating(self, name: str, rows: Table) -> str:
        # DuckDB sums whole numbers to a wider type than Ibis thinks.
        typed = ", ".join(
            f'CAST("{column}" AS {_sql_type(kind)}) AS "{column}"' for column, kind in rows.schema().items()
        )
        return f'CREATE TABLE "{name}" AS SELECT {typed} FROM ({self._sql(rows)})'

    def abandon(self) -> None:
        """See `Engine`."""
        self._behind.shutdown(wait=False, cancel_futures=True)

    def _sql(self, rows: Table) -> str:
        with _selects_as_written():
            return str(self._backend.compile(rows))

    def let_go(self, kept: Sequence[Table]) -> None:
        """See `Engine`."""
        for name in [table.get_name() for table in reversed(kept)]:  # the last are made of those before
            self._kept.pop(name).result()
            self._connection.execute(f'DROP TABLE "{name}"')

    def _work_out(self, ready: Callable[[], None], step: Step) -> None:
        """What it is made of was asked for earlier, so that somebody is at work on it or done."""
        ready()
        with self._connection.cursor() as own:
            if step.totals:
                points = own.execute(step.totals.points).fetchnumpy()
                changes = own.execute(step.totals.changes).fetchnumpy()
                own.register(step.total, totals_before(points, changes, step.totals.amounts))
            own.execute(step.sql)

    def _made_of(self, read: Collection[str]) -> Callable[[], None]:
        """What waits until all these tables are there. Errors: those of whoever makes them."""
        recorded = [name for name in read if name in self._records.columns]
        kept = [self._kept[name] for name in read if name in self._kept]

        def ready() -> None:
            self._records.cleaned(recorded)
            for one in kept:
                one.result()

        return ready

    def kept(self, name: str, schema: ibis.Schema) -> Table:
        """The table of this name, whose columns are known before it is there."""
        return DatabaseTable(name=name, schema=schema, source=self._backend).to_expr()

    def given(self, name: str, frame: pd.DataFrame) -> Table:
        """See `Engine`."""
        if name in self._given:  # what was there may still be read
            wait(self._kept.values())
        self._given.add(name)
        return self._backend.create_table(name, frame, overwrite=True)

    def frame(self, rows: Table) -> pd.DataFrame:
        """See `Engine`."""
        self._wait(rows)
        with _selects_as_written():
            found = rows.to_pyarrow()
        frame: pd.DataFrame = found.to_pandas()
        return frame

    def _wait(self, rows: Table) -> None:
        """Until all that these rows are made of is there. Errors: those of reading and of working it out."""
        self._records.finished()
        self._made_of(_read(rows))()

    def write(self, rows: Table, path: Path, *, by: str | None = None) -> None:
        """See `Engine`."""
        self._wait(rows)
        parts = f", PARTITION_BY ({by})" if by else ""
        self._connection.execute(f"COPY ({self._sql(rows)}) TO '{quoted(path)}' (FORMAT parquet{parts})")


@contextmanager
def _selects_as_written() -> Iterator[None]:
    """Leave it to DuckDB to merge selects: Ibis takes a fifth of the time of writing a question for it."""
    before, ibis.options.sql.fuse_selects = ibis.options.sql.fuse_selects, False
    try:
        yield
    finally:
        ibis.options.sql.fuse_selects = before


def _read(rows: Table) -> tuple[str, ...]:
    """The names of the tables that rows are read from."""
    return tuple(sorted({table.name for table in rows.op().find(DatabaseTable)}))


def of_its_own(name: str) -> str:
    """The name with a number that nobody has: what was kept before, by another engine too, may still be asked for."""
    return f"{name}_{next(_NUMBERS)}"


def _sql_type(kind: Any) -> str:
    return str(DuckDBType.from_ibis(kind).sql("duckdb"))


def quoted(path: Path) -> str:
    """The path as it stands between quotes in SQL."""
    return str(path).replace("'", "''")
