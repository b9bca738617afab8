"""MLflow: runs, the registry and its aliases. No patient row is ever sent to it."""

from __future__ import annotations

import logging
import os
import tempfile
import warnings
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path
from typing import Any

from features.errors import InputError
from models.risk_model import RiskModel
from pipelines.config import Config
from pipelines.tracking_store import ready, sqlite_file

QUIET = {
    "MLFLOW_DISABLE_TELEMETRY": "true",
    "MLFLOW_ENABLE_ARTIFACTS_PROGRESS_BAR": "false",
    "GIT_PYTHON_REFRESH": "quiet",
}
CHAMPION = "champion"
REQUIREMENTS = ("lightgbm", "mlflow", "numpy", "pandas", "scikit-learn", "scipy")


@dataclass(frozen=True)
class LoadedModel:
    """A model from the registry or a run, with the version it stands under."""

    model: RiskModel
    version: str
    uri: str


def tracking_uri(config: Config) -> str:
    """Where runs and models are kept: MLFLOW_TRACKING_URI where set, else the configuration's."""
    return os.environ.get("MLFLOW_TRACKING_URI") or config.tracking.uri


def connect(config: Config) -> Any:
    """MLflow's client on the configured store, its experiment made where it is not there yet.

    A SQLite store keeps its artefacts in `mlartifacts` beside the file.
    Errors: InputError where the store cannot be opened.
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
    try:
        if file:
            ready(file)
        _use(uri)
        client = mlflow.MlflowClient()
        if client.get_experiment_by_name(experiment) is None:
            beside = (file.parent / "mlartifacts").as_uri() if file else None
            client.create_experiment(experiment, artifact_location=beside)
        mlflow.set_experiment(experiment)
    except (mlflow.exceptions.MlflowException, SQLAlchemyError, CommandError, OSError) as error:
        said = str(error).splitlines()[0]
        raise InputError(
            f"tracking store {uri}: cannot be opened ({said}); name another in MLFLOW_TRACKING_URI or the setting "
            f"'tracking.uri'"
        ) from None
    return client


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


def register(model: RiskModel, config: Config, *, tags: Mapping[str, str]) -> str:
    """Log `model` in the present run, register it and give its version; the first becomes champion."""
    import mlflow
    from mlflow.models import ModelSignature
    from mlflow.types import ColSpec, Schema

    inputs = Schema([ColSpec("double", name) for name in model.predictors])
    outputs = Schema([ColSpec("double", name) for name in ("risk", "risk_low", "risk_high")])
    with tempfile.TemporaryDirectory() as folder, warnings.catch_warnings():
        # There is no input example on purpose: it would be a patient's row.
        warnings.filterwarnings("ignore", message=".*An input example was not provided")
        for name, text in model.texts.items():
            (Path(folder) / name).write_text(text, encoding="utf-8")
        logged = mlflow.pyfunc.log_model(
            name="model",
            python_model=str(Path(__file__).with_name("served_model.py")),
            artifacts={"risk_model": folder},
            signature=ModelSignature(inputs, outputs),
            pip_requirements=[f"{name}=={metadata.version(name)}" for name in REQUIREMENTS],
        )
    version = _new_version(mlflow.MlflowClient(), logged, config)
    client, name = mlflow.MlflowClient(), config.tracking.registered_model
    for tag, value in tags.items():
        client.set_model_version_tag(name, version, tag, value)
    if CHAMPION not in client.get_registered_model(name).aliases:
        client.set_registered_model_alias(name, CHAMPION, version)
    return version


def _new_version(client: Any, logged: Any, config: Config) -> str:
    """A version of the registered model for what was just logged; the registry entry is made where missing."""
    name = config.tracking.registered_model
    if not client.search_registered_models(f"name = '{name}'"):
        client.create_registered_model(name)
    made = client.create_model_version(name, logged.model_uri, run_id=logged.run_id, model_id=logged.model_id)
    return str(made.version)


def load_model(uri: str, config: Config) -> LoadedModel:
    """The model at `uri`, such as models:/bsw@champion or models:/bsw/3.

    Errors: InputError where the store has no such model or it was not registered by this software.
    """
    client = connect(config)
    import mlflow

    from pipelines.served_model import read_texts

    try:
        version = _version(client, uri)
        with tempfile.TemporaryDirectory() as folder:
            local = Path(mlflow.artifacts.download_artifacts(uri, dst_path=folder))
            found = list(local.rglob("risk_model.json"))
            if not found:
                raise InputError(f"model {uri}: was not registered by `bsw train`")
            return LoadedModel(read_texts(found[0].parent), version, uri)
    except (mlflow.exceptions.MlflowException, OSError) as error:
        where = tracking_uri(config)
        said = str(error).splitlines()[0]
        raise InputError(
            f"model {uri}: not found in {where} ({said}); `bsw train WORK` registers one"
        ) from None


def _version(client: Any, uri: str) -> str:
    name, _, alias = uri.removeprefix("models:/").partition("@")
    if alias:
        return str(client.get_model_version_by_alias(name, alias).version)
    name, _, version = name.rpartition("/")
    if version == "latest":
        return str(max(int(one.version) for one in client.search_model_versions(f"name = '{name}'")))
    return version
