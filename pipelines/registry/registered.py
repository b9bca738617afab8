"""Versions of the registered model: how each is logged, what it answers, and which one stands under a name."""

from __future__ import annotations

import tempfile
import warnings
from collections.abc import Mapping, Sequence
from importlib import metadata
from pathlib import Path
from typing import Any

from features.errors import InputError
from models.answers import BEFORE, DOUBTS, contribution
from models.risk_model import RiskModel
from pipelines.addresses import without_password
from pipelines.config import Config
from pipelines.registry.model_files import write_model
from pipelines.registry.tracking import connect, tracking_uri
from pipelines.store import manifest_path, read_manifest

CANDIDATE, CHAMPION = "candidate", "champion"
REQUIREMENTS = ("lightgbm", "mlflow", "numpy", "pandas", "scikit-learn", "scipy", "woodelf-explainer")


def champion_of(config: Config) -> str:
    """The address of the version in use."""
    return f"models:/{config.tracking.registered_model}@{CHAMPION}"


def model_of(work: Path, config: Config) -> str:
    """The address of the model that `bsw train` registered from WORK; without one, of the champion.

    Errors: InputError where the store is not the one that it was registered in.
    """
    if not manifest_path(work, "train").is_file():
        return champion_of(config)
    trained, name = read_manifest(work, "train"), config.tracking.registered_model
    for one in connect(config).search_model_versions(f"name = '{name}'"):
        if one.run_id == trained["run_id"]:
            return f"models:/{name}/{one.version}"
    raise InputError(
        f"{work}: the model that was trained here ({trained['model']}) is not in "
        f"{without_password(tracking_uri(config))}; set the store it was registered in, or name a model with --model"
    )


def register(model: RiskModel, config: Config, *, tags: Mapping[str, str]) -> str:
    """Log `model` in the present run, register it and give its version, which is now the candidate.

    No version becomes champion by being trained: see `bsw promote`.
    """
    import mlflow

    with tempfile.TemporaryDirectory() as folder, warnings.catch_warnings():
        # There is no input example on purpose: it would be a patient's row.
        warnings.filterwarnings("ignore", message=".*An input example was not provided")
        write_model(model, Path(folder))
        logged = mlflow.pyfunc.log_model(
            name="model",
            python_model=str(Path(__file__).with_name("served_model.py")),
            artifacts={"risk_model": folder},
            signature=prototype(model.predictors),
            pip_requirements=[f"{name}=={metadata.version(name)}" for name in REQUIREMENTS],
        )
    client, name = mlflow.MlflowClient(), config.tracking.registered_model
    version = _new_version(client, logged, name)
    for tag, value in tags.items():
        client.set_model_version_tag(name, version, tag, value)
    client.set_registered_model_alias(name, CANDIDATE, version)
    return version


def prototype(predictors: Sequence[str]) -> Any:
    """What the served model takes and gives, for MLflow to enforce: numbers, and an id as text where wanted.

    A missing value is null; a missing column is refused by its name.
    """
    from mlflow.models import ModelSignature
    from mlflow.types import ColSpec, ParamSchema, ParamSpec, Schema

    identity = ColSpec("string", "point_id", required=False)
    risks = [ColSpec("double", name) for name in ("risk", "risk_low", "risk_high", *DOUBTS)]
    moved = (BEFORE, *map(contribution, predictors))
    return ModelSignature(
        inputs=Schema([*(ColSpec("double", name) for name in predictors), identity]),
        outputs=Schema([identity, *risks, *(ColSpec("double", name, required=False) for name in moved)]),
        params=ParamSchema([ParamSpec("contributions", "boolean", False)]),
    )


def _new_version(client: Any, logged: Any, name: str) -> str:
    """A version of the registered model for what was just logged; the registry entry is made where missing."""
    if not client.search_registered_models(f"name = '{name}'"):
        client.create_registered_model(name)
    made = client.create_model_version(name, logged.model_uri, run_id=logged.run_id, model_id=logged.model_id)
    return str(made.version)
