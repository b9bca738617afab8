"""How near the whole product comes to the truth of synthetic services, which only their makers know.

    .venv/bin/python -m benchmarks.truth --out WORK [--generator own|second] [--pathways N] [--seeds 1 2 3]

Each service goes the product's own way: records, `bsw build`, `bsw train` with its defaults, held-out points.
What is compared is the calibrated risk of those points with the chance that the generator drew the outcome from.

That chance is of the work itself, whether anybody went back to it or not; what the product predicts is the
outcome as it is recorded, of work that was reviewed. Records contain slips, and work that was not done may be
reviewed less. So the chance is also put through the logistic curve of recorded outcomes on it, over all points of the
service: the true chance of what is predicted, at held-out points that were reviewed. Figures against both are given.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path

import numpy as np
import pandas as pd
from scipy.special import expit

from models import resampling
from models.baselines import last_status
from models.resampling import Metric, Numbers
from models.splits import Split
from pipelines.build import build
from pipelines.config import Config, TrackingSettings
from pipelines.registry.tracking import load_model
from pipelines.synthetic.whole_service import synthesise
from pipelines.train import Material, read_material, train

SERVICES, MONTHS = 3, 24
TIMES_THE_DATA = 20
Generator = Callable[[Path, int, int], pd.DataFrame]


@dataclass(frozen=True)
class Found:
    """One service's figures at held-out points.

    AUROCs are of recorded outcomes; `ici` and `slope` are of the risk against the true chance of a recorded,
    reviewed outcome, `ici_of_work` and `slope_of_work` against that of the work itself, reviewed or not.
    `reached`: the model's gain over 0.5 as a share of the truth's; `of_much`: as a share of that of a learner of MUCH
    with TIMES_THE_DATA times the pathways; NaN where that was not asked for.
    """

    seed: int
    points: int
    not_completed: float
    truth_auroc: float
    last_status_auroc: float
    model_auroc: float
    ici: float
    slope: float
    ici_of_work: float
    slope_of_work: float
    reached: float
    of_much: float = float("nan")


def own(folder: Path, pathways: int, seed: int) -> pd.DataFrame:
    """Records by the project's generator; the truth by `point_id`: `chance` that the work is not completed."""
    source = folder / "source"
    synthesise(source, pathways=pathways, services=SERVICES, months=MONTHS, seed=seed, file_format="parquet")
    probabilities = next((source / "truth").glob("probabilities*"))  # a large service's is a folder of parts
    return _by_point(pd.read_parquet(probabilities), "probability_not_completed")


def second(folder: Path, pathways: int, seed: int) -> pd.DataFrame:
    """The same by the second generator, written from the input contract alone."""
    from benchmarks.second_service import write_second_service

    write_second_service(
        folder / "source",
        truth=folder / "truth.parquet",
        pathways=pathways,
        services=SERVICES,
        months=MONTHS,
        seed=seed,
    )
    return _by_point(pd.read_parquet(folder / "truth.parquet"), "true_probability")


GENERATORS: Mapping[str, Generator] = {"own": own, "second": second}


def _by_point(truth: pd.DataFrame, column: str) -> pd.DataFrame:
    point = truth["OrgID_Provider"] + ":" + truth["CareContactId"]
    return pd.DataFrame({"point_id": point, "chance": truth[column].astype(float)})


@dataclass(frozen=True)
class Learnt:
    """A service that went the product's way: its build, its cut, its model and every point's true chance."""

    material: Material
    split: Split
    uri: str
    config: Config
    truth: Numbers

    @property
    def recorded(self) -> Numbers:
        """The true chance that a point's recorded outcome is "not completed", its work having been reviewed."""
        known = ~np.isnan(self.material.labels)
        x = resampling.log_odds(self.truth)
        design = np.column_stack([np.ones_like(x), x])
        labels, everyone = self.material.labels[known], np.ones((1, int(known.sum())))
        fitted = resampling.logistic(design[known], labels, everyone)[0]
        return np.asarray(expit(design @ fitted), dtype=np.float64)

    def risks(self, of: Learnt) -> Numbers:
        """What this service's model says of another's held-out points."""
        model = load_model(self.uri, self.config).model
        features = of.material.features.iloc[of.split.test]
        return model.predict(features)["risk"].to_numpy(dtype=np.float64)


def learnt(folder: Path, generator: Generator, *, pathways: int, seed: int, config: Config) -> Learnt:
    """Make a service, build it and train on it, all under `folder`."""
    truth = generator(folder, pathways, seed)
    own_store = TrackingSettings(uri=f"sqlite:///{(folder / 'mlflow.db').resolve()}")
    config = replace(config, tracking=own_store)
    build(folder / "source", out=folder / "work", config=config, until=None)
    uri = train(folder / "work", config=config).uri
    material = read_material(folder / "work")
    split = material.split(config)
    chance = (
        truth.set_index("point_id")["chance"].reindex(material.points["point_id"]).to_numpy(dtype=np.float64)
    )
    if np.isnan(chance).any():
        raise ValueError(f"{folder}: {int(np.isnan(chance).sum())} points have no true chance")
    return Learnt(material, split, uri, config, chance)


def found(seed: int, service: Learnt, much: Learnt | None = None) -> Found:
    """The figures of one service; `much` learnt from far more data of the same mechanism."""
    labels, test = service.material.labels, service.split.test
    outcome, known = labels[test], ~np.isnan(labels[test])
    risk, of_work, of_record = service.risks(service), service.truth[test], service.recorded[test][known]
    share = service.material.features["last_share_completed"].to_numpy(dtype=np.float64)
    areas = {
        name: _of(resampling.auroc, outcome[known], chance[known])
        for name, chance in {
            "truth": of_work,
            "last": last_status(share, labels, service.split),
            "model": risk,
            **({"much": much.risks(service)} if much else {}),
        }.items()
    }
    gain = areas["model"] - 0.5
    return Found(
        seed=seed,
        points=int(known.sum()),
        not_completed=float(outcome[known].mean()),
        truth_auroc=areas["truth"],
        last_status_auroc=areas["last"],
        model_auroc=areas["model"],
        ici=_of(resampling.integrated_calibration_index, of_record, risk[known]),
        slope=_of(resampling.calibration_slope, of_record, risk[known]),
        ici_of_work=_of(resampling.integrated_calibration_index, of_work, risk),
        slope_of_work=_of(resampling.calibration_slope, of_work, risk),
        reached=gain / (areas["truth"] - 0.5),
        of_much=gain / (areas["much"] - 0.5) if much else float("nan"),
    )


def _of(metric: Metric, outcome: Numbers, risk: Numbers) -> float:
    """A metric of the rows as they are; a true chance may stand for the outcome of calibration's."""
    return float(metric(outcome, risk, np.ones((1, len(risk))))[0])


def study(
    out: Path, generator: str, *, pathways: int, seeds: Sequence[int], much: str | None, config: Config
) -> Iterator[Found]:
    """One service per seed; with `much`, beside that learner of MUCH with TIMES_THE_DATA times the pathways."""
    far_more = None
    if much:
        seed = max(seeds) + 1
        far_more = learnt(
            out / f"{generator}-much",
            GENERATORS[generator],
            pathways=TIMES_THE_DATA * pathways,
            seed=seed,
            config=MUCH[much](config),
        )
    for seed in seeds:
        folder = out / f"{generator}-{seed}"
        service = learnt(folder, GENERATORS[generator], pathways=pathways, seed=seed, config=config)
        yield found(seed, service, far_more)


def _same(config: Config) -> Config:
    """The settings that the search starts from, with as many rounds as help; the search itself would take hours.

    Nothing but the risk itself is asked of that model.
    """
    model = replace(config.model, max_rounds=6_000, refits=0)
    return replace(config, model=model, tuning=replace(config.tuning, trials=0))


def _roomy(config: Config) -> Config:
    """The same with room for larger trees, which as many points can fill."""
    same = _same(config)
    return replace(same, model=replace(same.model, num_leaves=31, max_rounds=1_500))


MUCH: Mapping[str, Callable[[Config], Config]] = {"same": _same, "roomy": _roomy}


def main() -> None:
    """Run the study and print its table."""
    asked = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    asked.add_argument("--out", type=Path, required=True, help="an empty folder for services and models")
    asked.add_argument("--generator", choices=sorted(GENERATORS), default="own")
    asked.add_argument("--pathways", type=int, default=20_000)
    asked.add_argument("--seeds", type=int, nargs="+", default=[1, 2, 3])
    words = f"also learn from {TIMES_THE_DATA} times the data: the same learner, or one with room for larger trees"
    asked.add_argument("--much", choices=sorted(MUCH), help=words)
    given = asked.parse_args()
    rows = []
    for one in study(
        given.out,
        given.generator,
        pathways=given.pathways,
        seeds=given.seeds,
        much=given.much,
        config=Config(),
    ):
        rows.append(asdict(one))
        print(pd.DataFrame(rows).round(4).to_string(index=False), flush=True)


if __name__ == "__main__":
    main()
