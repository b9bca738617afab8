"""Command line: `python -m benchmarks.second_service FOLDER --truth FILE`, or `--summary` for three seeds."""

import argparse
import sys
import tempfile
import time
from pathlib import Path

from benchmarks.second_service.summary import summary
from benchmarks.second_service.writing import write_second_service


def main(arguments: list[str] | None = None) -> int:
    """Write a service, or print the summary over three seeds."""
    parser = argparse.ArgumentParser(prog="second_service", description=__doc__)
    parser.add_argument("folder", nargs="?", type=Path, help="where the tables go")
    parser.add_argument("--truth", type=Path, help="file of true probabilities, outside the folder")
    parser.add_argument("--pathways", type=int, default=20_000)
    parser.add_argument("--services", type=int, default=3)
    parser.add_argument("--months", type=int, default=24)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--summary", action="store_true", help="seeds 1, 2, 3: print the figures")
    chosen = parser.parse_args(arguments)
    sizes = {"pathways": chosen.pathways, "services": chosen.services, "months": chosen.months}
    if chosen.summary:
        return _print_summary(sizes)
    if chosen.folder is None or chosen.truth is None:
        parser.error("give FOLDER and --truth FILE, or --summary")
    truth = write_second_service(chosen.folder, **sizes, seed=chosen.seed, truth=chosen.truth)
    print(f"{chosen.folder}: {len(truth)} contacts with work; truth in {chosen.truth}")
    return 0


def _print_summary(sizes: dict[str, int]) -> int:
    """One column per seed."""
    columns = []
    for seed in (1, 2, 3):
        with tempfile.TemporaryDirectory() as place:
            folder, truth, begun = Path(place) / "service", Path(place) / "truth.parquet", time.monotonic()
            write_second_service(folder, **sizes, seed=seed, truth=truth)
            took = time.monotonic() - begun
            columns.append({"seconds to write": took} | summary(folder, truth))
    for name in columns[0]:
        print(f"| {name} | " + " | ".join(f"{column[name]:.3f}" for column in columns) + " |")
    return 0


if __name__ == "__main__":
    sys.exit(main())
