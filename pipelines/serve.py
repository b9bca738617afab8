"""`bsw serve`: MLflow's own server for a registered model, on this machine, until it is stopped."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from pipelines.config import Config
from pipelines.registry.tracking import QUIET, load_model, tracking_uri

HERE = "127.0.0.1"


def serve(model: str, *, port: int, config: Config) -> int:
    """The exit code of `mlflow models serve` for the model at the address `model`.

    It is loaded once before: what is wrong is said in one line, and not by a server that fails to start.
    Errors: InputError where there is no such model, or other code than this made it.
    """
    loaded = load_model(model, config)
    print(f"{model} is version {loaded.version}; POST to http://{HERE}:{port}/invocations", flush=True)
    command = [
        sys.executable,
        "-m",
        "mlflow",
        "models",
        "serve",
        "--model-uri",
        model,
        "--env-manager",
        "local",
    ]
    return subprocess.call([*command, "--host", HERE, "--port", str(port)], env=surroundings(config))


def surroundings(config: Config) -> dict[str, str]:
    """The environment of the server: the store, whose password so stands in no command, and our own programs."""
    programs = os.pathsep.join([str(Path(sys.executable).parent), os.environ.get("PATH", "")])
    return {**QUIET, **os.environ, "MLFLOW_TRACKING_URI": tracking_uri(config), "PATH": programs}
