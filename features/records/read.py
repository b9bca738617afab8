"""Reading a source: files, objectors, rules; what breaks a rule is set aside, never dropped or repaired."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import duckdb
import pandas as pd

from features.errors import InputError
from features.records.between import copies, rules_between
from features.records.files import ESSENTIAL, Found, find_files
from features.records.layout import with_provider
from features.records.loading import PROVIDER, SUBMISSION, RawTable, load
from features.records.objectors import leave_out_objectors
from features.records.opening import literal
from features.records.rules import own_rules
from features.records.settings import SourceSettings
from features.records.types import typed
from features.standard import SQL_TYPES, columns_of, primary_key

SYNTHETIC_SYSTEM = "BSW-SYNTHETIC"
SENT_ONCE = "must be sent once"
NOT_TWO_WAYS = "must not be sent twice with different content"
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
    `unknown`: table -> columns nobody knows; `unread`: files nobody knows. `objected`: how many patients were
    left out at their wish; `objectors_not_found`: how many more were listed, but are in no record.
    `derived`: what the layout lacked and how it was made good.
    """

    connection: duckdb.DuckDBPyConnection
    columns: Mapping[str, tuple[str, ...]]
    set_aside: pd.DataFrame
    counts: pd.DataFrame
    synthetic: bool = False
    layout: str = "post-deadline"
    unknown: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    unread: tuple[str, ...] = ()
    objected: int = 0
    objectors_not_found: int = 0
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
                f'CAST(CAST("{name}" AS VARCHAR) AS {SQL_TYPES[columns_of(table)[name].kind]}) AS "{name}"'
                for name in known  # by way of text, because a column without any value has no type of its own
            )
            connection.execute(f'CREATE TABLE "{table}" AS SELECT {chosen} FROM given')
            connection.unregister("given")
            columns[table] = tuple(known)
        return cls(connection, columns, pd.DataFrame(columns=list(SET_ASIDE)), pd.DataFrame())


def read_records(source: Path, settings: SourceSettings) -> Records:
    """Everything usable in the folder `source`.

    Errors: InputError, one line per fault, where a file cannot be read, an essential one is missing, or
    what is left after the rules cannot be used.
    """
    found = find_files(source, settings)
    connection = duckdb.connect()
    raw = _load_all(connection, found, settings)
    raw, derived = with_provider(connection, raw, source)
    objected, not_found = leave_out_objectors(connection, raw, source, settings)
    clean, set_aside, counts = _clean(connection, raw, found, settings)
    _refuse_unusable(connection, found, set_aside)
    return Records(
        connection=connection,
        columns=clean,
        set_aside=set_aside[list(SET_ASIDE)],
        counts=counts,
        synthetic=_synthetic(connection, found, clean),
        layout=_layout(derived),
        unknown={name: table.unknown for name, table in raw.items() if table.unknown},
        unread=found.unread,
        objected=objected,
        objectors_not_found=not_found,
        derived=derived,
    )


def _load_all(
    connection: duckdb.DuckDBPyConnection, found: Found, settings: SourceSettings
) -> dict[str, RawTable]:
    raw: dict[str, RawTable] = {}
    faults: list[str] = []
    for name, path in found.tables.items():
        try:
            raw[name] = load(connection, name, path, settings)
        except InputError as error:
            faults += error.faults
    faults += [
        f"{found.tables[name]}: holds no row; nothing can be read without {name}"
        for name in ESSENTIAL
        if name in raw and not raw[name].rows
    ]
    if faults:
        raise InputError(*faults)
    return raw


def _clean(
    connection: duckdb.DuckDBPyConnection, raw: Mapping[str, RawTable], found: Found, settings: SourceSettings
) -> tuple[dict[str, tuple[str, ...]], pd.DataFrame, pd.DataFrame]:
    """Apply the rules table by table, parents first; gives columns held, rows set aside and counts."""
    clean: dict[str, tuple[str, ...]] = {}
    set_aside, counts = [], []
    for name in sorted(raw, key=lambda known: (ORDER.index(known) if known in ORDER else len(ORDER), known)):
        table = raw[name]
        set_aside.append(_break_rules(connection, table, clean, settings))
        counts.append((name, found.tables[name].name, table.rows, *_keep(connection, table)))
        clean[name] = table.held
    columns = ["table", "file", "rows_read", "rows_kept", "resubmitted", "corrected"]
    return clean, pd.concat(set_aside, ignore_index=True), pd.DataFrame(counts, columns=columns)


def _refuse_unusable(connection: duckdb.DuckDBPyConnection, found: Found, set_aside: pd.DataFrame) -> None:
    """A header row that breaks a rule leaves a submission undated; without a referral there is nothing."""
    header = set_aside[(set_aside["table"] == "IDS000Header") & (set_aside["rule"] != SENT_ONCE)]
    shown = header.assign(
        value=header["value"].map(lambda value: repr(value) if isinstance(value, str) else "blank")
    )
    faults = [
        f"{found.tables['IDS000Header']}: row {row}: {column} {rule}; it is {value}; {remedy}"
        for row, column, rule, value, remedy in shown[["row", "column", "rule", "value", "remedy"]].to_numpy()
    ]
    if not faults and not connection.execute("SELECT 1 FROM IDS101Referral LIMIT 1").fetchall():
        broken = set_aside[set_aside["table"] == "IDS101Referral"]
        rules = (broken["column"] + " " + broken["rule"]).value_counts()
        said = ", ".join(f"{rule} ({rows:,} rows)" for rule, rows in rules.head(3).items())
        faults = [f"{found.tables['IDS101Referral']}: no referral is left: {said or 'every patient objects'}"]
    if faults:
        raise InputError(*faults)


def _synthetic(
    connection: duckdb.DuckDBPyConnection, found: Found, clean: Mapping[str, tuple[str, ...]]
) -> bool:
    if "PrimSystemInUse" not in clean["IDS000Header"]:
        return False
    named = {row[0] for row in connection.execute("SELECT PrimSystemInUse FROM IDS000Header").fetchall()}
    if SYNTHETIC_SYSTEM in named and len(named) > 1:
        raise InputError(
            f"{found.tables['IDS000Header']}: holds synthetic submissions beside others; keep them apart"
        )
    return named == {SYNTHETIC_SYSTEM}


def _layout(derived: tuple[str, ...]) -> str:
    """The layout, by whether the national tables came with what is derived on ingest."""
    return "pre-deadline" if any(line.startswith("IDS") for line in derived) else "post-deadline"


def _break_rules(
    connection: duckdb.DuckDBPyConnection,
    table: RawTable,
    clean: Mapping[str, tuple[str, ...]],
    settings: SourceSettings,
) -> pd.DataFrame:
    """Type the table as `checked_NAME` and give every broken rule, a row each; `broken_NAME` holds their rows."""
    name, held = table.name, table.held
    types = ", ".join(
        f'{typed(columns_of(name)[column], held, settings.date_formats)} AS "{column}__typed"'
        for column in held
    )
    connection.execute(f"CREATE OR REPLACE TEMP TABLE checked_{name} AS SELECT *, {types} FROM raw_{name}")
    parts = [
        _select(name, rule.column, rule.broken, rule.name, rule.remedy)
        for rule in (*own_rules(name, held), *rules_between(name, held, clean, settings.local_days_later))
    ]
    key, exact, differ = copies(name, held)
    copy = f"(SELECT *, {exact} AS exact, {differ} AS differ FROM checked_{name})"
    parts.append(_select(name, key, "exact AND NOT differ", SENT_ONCE, "the first copy is kept", copy))
    parts.append(_select(name, key, "differ", NOT_TWO_WAYS, "send the right one", copy))
    connection.execute(f"CREATE OR REPLACE TEMP TABLE broken_{name} AS {' UNION ALL '.join(parts)}")
    return connection.execute(f'SELECT * FROM broken_{name} ORDER BY "file", "row", "column", "rule"').df()


def _select(table: str, column: str, broken: str, rule: str, remedy: str, rows: str = "") -> str:
    said = [literal(text) for text in (table, column, rule, remedy)]
    return (
        f'SELECT "file", "row", {said[0]} AS "table", {said[1]} AS "column", "{column}" AS value, '
        f"{said[2]} AS rule, {said[3]} AS remedy FROM {rows or f'checked_{table}'} r WHERE {broken}"
    )


def _keep(connection: duckdb.DuckDBPyConnection, table: RawTable) -> tuple[int, int, int]:
    """Rows without a broken rule as the table NAME; gives rows kept, rows sent again, and changed keys."""
    name = table.name
    chosen = ", ".join(f'"{column}__typed" AS "{column}"' for column in table.held)
    connection.execute(
        f'CREATE OR REPLACE TABLE "{name}" AS SELECT {chosen} FROM checked_{name} c WHERE NOT EXISTS '
        f'(SELECT 1 FROM broken_{name} b WHERE b."file" = c."file" AND b."row" = c."row") ORDER BY c.file, c.row'
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
