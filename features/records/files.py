"""Files into raw tables of text, one per table of the standard, under the standard's names."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import duckdb

from features.errors import InputError, nearest
from features.records.settings import SourceSettings
from features.standard import columns_of, tables

ESSENTIAL = ("IDS000Header", "IDS001MPI", "IDS101Referral")
PROVIDER, SUBMISSION = "OrgID_Provider", "UniqueSubmissionID"
INTO = ("IDS201CareContact", "BSW001TaskSet")


@dataclass(frozen=True)
class RawTable:
    """A table as it came: in the engine as `raw_NAME` with `file` and `row` (1 is the first data row).

    `held`: the standard's columns it holds; `unknown`: columns that the standard does not name.
    """

    name: str
    held: tuple[str, ...]
    unknown: tuple[str, ...]
    rows: int


def find_files(source: Path, settings: SourceSettings) -> dict[str, Path]:
    """The file or folder of each table. Errors: InputError, every fault at once."""
    if not source.is_dir():
        raise InputError(f"{source}: there is no such folder")
    found: dict[str, Path] = {}
    faults = []
    for table in tables():
        stem = settings.tables.get(table, table)
        here = [
            path
            for path in (source / f"{stem}.csv", source / f"{stem}.parquet", source / stem)
            if path.exists()
        ]
        if len(here) > 1:
            names = " and ".join(path.name for path in here)
            faults.append(f"{source}: table {table} is there twice, as {names}; keep one")
        elif here:
            found[table] = here[0]
        elif table in settings.tables:
            faults.append(
                f"{source}: the configuration names '{stem}' for {table}, but there is no such file"
            )
    if not found:
        there = [path.stem for path in source.iterdir()]
        hint = nearest(there[0], tables()) if there else "the folder is empty"
        faults.append(f"{source}: holds no table of the standard; {hint}")
    else:
        faults += [f"{source}: the table {table} is missing; nothing can be read without it"
                   for table in ESSENTIAL if table not in found]  # fmt: skip
        faults += _without_work(source, found)
    if faults:
        raise InputError(*faults)
    return found


def _without_work(source: Path, found: Mapping[str, Path]) -> list[str]:
    if "BSW004PlatformSession" in found or all(table in found for table in INTO):
        return []
    return [
        f"{source}: holds no between-session work; it needs IDS201CareContact and BSW001TaskSet, "
        "or BSW004PlatformSession"
    ]


def load(connection: duckdb.DuckDBPyConnection, name: str, path: Path, settings: SourceSettings) -> RawTable:
    """One table into the engine. Errors: InputError where the file cannot be read or lacks what it must hold."""
    relation = _relation(path)
    try:
        relation = relation.replace("$PATH", str(path).replace("'", "''"))
        described = connection.execute(f"DESCRIBE SELECT * FROM {relation}").fetchall()
        columns = [str(row[0]) for row in described]
        chosen, unknown = _named(name, path, columns, settings)
        texts = ", ".join(
            f'{_value(name, column, theirs, settings)} AS "{column}"' for column, theirs in chosen.items()
        )
        connection.execute(
            f"CREATE OR REPLACE TABLE raw_{name} AS SELECT row_number() OVER () AS row, {texts} FROM {relation}"
        )
    except duckdb.Error as error:
        raise InputError(f"{path}: not readable ({_first_line(error)}); is the file whole?") from None
    counted = connection.execute(f"SELECT count(*) FROM raw_{name}").fetchall()
    return RawTable(name, tuple(chosen), tuple(unknown), int(counted[0][0]))


def _relation(path: Path) -> str:
    if path.is_dir():
        if not any(path.glob("*.parquet")):
            raise InputError(f"{path}: a folder without Parquet parts")
        return "read_parquet('$PATH/*.parquet')"
    if path.stat().st_size == 0:
        raise InputError(f"{path}: the file is empty; it needs at least a line of column names")
    if path.suffix == ".parquet":
        return "read_parquet('$PATH')"
    _check_text(path)
    return (
        "read_csv('$PATH', all_varchar=true, header=true, delim=',', quote='\"', escape='\"', "
        "strict_mode=true, null_padding=false, auto_detect=true, sample_size=-1)"
    )


def _check_text(path: Path) -> None:
    with path.open("rb") as stream:
        stream.seek(-1, 2)
        last = stream.read(1)
    if last not in (b"\n", b"\r"):
        raise InputError(f"{path}: does not end with a line end; it may be cut off. If it is whole, add one")


def _named(
    table: str, path: Path, columns: list[str], settings: SourceSettings
) -> tuple[dict[str, str], list[str]]:
    """The standard's column -> the file's column, and the columns that nobody knows."""
    own = settings.columns.get(table, {})
    standard = columns_of(table)
    missing = [f"{path}: the configuration maps {table}.{name} to '{theirs}', which the file lacks; "
               f"{nearest(theirs, columns)}" for name, theirs in own.items() if theirs not in columns]  # fmt: skip
    chosen = {name: own.get(name, name) for name in standard if own.get(name, name) in columns}
    for name, column in standard.items():  # v2.0 names still arrive
        if name in chosen and column.renamed_to:
            old = chosen.pop(name)
            chosen.setdefault(column.renamed_to, old)
    for needed in _needed(table):
        if needed not in chosen:
            missing.append(f"{path}: lacks the column {needed}; {nearest(needed, columns)}")
    if missing:
        raise InputError(*missing)
    return chosen, [name for name in columns if name not in chosen.values() and name not in standard]


def _needed(table: str) -> list[str]:
    """The columns without which a table says nothing: its keys and whatever must be filled in."""
    return [
        name
        for name, column in columns_of(table).items()
        if (column.key or column.kind == "date") and column.mandatory and name not in (PROVIDER, SUBMISSION)
    ]


def _value(table: str, column: str, theirs: str, settings: SourceSettings) -> str:
    """SQL for a value as trimmed text, empty as missing, the service's values as the standard's codes."""
    quoted = '"' + theirs.replace('"', '""') + '"'
    text = f"nullif(trim(CAST({quoted} AS VARCHAR)), '')"
    mapped = settings.values.get(table, {}).get(column, {})
    if not mapped:
        return text
    cases = " ".join(f"WHEN {_literal(own)} THEN {_literal(code)}" for own, code in mapped.items())
    return f"CASE {text} {cases} ELSE {text} END"


def _literal(value: str) -> str:
    return "'" + value.replace("'", "''") + "'"


def _first_line(error: Exception) -> str:
    return str(error).strip().splitlines()[0][:200]
