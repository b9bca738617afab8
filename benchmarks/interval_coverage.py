"""What the interval of a risk covers: `python -m benchmarks.interval_coverage` prints Markdown tables.

Two kinds of truth, for an interval of a model says how far the model may be from what its predictors can tell, not
how far one patient may be from patients alike. Invented points: the chance is a function of the predictors and
nothing else, so the truth is what the predictors can tell. Synthetic services (`--pathways`, 0 for none): the
chance hangs on much that nobody records as well; there the interval is held against that chance, and, with
`--much`, against what the same learner says with so many times the pathways, which is nearly all that the
predictors can tell.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import pandas as pd

from benchmarks.made_work import CARRIED, chance, numbers
from benchmarks.truth import GENERATORS, learnt
from models.boosting import BoostingSettings, train
from models.resampling import Numbers, log_odds
from models.splits import Split
from pipelines.config import Config
from pipelines.registry.tracking import load_model

FRESH = 4_000
LEVELS = (0.8, 0.9, 0.95)
HEADING = (
    "| learnt from | truth | level | covered | mean width | off by (log-odds) |\n|---|---|---|---|---|---|"
)


def line(learnt_from: str, truth: str, level: float, risks: pd.DataFrame, chances: Numbers) -> str:
    """A table row: the share of `chances` inside their intervals, the width, and how far the risk is from them."""
    inside = (risks["risk_low"] <= chances) & (chances <= risks["risk_high"])
    width = (risks["risk_high"] - risks["risk_low"]).mean()
    off = np.sqrt(np.mean((log_odds(risks["risk"].to_numpy()) - log_odds(chances)) ** 2))
    return f"| {learnt_from} | {truth} | {level:.0%} | {inside.mean():.1%} | {width:.3f} | {off:.2f} |"


def invented(points: int, *, predictors: int, seed: int, levels: Sequence[float]) -> Iterator[str]:
    """Rows for points whose chance their predictors tell wholly; learnt from so many, held against fresh ones."""
    draw = np.random.default_rng(seed)
    matrix = numbers(draw, points + FRESH, predictors)
    chances = chance(matrix)
    outcome = (draw.random(len(chances)) < chances).astype(float)
    features = pd.DataFrame(matrix, columns=[f"x{number}" for number in range(predictors)])
    patients = (np.arange(len(chances)) // 4).astype(object)
    place, day = np.arange(points) // 4 % 20, pd.Timestamp("2025-01-01")
    fit, stop, aside = (
        np.flatnonzero(np.isin(place, each)) for each in (range(13), range(13, 16), range(16, 20))
    )
    split = Split(day, 42, day, fit, stop, aside, np.arange(points, points + FRESH), 0)
    model = train(features, outcome, patients, split, directions={}, settings=BoostingSettings(seed=seed))
    for level in levels:
        risks = replace(model, interval_level=level).predict(features.iloc[split.test])
        yield line(f"{points:,} points", "what predictors tell", level, risks, chances[split.test])


def services(folder: Path, *, pathways: int, seed: int, much: int, levels: Sequence[float]) -> Iterator[str]:
    """Rows for a synthetic service that went the product's own way."""
    make, config = GENERATORS["own"], Config()
    one = learnt(folder / "one", make, pathways=pathways, seed=seed, config=config)
    test = one.split.test
    truths = {"the point's own chance": one.recorded[test]}
    if much:
        far_more = learnt(folder / "much", make, pathways=much * pathways, seed=seed + 1, config=config)
        truths[f"the learner with {much} times the data"] = far_more.risks(one)
    model = load_model(one.uri, one.config).model
    for level in levels:
        risks = replace(model, interval_level=level).predict(one.material.features.iloc[test])
        for truth, chances in truths.items():
            yield line(f"{pathways:,} pathways", truth, level, risks, chances)


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--points", type=int, nargs="*", default=[5_000, 20_000, 50_000])
    parser.add_argument("--predictors", type=int, default=2 * CARRIED)
    parser.add_argument("--pathways", type=int, default=20_000)
    parser.add_argument("--much", type=int, default=10)
    parser.add_argument("--levels", type=float, nargs="+", default=list(LEVELS))
    parser.add_argument("--seed", type=int, default=1)
    asked = parser.parse_args()
    print(HEADING, flush=True)
    for points in asked.points:
        for row in invented(points, predictors=asked.predictors, seed=asked.seed, levels=asked.levels):
            print(row, flush=True)
    if asked.pathways:
        with TemporaryDirectory() as name:
            for row in services(
                Path(name), pathways=asked.pathways, seed=asked.seed, much=asked.much, levels=asked.levels
            ):
                print(row, flush=True)


if __name__ == "__main__":
    main()
