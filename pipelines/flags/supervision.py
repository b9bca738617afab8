"""Who supervises whom, from the service's own file."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path

import pandas as pd

from features.errors import InputError, nearest
from pipelines.flags.answer_files import read_one

COLUMNS = ("supervisor", "practitioner")


def read_supervisors(path: Path) -> Mapping[str, tuple[str, ...]]:
    """Supervisor -> their practitioners, from a CSV with COLUMNS; practitioners are named as in flags.csv.

    A practitioner may have several supervisors. Errors: InputError with one line per fault.
    """
    try:
        rows = read_one(path)
    except InputError as error:
        raise InputError(*(f"setting 'score.supervisors': {fault}" for fault in error.faults)) from None
    faults = [f"{path}: {fault}" for fault in _faults(rows)]
    if faults:
        raise InputError(*faults)
    stripped = rows[list(COLUMNS)].apply(lambda column: column.str.strip())
    grouped = stripped.groupby("supervisor", sort=True)["practitioner"]
    return {str(supervisor): tuple(own) for supervisor, own in grouped}


def _faults(rows: pd.DataFrame) -> Iterator[str]:
    missing = [column for column in COLUMNS if column not in rows]
    for column in missing:
        yield f"lacks the column '{column}'; {nearest(column, rows.columns)}"
    if missing:
        return
    stripped = rows[list(COLUMNS)].apply(lambda column: column.str.strip())
    if stripped.empty:
        yield "names nobody; add a row, or leave the setting out"
    for column in COLUMNS:
        for line in stripped.index[stripped[column] == ""]:
            yield f"row {line + 2}: '{column}' is blank; fill it in, or remove the row"
    for line in stripped.index[stripped.duplicated() & (stripped != "").all(axis=1)]:
        yield f"row {line + 2}: says what an earlier row says; remove it"
