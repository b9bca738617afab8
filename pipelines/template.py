"""`bsw template`: blank tables and a commented mapping, so that a service knows what to record."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator
from pathlib import Path

from features.errors import InputError
from features.facts import FACTS
from features.standard import StandardColumn, codes, ranges, tables
from pipelines.quality.column_uses import BESIDES, uses
from pipelines.store import write_text

LOCAL = "BSW"
MAPPING = "bsw.toml"
OBJECTORS = "exclude.csv"
WIDTH = 110
MANY_CODES = 20
DATED = ("date", "time", "timestamp")
ALWAYS = ("OrgID_Provider", "UniqueSubmissionID")
KINDS = {
    "score": "number, or NA where there is none",
    "timestamp": "date and time",
    "integer": "whole number",
}
HEAD = """\
# How your service names things, where it differs from the standard.
#
# Lines that start with "# " explain. Lines that start with "#" and a name are settings: take the # off to use
# one, and write your own name to the right of the =. Every command reads this file with --config bsw.toml.
# A table or column that your service does not keep can be left out: `bsw check` says what that costs.

[source]
# Dates are read as 2025-03-31 or 2025-03-31 14:05. Other forms that your service writes:
#date_formats = ["%d/%m/%Y"]
# The list of patients who object, beside the tables; every command leaves them out of everything:
#exclude = "exclude.csv"
# How many days the BSW tables may run on after the end of the last monthly submission:
#local_days_later = 92
# Which share of a table's rows may be set aside before reports and lists warn of it:
#most_set_aside = 0.05

[source.tables]
# Your file's name without its ending, where it is not the table's:
#IDS201CareContact = "appointments"

[source.values.BSW002TaskReview.Completion]
# Your word or code = the standard's, where they differ; so for any column:
#"Homework done" = "full"

# Below: every column that is read, with what to record in it and what it is used for.
"""


def write_template(folder: Path) -> None:
    """One CSV with a line of column names per table that is read, the list of objectors, and `bsw.toml`.

    Errors: InputError where `folder` holds anything already.
    """
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise InputError(f"{folder}: is not an empty folder; name a new one")
    for table, columns in asked().items():
        write_text(folder / f"{table}.csv", ",".join(columns) + "\n")
    write_text(folder / OBJECTORS, "OrgID_Provider,LocalPatientId\n")
    write_text(folder / MAPPING, mapping())
    print(f"{folder}: {len(asked())} blank tables, {OBJECTORS} and {MAPPING}")


def asked() -> dict[str, dict[str, StandardColumn]]:
    """The tables that are read, with the columns that the project or the standard's keys need."""
    read = _read_by_facts() | BESIDES.keys()
    read_tables = {table for table, _ in read} | {"IDS000Header"}
    return {
        table: {
            name: column
            for name, column in columns.items()
            if table.startswith(LOCAL)
            or (table, name) in read
            or (column.mandatory and column.origin == "submitted")
            or name in ALWAYS
        }
        for table, columns in tables().items()
        if table in read_tables or table.startswith(LOCAL)
    }


def _read_by_facts() -> set[tuple[str, str]]:
    return {(table, name) for fact in FACTS.values() for table, names in fact.reads.items() for name in names}


def mapping() -> str:
    """The commented mapping: every column with what to record in it and what it is used for."""
    parts = [HEAD]
    for table, columns in asked().items():
        parts.append(f"\n[source.columns.{table}]\n")
        for column in columns.values():
            parts += _lines(table, column)
    return "".join(parts)


def _lines(table: str, column: StandardColumn) -> Iterator[str]:
    needed = "; must be filled in" if column.mandatory else ""
    meaning = column.meaning if column.meaning not in ("", column.name) else "Provider"
    yield from _wrapped(f"{meaning[0].upper()}{meaning[1:]} ({KINDS.get(column.kind, column.kind)}{needed})")
    for known in ranges():
        if (known.table, known.column) == (table, column.name):
            of = f" for {known.where}" if known.where else ""
            yield from _wrapped(f"  from {known.lowest:g} to {known.highest:g}{of}")
    yield from _wrapped(_codes(table, column))
    yield from _wrapped(f"  {_use(table, column)}")
    yield f'#{column.name} = "{column.name}"\n'


def _use(table: str, column: StandardColumn) -> str:
    used = uses().get((table, column.name))
    if used:
        return f"used for: {used.in_short}"
    if column.key or column.name in ALWAYS or table == "IDS000Header":
        return "used to join and date rows"
    if (table, column.name) not in _read_by_facts():
        return "not used; the standard asks for it"
    return (
        "used to tell when things were known"
        if column.kind in DATED
        else "read, but no predictor uses it yet"
    )


def _codes(table: str, column: StandardColumn) -> str:
    permitted = codes().get((table, column.name), {})
    if len(permitted) > MANY_CODES:
        return f"  codes: {len(permitted)} of the standard, in data/standard/codes.csv"
    said = [code if code == meaning else f"{code} = {meaning}" for code, meaning in permitted.items()]
    return (
        f"  {'list, separated by ;' if column.name == 'BarriersReported' else 'codes'}: {'; '.join(said)}"
        if said
        else ""
    )


def _wrapped(text: str) -> Iterator[str]:
    """Comment lines; nothing for no text."""
    if text:
        indent = " " * (len(text) - len(text.lstrip()))
        lines = textwrap.wrap(
            text.strip(), WIDTH, initial_indent=f"# {indent}", subsequent_indent=f"# {indent}  "
        )
        yield from (f"{line}\n" for line in lines)
