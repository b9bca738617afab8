"""Reading a source: files, objectors, rules; what breaks a rule is set aside, never dropped or repaired."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import duckdb
import pandas as pd

from features.errors import InputError
from features.records.files import PROVIDER, SUBMISSION, RawTable, find_files, load
from features.records.layout import with_provider
from features.records.objectors import leave_out_objectors
from features.records.rules import copies, own_rules, parent_rules, typed
from features.records.settings import SourceSettings
from features.standard import SQL_TYPES, columns_of, primary_key

SYNTHETIC_SYSTEM = "BSW-SYNTHETIC"
SET_ASIDE = ("file", "row", "table", "column", "value", "rule", "remedy")
ORDER = (
    "IDS000Header",
    "IDS001MPI",
    "IDS101Referral",
    "IDS201CareContact",
    "IDS202CareActivity",
    "BSW001TaskSet",
)


@dataclass(frozen=True)
class Records:
    """What a source holds, typed and clean, one table of the engine per table of the standard.

    `columns`: table -> the columns that the source really holds. `set_aside`: one row per broken rule, with
    SET_ASIDE as columns. `counts`: table, file, rows_read, rows_kept, resubmitted, corrected.
    `unknown`: table -> columns nobody knows. `objected`: how many patients were left out at their wish.
    `derived`: what the layout lacked and how it was made good.
    """

    connection: duckdb.DuckDBPyConnection
    columns: Mapping[str, tuple[str, ...]]
    set_aside: pd.DataFrame
    counts: pd.DataFrame
    synthetic: bool = False
    layout: str = "post-deadline"
    unknown: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    objected: int = 0
    derived: tuple[str, ...] = ()

    @classmethod
    def from_frames(cls, frames: Mapping[str, pd.DataFrame]) -> Records:
        """Records made in memory, typed but unchecked: for tests and benchmarks."""
        connection = duckdb.connect()
        columns = {}
        for table, frame in frames.items():
            known = [name for name in frame.columns if name in columns_of(table)]
            connection.register("given", frame.astype(object).where(frame.notna(), None))
            chosen = ", ".join(
                f'CAST("{name}" AS {SQL_TYPES[columns_of(table)[name].kind]}) AS "{name}"' for name in known
            )
            connection.execute(f'CREATE TABLE "{table}" AS SELECT {chosen} FROM given')
            connection.unregister("given")
            columns[table] = tuple(known)
        return cls(connection, columns, pd.DataFrame(columns=list(SET_ASIDE)), pd.DataFrame())


def read_records(source: Path, settings: SourceSettings) -> Records:
    """Everything usable in the folder `source`.

    Errors: InputError, one line per fault, where a file cannot be read or an essential one is missing.
    """
    found = find_files(source, settings)
    connection = duckdb.connect()
    raw, faults = _load_all(connection, found, settings)
    if not faults:
        faults += [
            f"{found[name]}: holds no row"
            for name in ("IDS000Header", "IDS101Referral")
            if not raw[name].rows
        ]
    if faults:
        raise InputError(*faults)
    raw, derived = with_provider(connection, raw, source)
    objected = leave_out_objectors(connection, raw, source / settings.exclude)
    return _checked(connection, raw, found, settings, objected, derived)


def _load_all(
    connection: duckdb.DuckDBPyConnection, found: Mapping[str, Path], settings: SourceSettings
) -> tuple[dict[str, RawTable], list[str]]:
    raw: dict[str, RawTable] = {}
    faults: list[str] = []
    for name, path in found.items():
        try:
            raw[name] = load(connection, name, path, settings)
        except InputError as error:
            faults += error.faults
    return raw, faults


def _checked(
    connection: duckdb.DuckDBPyConnection,
    raw: Mapping[str, RawTable],
    found: Mapping[str, Path],
    settings: SourceSettings,
    objected: int,
    derived: tuple[str, ...],
) -> Records:
    clean: dict[str, tuple[str, ...]] = {}
    set_aside, counts = [], []
    for name in sorted(raw, key=lambda known: (ORDER.index(known) if known in ORDER else 99, known)):
        table = raw[name]
        broken = _break_rules(connection, table, clean, settings)
        broken.insert(0, "file", found[name].name)
        set_aside.append(broken)
        counts.append((name, found[name].name, table.rows, *_keep(connection, table)))
        clean[name] = table.held
    if not clean or connection.execute('SELECT count(*) FROM "IDS101Referral"').fetchall()[0][0] == 0:
        raise InputError(f"{found['IDS101Referral']}: every row breaks a rule; see `bsw check`")
    columns = ["table", "file", "rows_read", "rows_kept", "resubmitted", "corrected"]
    system = (
        connection.execute("SELECT DISTINCT PrimSystemInUse FROM IDS000Header").fetchall()
        if "PrimSystemInUse" in clean["IDS000Header"]
        else []
    )
    return Records(
        connection=connection,
        columns=clean,
        set_aside=pd.concat(set_aside, ignore_index=True)[list(SET_ASIDE)],
        counts=pd.DataFrame(counts, columns=columns),
        synthetic=[row[0] for row in system] == [SYNTHETIC_SYSTEM],
        layout="pre-deadline" if derived else "post-deadline",
        unknown={name: table.unknown for name, table in raw.items() if table.unknown},
        objected=objected,
        derived=derived,
    )


def _break_rules(
    connection: duckdb.DuckDBPyConnection,
    table: RawTable,
    clean: Mapping[str, tuple[str, ...]],
    settings: SourceSettings,
) -> pd.DataFrame:
    """Type the table as `checked_NAME` and give every broken rule, a row each; `broken_NAME` holds their rows."""
    name, held = table.name, table.held
    types = ", ".join(
        f'{typed(columns_of(name)[column], settings.date_formats)} AS "{column}__typed"' for column in held
    )
    connection.execute(f"CREATE OR REPLACE TEMP TABLE checked_{name} AS SELECT *, {types} FROM raw_{name}")
    parts = [
        _select(name, rule.column, rule.broken, rule.name, rule.remedy)
        for rule in (*own_rules(name, held), *parent_rules(name, held, clean))
    ]
    found = copies(name, held)
    if found:
        key, exact, differ = found
        copy = f"(SELECT *, {exact} AS exact, {differ} AS differ FROM checked_{name})"
        parts.append(
            _select(name, key, "exact AND NOT differ", "must be sent once", "the first copy is kept", copy)
        )
        parts.append(
            _select(
                name,
                key,
                "differ",
                "must not be sent twice with different content",
                "send the right one",
                copy,
            )
        )
    connection.execute(f"CREATE OR REPLACE TEMP TABLE broken_{name} AS {' UNION ALL '.join(parts)}")
    return connection.execute(f'SELECT * FROM broken_{name} ORDER BY "row", "column", "rule"').df()


def _select(table: str, column: str, broken: str, rule: str, remedy: str, rows: str = "") -> str:
    said = [text.replace("'", "''") for text in (table, column, rule, remedy)]
    return (
        f'SELECT "row", \'{said[0]}\' AS "table", \'{said[1]}\' AS "column", "{column}" AS value, '
        f"'{said[2]}' AS rule, '{said[3]}' AS remedy FROM {rows or f'checked_{table}'} r WHERE {broken}"
    )


def _keep(connection: duckdb.DuckDBPyConnection, table: RawTable) -> tuple[int, int, int]:
    """Rows without a broken rule as the table NAME; gives rows kept, rows sent again, and changed keys."""
    name = table.name
    chosen = ", ".join(f'"{column}__typed" AS "{column}"' for column in table.held)
    connection.execute(
        f'CREATE OR REPLACE TABLE "{name}" AS SELECT {chosen} FROM checked_{name} c '
        f'WHERE NOT EXISTS (SELECT 1 FROM broken_{name} b WHERE b."row" = c."row") ORDER BY c."row"'
    )
    connection.execute(f"DROP TABLE checked_{name}; DROP TABLE raw_{name}; DROP TABLE broken_{name}")
    kept = int(connection.execute(f'SELECT count(*) FROM "{name}"').fetchall()[0][0])
    key = primary_key(name)
    if key is None or SUBMISSION not in table.held:
        return kept, 0, 0
    own = [column for column in table.held if columns_of(name)[column].origin == "submitted"]
    content = (
        "md5(concat_ws('|', "
        + ", ".join(f"coalesce(CAST(\"{column}\" AS VARCHAR), '~')" for column in own)
        + "))"
    )
    again, changed = connection.execute(
        f"SELECT coalesce(sum(sent) - count(*), 0), coalesce(sum((versions > 1)::INT), 0) FROM "
        f'(SELECT count(*) AS sent, count(DISTINCT {content}) AS versions FROM "{name}" '
        f'GROUP BY "{PROVIDER}", "{key}")'
    ).fetchall()[0]
    return kept, int(again), int(changed)
