"""What MLflow keeps of a training: settings, counts, pictures, the catalogue, fingerprints; never a row."""

from __future__ import annotations

import platform
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from importlib import metadata

from models.risk_model import RiskModel
from models.splits import Split
from pipelines.catalogue import as_markdown
from pipelines.code_in_use import code_in_use
from pipelines.config import Config
from pipelines.registry import register
from pipelines.tracking import run
from pipelines.training_plot import leaning


@dataclass(frozen=True)
class Registered:
    """Where a training stands: the version of the registered model and the run that made it."""

    version: str
    run_id: str


@dataclass(frozen=True)
class LearntFrom:
    """What a model learnt from, in counts, dates and fingerprints.

    `built`: the fingerprint of the build; `manifest`: the build's.
    """

    built: str
    cut: Split
    prevalence: float
    manifest: Mapping[str, object]

    @property
    def tags(self) -> dict[str, str]:
        """What a version must be found by: the cut, and the fingerprints of records, build and code."""
        inputs = self.manifest["inputs"]
        code = code_in_use()
        return {
            "synthetic": str(self.manifest["synthetic"]),
            "cut": f"{self.cut.cut:%Y-%m-%d}",
            "records": str(inputs.get("source", "")) if isinstance(inputs, Mapping) else "",
            "build": self.built,
            "code": code.version,
            "code_fingerprint": code.fingerprint,
        }


def log_training(model: RiskModel, learnt: LearntFrom, config: Config) -> Registered:
    """Log the training in a run of its own and register the model."""
    with run(config, f"train to {learnt.cut.cut:%Y-%m-%d}") as mlflow:
        mlflow.set_tags({"step": "train", **learnt.tags})
        for name, settings in (("model", config.model), ("split", config.split)):
            mlflow.log_params({f"{name}.{key}": value for key, value in asdict(settings).items()})
        mlflow.log_metrics(
            {
                "training_points": len(learnt.cut.train),
                "training_prevalence": learnt.prevalence,
                "predictors": len(model.predictors),
                "threshold": model.threshold,
            }
        )
        log_surroundings(config)
        mlflow.log_text(as_markdown(), "catalogue.md")
        mlflow.log_dict(dict(learnt.manifest), "build_manifest.json")
        mlflow.log_dict(dict(model.about), "about.json")
        mlflow.log_figure(leaning(model), "figures/what_the_trees_lean_on.png")
        version = register(model, config, tags=learnt.tags)
        return Registered(version, str(mlflow.active_run().info.run_id))


def log_surroundings(config: Config) -> None:
    """The configuration and the environment, into the present run."""
    import mlflow

    mlflow.log_dict(config.as_table(), "configuration.json")
    mlflow.log_text(environment(), "environment.txt")


def environment() -> str:
    """Python and every installed package with its version, one a line: no path and no address."""
    installed = {f"{one.name}=={one.version}" for one in metadata.distributions()}
    return "\n".join([f"# python {platform.python_version()}", *sorted(installed, key=str.lower)]) + "\n"
