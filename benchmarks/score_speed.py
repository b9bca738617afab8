"""How long `bsw score` takes for a caseload, as a whole process; and one patient in a process that is up.

Run as `python -m benchmarks.score_speed --work FOLDER`. Everything in FOLDER is synthetic and made where it is
not there yet: the records, a model learnt from them, its registry.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

import pandas as pd

from features.evidence import with_parts
from features.facts import Facts
from features.predictor import catalogue
from features.ready import ReadyMatrix
from features.records import read_records
from models.explanation import Explainer
from pipelines.built import begin
from pipelines.config import read_config
from pipelines.flags.open_work import open_work
from pipelines.registry.tracking import load_model

PATHWAYS_PER_MONTH = 2_180  # so that about 2,000 pathways have work that is waiting for its review
SERVICES, SEED, TIMES, UNTIMED, PATIENTS = 3, 1, 5, 5, 200
MODEL = "models:/bsw@candidate"


@dataclass(frozen=True)
class Bench:
    """A made service with a registered model, and the day after its records end."""

    folder: Path
    months: int

    @property
    def source(self) -> Path:
        """The records."""
        return self.folder / f"records_{self.months}_months"

    @property
    def config(self) -> Path:
        """The configuration: everything stays in the folder."""
        return self.folder / "bsw.toml"

    @property
    def as_of(self) -> date:
        """The day after the last that the records cover."""
        manifest = json.loads((self.work / "manifests" / "build.json").read_text(encoding="utf-8"))
        return date.fromisoformat(manifest["records_up_to"]) + timedelta(days=1)

    @property
    def work(self) -> Path:
        """Where the model was learnt."""
        return self.folder / f"work_{self.months}_months"

    def made(self, pathways: int) -> Bench:
        """Make what is not there yet."""
        self.folder.mkdir(parents=True, exist_ok=True)
        store = (self.folder / "mlflow.db").resolve()
        names = json.dumps(str((self.folder / "pseudonyms").resolve()))
        self.config.write_text(
            f'[tracking]\nuri = "sqlite:///{store}"\n\n[score]\npseudonyms = {names}\n', encoding="utf-8"
        )
        if not self.source.exists():
            made = ["--pathways", str(pathways), "--months", str(self.months), "--services", str(SERVICES)]
            _bsw("synthesise", str(self.source), *made, "--seed", str(SEED))
        if not (self.work / "manifests" / "train.json").exists():
            _bsw("build", str(self.source), "--out", str(self.work), "--config", str(self.config))
            _bsw("train", str(self.work), "--config", str(self.config))
        return self


def _bsw(*arguments: str) -> None:
    subprocess.run([sys.executable, "-m", "pipelines.cli", *arguments], check=True, stdout=subprocess.DEVNULL)


def cold(bench: Bench, out: Path) -> tuple[float, float]:
    """Seconds of the wall clock and of all processors for one `bsw score` into `out`, a process of its own."""
    before, begun = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
    asked = ["--as-of", bench.as_of.isoformat(), "--model", MODEL, "--out", str(out)]
    _bsw("score", str(bench.source), *asked, "--config", str(bench.config))
    wall, after = time.perf_counter() - begun, resource.getrusage(resource.RUSAGE_CHILDREN)
    return wall, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def warm(bench: Bench) -> list[float]:
    """Milliseconds for one patient's predictors, chance and explanation, in a process that is up."""
    config = read_config(bench.config)
    model = load_model(MODEL, config).model
    begun = begin(
        Facts(read_records(bench.source, config.source), config.facts), config=config, until=bench.as_of
    )
    chosen, _ = open_work(begun.built, as_of=bench.as_of, settings=config.outcome)
    known = catalogue(config.protected.admitted)
    asked = {part for name in model.predictors for part in with_parts(known[name])}
    ready = ReadyMatrix(begun.facts, {name: one for name, one in known.items() if name in asked})
    points = begun.points.seconds().set_index("point_id", drop=False).loc[chosen.index[: UNTIMED + PATIENTS]]
    explainer = Explainer(model)
    took = []
    for place in range(len(points)):
        begins = time.perf_counter()
        features = ready.at(points.iloc[[place]]).frame.set_index("point_id")
        model.predict(features)
        explainer.explain(features)
        took.append(1000 * (time.perf_counter() - begins))
    return took[UNTIMED:]


def main(arguments: list[str] | None = None) -> None:
    """Measure and print."""
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--work", type=Path, required=True, metavar="FOLDER")
    asked.add_argument("--months", type=int, nargs="+", default=[12, 24])
    asked.add_argument("--pathways", type=int, help="default: 2,180 for each month")
    asked.add_argument("--times", type=int, default=TIMES)
    given = asked.parse_args(arguments)
    os.environ["XDG_CACHE_HOME"] = str((given.work / "cache").resolve())
    for months in given.months:
        bench = Bench(given.work, months).made(given.pathways or PATHWAYS_PER_MONTH * months)
        shutil.rmtree(
            given.work / "cache", ignore_errors=True
        )  # what the build left: the first run writes it anew
        # Each list into a new folder, as users are told; the first run writes the questions that the others find.
        new = Path(tempfile.mkdtemp(prefix=f"lists_{months}_months_", dir=given.work))
        lists = [new / str(number) for number in range(given.times + 1)]
        first, *runs = (cold(bench, out) for out in lists)
        listed = len(pd.read_csv(lists[0] / "flags.csv"))
        pages = len(list(lists[0].rglob("*.html")))
        walls, processors = zip(*runs, strict=True)
        print(
            f"{months} months of records, {listed:,} patients with open work, {pages:,} pages: "
            f"{statistics.median(walls):.1f} s ({min(walls):.1f} to {max(walls):.1f}), "
            f"{statistics.median(processors):.1f} s of processor, {os.cpu_count()} cores; "
            f"the first run, which writes the questions down: {first[0]:.1f} s, {first[1]:.1f} s of processor",
            flush=True,
        )
        took = warm(bench)
        print(
            f"  one patient in a warm process, {len(took)} of them: median {statistics.median(took):.0f} ms, "
            f"95 in 100 within {statistics.quantiles(took, n=20)[-1]:.0f} ms",
            flush=True,
        )


if __name__ == "__main__":
    main()
