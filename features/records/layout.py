"""What a layout lacks and how it is made good: every table with its provider and submission."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import duckdb

from features.errors import InputError
from features.records.loading import PROVIDER, SUBMISSION, RawTable
from features.standard import columns_of

HEADER = "IDS000Header"
ONLY = "only"


def with_provider(
    connection: duckdb.DuckDBPyConnection, raw: Mapping[str, RawTable], source: Path
) -> tuple[dict[str, RawTable], tuple[str, ...]]:
    """Every table with its provider and submission, from the header where it lacks them, and what was made good.

    Errors: InputError where the header names several, so that nobody can say which is meant.
    """
    _complete_header(connection, raw[HEADER], source)
    made: dict[str, RawTable] = {}
    derived: list[str] = []
    faults: dict[str, list[str]] = {}
    for name, table in raw.items():
        held = list(table.held)
        for column, what in ((PROVIDER, "provider"), (SUBMISSION, "submission")):
            if column in held or column not in columns_of(name):
                continue
            held.append(column)
            if name == HEADER:
                continue
            by_submission = column == PROVIDER and SUBMISSION in table.held
            fault = _fill(connection, name, column, by_submission=by_submission)
            if fault:
                faults.setdefault(f"{column}, and {fault}; add the column", []).append(name)
            else:
                derived.append(f"{name}: the {what} is the header's")
        made[name] = RawTable(name, tuple(held), table.unknown, table.rows)
    if faults:
        raise InputError(
            *(f"{source}: {', '.join(names)} without {fault}" for fault, names in faults.items())
        )
    return made, tuple(derived)


def _complete_header(connection: duckdb.DuckDBPyConnection, header: RawTable, source: Path) -> None:
    """The header's own columns: it names its provider OrgIDProv in every layout, and may be one submission's."""
    faults = []
    if PROVIDER not in header.held and "OrgIDProv" not in header.held:
        faults.append(f"{source}: {HEADER} names no provider; add OrgIDProv or {PROVIDER}")
    if SUBMISSION not in header.held and header.rows > 1:
        faults.append(
            f"{source}: {HEADER} has {header.rows} rows without {SUBMISSION}; one submission has one row, and "
            "several need the column in every national table"
        )
    if faults:
        raise InputError(*faults)
    if PROVIDER not in header.held:
        connection.execute(f'ALTER TABLE raw_{HEADER} ADD COLUMN "{PROVIDER}" VARCHAR')
        connection.execute(f'UPDATE raw_{HEADER} SET "{PROVIDER}" = "OrgIDProv"')
    if SUBMISSION not in header.held:
        connection.execute(f'ALTER TABLE raw_{HEADER} ADD COLUMN "{SUBMISSION}" VARCHAR')
        connection.execute(f"UPDATE raw_{HEADER} SET \"{SUBMISSION}\" = '{ONLY}'")


def _fill(connection: duckdb.DuckDBPyConnection, name: str, column: str, *, by_submission: bool) -> str:
    """Fill a column from the header; gives why that cannot be done, or nothing."""
    connection.execute(f'ALTER TABLE raw_{name} ADD COLUMN "{column}" VARCHAR')
    if by_submission and not _shared_submissions(connection):
        connection.execute(
            f'UPDATE raw_{name} SET "{PROVIDER}" = h.provider FROM (SELECT DISTINCT "{PROVIDER}" AS provider, '
            f'"{SUBMISSION}" AS submission FROM raw_{HEADER}) h WHERE h.submission = raw_{name}."{SUBMISSION}"'
        )
        return ""
    named = connection.execute(f'SELECT DISTINCT "{column}" FROM raw_{HEADER}').fetchall()
    if len(named) != 1:
        return f"the header names {len(named)} {'providers' if column == PROVIDER else 'submissions'}"
    connection.execute(f'UPDATE raw_{name} SET "{column}" = ?', [named[0][0]])
    return ""


def _shared_submissions(connection: duckdb.DuckDBPyConnection) -> bool:
    """Whether two providers' submissions carry the same identifier."""
    shared = (
        f'SELECT 1 FROM raw_{HEADER} GROUP BY "{SUBMISSION}" HAVING count(DISTINCT "{PROVIDER}") > 1 LIMIT 1'
    )
    return bool(connection.execute(shared).fetchall())
