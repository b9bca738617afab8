"""What MLflow keeps of an evaluation: the figures that a promotion reads, pictures, the page; never a row."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
from matplotlib.figure import Figure
from numpy.typing import NDArray

from models.withheld import RULES, rounded
from pipelines.config import Config
from pipelines.evaluating import plots
from pipelines.evaluating.evaluated import Evaluation
from pipelines.evaluating.kept import kept_gains, kept_performance
from pipelines.registry.lineage import Lineage
from pipelines.registry.tracking import run
from pipelines.store import fingerprint

NHS = RULES["nhs"]
PICTURES = {
    "comparison": plots.comparison,
    "separation": plots.separation,
    "calibration": plots.calibration,
    "net_benefit": plots.net_benefit,
}


def log_evaluation(found: Evaluation, work: Path, config: Config, *, measured_on: Lineage) -> None:
    """Aggregate figures with the ends of their intervals, pictures and the page, in a run of its own.

    `predictions` is the fingerprint of the table that an audit reads: so an audit can be proven to be of this.
    """
    with run(config, f"evaluate {found.model.uri}") as mlflow:
        mlflow.set_tags(
            {
                "step": "evaluate",
                "model": found.model.uri,
                "model_name": config.tracking.registered_model,
                "model_version": found.model.version,
                "predictions": fingerprint(work / "predictions.parquet"),
                "cut": f"{found.cut.cut:%Y-%m-%d}",
                "verdict": found.verdict,
                "studies": ", ".join(found.studies) or "none",
            }
        )
        measured = {name: value for name, value in figures(found) if np.isfinite(value)}
        mlflow.log_metrics(measured)
        measured_on.log(config)
        for name, drawn in pictures(found):
            mlflow.log_figure(drawn, f"figures/{name}.png")
        for name in ("metrics.json", "model_card.json", "evaluation.html"):
            mlflow.log_artifact(str(work / name))


def pictures(found: Evaluation) -> Iterator[tuple[str, Figure]]:
    """Each picture by its name; that of a hundred only where what it tells is."""
    for name, draw in PICTURES.items():
        yield name, draw(found)
    if counts := plots.hundred(found):
        yield "of_a_hundred", plots.of_a_hundred(counts)


def figures(found: Evaluation) -> Iterator[tuple[str, float]]:
    """Each figure by the name that MLflow keeps it under, followed by the ends of its interval.

    All as in metrics.json. Of a bound of 4 digits the ends, rounded outwards, decide what the whole ends would, but for
    one at the very bound that a figure must lie above, which is held back.
    """
    for table in (kept_performance(found), kept_gains(found)):
        for row in table[table["figure"] != ""].to_dict("records"):
            for end in ("value", "low", "high"):
                yield row["figure"] + f"_{end}".removesuffix("_value"), float(row[end])
    yield "draws", float(found.footing.draws)
    known = np.isfinite(found.labels[found.cut.test])
    # As the page that is kept beside them: from the exact share the counts could be worked out.
    yield "test_points", float(rounded(len(known), NHS))
    yield "known_outcomes", float(rounded(known.sum(), NHS))
    yield "known_share", share_known(known)


def share_known(known: NDArray[np.bool_]) -> float:
    """At least this share of outcomes is known: in whole percent downwards, so that no gate is opened by rounding.

    Few known outcomes count as none, and few unknown ones as many as may be shown: how few there are is not told.
    """
    many = int(known.sum())
    least = min(many, len(known) - NHS.smallest) if many >= NHS.smallest else 0
    return float(np.floor(np.round(least / len(known) * 10**NHS.digits, 9)) / 10**NHS.digits)
