"""Patients who object: left out of every table before anything else sees them."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import duckdb
import pandas as pd

from features.errors import InputError, nearest
from features.records.files import PROVIDER, RawTable

PERSON_KEYS = ("LocalPatientId", "ServiceRequestId", "CareContactId", "CareActId", "TaskId")


def leave_out_objectors(
    connection: duckdb.DuckDBPyConnection, raw: Mapping[str, RawTable], listed: Path
) -> int:
    """Remove every row of the patients in exclude.csv, through referrals, contacts, activities and tasks."""
    if not listed.exists():
        return 0
    try:
        patients = pd.read_csv(listed, dtype=str, keep_default_na=False)
    except (OSError, UnicodeDecodeError, pd.errors.ParserError, pd.errors.EmptyDataError) as error:
        raise InputError(
            f"{listed}: not readable as CSV ({error}); patients who object must be left out"
        ) from None
    wrong = [name for name in (PROVIDER, "LocalPatientId") if name not in patients]
    if wrong:
        raise InputError(f"{listed}: lacks {', '.join(wrong)}; {nearest(wrong[0], patients.columns)}")
    patients = patients.apply(lambda column: column.str.strip())
    connection.register("objectors", patients)
    connection.execute(
        f"CREATE TEMP TABLE out_LocalPatientId AS "
        f'SELECT DISTINCT "{PROVIDER}" AS provider, LocalPatientId AS id FROM objectors'
    )
    connection.unregister("objectors")
    for parent, key, child in (
        ("IDS101Referral", "LocalPatientId", "ServiceRequestId"),
        ("IDS201CareContact", "ServiceRequestId", "CareContactId"),
        ("IDS202CareActivity", "CareContactId", "CareActId"),
        ("BSW001TaskSet", "ServiceRequestId", "TaskId"),
    ):
        rows = (
            f'SELECT DISTINCT t."{PROVIDER}", t."{child}" FROM raw_{parent} t JOIN out_{key} o '
            f'ON o.provider = t."{PROVIDER}" AND o.id = t."{key}"'
        )
        empty = "SELECT NULL::VARCHAR, NULL::VARCHAR WHERE false"
        connection.execute(
            f"CREATE TEMP TABLE out_{child}(provider, id) AS {rows if parent in raw else empty}"
        )
    for name, table in raw.items():
        for key in PERSON_KEYS:
            if key in table.held:
                connection.execute(
                    f'DELETE FROM raw_{name} WHERE ("{PROVIDER}", "{key}") IN (SELECT (provider, id) FROM out_{key})'
                )
    return len(patients.drop_duplicates([PROVIDER, "LocalPatientId"]))
