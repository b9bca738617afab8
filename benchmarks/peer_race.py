"""This project beside timeseriesflattener and featuretools, on the same data.

    .venv/bin/python -m benchmarks.peer_race

makes an environment for each of the others, runs the conformance cases of `peer_cases` and the race, and prints
both as Markdown. Everything is invented.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pandas as pd

from benchmarks.cold_runs import Cost, cold_cost
from benchmarks.peer_cases import CASES, Case, expected, faults

SCRIPTS = Path(__file__).parent / "peers"
PINS = {
    "timeseriesflattener": ("timeseriesflattener==2.5.2", "attrs", "polars<2", "pyarrow"),
    "featuretools": ("featuretools==1.31.*", "pandas<3", "pyarrow", "setuptools<81"),
}
WINDOWS = [(0, 30), (0, 90), (0, 365)]
RACE = ((2_000, 8), (20_000, 8), (100_000, 8), (5_000, 60))
"""Patients, and contacts of each."""
MOST_POINTS = {"featuretools": 3_000}
"""Featuretools needs minutes for more; it is given the first points of the smallest race only."""
SPARSE = ((20_000, 8, 100), (20_000, 8, 500))
"""Patients, contacts of each, and codes, of which only counts are asked."""
IMPORTED = {
    "this project": "benchmarks.peers.ours",
    "timeseriesflattener": "timeseriesflattener",
    "featuretools": "featuretools",
}
SUMMARIES, OF_CODES = ("mean", "max", "min", "count"), ("count",)


def main() -> None:
    """Run what is asked for."""
    asked = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    asked.add_argument("--runs", type=int, default=5)
    asked.add_argument("--work", type=Path, default=Path("work-peers"))
    asked.add_argument("--largest", type=int, default=None, help="leave out races of more points")
    asked.add_argument("--alone", action="store_true", help="without the others: no environment is made")
    given = asked.parse_args()
    builders = {"this project": [sys.executable, "-m", "benchmarks.peers.ours"]}
    if not given.alone:
        builders |= {name: environment(name, given.work) for name in PINS}
    print(
        conformance(builders, given.work), race(builders, given.work, given.runs, given.largest), sep="\n\n"
    )


def environment(name: str, work: Path) -> list[str]:
    """The command that runs a peer's script; its environment is made if it is not there."""
    python = work / f"environment-{name}" / "bin" / "python"
    uv = [str(Path(sys.executable).with_name("uv"))]
    if not python.exists():
        subprocess.run(
            [*uv, "venv", "--quiet", "--python", sys.executable, str(python.parents[1])], check=True
        )
        subprocess.run([*uv, "pip", "install", "--quiet", "--python", str(python), *PINS[name]], check=True)
    return [str(python), str(SCRIPTS / f"by_{name}.py")]


def conformance(builders: dict[str, list[str]], work: Path) -> str:
    """A table of the cases, passed or failed by each; gold is worked out row by row in plain Python."""
    lines = [f"| case | {' | '.join(builders)} |", "|" + "---|" * (len(builders) + 1)]
    for case in CASES:
        verdicts = [_verdict(case, command, work / "case") for command in builders.values()]
        lines.append(f"| {case.name} | {' | '.join(verdicts)} |")
    return "\n".join(lines)


def _verdict(case: Case, command: list[str], folder: Path) -> str:
    write_case(folder, case.points, case.scores, windows=case.windows, days_at_once=case.days_at_once)
    out = folder / "out.parquet"
    out.unlink(missing_ok=True)
    done = subprocess.run([*command, str(folder), str(out)], capture_output=True, text=True, check=False)
    if done.returncode or not out.exists():
        return f"fail ({(done.stderr.strip().splitlines() or ['no output'])[-1][:60]})"
    wrong = faults(pd.read_parquet(out), expected(case))
    return f"fail ({wrong})" if wrong else "pass"


def race(builders: dict[str, list[str]], work: Path, runs: int, largest: int | None) -> str:
    """A table of cold wall time and peak memory; and of how many cells differ from this project's, if any does."""
    lines = [f"| patients x contacts (points) | {' | '.join(builders)} |", "|" + "---|" * (len(builders) + 1)]
    starting = (
        cold_cost([command[0], "-c", f"import {IMPORTED[name]}"], runs) for name, command in builders.items()
    )
    lines.append(f"| starting and importing alone | {' | '.join(map(_told, starting))} |")
    for patients, contacts, scores in [(*size, 5) for size in RACE] + [*SPARSE]:
        if largest is None or patients * contacts <= largest:
            points, values = invented(patients, contacts, scores)
            what = "sparse codes" if scores > 5 else "scores"
            cells = _raced(builders, work / "race", points, values, runs)
            lines.append(
                f"| {patients:,} x {contacts} ({len(points):,}), {scores} {what} | {' | '.join(cells)} |"
            )
    return "\n".join(lines)


def _raced(
    builders: dict[str, list[str]], folder: Path, points: pd.DataFrame, values: pd.DataFrame, runs: int
) -> list[str]:
    """What each took for these points, the first's columns being those that the others are compared with."""
    smallest = RACE[0][0] * RACE[0][1]
    summaries = OF_CODES if values.shape[1] > 7 else SUMMARIES
    cells: list[str] = []
    for name, command in builders.items():
        most = MOST_POINTS.get(name)
        if most is not None and len(points) != smallest:
            cells.append("-")
            continue
        write_case(folder, points.head(most or len(points)), values, windows=WINDOWS, summaries=summaries)
        out = folder / f"{name}.parquet"
        cost = cold_cost([*command, str(folder), str(out)], 1 if most else runs)
        only = f" for the first {most:,} points" if most else ""
        cells.append(f"{_told(cost)}{only}{differing(out, folder / f'{next(iter(builders))}.parquet')}")
    return cells


def differing(out: Path, first: Path) -> str:
    """In words, how many cells differ between what two wrote; nothing where none does."""
    theirs, ours = (pd.read_parquet(path).set_index("point_id") for path in (out, first))
    ours = ours.loc[theirs.index, theirs.columns]
    same = np.isclose(theirs.to_numpy(float), ours.to_numpy(float), rtol=1e-9, atol=1e-9, equal_nan=True)
    return f" ({np.count_nonzero(~same):,} of {same.size:,} cells differ)" if not same.all() else ""


def _told(cost: Cost) -> str:
    return f"{cost.seconds:.1f} s, {cost.gib:.2f} GiB"


def invented(patients: int, contacts: int, scores: int) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Contacts at irregular days with scores, and a point an hour before each; of many scores most are missing."""
    draw = np.random.default_rng(1)
    days = draw.integers(3, 21, size=(patients, contacts)).cumsum(axis=1)
    at = np.datetime64("2024-01-01T10:00", "us") + days.ravel().astype("timedelta64[D]")
    who = np.repeat([f"P{number:06d}" for number in range(patients)], contacts)
    values = {f"score{number}": draw.integers(0, 28, len(who)).astype(float) for number in range(scores)}
    if scores > 5:
        for value in values.values():
            value[draw.random(len(who)) > 0.02] = np.nan
    points = pd.DataFrame({
        "point_id": [f"{name}-{number}" for number, name in enumerate(who)],
        "patient": who, "at": at - np.timedelta64(1, "h"),
    })  # fmt: skip
    return points, pd.DataFrame({"patient": who, "at": at, **values})


def write_case(
    folder: Path,
    points: pd.DataFrame,
    scores: pd.DataFrame,
    *,
    windows: object,
    summaries: Sequence[str] = SUMMARIES,
    days_at_once: int | None = None,
) -> None:
    """What the scripts read: of each score, every summary in every window of days before a point."""
    folder.mkdir(parents=True, exist_ok=True)
    points.to_parquet(folder / "points.parquet", index=False)
    scores.to_parquet(folder / "scores.parquet", index=False)
    asked = {"windows": windows, "summaries": summaries, "days_at_once": days_at_once}
    (folder / "asked.json").write_text(json.dumps(asked))


if __name__ == "__main__":
    main()
