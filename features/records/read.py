"""Reading a source: files, objectors, rules; what breaks a rule is set aside, never dropped or repaired."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from graphlib import TopologicalSorter
from pathlib import Path
from typing import TypeVar

import duckdb
import pandas as pd

from features.errors import InputError
from features.records.between import looked_at
from features.records.checking import break_rules, keep
from features.records.files import CONTACT, ESSENTIAL, LOG_IN, TASK, Found, find_files
from features.records.held import SET_ASIDE, Reading, Records
from features.records.layout import with_provider
from features.records.loading import RawTable, load
from features.records.objectors import leave_out_objectors
from features.records.settings import SourceSettings
from features.records.unusable import refuse_unusable

SYNTHETIC_SYSTEM = "BSW-SYNTHETIC"
# Bytes of a source of which several tables are worked at side by side, each by one thread: handing parts of them from
# thread to thread would take a twentieth more.
SMALL = 64 * 2**20
Result = TypeVar("Result")


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
    loaded = _load_all(connection, found, settings)
    # Who keeps a table records something in it: without a row nobody can tell "nothing" from "not recorded".
    raw = {name: table for name, table in loaded.items() if table.rows}
    _must_hold_work(source, raw, loaded)
    raw, derived = with_provider(connection, raw, source)
    objected, not_found = leave_out_objectors(connection, raw, source, settings)
    held = {name: table.held for name, table in raw.items()}

    def rest(is_clean: Callable[[str], None]) -> Records:
        set_aside, counts = _clean(connection, raw, found, settings, is_clean)
        with connection.cursor() as own:
            refuse_unusable(own, found, set_aside, settings)
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
            empty={name: table.held for name, table in loaded.items() if not table.rows},
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


def _must_hold_work(source: Path, raw: Mapping[str, RawTable], loaded: Mapping[str, RawTable]) -> None:
    """Errors: InputError naming the tables of which a row would make points, and none is there."""
    if not ({CONTACT, TASK} <= raw.keys() or LOG_IN in raw):
        empty = [name for name in (CONTACT, TASK, LOG_IN) if name in loaded and name not in raw]
        raise InputError(
            f"{source}: holds no between-session work, because {' and '.join(empty)} without a row; it needs rows of "
            f"{CONTACT} and {TASK}, or of {LOG_IN}"
        )


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
