"""What MLflow keeps of a training: settings, counts, pictures, the catalogue, fingerprints; never a row."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from models.risk_model import RiskModel
from models.sample_size import Had
from models.splits import Split
from models.tuning import Tuned, searched
from models.withheld import RULES, Rule, rounded
from pipelines.catalogue import as_markdown
from pipelines.config import Config
from pipelines.registry.lineage import Lineage, flat
from pipelines.registry.registered import register
from pipelines.registry.tracking import run
from pipelines.training.plot import leaning, search

NHS = RULES["nhs"]
STEERING = (
    "model",
    "tuning",
    "split",
    "leakage",
    "flags",
)  # the settings that training reads; the rest is in a file


@dataclass(frozen=True)
class Registered:
    """Where a training stands: the version of the registered model and the run that made it."""

    version: str
    run_id: str


@dataclass(frozen=True)
class LearntFrom:
    """What a model learnt from: the build, the cut, and how many points before it.

    `tuned`: the search for the trees' settings, where there was one.
    """

    lineage: Lineage
    cut: Split
    had: Had
    tuned: Tuned | None = None

    @property
    def tags(self) -> dict[str, str]:
        """What the version is found by."""
        return {**self.lineage.tags, "cut": f"{self.cut.cut:%Y-%m-%d}"}


def log_training(model: RiskModel, learnt: LearntFrom, config: Config) -> Registered:
    """Log the training in a run of its own and register the model."""
    with run(config, f"train to {learnt.cut.cut:%Y-%m-%d}") as mlflow:
        mlflow.set_tags({"step": "train", **learnt.tags})
        learnt.lineage.log(config)
        settings = config.as_table()
        for name in STEERING:
            mlflow.log_params(dict(flat(settings[name], name)))
        sizes = {"predictors": len(model.predictors), "threshold": model.threshold}
        mlflow.log_metrics({**sizes, **dict(figures(learnt.had, NHS))})
        mlflow.log_text(as_markdown(), "catalogue.md")
        mlflow.log_dict(dict(model.about), "about.json")
        mlflow.log_figure(leaning(model), "figures/what_the_trees_lean_on.png")
        if learnt.tuned:
            mlflow.log_params(
                {f"tuned.{name}": value for name, value in searched(learnt.tuned.settings).items()}
            )
            mlflow.log_table(learnt.tuned.trials, "tuning.json")
            mlflow.log_figure(search(learnt.tuned), "figures/tuning.png")
        version = register(model, config, tags=learnt.tags)
        return Registered(version, str(mlflow.active_run().info.run_id))


def figures(had: Had, rule: Rule) -> Iterator[tuple[str, float]]:
    """How much was learnt from, as it may be told; what is small, or would give a small number back, is left out.

    An exact share beside an exact count is a count of those who did not do the work.
    """
    if min(had.points, had.patients) >= rule.smallest:
        yield "training_points", float(rounded(had.points, rule))
        if min(had.events, had.points - had.events) >= rule.smallest:
            yield "training_prevalence", round(had.prevalence, rule.digits)
