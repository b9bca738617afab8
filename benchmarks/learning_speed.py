"""How long learning takes and what memory: `python -m benchmarks.learning_speed` prints Markdown tables.

Invented points (`made_work`), each command in a process of its own, peak memory by the operating system. `--only`
takes some of: whole (train, then evaluate), full (train, then `evaluate --full` with each heavier study's time), fit
(the final fit beside bare LightGBM), large (millions of points, no tuning).
"""

from __future__ import annotations

import argparse
import os
import re
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory

import lightgbm as lgb
import numpy as np

from benchmarks.made_work import chance, made_work, numbers
from features.predictor import catalogue
from models.binned import Binned
from models.boosting import BoostingSettings
from models.lesson import parameters

PARTS = ("whole", "full", "fit", "large")
TRAIN, EVALUATE, FULL = "train", "evaluate", "evaluate --full"
GIB = 2**30


@dataclass(frozen=True)
class Taken:
    """What a command took: `seconds` on the clock and of processors, `peak` bytes of memory; `studies`: the seconds on
    the clock that each heavier study says of itself.

    On a busy machine the clock says more of the others than of the command.
    """

    seconds: float
    processors: float
    peak: int
    studies: Mapping[str, int] = field(default_factory=dict)

    def __add__(self, other: Taken) -> Taken:
        """One after the other."""
        return Taken(
            self.seconds + other.seconds, self.processors + other.processors, max(self.peak, other.peak)
        )


def taken(*command: str, folder: Path) -> Taken:
    """Run `bsw` with these words in `folder`. Errors: RuntimeError with what it said where it fails."""
    begun = time.monotonic()
    log = folder / "said.txt"
    with log.open("w") as said:
        program = [sys.executable, "-m", "pipelines.cli", *command]
        child = subprocess.Popen(program, stdout=said, stderr=subprocess.STDOUT)
        _, status, used = os.wait4(child.pid, 0)
    child.returncode = os.waitstatus_to_exitcode(status)
    if child.returncode:
        raise RuntimeError(f"bsw {' '.join(command)}: {log.read_text()[-2_000:]}")
    studies = re.findall(r"^  ([A-Z][^:\n]+): (\d+) s$", log.read_text(), re.MULTILINE)
    return Taken(
        time.monotonic() - begun,
        used.ru_utime + used.ru_stime,
        used.ru_maxrss * 1024,
        {name: int(seconds) for name, seconds in studies},
    )


def commands(
    points: int, predictors: int, *, asked: Sequence[str], tuned: bool = True, refits: int | None = None
) -> Iterator[str]:
    """Table rows: each command that is asked for, and both together where train and evaluate are; `refits`: other than
    the product's number.
    """
    with TemporaryDirectory() as name:
        folder = Path(name)
        settings = folder / "settings.toml"
        text = f'[tracking]\nuri = "sqlite:///{folder / "mlflow.db"}"\n'
        text += "" if tuned else "[tuning]\ntrials = 0\n"
        settings.write_text(text + (f"[model]\nrefits = {refits}\n" if refits is not None else ""))
        # Made in a process of its own: what it takes is no matter of learning.
        making = [sys.executable, "-m", "benchmarks.learning_speed", "--make", name]
        subprocess.run([*making, "--points", str(points), "--predictors", str(predictors)], check=True)
        found = {}
        for words in asked:
            command, *flags = words.split()
            found[words] = taken(
                command, str(folder / "work"), "--config", str(settings), *flags, folder=folder
            )
            yield _row(points, predictors, words, found[words])
            for study, seconds in found[words].studies.items():
                yield f"| | of these, {study.lower()} | {seconds} s | | |"
        if {TRAIN, EVALUATE} <= found.keys():
            yield _row(points, predictors, "both", found[TRAIN] + found[EVALUATE])


def _row(points: int, predictors: int, words: str, each: Taken) -> str:
    return (
        f"| {points:,} x {predictors} | {words} | {each.seconds:.0f} s | {each.processors:.0f} s "
        f"| {each.peak / GIB:.2f} GiB |"
    )


def fits(rows: int, predictors: int, *, rounds: int, pairs: int, threads: int) -> Iterator[str]:
    """Table rows: the product's final fit and LightGBM's own, in turn, on the same rows and parameters.

    Trees keep to every direction that the conceptual model states for these predictors.
    """
    draw = np.random.default_rng(1)
    matrix = numbers(draw, rows, predictors)
    outcome = (draw.random(rows) < chance(matrix)).astype(float)
    held = {
        at: each.direction
        for at, each in enumerate(list(catalogue().values())[:predictors])
        if each.direction
    }
    asked = parameters(predictors, held, BoostingSettings(), seed=1, threads=threads)
    bare = {name: value for name, value in asked.items() if name not in ("deterministic", "force_row_wise")}

    def ours() -> None:
        Binned(matrix, outcome, threads=threads).trees(asked, rounds)

    def its_own() -> None:
        lgb.train(bare, lgb.Dataset(matrix, outcome, params={"verbose": -1}), rounds)

    ours()  # both find libraries loaded
    ratios = []
    for number in range(pairs):
        order = (ours, its_own) if number % 2 else (its_own, ours)
        seconds = {}
        for each in order:
            begun = time.perf_counter()
            each()
            seconds[each] = time.perf_counter() - begun
        ratios.append(seconds[ours] / seconds[its_own])
        yield f"| {number + 1} | {seconds[ours]:.2f} s | {seconds[its_own]:.2f} s | {ratios[-1]:.2f} |"
    yield f"| median | | | **{np.median(ratios):.2f}** |"


def main() -> None:
    """Print the tables that were asked for."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--only", nargs="+", choices=PARTS, default=list(PARTS))
    parser.add_argument("--points", type=int, default=50_000)
    parser.add_argument("--large", type=int, default=3_000_000)
    parser.add_argument("--predictors", type=int, default=90)
    parser.add_argument("--rounds", type=int, default=300)
    parser.add_argument("--pairs", type=int, default=5)
    parser.add_argument("--threads", type=int, default=2)
    words = "of the large training, two at a time: fewer take less time and the same memory"
    parser.add_argument("--refits", type=int, help=words)
    parser.add_argument("--make", type=Path, help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.make:
        made_work(asked.make / "work", points=asked.points, predictors=asked.predictors)
        return
    heading = "| points | command | time | processor time | peak memory |\n|---|---|---|---|---|"
    if "whole" in asked.only:
        show(heading, commands(asked.points, asked.predictors, asked=(TRAIN, EVALUATE)))
    if "full" in asked.only:
        show(heading, commands(asked.points, asked.predictors, asked=(TRAIN, FULL)))
    if "fit" in asked.only:
        found = fits(
            asked.points, asked.predictors, rounds=asked.rounds, pairs=asked.pairs, threads=asked.threads
        )
        show("| pair | final fit | bare LightGBM | ratio |\n|---|---|---|---|", found)
    if "large" in asked.only:
        large = commands(asked.large, asked.predictors, asked=(TRAIN,), tuned=False, refits=asked.refits)
        show(heading, large)


def show(heading: str, rows: Iterator[str]) -> None:
    """A Markdown table, each row as it comes."""
    print(heading, flush=True)
    for row in rows:
        print(row, flush=True)
    print()


if __name__ == "__main__":
    main()
