"""Files into raw tables of text, under the standard's names and with the standard's codes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path
from typing import TypeAlias

import duckdb

from features.errors import InputError
from features.records.opening import Part, literal, open_table, why_unreadable
from features.records.settings import SourceSettings
from features.records.types import typed, where_typed
from features.standard import columns_of

PROVIDER, SUBMISSION = "OrgID_Provider", "UniqueSubmissionID"
Chosen: TypeAlias = Mapping[str, Mapping[str, str]]


@dataclass(frozen=True)
class RawTable:
    """A table as it came: in the engine as `raw_NAME`, with `file` and `row` (1 is the first data row).

    Its columns stand there as their types, see `where_typed`; after them, what is no text by the standard as text.

    `held`: the standard's columns it holds; `unknown`: columns that the standard does not name, with a hint.
    """

    name: str
    held: tuple[str, ...]
    unknown: tuple[str, ...]
    rows: int


def load(connection: duckdb.DuckDBPyConnection, name: str, path: Path, settings: SourceSettings) -> RawTable:
    """One table into the engine. Errors: InputError where a file cannot be read or lacks what it must hold."""
    parts = open_table(connection, path)
    columns = list(parts[0].columns)
    chosen = _chosen(name, path, columns, settings)
    selects = " UNION ALL ".join(_select(name, part, chosen, settings) for part in parts)
    standard, held = columns_of(name), tuple(chosen)
    values = [
        f"{typed(standard[column], held, settings.date_formats)} AS {where_typed(name, column)}"
        for column in held
    ]
    texts = [f'"{column}"' for column in held if standard[column].kind != "text"]
    stored = ", ".join(["file", "row", *values, *texts])
    try:
        connection.execute(f"CREATE OR REPLACE TABLE raw_{name} AS SELECT {stored} FROM ({selects})")
    except duckdb.Error as error:
        raise InputError(why_unreadable(path, error)) from None
    counted = connection.execute(f"SELECT count(*) FROM raw_{name}").fetchall()
    return RawTable(name, held, _unknown(name, columns, chosen), int(counted[0][0]))


def _select(table: str, part: Part, chosen: Chosen, settings: SourceSettings) -> str:
    texts = []
    for column, sources in chosen.items():
        own = [_value(table, name, part.columns[theirs], settings) for name, theirs in sources.items()]
        texts.append(f'coalesce({", ".join(own)}) AS "{column}"')
    return f"SELECT {literal(part.file)} AS file, {part.number} AS row, {', '.join(texts)} FROM {part.rows}"


def _chosen(table: str, path: Path, columns: list[str], settings: SourceSettings) -> Chosen:
    """The standard's column -> its name in the standard's versions, newest first -> the file's column."""
    own, standard = settings.columns.get(table, {}), columns_of(table)
    faults = [
        f"{path}: the configuration maps {table}.{name} to '{theirs}', which the file lacks{_close(theirs, columns)}"
        for name, theirs in own.items()
        if theirs not in columns
    ]
    there = {name: own.get(name, name) for name in standard if own.get(name, name) in columns}
    chosen: dict[str, dict[str, str]] = {
        name: {name: there[name]} for name in there if not standard[name].renamed_to
    }
    for name in there:  # v2.0 names still arrive, at times beside their v2.1 names
        if standard[name].renamed_to:
            chosen.setdefault(standard[name].renamed_to, {})[name] = there[name]
    if not chosen:
        faults.append(_no_column(table, path, columns))
    else:
        faults += [
            f"{path}: lacks the column {needed}{_close(needed, columns)}"
            for needed in _needed(table)
            if needed not in chosen and needed not in own  # of a mapped one it is said above
        ]
    if faults:
        raise InputError(*faults)
    return chosen


def _no_column(table: str, path: Path, columns: list[str]) -> str:
    written = {column.lower() for column in columns}
    otherwise = [name for name in columns_of(table) if name.lower() in written]
    if otherwise:
        return (
            f"{path}: its first line writes the columns of {table} otherwise; write them as in {otherwise[0]}"
        )
    return f"{path}: its first line names no column of {table}; it must name the columns"


def _close(name: str, columns: list[str]) -> str:
    """A close name, or nothing: what stands in a file's first line may be anything, a patient's row too."""
    lower = {column.lower(): column for column in columns}
    close = get_close_matches(name.lower(), lower, n=1, cutoff=0.6)
    return f"; did you mean '{lower[close[0]]}'?" if close else "; map its name under [source.columns]"


def _unknown(table: str, columns: list[str], chosen: Chosen) -> tuple[str, ...]:
    read = {theirs for sources in chosen.values() for theirs in sources.values()}
    free = {name.lower(): name for name in columns_of(table) if name not in chosen}
    said = []
    for name in columns:
        if name not in read and name not in columns_of(table):
            close = get_close_matches(name.lower(), free, n=1, cutoff=0.7)
            said.append(f"{name} (did you mean {free[close[0]]}?)" if close else name)
    return tuple(said)


def _needed(table: str) -> list[str]:
    """The columns without which a table says nothing: its keys, and the dates that must be filled in."""
    dated = ("date", "timestamp") if table.startswith("BSW") else ("date",)
    return [
        name
        for name, column in columns_of(table).items()
        if (column.key or column.kind in dated) and column.mandatory and name not in (PROVIDER, SUBMISSION)
    ]


def _value(table: str, column: str, theirs: str, settings: SourceSettings) -> str:
    """SQL for a value as trimmed text, empty as missing, the service's values as the standard's codes."""
    text = f"nullif(trim(CAST({theirs} AS VARCHAR)), '')"
    mapped = settings.values.get(table, {}).get(column, {})
    if not mapped:
        return text
    cases = " ".join(f"WHEN {literal(own)} THEN {literal(code)}" for own, code in mapped.items())
    return f"CASE {text} {cases} ELSE {text} END"
