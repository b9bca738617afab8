"""`bsw template`: blank tables and a commented mapping, so that a service knows what to record."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from features.errors import InputError
from features.facts import FACTS
from features.lineage import columns_read
from features.predictor import catalogue
from features.standard import StandardColumn, codes, tables
from pipelines.store import write_text

LOCAL = "BSW"
MAPPING = "bsw.toml"
HEAD = """\
# How your service names things, where it differs from the standard.
# Take the # off a line to use it. Every command reads this file with --config bsw.toml.
# A table that your service does not keep is left away: `bsw check` says what that costs.

[source]
# Besides ISO 8601 (2025-03-31, 2025-03-31 14:05):
# date_formats = ["%d/%m/%Y"]
# Patients who object, beside the tables: OrgID_Provider,LocalPatientId
# exclude = "exclude.csv"

# Your file's name without its ending, where it is not the table's:
[source.tables]
# IDS201CareContact = "appointments"

# Your code = the standard's code, where they differ:
# [source.values.BSW002TaskReview.Completion]
# "Homework done" = "full"

# Your column's name, where it is not the standard's:
"""


def write_template(folder: Path) -> None:
    """One CSV with a line of column names per table that is read, and `bsw.toml`, into an empty `folder`.

    Errors: InputError where the folder holds anything already.
    """
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise InputError(f"{folder}: is not an empty folder; name a new one")
    for table, columns in asked().items():
        write_text(folder / f"{table}.csv", ",".join(columns) + "\n")
    write_text(folder / MAPPING, mapping())
    print(f"{folder}: {len(asked())} blank tables and {MAPPING}")


def asked() -> dict[str, dict[str, StandardColumn]]:
    """The tables that are read, with the columns that the project or the standard's keys need."""
    read = {(table, name) for fact in FACTS.values() for table, names in fact.reads.items() for name in names}
    read_tables = {table for table, _ in read} | {"IDS000Header", "IDS001MPI"}
    return {
        table: {
            name: column
            for name, column in columns.items()
            if table.startswith(LOCAL)
            or (table, name) in read
            or (column.mandatory and column.origin == "submitted")
            or name in ("OrgID_Provider", "UniqueSubmissionID", "EthnicCategory", "Gender", "PersonBirthDate")
        }
        for table, columns in tables().items()
        if table in read_tables or table.startswith(LOCAL)
    }


def mapping() -> str:
    """The commented mapping: every column with what it means and which predictors it serves."""
    served = _served()
    parts = [HEAD]
    for table, columns in asked().items():
        parts.append(f"\n[source.columns.{table}]\n")
        for name, column in columns.items():
            parts += _lines(table, column, served.get((table, name), ()))
    return "".join(parts)


def _served() -> dict[tuple[str, str], list[str]]:
    served: dict[tuple[str, str], list[str]] = {}
    for name, predictor in catalogue().items():
        for origin in columns_read(predictor):
            table, _, column = origin.partition(".")
            served.setdefault((table, column), []).append(name)
    return served


def _lines(table: str, column: StandardColumn, predictors: list[str] | tuple[()]) -> Iterator[str]:
    needed = "; must be filled in" if column.mandatory else ""
    yield f"# {column.meaning or column.name} ({column.kind}{needed})\n"
    permitted = codes().get((table, column.name), {})
    if permitted and len(permitted) <= 20:
        yield f"#   codes: {', '.join(permitted)}\n"
    if 0 < len(predictors) <= 6:
        yield f"#   serves: {', '.join(predictors)}\n"
    yield f'# {column.name} = "{column.name}"\n'
