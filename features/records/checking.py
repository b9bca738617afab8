"""The rules applied to one table: what breaks one is set aside with the rule's name, the rest is kept as typed."""

from __future__ import annotations

from collections.abc import Mapping

import duckdb
import pandas as pd

from features.records.between import copies, rules_between
from features.records.loading import PROVIDER, SUBMISSION, RawTable
from features.records.opening import literal
from features.records.rules import own_rules
from features.records.settings import SourceSettings
from features.records.types import where_typed
from features.standard import columns_of, primary_key

SENT_ONCE = "must be sent once"
NOT_TWO_WAYS = "must not be sent twice with different content"


def break_rules(
    connection: duckdb.DuckDBPyConnection,
    table: RawTable,
    clean: Mapping[str, tuple[str, ...]],
    settings: SourceSettings,
) -> pd.DataFrame:
    """Every broken rule of the table, a row each; the rows that break one are gone from `raw_NAME`."""
    name, held = table.name, table.held
    own = list(own_rules(name, held))
    # Hardly any row breaks a rule of its own: all rows are looked at once, and rule by rule only those that do.
    broken = " OR ".join(f"({rule.broken})" for rule in own) or "false"
    suspect = f"suspect_{name}"
    connection.execute(f"CREATE OR REPLACE TEMP TABLE {suspect} AS SELECT * FROM raw_{name} WHERE {broken}")
    between = rules_between(name, held, clean, settings.local_days_later)
    parts = [
        *(_select(name, rule.column, rule.broken, rule.name, rule.remedy, suspect) for rule in own),
        *(_select(name, rule.column, rule.broken, rule.name, rule.remedy) for rule in between),
    ]
    connection.execute(f"CREATE OR REPLACE TEMP TABLE broken_{name} AS {' UNION ALL '.join(parts)}")
    connection.execute(f"DROP TABLE {suspect}")
    _set_aside(connection, name)
    _break_copies(connection, name, held)
    said = connection.execute(f'SELECT * FROM broken_{name} ORDER BY "file", "row", "column", "rule"').df()
    connection.execute(f"DROP TABLE broken_{name}")
    return said


def _set_aside(connection: duckdb.DuckDBPyConnection, name: str) -> None:
    """Take the rows of `broken_NAME` out of `raw_NAME`."""
    broken = f'SELECT 1 FROM broken_{name} b WHERE b."file" = c."file" AND b."row" = c."row"'
    connection.execute(f"DELETE FROM raw_{name} c WHERE EXISTS ({broken})")


def _break_copies(connection: duckdb.DuckDBPyConnection, name: str, held: tuple[str, ...]) -> None:
    """Rows sent twice, among those that keep every other rule, into `broken_NAME` and out of `raw_NAME`."""
    found = copies(name, held)
    if found is None:
        return
    # Hardly any row is sent twice: only those whose names meet are looked at closely.
    crowded = f"SELECT hash({found.alike}) FROM raw_{name} GROUP BY 1 HAVING count(*) > 1"
    marked = (
        f"(SELECT *, {found.again} AS again, {found.differs} AS differs "
        f"FROM raw_{name} WHERE hash({found.alike}) IN ({crowded}))"
    )
    same = _select(name, found.column, "again AND NOT differs", SENT_ONCE, "the first copy is kept", marked)
    other = _select(name, found.column, "differs", NOT_TWO_WAYS, "send the right one", marked)
    connection.execute(f"INSERT INTO broken_{name} {same} UNION ALL {other}")
    _set_aside(connection, name)


def _select(table: str, column: str, broken: str, rule: str, remedy: str, rows: str = "") -> str:
    said = [literal(text) for text in (table, column, rule, remedy)]
    return (
        f'SELECT "file", "row", {said[0]} AS "table", {said[1]} AS "column", "{column}" AS value, '
        f'{said[2]} AS rule, {said[3]} AS remedy, "{PROVIDER}" AS service '
        f"FROM {rows or f'raw_{table}'} r WHERE {broken}"
    )


def keep(connection: duckdb.DuckDBPyConnection, table: RawTable) -> tuple[int, int, int]:
    """What is left of a raw table as the table NAME; gives rows kept, rows sent again, and changed keys.

    Nothing is copied: what only the rules asked for is dropped, and the typed columns take the texts' names.
    """
    name = table.name
    changes = ['DROP COLUMN "file"', 'DROP COLUMN "row"']
    for column in table.held:
        if columns_of(name)[column].kind != "text":
            stood = where_typed(name, column)
            changes += [f'DROP COLUMN "{column}"', f'RENAME COLUMN {stood} TO "{column}"']
    altered = (f"ALTER TABLE raw_{name} {change}" for change in (*changes, f'RENAME TO "{name}"'))
    connection.execute(f"BEGIN; {'; '.join(altered)}; COMMIT")
    kept = int(connection.execute(f'SELECT count(*) FROM "{name}"').fetchall()[0][0])
    key = primary_key(name)
    if key is None or SUBMISSION not in table.held:
        return kept, 0, 0
    own = [column for column in table.held if columns_of(name)[column].origin == "submitted"]
    content = "hash(" + ", ".join(f'"{column}"' for column in own) + ")"
    again, changed = connection.execute(
        f"SELECT coalesce(sum(sent) - count(*), 0), coalesce(sum((versions > 1)::INT), 0) FROM "
        f'(SELECT count(*) AS sent, count(DISTINCT {content}) AS versions FROM "{name}" '
        f'GROUP BY "{PROVIDER}", "{key}")'
    ).fetchall()[0]
    return kept, int(again), int(changed)
