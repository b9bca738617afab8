"""What a source holds, clean and typed, or while what breaks a rule is still being set aside."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from threading import Event

import duckdb
import pandas as pd

from features.standard import SQL_TYPES, columns_of

SET_ASIDE = ("file", "row", "table", "column", "value", "rule", "remedy", "service")


@dataclass(frozen=True)
class Records:
    """What a source holds, typed and clean, one table of the engine per table of the standard.

    `columns`: table -> the columns that the source really holds. `set_aside`: one row per broken rule, with
    SET_ASIDE as columns; `service` is the provider that the row names. `counts`: table, file, rows_read, rows_kept,
    resubmitted, corrected.
    `unknown`: table -> columns nobody knows; `unread`: files nobody knows; `empty`: tables without a row, which count
    as not recorded -> the columns that they name. `objected`: how many patients were left out at their wish;
    `objectors_not_found`: how many more were listed, but are in no record.
    `derived`: what the layout lacked and how it was made good.
    """

    connection: duckdb.DuckDBPyConnection
    columns: Mapping[str, tuple[str, ...]]
    set_aside: pd.DataFrame
    counts: pd.DataFrame
    synthetic: bool = False
    layout: str = "post-deadline"
    unknown: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    unread: tuple[str, ...] = ()
    empty: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    objected: int = 0
    objectors_not_found: int = 0
    derived: tuple[str, ...] = ()

    @property
    def rows_set_aside(self) -> int:
        """Rows that broke at least one rule, each counted once."""
        return len(self.set_aside[["table", "file", "row"]].drop_duplicates())

    def finished(self) -> Records:
        """See `Reading.finished`: these are there."""
        return self

    def cleaned(self, tables: Iterable[str]) -> None:
        """See `Reading.cleaned`: they are."""

    @classmethod
    def from_frames(cls, frames: Mapping[str, pd.DataFrame]) -> Records:
        """Records made in memory, typed but unchecked: for tests and benchmarks."""
        connection = duckdb.connect()
        columns = {}
        for table, frame in frames.items():
            known = [name for name in frame.columns if name in columns_of(table)]
            connection.register("given", frame.astype(object).where(frame.notna(), None))
            chosen = ", ".join(
                f'CAST(CAST("{name}" AS VARCHAR) AS {SQL_TYPES[columns_of(table)[name].kind]}) AS "{name}"'
                for name in known  # by way of text, because a column without any value has no type of its own
            )
            connection.execute(f'CREATE TABLE "{table}" AS SELECT {chosen} FROM given')
            connection.unregister("given")
            columns[table] = tuple(known)
        return cls(connection, columns, pd.DataFrame(columns=list(SET_ASIDE)), pd.DataFrame())


class Reading:
    """A source whose files are loaded, while what breaks a rule is still being set aside behind.

    `connection` and `columns` as in `Records`; no table is there to be read before it is `cleaned`, and what is
    read before `finished` may turn out to be of no use. `rest` does what is left, and is given whom to tell that
    a table is clean.
    """

    def __init__(
        self,
        connection: duckdb.DuckDBPyConnection,
        columns: Mapping[str, tuple[str, ...]],
        rest: Callable[[Callable[[str], None]], Records],
    ) -> None:
        self.connection = connection
        self.columns = columns
        self._clean = {name: Event() for name in columns}
        behind = ThreadPoolExecutor(1)
        self._rest = behind.submit(rest, lambda name: self._clean[name].set())
        self._rest.add_done_callback(self._nothing_more)
        behind.shutdown(wait=False)

    def cleaned(self, tables: Iterable[str]) -> None:
        """Wait until these tables are clean. Errors: as `finished`, where they never will be."""
        for name in tables:
            self._clean[name].wait()
        if self._rest.done():
            self._rest.result()

    def finished(self) -> Records:
        """The records, once they are clean. Errors: InputError where what is left cannot be used."""
        return self._rest.result()

    def _nothing_more(self, _: Future[Records]) -> None:
        for one in self._clean.values():  # after an error nobody shall wait for ever
            one.set()
