"""MLflow's database: reached or refused at once, recognised before anything is written to it.

A SQLite file is made whole or not at all. Any other database, such as PostgreSQL, must be there.
"""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from features.errors import InputError
from pipelines.addresses import without_password, without_secrets
from pipelines.store import whole

SQLITE = "sqlite:///"
DATABASES = ("postgresql", "mysql", "mssql")
TABLES_OF_MLFLOW = {"experiments", "runs", "alembic_version"}
REMEDY = "name another in MLFLOW_TRACKING_URI or the setting 'tracking.uri'"


def sqlite_file(uri: str) -> Path | None:
    """The file of a SQLite address such as sqlite:///mlflow.db; None for any other store."""
    return Path(uri.removeprefix(SQLITE)).resolve() if uri.startswith(SQLITE) else None


def is_database(uri: str) -> bool:
    """Whether the address is that of a database server, such as postgresql://host/name."""
    return uri.partition("://")[0].partition("+")[0] in DATABASES


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
    remedy = f"move it away and train again, or {REMEDY}"
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


def reachable(uri: str) -> None:
    """Refuse a database that MLflow could not use.

    MLflow itself tries again for the best part of an hour where a password is wrong.
    Errors: InputError where it cannot be reached, or holds something else.
    """
    from sqlalchemy.exc import ArgumentError, SQLAlchemyError

    shown = without_password(uri)
    try:
        tables = _tables(uri)
    except ModuleNotFoundError as error:
        raise InputError(
            f"tracking store {shown}: needs the package {error.name}; for PostgreSQL run `make postgres`"
        ) from None
    except (ArgumentError, SQLAlchemyError) as error:
        said = without_secrets(" ".join(str(error).split("\n(Background")[0].split()), uri)
        raise InputError(f"tracking store {shown}: cannot be reached ({said}); {REMEDY}") from None
    if tables and not tables >= TABLES_OF_MLFLOW:
        raise InputError(
            f"tracking store {shown}: holds something else than MLflow's runs and models; give MLflow a database "
            f"of its own, or {REMEDY}"
        )


def _tables(uri: str) -> set[str]:
    """The names of the database's tables; none in a new one."""
    import sqlalchemy

    wait: dict[str, Any] = {"connect_timeout": 10} if uri.startswith("postgresql") else {}
    engine = sqlalchemy.create_engine(uri, poolclass=sqlalchemy.NullPool, connect_args=wait)
    try:
        return set(sqlalchemy.inspect(engine).get_table_names())
    finally:
        engine.dispose()
