"""What a layout lacks and how it is made good: every table with its provider and submission."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import duckdb

from features.errors import InputError
from features.records.files import PROVIDER, SUBMISSION, RawTable
from features.standard import columns_of


def with_provider(
    connection: duckdb.DuckDBPyConnection, raw: Mapping[str, RawTable], source: Path
) -> tuple[dict[str, RawTable], tuple[str, ...]]:
    """Every table with its provider and submission, taken from the header where the layout lacks them."""
    header, derived, made = raw["IDS000Header"], [], dict(raw)
    if PROVIDER not in header.held:
        connection.execute(f'ALTER TABLE raw_IDS000Header ADD COLUMN "{PROVIDER}" VARCHAR')
        connection.execute(f'UPDATE raw_IDS000Header SET "{PROVIDER}" = "OrgIDProv"')
    providers = [
        row[0] for row in connection.execute(f'SELECT DISTINCT "{PROVIDER}" FROM raw_IDS000Header').fetchall()
    ]
    faults = []
    for name, table in raw.items():
        held = list(table.held)
        if PROVIDER not in held:
            held.append(PROVIDER)
            if name != "IDS000Header":  # the header names its provider OrgIDProv in every layout
                derived.append(f"{name}: the provider is the header's")
            if name != "IDS000Header" and len(providers) != 1:
                faults.append(
                    f"{source}: {name} lacks {PROVIDER}, and the header names {len(providers)} providers"
                )
            elif name != "IDS000Header":
                connection.execute(f'ALTER TABLE raw_{name} ADD COLUMN "{PROVIDER}" VARCHAR')
                connection.execute(f'UPDATE raw_{name} SET "{PROVIDER}" = ?', [providers[0]])
        if SUBMISSION in columns_of(name) and SUBMISSION not in held:
            held.append(SUBMISSION)
            derived.append(f"{name}: one submission, because the layout does not say which")
            connection.execute(f"ALTER TABLE raw_{name} ADD COLUMN \"{SUBMISSION}\" VARCHAR DEFAULT 'only'")
        made[name] = RawTable(name, tuple(held), table.unknown, table.rows)
    if faults:
        raise InputError(*faults)
    return made, tuple(derived)
