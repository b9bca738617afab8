"""Where a construct ranks that says nothing of the outcome.

    .venv/bin/python -m benchmarks.null_constructs --out WORK [--generator own|second] [--pathways N] [--seeds 1 2 3]

Each synthetic service goes the product's own way to its points, predictors and split. Then one construct after
another is made independent of the outcome: its predictors' rows are dealt anew among all points, together, so
that they stay what they are among themselves. The model learns from that (default settings, without search or
refits) and explains the held-out points. Constructs are ranked in two ways: by the mean size of their part of the
log-odds, and by what that part adds to the AUROC of the held-out points that were reviewed.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
from sklearn.metrics import roc_auc_score

from benchmarks.truth import GENERATORS
from features.predictor import catalogue
from models.boosting import train
from models.explanation import Explainer
from pipelines.build import build
from pipelines.config import Config
from pipelines.train import Material, read_material


def dealt_anew(features: pd.DataFrame, names: list[str], seed: int) -> pd.DataFrame:
    """`features` with the rows of some columns, taken together, dealt anew among all points."""
    order = np.random.default_rng(seed).permutation(len(features))
    return features.assign(**{name: features[name].to_numpy()[order] for name in names})


def ranking(material: Material, features: pd.DataFrame, construct_of: Mapping[str, str]) -> pd.DataFrame:
    """By construct: `size`, the mean size of its part at held-out points, and `adds`, what it adds to their AUROC."""
    config = Config()
    split = material.split(config)
    model = train(
        features,
        material.labels,
        material.points["patient_id"].to_numpy(dtype=object),
        split,
        directions={name: one.direction for name, one in catalogue().items() if one.direction},
        settings=replace(config.model, refits=0),
    )
    found = Explainer(model).by_construct(features.iloc[split.test], construct_of)
    known = ~np.isnan(material.labels[split.test])
    outcome, margin, parts = material.labels[split.test][known], found.margin[known], found.parts[known]
    whole = roc_auc_score(outcome, margin)
    adds = {name: whole - roc_auc_score(outcome, margin - parts[name]) for name in parts}
    return pd.DataFrame({"size": found.parts.abs().mean(), "adds": pd.Series(adds)})


def ranks(folder: Path, generator: str, *, pathways: int, seed: int) -> Iterator[dict[str, object]]:
    """One row per construct made null: its place in both rankings, and those of the others that add nothing."""
    GENERATORS[generator](folder, pathways, seed)
    build(folder / "source", out=folder / "work", config=Config(), until=None)
    material = read_material(folder / "work")
    construct_of = {name: catalogue()[name].construct for name in material.features.columns}
    for construct in sorted(set(construct_of.values())):
        names = [name for name, own in construct_of.items() if own == construct]
        found = ranking(material, dealt_anew(material.features, names, seed), construct_of)
        null, others = found.loc[construct], found.drop(construct)
        yield {
            "seed": seed,
            "null construct": construct,
            "predictors": len(names),
            "of": len(found),
            "rank by size": int((others["size"] > null["size"]).sum()) + 1,
            "size": null["size"],
            "rank by what it adds": int((others["adds"] > null["adds"]).sum()) + 1,
            "adds": null["adds"],
            "below it": ", ".join(
                f"{name} {one:+.4f}" for name, one in others["adds"].items() if one <= null["adds"]
            ),
        }


def main() -> None:
    """Run the study and print its table."""
    asked = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    asked.add_argument("--out", type=Path, required=True, help="an empty folder for services")
    asked.add_argument("--generator", choices=sorted(GENERATORS), default="own")
    asked.add_argument("--pathways", type=int, default=20_000)
    asked.add_argument("--seeds", type=int, nargs="+", default=[1, 2, 3])
    given = asked.parse_args()
    rows: list[dict[str, object]] = []
    for seed in given.seeds:
        folder = given.out / f"{given.generator}-{seed}"
        rows += ranks(folder, given.generator, pathways=given.pathways, seed=seed)
        print(pd.DataFrame(rows).round(4).to_string(index=False), flush=True)


if __name__ == "__main__":
    main()
