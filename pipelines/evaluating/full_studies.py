"""The heavier studies of `bsw evaluate --full`: each timed, with progress, on the model's own learning procedure."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from time import monotonic

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from features.errors import InputError
from features.lineage import tables_read
from features.predictor import everything
from models.glass_box import glass_box
from models.learning_curve import fits, learning_curve
from models.left_out import left_out
from models.optimism import optimism
from models.rehearsal import Input, rehearsal
from models.resampling import Numbers
from models.risk_model import RiskModel
from models.studies import Advance, Procedure
from pipelines.config import Config
from pipelines.evaluating.evaluated import Study
from pipelines.progress import progress
from pipelines.registry.meaning import differing

GLASS_BOX = "explainable boosting"
# All of the training patients had a say in the search, whoever is left out here.
AS_FOUND = "with the settings of the trees as they were found: the search for them is not repeated"
Tables = tuple[pd.DataFrame, pd.DataFrame | None]


@dataclass(frozen=True)
class Asked:
    """What the studies work on: the procedure, the registered model, the service of each point."""

    procedure: Procedure
    model: RiskModel
    services: NDArray[np.object_]
    config: Config


@dataclass(frozen=True)
class Plan:
    """One study: how many parts its bar has, how it is done, and what does it."""

    title: str
    parts: int
    says: str
    run: Callable[[Asked, Advance], Tables]


def studies(asked: Asked) -> Mapping[str, Study]:
    """Every study by name, in order; how long each took is printed."""
    done = {}
    for name, plan in plans(asked).items():
        begun = monotonic()
        with progress(plan.title, plan.parts) as advance:
            table, summary = plan.run(asked, advance)
        done[name] = Study(table, monotonic() - begun, plan.says, summary)
        print(f"  {plan.title}: {done[name].seconds:.0f} s", flush=True)
    return done


def rival(procedure: Procedure) -> tuple[Numbers, float]:
    """The risks of the held-out rows by explainable boosting, and the seconds that it took."""
    begun = monotonic()
    with progress("Explainable boosting", 1) as advance:
        known = procedure.features, procedure.outcome, procedure.split
        risk = glass_box(*known, patients=procedure.patients, advance=advance)
    seconds = monotonic() - begun
    print(f"  Explainable boosting: {seconds:.0f} s", flush=True)
    return risk, seconds


def as_study(gains: pd.DataFrame, seconds: float) -> Study:
    """What the glass-box rival cost, and by how much the boosted model beats it."""
    says = "A glass-box rival, learnt on the same rows: the boosted model's gain in AUROC over it."
    return Study(gains[gains["rival"] == GLASS_BOX], seconds, says)


def same_settings(learnt: Mapping[str, Mapping[str, object]], config: Config) -> None:
    """Refuse to study another procedure than the one that made the model. `learnt`: the configuration of its training.

    Errors: InputError naming every setting that differs.
    """
    faults = [
        f"the model was learnt with {name} = {then!r}, but the configuration says {now!r}: what is learnt anew would "
        "be another model; give the training's configuration with --config, or train again"
        for name, then, now in differing(learnt, asdict(config), ("model", "split"))
    ]
    if faults:
        raise InputError(*faults)


def plans(asked: Asked) -> Mapping[str, Plan]:
    """The studies and how long their bars are."""
    settings = asked.config.studies
    inputs = rehearsed(asked.model)
    places = len(set(asked.services[asked.procedure.tested].astype(str)))
    chosen = {
        "leave_one_service_out": Plan(
            "Leaving one service out",
            places,
            f"Each service measured by a model learnt from the other services before the cut, {AS_FOUND}.",
            _left_out,
        ),
        "optimism": Plan(
            "Optimism bootstrap",
            settings.optimism,
            f"Learnt again from patients drawn with replacement, {settings.optimism} times, {AS_FOUND}.",
            _optimism,
        ),
        "learning_curve": Plan(
            "Learning curve",
            fits(settings),
            f"Learnt from growing shares of the training patients, always measured on the same held-out points, "
            f"{AS_FOUND}.",
            _curve,
        ),
        "rehearsal": Plan(
            "Rehearsal of missing inputs",
            len(inputs),
            "Each table and each construct taken away in turn, and with a table all that it has a part in; where "
            "another table carries some of it too, less is lost.",
            _rehearsal,
        ),
    }
    return (
        chosen if places > 1 else {name: chosen[name] for name in chosen if name != "leave_one_service_out"}
    )


def rehearsed(model: RiskModel) -> tuple[Input, ...]:
    """Every table and every construct that some predictor of the model rests on. With a table all goes that it has a
    part in, though another may carry some of it: what is rehearsed is the worst.
    """
    resting: dict[tuple[str, str], list[str]] = {}
    for name in model.predictors:
        known = everything().get(name)
        if known is not None:
            tables = sorted(tables_read(known))
            for kind, input_ in [*(("table", table) for table in tables), ("construct", known.construct)]:
                resting.setdefault((kind, input_), []).append(name)
    return tuple(Input(*key, tuple(names)) for key, names in sorted(resting.items(), reverse=True))


def _left_out(asked: Asked, advance: Advance) -> Tables:
    found = left_out(asked.procedure, asked.services, settings=asked.config.evaluation, advance=advance)
    return found.services, found.summary


def _optimism(asked: Asked, advance: Advance) -> Tables:
    studies, settings = asked.config.studies, asked.config.evaluation
    return optimism(asked.procedure, studies=studies, settings=settings, advance=advance), None


def _curve(asked: Asked, advance: Advance) -> Tables:
    studies, settings = asked.config.studies, asked.config.evaluation
    return learning_curve(asked.procedure, studies=studies, settings=settings, advance=advance), None


def _rehearsal(asked: Asked, advance: Advance) -> Tables:
    table = rehearsal(
        asked.procedure,
        asked.model,
        rehearsed(asked.model),
        when_absent=_when_absent(asked.model),
        relearn=asked.config.studies.relearn,
        settings=asked.config.evaluation,
        advance=advance,
    )
    return table, None


def _when_absent(model: RiskModel) -> Mapping[str, float]:
    """What an empty history gives each predictor that has a value for it."""
    given = {name: everything()[name].when_absent for name in model.predictors if name in everything()}
    return {name: float(value) for name, value in given.items() if isinstance(value, int | float)}
