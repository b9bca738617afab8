"""How long each algorithm of tree SHAP takes for how many rows, in how much memory, and how far they differ.

    .venv/bin/python -m benchmarks.explanation_speed            # minutes: up to 200,000 rows
    .venv/bin/python -m benchmarks.explanation_speed --rows 1 2000

Numbers are random, a seventh of them missing; each measurement is a process of its own. "First" includes getting
ready, "again" explains as many rows once more. Differences are from LightGBM's own values or, with a background,
from the product's, over the first rows.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass
from itertools import product
from pathlib import Path
from tempfile import TemporaryDirectory

import lightgbm as lgb
import numpy as np
import pandas as pd
from scipy.special import expit

from models.calibration import Uncalibrated
from models.contributions import Contributions, by_lightgbm, by_woodelf
from models.risk_model import Fitted, Numbers, RiskModel, raw
from models.stability import StabilitySettings, stability
from models.tree_shap import tables
from models.trees import read_trees

ROWS = (1, 100, 200, 400, 800, 2_000, 20_000, 200_000)
COMPARED = 300  # rows
WORTH_REPEATING = 30  # seconds
BACKGROUND = 1_000  # rows
SHAP, LIGHTGBM = "shap.TreeExplainer", "LightGBM's own"
Parts = Callable[[Numbers], Numbers]


@dataclass(frozen=True)
class Asked:
    """One measurement."""

    algorithm: str
    rows: int
    background: bool
    predictors: int


@dataclass(frozen=True)
class Found:
    """Seconds, peak memory of the process (GiB), largest difference in log-odds."""

    first: float
    again: float
    memory: float
    difference: float


def numbers(rows: int, predictors: int, seed: int) -> Numbers:
    """Random predictors, every third of whole numbers, a seventh of all values missing."""
    draw = np.random.default_rng(seed)
    found = draw.normal(size=(rows, predictors))
    found[:, ::3] = np.round(2 * found[:, ::3])
    found[draw.random(found.shape) < 1 / 7] = np.nan
    return found


def learnt(*, trees: int, leaves: int, predictors: int) -> lgb.Booster:
    """A booster of the product's usual shape, learnt from 20,000 rows."""
    known = numbers(20_000, predictors, seed=1)
    draw = np.random.default_rng(2)
    log_odds = np.nan_to_num(known) @ (0.3 * draw.normal(size=predictors))
    log_odds += np.nan_to_num(known[:, 0] * known[:, 1])
    outcome = (draw.random(len(known)) < expit(log_odds)).astype(int)
    settings = {"objective": "binary", "verbose": -1, "num_leaves": leaves, "learning_rate": 0.04}
    settings |= {"min_data_in_leaf": 40, "feature_fraction": 0.6, "seed": 1}
    return lgb.train(settings, lgb.Dataset(known, outcome), trees)


def by_shap(booster: lgb.Booster, background: Numbers | None) -> Parts:
    """shap's own TreeExplainer, told to use every row of a background."""
    import shap

    masker = None if background is None else shap.maskers.Independent(background, max_samples=len(background))
    explainer = shap.TreeExplainer(booster, masker)
    return lambda matrix: np.asarray(explainer(matrix, check_additivity=False).values)


def by_tables(booster: lgb.Booster, background: Numbers | None) -> Parts:
    """Tables, however few the rows."""
    return tables(read_trees(booster.model_to_string()), background).parts


def by_product(booster: lgb.Booster, background: Numbers | None) -> Parts:
    """What the product picks; it also checks that parts add up."""
    asked = Contributions(booster, background)
    return lambda matrix: asked.of(matrix, raw(booster, matrix))


ALGORITHMS: dict[str, Callable[[lgb.Booster, Numbers | None], Parts]] = {
    SHAP: by_shap,
    LIGHTGBM: lambda booster, _: lambda matrix: by_lightgbm(booster, matrix),
    "WOODELF": lambda booster, background: lambda matrix: by_woodelf(booster, matrix, background),
    "tables": by_tables,
    "the product": by_product,
}


def measured(booster: lgb.Booster, asked: Asked) -> Found:
    """One measurement, in this process."""
    matrix = numbers(asked.rows, asked.predictors, seed=3)
    background = numbers(BACKGROUND, asked.predictors, seed=4) if asked.background else None
    raw(booster, matrix[:1])
    if asked.algorithm == SHAP:
        import shap  # noqa: F401  what an import takes is no matter of rows
    started = time.perf_counter()
    parts = ALGORITHMS[asked.algorithm](booster, background)
    found = parts(matrix)
    first = again = time.perf_counter() - started
    if first < WORTH_REPEATING:
        started = time.perf_counter()
        parts(matrix)
        again = time.perf_counter() - started
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20
    reference = ALGORITHMS[LIGHTGBM if background is None else "tables"](booster, background)
    compared = slice(COMPARED)
    difference = np.abs(found[compared] - reference(matrix[compared])).max()
    return Found(first, again, memory, float(difference))


def in_its_own_process(folder: Path, asked: Asked) -> Found:
    """One measurement, alone."""
    command = [sys.executable, "-m", "benchmarks.explanation_speed", "--measure", str(folder)]
    done = subprocess.run([*command, json.dumps(asdict(asked))], capture_output=True, text=True, check=True)
    return Found(**json.loads(done.stdout.splitlines()[-1]))


def expected_seconds(known: Sequence[tuple[int, float]], rows: int) -> float:
    """What so many rows should take, on the line through the last two measurements (rows, seconds)."""
    if len(known) < 2:
        return 0.0
    (fewer, less), (more, took) = known[-2:]
    return took + (took - less) / (more - fewer) * (rows - more)


def table(folder: Path, rows: Sequence[int], predictors: int, longest: float) -> Iterator[str]:
    """Lines of Markdown, one per measurement, as they come; what fewer rows show to take too long is not tried."""
    yield "| not known is | rows | algorithm | first, s | again, s | peak memory, GiB | largest difference |"
    yield "|---|---|---|---|---|---|---|"
    for background, name in product((False, True), ALGORITHMS):
        if background and name == LIGHTGBM:
            continue
        kind = f"a background of {BACKGROUND:,}" if background else "the trees' paths"
        known: list[tuple[int, float]] = []
        for number in sorted(rows):
            if (expected := expected_seconds(known, number)) > longest:
                yield f"| {kind} | {number:,} | {name} | not tried: about {expected:,.0f} | | | |"
                continue
            found = in_its_own_process(folder, Asked(name, number, background, predictors))
            known.append((number, found.again))
            figures = f"{found.first:.3g} | {found.again:.3g} | {found.memory:.2f} | {found.difference:.0e}"
            yield f"| {kind} | {number:,} | {name} | {figures} |"


def refits_line(booster: lgb.Booster, predictors: int) -> str:
    """How long the stability of 2,000 patients over 20 refits of this size takes."""
    text, matrix = booster.model_to_string(), numbers(2_000, predictors, seed=3)
    fits = tuple(Fitted(lgb.Booster(model_str=text), Uncalibrated()) for _ in range(20))
    names = tuple(f"predictor {n}" for n in range(predictors))
    features = pd.DataFrame(matrix, columns=list(names))
    speaks = pd.DataFrame(1, index=features.index, columns=list(names))
    started = time.perf_counter()
    whole = RiskModel(names, fits[0], fits, 0.6)
    construct_of = {name: f"construct {n % 13}" for n, name in enumerate(names)}
    stability(whole, features, speaks=speaks, construct_of=construct_of, settings=StabilitySettings())
    return f"Stability of 2,000 patients over 20 refits: {time.perf_counter() - started:.1f} s."


def main() -> None:
    """Print the table."""
    asked = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    asked.add_argument("--rows", type=int, nargs="+", default=ROWS)
    asked.add_argument("--trees", type=int, default=300)
    asked.add_argument("--leaves", type=int, default=12)
    asked.add_argument("--predictors", type=int, default=90)
    asked.add_argument("--longest", type=float, default=600, help="seconds beyond which nothing is tried")
    asked.add_argument("--measure", nargs=2, help=argparse.SUPPRESS)
    given = asked.parse_args()
    if given.measure:
        folder, measurement = given.measure
        booster = lgb.Booster(model_str=Path(folder, "trees.txt").read_text())
        print(json.dumps(asdict(measured(booster, Asked(**json.loads(measurement))))))
        return
    with TemporaryDirectory() as made:
        booster = learnt(trees=given.trees, leaves=given.leaves, predictors=given.predictors)
        Path(made, "trees.txt").write_text(booster.model_to_string())
        threads = os.environ.get("OMP_NUM_THREADS") or f"{os.cpu_count()} (every core)"
        print(
            f"{given.trees} trees of {given.leaves} leaves, {given.predictors} predictors; threads: {threads}\n"
        )
        for line in table(Path(made), given.rows, given.predictors, given.longest):
            print(line, flush=True)
        print(f"\n{refits_line(booster, given.predictors)}")


if __name__ == "__main__":
    main()
