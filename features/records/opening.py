"""What a file holds: its columns and where its rows are read from, or why it cannot be read.

No message repeats a line of the file: it may name a patient.
"""

from __future__ import annotations

import csv
import mmap
import re
from dataclasses import dataclass
from pathlib import Path

import duckdb

from features.errors import InputError


@dataclass(frozen=True)
class Part:
    """One file of a table: its name in the source, its columns with SQL for each, and SQL for rows and their number.

    `columns`: the file's own name -> SQL. `rows`: what stands after FROM. `number`: 1 for the first data row.
    """

    file: str
    columns: dict[str, str]
    rows: str
    number: str


def open_table(connection: duckdb.DuckDBPyConnection, path: Path) -> list[Part]:
    """The one file of a table, or the parts of its folder, also of folders below such as `service=RX1/`, all with the
    same columns.

    Errors: InputError, a line per file that is empty, cut off, no CSV or no Parquet.
    """
    if not path.is_dir():
        return [_open(connection, path, path.name)]
    # What begins so is not finished, or no part, to whoever writes such folders.
    files = sorted(
        file
        for file in path.rglob("*.parquet")
        if not any(part.startswith(("_", ".")) for part in file.relative_to(path).parts)
    )
    if not files or path.suffix:
        raise InputError(f"{path}: is a folder, but not TABLE/ with Parquet parts (*.parquet) in it or below")
    parts: list[Part] = []
    faults: list[str] = []
    for file in files:
        try:
            parts.append(_open(connection, file, f"{path.name}/{file.relative_to(path).as_posix()}"))
        except InputError as error:
            faults += error.faults
    faults += [
        f"{path}: {part.file} and {parts[0].file} differ in their columns ("
        f"{', '.join(sorted(part.columns.keys() ^ parts[0].columns.keys()))}); send all parts with the same"
        for part in parts[1:]
        if part.columns.keys() != parts[0].columns.keys()
    ]
    if faults:
        raise InputError(*faults)
    return parts


def _open(connection: duckdb.DuckDBPyConnection, path: Path, name: str) -> Part:
    if path.stat().st_size == 0:
        raise InputError(f"{path}: the file is empty; it needs at least the names of its columns")
    return _parquet(connection, path, name) if path.suffix == ".parquet" else _csv(path, name)


def _parquet(connection: duckdb.DuckDBPyConnection, path: Path, name: str) -> Part:
    rows = f"read_parquet({literal(str(path))}, file_row_number=true, hive_partitioning=false)"
    try:
        described = connection.execute(f"DESCRIBE SELECT * FROM {rows}").fetchall()
    except duckdb.Error:
        raise InputError(f"{path}: not readable as Parquet; is the file whole?") from None
    columns = {str(row[0]): quoted(str(row[0])) for row in described if row[0] != "file_row_number"}
    return Part(name, columns, rows, "file_row_number + 1")


def _csv(path: Path, name: str) -> Part:
    """Columns go by their place, because DuckDB takes `Date` and `date` for one name. Nothing is guessed."""
    _check_whole(path)
    header = _header(path)
    places = {column: f"c{place}" for place, column in enumerate(header)}
    kinds = ", ".join(f"'{place}': 'VARCHAR'" for place in places.values())
    rows = (
        f"read_csv({literal(str(path))}, columns={{{kinds}}}, auto_detect=false, header=true, skip=0, "
        "delim=',', quote='\"', escape='\"', comment='', encoding='utf-8', strict_mode=true, "
        "null_padding=false, ignore_errors=false)"
    )
    return Part(name, places, rows, "row_number() OVER ()")


def _check_whole(path: Path) -> None:
    with path.open("rb") as stream, mmap.mmap(stream.fileno(), 0, access=mmap.ACCESS_READ) as text:
        if text.find(b"\0") >= 0:
            raise InputError(f"{path}: is not UTF-8 text; save it as CSV in UTF-8")
        if text[-1:] not in (b"\n", b"\r"):
            raise InputError(
                f"{path}: does not end with a line end; it may be cut off. If it is whole, add one"
            )


def _header(path: Path) -> list[str]:
    try:
        with path.open(encoding="utf-8-sig", newline="") as stream:
            header = next(csv.reader(stream, strict=True), [])
    except UnicodeDecodeError:
        raise InputError(f"{path}: is not UTF-8 text; save it as CSV in UTF-8") from None
    except csv.Error:
        raise InputError(f"{path}: its first line is not CSV; it must name the columns") from None
    if not header:
        raise InputError(f"{path}: its first line is blank; it must name the columns")
    if len(header) == 1 and any(mark in header[0] for mark in ";\t|"):
        raise InputError(f"{path}: its values are not separated by commas; save it with commas")
    faults = [
        f"{path}: column {place} has no name in the first line"
        for place, column in enumerate(header, 1)
        if not column.strip()
    ]
    twice = sorted({column for column in header if column.strip() and header.count(column) > 1})
    faults += [f"{path}: the first line names the column {column} twice; keep one" for column in twice]
    if faults:
        raise InputError(*faults)
    return header


def why_unreadable(path: Path, error: duckdb.Error) -> str:
    """One line about a file that broke while it was read, without anything of its content."""
    text = str(error)
    line = re.search(r"CSV Error on Line: (\d+)", text)
    fields = re.search(r"Expected Number of Columns: (\d+) Found: (\d+)", text)
    if fields:
        what = f"has {fields[2]} values where the first line names {fields[1]} columns"
    elif "unterminated quote" in text:
        what = "has a quotation mark that is not closed, or text after a closed one"
    elif "unicode" in text:
        what = "is not UTF-8 text; save the file as CSV in UTF-8"
    else:
        what = "breaks the form of the file"
    where = (
        f"line {line[1]} {what}" if line else f"a line {what}" if path.suffix == ".csv" else "not readable"
    )
    return f"{path}: {where}; is the file whole?"


def literal(value: str) -> str:
    """A text as SQL."""
    return "'" + value.replace("'", "''") + "'"


def quoted(name: str) -> str:
    """A name as SQL."""
    return '"' + name.replace('"', '""') + '"'
