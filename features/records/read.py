"""Reading a source: files, objectors, rules; what breaks a rule is set aside, never dropped or repaired."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass, field
from graphlib import TopologicalSorter
from pathlib import Path
from threading import Event
from typing import TypeVar

import duckdb
import pandas as pd

from features.errors import InputError
from features.records.between import looked_at
from features.records.checking import SENT_ONCE, break_rules, keep
from features.records.files import ESSENTIAL, Found, find_files
from features.records.layout import with_provider
from features.records.loading import RawTable, load
from features.records.objectors import leave_out_objectors
from features.records.settings import SourceSettings
from features.standard import SQL_TYPES, columns_of

SYNTHETIC_SYSTEM = "BSW-SYNTHETIC"
# Bytes of a source of which several tables are worked at side by side, each by one thread: handing parts of them from
# thread to thread would take a twentieth more.
SMALL = 64 * 2**20
SET_ASIDE = ("file", "row", "table", "column", "value", "rule", "remedy")
Result = TypeVar("Result")


@dataclass(frozen=True)
class Records:
    """What a source holds, typed and clean, one table of the engine per table of the standard.

    `columns`: table -> the columns that the source really holds. `set_aside`: one row per broken rule, with
    SET_ASIDE as columns. `counts`: table, file, rows_read, rows_kept, resubmitted, corrected.
    `unknown`: table -> columns nobody knows; `unread`: files nobody knows. `objected`: how many patients were
    left out at their wish; `objectors_not_found`: how many more were listed, but are in no record.
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
    objected: int = 0
    objectors_not_found: int = 0
    derived: tuple[str, ...] = ()

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


def read_records(source: Path, settings: SourceSettings) -> Records:
    """Everything usable in the folder `source`.

    Errors: InputError, one line per fault, where a file cannot be read, an essential one is missing, or
    what is left after the rules cannot be used.
    """
    return start_reading(source, settings).finished()


def start_reading(source: Path, settings: SourceSettings) -> Reading:
    """The same, as soon as all files are loaded. Errors: as there, but for what breaks rules."""
    found = find_files(source, settings)
    connection = duckdb.connect(config={"threads": 1} if found.size < SMALL else {})
    raw = _load_all(connection, found, settings)
    raw, derived = with_provider(connection, raw, source)
    objected, not_found = leave_out_objectors(connection, raw, source, settings)
    held = {name: table.held for name, table in raw.items()}

    def rest(is_clean: Callable[[str], None]) -> Records:
        set_aside, counts = _clean(connection, raw, found, settings, is_clean)
        with connection.cursor() as own:
            _refuse_unusable(own, found, set_aside)
            synthetic = _synthetic(own, found, held)
        return Records(
            connection=connection,
            columns=held,
            set_aside=set_aside[list(SET_ASIDE)],
            counts=counts,
            synthetic=synthetic,
            layout=_layout(derived),
            unknown={name: table.unknown for name, table in raw.items() if table.unknown},
            unread=found.unread,
            objected=objected,
            objectors_not_found=not_found,
            derived=derived,
        )

    return Reading(connection, held, rest)


def _load_all(
    connection: duckdb.DuckDBPyConnection, found: Found, settings: SourceSettings
) -> dict[str, RawTable]:
    def loaded(name: str) -> RawTable | InputError:
        try:
            with connection.cursor() as own:
                return load(own, name, found.tables[name], settings)
        except InputError as error:
            return error

    results = _side_by_side({name: set() for name in found.tables}, loaded)
    raw: dict[str, RawTable] = {}
    faults: list[str] = []
    for name in found.tables:
        result = results[name]
        if isinstance(result, InputError):
            faults += result.faults
        else:
            raw[name] = result
    faults += [
        f"{found.tables[name]}: holds no row; nothing can be read without {name}"
        for name in ESSENTIAL
        if name in raw and not raw[name].rows
    ]
    if faults:
        raise InputError(*faults)
    return raw


def _clean(
    connection: duckdb.DuckDBPyConnection,
    raw: Mapping[str, RawTable],
    found: Found,
    settings: SourceSettings,
    is_clean: Callable[[str], None],
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Apply the rules table by table, parents first; gives rows set aside and counts."""
    clean = {name: table.held for name, table in raw.items()}

    def cleaned(name: str) -> tuple[pd.DataFrame, tuple[int, int, int]]:
        with connection.cursor() as own:
            found_here = break_rules(own, raw[name], clean, settings), keep(own, raw[name])
        is_clean(name)
        return found_here

    parents = {name: looked_at(name, table.held) & raw.keys() for name, table in raw.items()}
    results = _side_by_side(parents, cleaned)
    counts = [(name, found.tables[name].name, raw[name].rows, *results[name][1]) for name in parents]
    columns = ["table", "file", "rows_read", "rows_kept", "resubmitted", "corrected"]
    set_aside = pd.concat([results[name][0] for name in parents], ignore_index=True)
    return set_aside, pd.DataFrame(counts, columns=columns)


def _side_by_side(parents: Mapping[str, set[str]], work: Callable[[str], Result]) -> dict[str, Result]:
    """`work` done for each table, as many at a time as there are cores, after it was done for the table's parents."""
    waiting = TopologicalSorter(parents)
    waiting.prepare()
    results: dict[str, Result] = {}
    with ThreadPoolExecutor(os.cpu_count()) as workers:
        running: dict[Future[Result], str] = {}
        while waiting.is_active():
            running |= {workers.submit(work, name): name for name in waiting.get_ready()}
            done, _ = wait(running, return_when=FIRST_COMPLETED)
            for future in done:
                name = running.pop(future)
                results[name] = future.result()
                waiting.done(name)
    return results


def _refuse_unusable(connection: duckdb.DuckDBPyConnection, found: Found, set_aside: pd.DataFrame) -> None:
    """A header row that breaks a rule leaves a submission undated; without a referral there is nothing."""
    header = set_aside[(set_aside["table"] == "IDS000Header") & (set_aside["rule"] != SENT_ONCE)]
    shown = header.assign(
        value=header["value"].map(lambda value: repr(value) if isinstance(value, str) else "blank")
    )
    faults = [
        f"{found.tables['IDS000Header']}: row {row}: {column} {rule}; it is {value}; {remedy}"
        for row, column, rule, value, remedy in shown[["row", "column", "rule", "value", "remedy"]].to_numpy()
    ]
    if not faults and not connection.execute("SELECT 1 FROM IDS101Referral LIMIT 1").fetchall():
        broken = set_aside[set_aside["table"] == "IDS101Referral"]
        rules = (broken["column"] + " " + broken["rule"]).value_counts()
        said = ", ".join(f"{rule} ({rows:,} rows)" for rule, rows in rules.head(3).items())
        faults = [f"{found.tables['IDS101Referral']}: no referral is left: {said or 'every patient objects'}"]
    if faults:
        raise InputError(*faults)


def _synthetic(
    connection: duckdb.DuckDBPyConnection, found: Found, clean: Mapping[str, tuple[str, ...]]
) -> bool:
    if "PrimSystemInUse" not in clean["IDS000Header"]:
        return False
    named = {row[0] for row in connection.execute("SELECT PrimSystemInUse FROM IDS000Header").fetchall()}
    if SYNTHETIC_SYSTEM in named and len(named) > 1:
        raise InputError(
            f"{found.tables['IDS000Header']}: holds synthetic submissions beside others; keep them apart"
        )
    return named == {SYNTHETIC_SYSTEM}


def _layout(derived: tuple[str, ...]) -> str:
    """The layout, by whether the national tables came with what is derived on ingest."""
    return "pre-deadline" if any(line.startswith("IDS") for line in derived) else "post-deadline"
