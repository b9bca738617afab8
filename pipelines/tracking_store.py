"""MLflow's SQLite file: made whole or not at all, and recognised before anything is written to it."""

from __future__ import annotations

import shutil
from pathlib import Path
from tempfile import TemporaryDirectory

from features.errors import InputError
from pipelines.store import whole

SQLITE = "sqlite:///"
FIRST_BYTES = b"SQLite format 3\0"


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
            with whole(file) as partial:
                shutil.copyfile(made, partial)


def _recognise(file: Path) -> None:
    with file.open("rb") as stream:
        if stream.read(len(FIRST_BYTES)) != FIRST_BYTES:
            raise InputError(
                f"tracking store {file}: is not a SQLite file; move it away and train again, or name another in "
                f"MLFLOW_TRACKING_URI or the setting 'tracking.uri'"
            )
