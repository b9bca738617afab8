"""Patients who object: left out of every table before anything else sees them.

A list that is not read exactly is no list: whatever is doubtful stops everything.
"""

from __future__ import annotations

import csv
from collections.abc import Mapping
from pathlib import Path
from typing import TypeAlias

import duckdb
import pandas as pd

from features.errors import InputError
from features.records.loading import PROVIDER, RawTable
from features.records.settings import SourceSettings

PATIENT = "LocalPatientId"
PERSON_KEYS = (PATIENT, "ServiceRequestId", "CareContactId", "CareActId", "TaskId")
# Whose rows name a key of the next: table, its own keys that may lead to the patient, the key it hands on.
CHAIN = (
    ("IDS101Referral", (PATIENT,), "ServiceRequestId"),
    ("IDS201CareContact", ("ServiceRequestId",), "CareContactId"),
    ("IDS202CareActivity", ("CareContactId",), "CareActId"),
    ("BSW001TaskSet", ("ServiceRequestId", "CareContactId"), "TaskId"),
)
Patient: TypeAlias = tuple[str, str]


def leave_out_objectors(
    connection: duckdb.DuckDBPyConnection,
    raw: Mapping[str, RawTable],
    source: Path,
    settings: SourceSettings,
) -> tuple[int, int]:
    """Remove every row of the patients listed; gives how many were found and how many are in no record.

    Errors: InputError where the list is not exactly what it must be.
    """
    listed = _listed(source, settings)
    if not listed:
        return 0, 0
    patients = pd.DataFrame(sorted(listed), columns=["provider", "id"])
    connection.register("objectors", patients)
    connection.execute(f"CREATE TEMP TABLE out_{PATIENT} AS SELECT provider, id FROM objectors")
    connection.unregister("objectors")
    known = connection.execute(
        f"SELECT count(*) FROM out_{PATIENT} o WHERE EXISTS (SELECT 1 FROM raw_IDS001MPI p WHERE "
        f'p."{PROVIDER}" = o.provider AND p."{PATIENT}" = o.id)'
    ).fetchall()[0][0]
    _follow(connection, raw)
    _delete(connection, raw)
    return int(known), len(listed) - int(known)


def _follow(connection: duckdb.DuckDBPyConnection, raw: Mapping[str, RawTable]) -> None:
    """The keys under which the patients' rows go in the tables below: `out_KEY(provider, id)`."""
    for table, keys, child in CHAIN:
        rows = " UNION ".join(
            f'SELECT t."{PROVIDER}", t."{child}" FROM raw_{table} t JOIN out_{key} o '
            f'ON o.provider = t."{PROVIDER}" AND o.id = t."{key}"'
            for key in keys
            if table in raw and key in raw[table].held
        )
        empty = "SELECT NULL::VARCHAR, NULL::VARCHAR WHERE false"
        connection.execute(f"CREATE TEMP TABLE out_{child}(provider, id) AS {rows or empty}")


def _delete(connection: duckdb.DuckDBPyConnection, raw: Mapping[str, RawTable]) -> None:
    for name, table in raw.items():
        for key in PERSON_KEYS:
            if key in table.held:
                connection.execute(
                    f"DELETE FROM raw_{name} WHERE EXISTS (SELECT 1 FROM out_{key} o "
                    f'WHERE o.provider = raw_{name}."{PROVIDER}" AND o.id = raw_{name}."{key}")'
                )


def _listed(source: Path, settings: SourceSettings) -> set[Patient]:
    path = source / settings.exclude
    if path.is_file():
        return _read(path)
    alike = [
        there.name
        for there in sorted(source.iterdir())
        if there.stem.lower() == Path(settings.exclude).stem.lower()
    ]
    if alike:
        raise InputError(
            f"{source}: {alike[0]} looks like the list of patients who object; name it {settings.exclude} (CSV)"
        )
    if settings.exclude != SourceSettings().exclude:
        raise InputError(
            f"{path}: the configuration names this list of patients who object, but there is no such file"
        )
    return set()


def _read(path: Path) -> set[Patient]:
    try:
        with path.open(encoding="utf-8-sig", newline="") as stream:
            rows = list(csv.reader(stream, strict=True))
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise InputError(f"{path}: not readable as CSV in UTF-8 ({type(error).__name__})") from None
    header = [name.strip() for name in rows[0]] if rows else []
    wrong = [name for name in (PROVIDER, PATIENT) if name not in header]
    if wrong:
        raise InputError(f"{path}: lacks {', '.join(wrong)}; its first line must be {PROVIDER},{PATIENT}")
    patients, faults = set(), []
    for line, row in enumerate(rows[1:], 2):
        named = {name: value.strip() for name, value in zip(header, row, strict=False)}
        if not any(value.strip() for value in row):
            continue
        if len(row) != len(header) or not named[PROVIDER] or not named[PATIENT]:
            faults.append(f"{path}: row {line} must hold a {PROVIDER} and a {PATIENT}, and nothing more")
        else:
            patients.add((named[PROVIDER], named[PATIENT]))
    if faults:
        raise InputError(*faults)
    return patients
