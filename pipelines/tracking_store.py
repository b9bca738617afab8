"""MLflow's SQLite file: made whole or not at all, and recognised before anything is written to it."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path
from tempfile import TemporaryDirectory

from features.errors import InputError
from pipelines.store import whole

SQLITE = "sqlite:///"
TABLES_OF_MLFLOW = {"experiments", "runs", "alembic_version"}


def sqlite_file(uri: str) -> Path | None:
    """The file of a SQLite address such as sqlite:///mlflow.db; None for any other store."""
    return Path(uri.removeprefix(SQLITE)).resolve() if uri.startswith(SQLITE) else None


def ready(file: Path) -> None:
    """Make an MLflow store in `file` where there is none.

    MLflow makes its tables by dozens of migrations; killed among them, it leaves a file that it never opens
    again. So they run on a file elsewhere, which then takes its place at once.
    Errors: InputError where `file` is something else.
    """
    if file.is_file() and file.stat().st_size:
        _recognise(file)
        return
    import mlflow

    with TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        made = Path(folder) / file.name
        mlflow.MlflowClient(f"{SQLITE}{made}").search_experiments(max_results=1)
        if not file.is_file() or not file.stat().st_size:  # another run may have been quicker
            with (
                whole(file) as partial,
                closing(sqlite3.connect(made)) as finished,
                closing(sqlite3.connect(partial)) as copy,
            ):
                finished.backup(copy)


def _recognise(file: Path) -> None:
    """Refuse what MLflow would otherwise write its tables into."""
    remedy = (
        "move it away and train again, or name another in MLFLOW_TRACKING_URI or the setting 'tracking.uri'"
    )
    tables, why = set(), ""
    try:
        with closing(sqlite3.connect(f"{file.as_uri()}?mode=ro", uri=True)) as database:
            tables = {
                row[0] for row in database.execute("select name from sqlite_master where type = 'table'")
            }
            why = database.execute("pragma quick_check(1)").fetchone()[0]
    except sqlite3.DatabaseError as error:
        why = str(error)
    if why != "ok":
        why = " ".join(why.split())
        raise InputError(f"tracking store {file}: is not a whole SQLite file ({why}); {remedy}")
    if not tables >= TABLES_OF_MLFLOW:
        raise InputError(
            f"tracking store {file}: holds something else than MLflow's runs and models; {remedy}"
        )
