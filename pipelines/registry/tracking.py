"""MLflow: runs, the registry and its aliases. No patient row is ever sent to it."""

from __future__ import annotations

import logging
import os
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from features.errors import InputError
from models.risk_model import RiskModel
from pipelines.addresses import without_password, without_secrets
from pipelines.config import Config
from pipelines.registry.model_files import files_in, model_of
from pipelines.registry.tracking_store import REMEDY, is_database, reachable, ready, sqlite_file

QUIET = {
    "MLFLOW_DISABLE_TELEMETRY": "true",
    "MLFLOW_ENABLE_ARTIFACTS_PROGRESS_BAR": "false",
    "GIT_PYTHON_REFRESH": "quiet",
}


@dataclass(frozen=True)
class LoadedModel:
    """A model from the registry or a run, with the version it stands under."""

    model: RiskModel
    version: str
    uri: str


@dataclass(frozen=True)
class FoundModel:
    """A model as the store keeps it, file by file: what one process can hand to another."""

    files: Mapping[str, str]
    version: str
    uri: str

    def read(self) -> LoadedModel:
        """The model itself. Errors: see `load_model`."""
        try:
            return LoadedModel(model_of(self.files), self.version, self.uri)
        except InputError as error:
            raise _about(self.uri, error) from None


def tracking_uri(config: Config) -> str:
    """Where runs and models are kept: MLFLOW_TRACKING_URI where set, else the configuration's.

    A PostgreSQL address that names no driver is given ours: SQLAlchemy's default is another from release to
    release.
    """
    uri = os.environ.get("MLFLOW_TRACKING_URI") or config.tracking.uri
    for scheme in ("postgresql://", "postgres://"):
        if uri.startswith(scheme):
            return f"postgresql+psycopg2://{uri.removeprefix(scheme)}"
    return uri


def connect(config: Config, *, reading: bool = False) -> Any:
    """MLflow's client on the configured store, its experiment made where it is not there yet.

    Errors: InputError where the store cannot be opened, or does not say where artefacts shall lie; where somebody is
    only `reading` and nobody wrote yet.
    """
    for name, value in QUIET.items():
        os.environ.setdefault(name, value)
    import mlflow
    from alembic.util.exc import CommandError
    from sqlalchemy.exc import SQLAlchemyError

    for name in ("mlflow", "alembic"):
        logging.getLogger(name).setLevel(logging.WARNING)
    uri, experiment = tracking_uri(config), config.tracking.experiment
    file = sqlite_file(uri)
    if reading and file and not file.is_file():
        raise InputError(f"tracking store {uri}: is not there yet; `bsw train WORK` makes it, or {REMEDY}")
    try:
        if file:
            ready(file)
        elif is_database(uri):
            reachable(uri)
        _use(uri)
        client = mlflow.MlflowClient()
        if client.get_experiment_by_name(experiment) is None:
            client.create_experiment(experiment, artifact_location=_artefacts(config, uri))
        mlflow.set_experiment(experiment)
    except (mlflow.exceptions.MlflowException, SQLAlchemyError, CommandError, OSError) as error:
        said = without_secrets(str(error).splitlines()[0], uri)
        raise InputError(
            f"tracking store {without_password(uri)}: cannot be opened ({said}); {REMEDY}"
        ) from None
    return client


def _artefacts(config: Config, uri: str) -> str | None:
    """Where a new experiment keeps its files: as configured, else beside a SQLite file; None: the server decides.

    Errors: InputError for a database of which nobody said it.
    """
    where, file = config.tracking.artefacts, sqlite_file(uri)
    if where:
        return where if "://" in where else Path(where).resolve().as_uri()
    if is_database(uri):
        raise InputError(
            f"tracking store {without_password(uri)}: a database keeps no files; say in the setting "
            "'tracking.artefacts' which folder or address shall hold the models' and runs' files, the same for "
            "everybody who uses this store"
        )
    return (file.parent / "mlartifacts").as_uri() if file else None


def _use(uri: str) -> None:
    """Point MLflow at a store, and leave the environment as it was.

    MLflow writes the address there, where it would overrule the configuration of whatever comes next.
    """
    import mlflow

    before = {name: os.environ.get(name) for name in ("MLFLOW_TRACKING_URI", "MLFLOW_REGISTRY_URI")}
    mlflow.set_tracking_uri(uri)
    mlflow.set_registry_uri(uri)
    for name, value in before.items():
        os.environ.pop(name, None)
        if value is not None:
            os.environ[name] = value


@contextmanager
def run(config: Config, name: str) -> Iterator[Any]:
    """A run of the experiment; gives MLflow's module to log with."""
    connect(config)
    import mlflow

    with mlflow.start_run(run_name=name):
        yield mlflow


def load_model(uri: str, config: Config) -> LoadedModel:
    """The model at `uri`, such as models:/bsw@champion or models:/bsw/3.

    Errors: InputError where the store has no such model, it was not registered by this software, or other
    code than this made it.
    """
    return find_model(uri, config).read()


def find_model(uri: str, config: Config) -> FoundModel:
    """The files of the model at `uri`. Errors: as `load_model`, but for what reading them shows."""
    client = connect(config, reading=True)
    import mlflow

    try:
        version = _version(client, uri)
        with tempfile.TemporaryDirectory() as folder:
            return FoundModel(_files(mlflow.artifacts.download_artifacts(uri, dst_path=folder)), version, uri)
    except InputError as error:
        raise _about(uri, error) from None
    except (mlflow.exceptions.MlflowException, OSError) as error:
        where = tracking_uri(config)
        said = without_secrets(str(error).splitlines()[0], where)
        raise InputError(
            f"model {uri}: not found in {without_password(where)} ({said}); `bsw train WORK` registers one, "
            "`bsw promote` makes one champion"
        ) from None


def _about(uri: str, error: InputError) -> InputError:
    return InputError(*(f"model {uri}: {fault}" for fault in error.faults))


def _files(local: str) -> dict[str, str]:
    found = list(Path(local).rglob("risk_model.json"))
    if not found:
        raise InputError("was not registered by `bsw train`")
    return files_in(found[0].parent)


def _version(client: Any, uri: str) -> str:
    name, _, alias = uri.removeprefix("models:/").partition("@")
    if alias:
        return str(client.get_model_version_by_alias(name, alias).version)
    name, _, version = name.rpartition("/")
    if version == "latest":
        known = [int(one.version) for one in client.search_model_versions(f"name = '{name}'")]
        return str(max(known, default=version))
    return version
