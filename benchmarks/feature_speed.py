"""How long the predictors take, and how much memory.

    .venv/bin/python -m benchmarks.feature_speed scale --pathways 100000 300000 1000000
    .venv/bin/python -m benchmarks.feature_speed by-hand
    .venv/bin/python -m benchmarks.feature_speed one-patient

print tables in Markdown. `scale` times a cold process from typed records in Parquet to facts and points in
Parquet, and another from there to the matrix in Parquet; interpreter, imports and planning are inside. `by-hand`
works 50 predictors out from the same facts with SQL written by hand, compares every cell to 1e-9 and times both.
`one-patient` asks a warm process for every predictor of one point after another.
"""

from __future__ import annotations

import argparse
import sys
import time
from pathlib import Path
from statistics import median, quantiles

import numpy as np
import pandas as pd

from benchmarks.cold_runs import Cost, cold_cost
from benchmarks.feature_steps import facts_from_records, stored_facts
from benchmarks.large_service import make_service
from features.predictor import catalogue
from features.ready import ReadyMatrix

BASE = 100_000
"""Pathways of the synthetic service that larger ones repeat."""
USUAL = {"scale": [BASE, 3 * BASE, 10 * BASE], "by-hand": [BASE], "one-patient": [BASE // 10]}


def main() -> None:
    """Run the part asked for."""
    asked = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    asked.add_argument("part", choices=("scale", "by-hand", "one-patient"))
    asked.add_argument("--pathways", type=int, nargs="+", default=None)
    asked.add_argument("--runs", type=int, default=5)
    asked.add_argument("--work", type=Path, default=Path("work-speed"), help="made records are kept here")
    given = asked.parse_args()
    parts = {"scale": scale, "by-hand": by_hand, "one-patient": one_patient}
    print(parts[given.part](given.pathways or USUAL[given.part], given.work, given.runs))


def scale(sizes: list[int], work: Path, runs: int) -> str:
    """A table of the cost of both steps by size."""
    lines = [
        "| pathways | points | records to facts | facts to matrix | both | peak memory |",
        "|---|---|---|---|---|---|",
    ]
    for pathways in sizes:
        folder = service_of(pathways, work)
        facts = cold_cost(step("facts", folder), runs)
        matrix = cold_cost(step("matrix", folder), runs)
        points = len(pd.read_parquet(folder / "matrix", columns=["point_id"]))
        lines.append(
            f"| {pathways:,} | {points:,} | {facts.seconds:.1f} s | {matrix.seconds:.1f} s "
            f"| {facts.seconds + matrix.seconds:.1f} s | {facts.gib:.1f} and {matrix.gib:.1f} GiB |"
        )
    return "\n".join(lines)


def by_hand(sizes: list[int], work: Path, runs: int) -> str:
    """A table of the engine beside SQL written by hand. Errors: AssertionError where a cell differs."""
    lines = ["| pathways | columns | the engine | by hand | times |", "|---|---|---|---|---|"]
    for pathways in sizes:
        folder = service_of(pathways, work)
        if not (folder / "facts").exists():
            facts_from_records(folder)
        ours = cold_cost(step("same-columns", folder), runs)
        theirs = cold_cost(step("by-hand", folder), runs)
        columns = compared(folder / "same_columns.parquet", folder / "by_hand.parquet")
        lines.append(
            f"| {pathways:,} | {columns} | {_cost(ours)} | {_cost(theirs)} | {ours.seconds / theirs.seconds:.2f} |"
        )
    return "\n".join(lines)


def compared(one: Path, other: Path) -> int:
    """How many columns two matrices share, every cell alike to 1e-9. Errors: AssertionError."""
    mine, theirs = (pd.read_parquet(path).set_index("point_id").sort_index() for path in (one, other))
    pd.testing.assert_frame_equal(
        mine, theirs[mine.columns], check_dtype=False, check_exact=False, rtol=1e-9, atol=1e-9
    )
    return mine.shape[1]


def one_patient(sizes: list[int], work: Path, runs: int) -> str:
    """A table of the milliseconds that every predictor of one point takes in a warm process."""
    lines = ["| pathways | predictors | median | 95th of 100 |", "|---|---|---|---|"]
    for pathways in sizes:
        folder = service_of(pathways, work)
        if not (folder / "facts").exists():
            facts_from_records(folder)
        facts, points = stored_facts(folder, in_memory=True)
        ready = ReadyMatrix(facts, catalogue())
        asked = facts.engine.frame(points)
        took = []
        for place in np.random.default_rng(1).integers(len(asked), size=max(100, runs)):
            start = time.perf_counter()
            ready.at(asked.iloc[[place]])
            took.append(1_000 * (time.perf_counter() - start))
        predictors = len(catalogue()) - len(ready.left_out)
        lines.append(
            f"| {pathways:,} | {predictors} | {median(took):.0f} ms | {quantiles(took, n=20)[-1]:.0f} ms |"
        )
    return "\n".join(lines)


def service_of(pathways: int, work: Path) -> Path:
    """The records of a service of so many pathways, made unless they are there."""
    base = min(pathways, BASE)
    folder = work / f"pathways-{pathways}"
    make_service(folder, pathways=base, copies=max(1, round(pathways / base)))
    return folder


def step(name: str, folder: Path) -> list[str]:
    """The command of one step in a process of its own."""
    return [sys.executable, "-m", "benchmarks.feature_steps", name, str(folder)]


def _cost(cost: Cost) -> str:
    return f"{cost.seconds:.1f} s, {cost.gib:.1f} GiB"


if __name__ == "__main__":
    main()
