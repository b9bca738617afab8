"""Where tables live and work is done: DuckDB in this process, or Spark, here or on a cluster.

Everything in `features` is written once, in Ibis. In the engine every date, time of day and moment is a whole
number of seconds: exact, quick to compare, and the same on every engine.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor, wait
from contextlib import contextmanager
from itertools import count
from pathlib import Path
from typing import Any, Protocol, TypeAlias

import ibis
import pandas as pd
from ibis.backends.sql.datatypes import DuckDBType
from ibis.expr.operations import DatabaseTable

from features.records import Reading, Records
from features.seconds import in_seconds
from features.standard import SQL_TYPES, columns_of

Table: TypeAlias = Any
Expression: TypeAlias = Any
_NUMBERS = count(1)


class Engine(Protocol):
    """What facts, points and the matrix ask of an engine."""

    def table(self, name: str) -> Table:
        """A table of the records."""

    def keep(self, name: str, rows: Table) -> Table:
        """These rows, worked out now and kept for the life of the engine, whatever is kept of that name later."""

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

    What is kept is worked out behind, once the records are clean and what it is made of is there, while Python
    writes the next question; whoever reads waits for it. Two at a time: DuckDB works out most of a service's
    questions by one thread, because their tables are small.
    """

    def __init__(self, records: Records | Reading) -> None:
        self._records = records
        self._backend = ibis.duckdb.from_connection(records.connection)
        self._connection = records.connection
        self._behind = ThreadPoolExecutor(2)
        self._kept: dict[str, Future[None]] = {}
        self._given: set[str] = set()

    def table(self, name: str) -> Table:
        """See `Engine`."""
        held = self._records.columns.get(name)
        if held is None:
            return in_seconds(self._backend.table(name))
        known = columns_of(name)  # the table itself may not be there yet
        kinds = {column: DuckDBType.from_string(SQL_TYPES[known[column].kind]) for column in held}
        return in_seconds(self._table_of(name, ibis.schema(kinds)))

    def keep(self, name: str, rows: Table) -> Table:
        """See `Engine`. Errors in working the rows out are raised when somebody reads."""
        name, schema = _of_its_own(name), rows.schema()
        # DuckDB sums whole numbers to a wider type than Ibis thinks.
        typed = ", ".join(
            f'CAST("{column}" AS {_sql_type(kind)}) AS "{column}"' for column, kind in schema.items()
        )
        asked = f'CREATE TABLE "{name}" AS SELECT {typed} FROM ({self._sql(rows)})'
        self._kept[name] = self._behind.submit(self._work_out, asked, self._made_of(rows))
        return self._table_of(name, schema)

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

    def _work_out(self, asked: str, made_of: Sequence[Future[None]]) -> None:
        """What it is made of was asked for earlier, so that somebody is at work on it or done."""
        self._records.finished()
        for one in made_of:
            one.result()
        with self._connection.cursor() as own:
            own.execute(asked)

    def _made_of(self, rows: Table) -> list[Future[None]]:
        """The kept tables that rows are read from."""
        read = {table.name for table in rows.op().find(DatabaseTable)}
        return [self._kept[name] for name in sorted(read & self._kept.keys())]

    def _table_of(self, name: str, schema: ibis.Schema) -> Table:
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
        for one in self._made_of(rows):
            one.result()

    def write(self, rows: Table, path: Path, *, by: str | None = None) -> None:
        """See `Engine`."""
        self._wait(rows)
        parts = f", PARTITION_BY ({by})" if by else ""
        self._connection.execute(f"COPY ({self._sql(rows)}) TO '{_quoted(path)}' (FORMAT parquet{parts})")


class Spark:
    """Spark, over the records as Parquet: one folder a table, one below it a service.

    `backend` is Ibis' PySpark backend, its session in UTC. `folder` must be seen by every worker; kept
    tables are written below it, because Spark would otherwise work them out at every use.
    """

    def __init__(self, records: Records, backend: Any, folder: Path) -> None:
        self._backend = backend
        self._folder = folder
        export(records, folder / "records")

    def table(self, name: str) -> Table:
        """See `Engine`."""
        return self._backend.read_parquet(str(self._folder / "records" / name), table_name=f"records_{name}")

    def keep(self, name: str, rows: Table) -> Table:
        """See `Engine`."""
        name = _of_its_own(name)
        path = self._folder / "kept" / name
        self._backend.to_parquet(rows, str(path))
        # Spark gives some functions a narrower type than Ibis thinks, such as 32 bits to a row's number.
        return self._backend.read_parquet(str(path), table_name=f"kept_{name}").cast(rows.schema())

    def let_go(self, kept: Sequence[Table]) -> None:
        """See `Engine`; they stand on disk until the end."""

    def given(self, name: str, frame: pd.DataFrame) -> Table:
        """See `Engine`."""
        path = self._folder / f"{name}.parquet"
        path.parent.mkdir(parents=True, exist_ok=True)
        frame.to_parquet(path, index=False)
        return self._backend.read_parquet(str(path), table_name=f"given_{name}")

    def frame(self, rows: Table) -> pd.DataFrame:
        """See `Engine`."""
        frame: pd.DataFrame = rows.to_pandas()
        return frame

    def write(self, rows: Table, path: Path, *, by: str | None = None) -> None:
        """See `Engine`."""
        self._backend.to_parquet(rows, str(path), mode="overwrite", partitionBy=by)

    def abandon(self) -> None:
        """See `Engine`: here nothing waits."""


def pyspark_backend(session: Any) -> Any:
    """Ibis' PySpark backend over a session, for `Spark`."""
    return ibis.pyspark.connect(session)


def export(records: Records, folder: Path) -> None:
    """Write the records as Parquet, a folder a table, one below it a service, as `Spark` reads them."""
    backend = ibis.duckdb.from_connection(records.connection)
    for name in records.columns:
        (folder / name).mkdir(parents=True)
        rows = in_seconds(backend.table(name))
        query = backend.compile(rows.mutate(service=rows.OrgID_Provider))
        target = _quoted(folder / name)
        records.connection.execute(
            f"COPY ({query}) TO '{target}' (FORMAT parquet, PARTITION_BY (service), OVERWRITE_OR_IGNORE)"
        )


@contextmanager
def _selects_as_written() -> Iterator[None]:
    """Leave it to DuckDB to merge selects: Ibis takes a fifth of the time of writing a question for it."""
    before, ibis.options.sql.fuse_selects = ibis.options.sql.fuse_selects, False
    try:
        yield
    finally:
        ibis.options.sql.fuse_selects = before


def _of_its_own(name: str) -> str:
    """The name with a number that nobody has: what was kept before, by another engine too, may still be asked for."""
    return f"{name}_{next(_NUMBERS)}"


def _sql_type(kind: Any) -> str:
    return str(DuckDBType.from_ibis(kind).sql("duckdb"))


def _quoted(path: Path) -> str:
    return str(path).replace("'", "''")
