"""Audit tables from a synthetic service's own truth, with an inequity planted in one group, or none.

From the service come contacts, patients, sizes of ethnic groups and each contact's true chance that the work
was not done. Labels are dealt anew over patients before anything is planted, so that without planting groups
differ by chance alone. Every planting acts on the group named `affected` and on nothing else.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.special import expit, logit

from features.standard import ethnic_categories
from pipelines.synthetic.whole_service import synthesise

Floats = NDArray[np.float64]
SERVICES, MONTHS = 3, 24
CAREFUL, EFFECT_OF_CARE = 0.6, -1.5  # share planned carefully; log-odds of non-completion
OWN_TENDENCY = 0.6  # standard deviation between patients, in log-odds, that no score sees
RECORDED = 0.85
FLAGGED = 0.2
NODES, WEIGHTS = np.polynomial.hermite_e.hermegauss(21)


@dataclass(frozen=True)
class Truth:
    """One synthetic service: per contact its patient (code) and true log-odds; per patient the ethnic group."""

    patient: NDArray[np.int64]
    log_odds: Floats
    group: NDArray[np.object_]

    @property
    def affected(self) -> list[str]:
        """The groups that something can be planted in: all but the largest, by name."""
        sizes = pd.Series(self.group).value_counts()
        return sorted(str(name) for name in sizes.index if name != sizes.idxmax())


@dataclass(frozen=True)
class World:
    """One service in which an audit is made, rows alike: what is true, what the score sees, what is recorded.

    careful_share: the chance that work is planned carefully. shift: what is added to the true log-odds, and
    score_shift to the score's alone. recorded: rows x the chance that an outcome is known if the work was done,
    and if it was not.
    """

    group: NDArray[np.object_]
    patient: NDArray[np.int64]
    careful_share: Floats
    shift: Floats
    score_shift: Floats
    recorded: Floats


@dataclass(frozen=True)
class Planting:
    """An inequity of a stated size; `size` in the unit of `unit`."""

    name: str
    size: float
    unit: str
    plant: Callable[[World, NDArray[np.bool_], float], World]


def _less_care(world: World, at: NDArray[np.bool_], size: float) -> World:
    return replace(world, careful_share=world.careful_share - size * at)


def _less_recorded(world: World, at: NDArray[np.bool_], size: float) -> World:
    return replace(world, recorded=world.recorded - size * at[:, None])


def _undone_less_recorded(world: World, at: NDArray[np.bool_], size: float) -> World:
    return replace(world, recorded=world.recorded - size * at[:, None] * np.array([0.0, 1.0]))


def _biased_score(world: World, at: NDArray[np.bool_], size: float) -> World:
    return replace(world, score_shift=world.score_shift - size * at)


def _real_difference(world: World, at: NDArray[np.bool_], size: float) -> World:
    return replace(world, shift=world.shift + size * at)


def _nothing(world: World, _at: NDArray[np.bool_], _size: float) -> World:
    return world


SHARE, LOG_ODDS = "share", "log-odds"
PLANTINGS = (
    Planting("nothing", 0.0, SHARE, _nothing),
    *(Planting("less careful planning", size, SHARE, _less_care) for size in (0.2, 0.4)),
    *(Planting("less complete recording", size, SHARE, _less_recorded) for size in (0.1, 0.2)),
    *(
        Planting("work not done less often recorded", size, SHARE, _undone_less_recorded)
        for size in (0.2, 0.4)
    ),
    *(Planting("a score too low", size, LOG_ODDS, _biased_score) for size in (0.4, 0.8)),
    *(Planting("a real difference, equal care", size, LOG_ODDS, _real_difference) for size in (0.3, 0.6)),
)


def truth_of(folder: Path, *, pathways: int, seed: int) -> Truth:
    """Write a synthetic service to `folder` and read its truth."""
    synthesise(folder, pathways=pathways, services=SERVICES, months=MONTHS, seed=seed, file_format="parquet")
    chances = pd.read_parquet(folder / "truth" / "probabilities.parquet")
    keys = ["OrgID_Provider", "CareContactId"]
    contacts = _latest(folder, "IDS201CareContact", [*keys, "ServiceRequestId"], keys)
    referrals = ["OrgID_Provider", "ServiceRequestId"]
    of_patient = _latest(folder, "IDS101Referral", [*referrals, "LocalPatientId"], referrals)
    person = ["OrgID_Provider", "LocalPatientId"]
    people = _latest(folder, "IDS001MPI", [*person, "EthnicCategory"], person)
    rows = chances.merge(contacts, on=keys).merge(of_patient, on=referrals).merge(people, on=person)
    groups = rows["EthnicCategory"].map({code: group for code, (_, group) in ethnic_categories().items()})
    patient, names = pd.factorize(rows["OrgID_Provider"] + ":" + rows["LocalPatientId"])
    of_each = groups.fillna("Not stated or not known").groupby(patient).first().to_numpy(dtype=object)
    chance = rows["probability_not_completed"].to_numpy(dtype=float).clip(1e-4, 1 - 1e-4)
    assert len(of_each) == len(names)
    return Truth(patient.astype(np.int64), logit(chance), of_each)


def _latest(folder: Path, table: str, columns: list[str], keys: list[str]) -> pd.DataFrame:
    return pd.read_parquet(folder / f"{table}.parquet", columns=columns).drop_duplicates(keys, keep="last")


def audit_table(truth: Truth, planting: Planting, affected: str, rng: np.random.Generator) -> pd.DataFrame:
    """patient, group, planned_carefully, risk, flag and not_completed (missing where not recorded), per contact.

    The score is calibrated in every group but for what is planted: its risk is the mean chance of non-completion
    over what it cannot see, the patient's own tendency.
    """
    group = rng.permutation(truth.group)[truth.patient]
    rows = len(group)
    even = World(
        group, truth.patient, np.full(rows, CAREFUL), np.zeros(rows), np.zeros(rows), np.full((rows, 2), RECORDED)
    )  # fmt: skip
    world = planting.plant(even, np.asarray(group == affected), planting.size)
    careful = rng.random(rows) < world.careful_share
    seen = truth.log_odds + EFFECT_OF_CARE * (careful - CAREFUL) + world.shift
    tendency = rng.normal(0, OWN_TENDENCY, int(truth.patient.max()) + 1)[truth.patient]
    undone = rng.random(rows) < expit(seen + tendency)
    known = rng.random(rows) < np.where(undone, world.recorded[:, 1], world.recorded[:, 0])
    risk = _mean_chance(seen + world.score_shift)
    return pd.DataFrame(
        {
            "patient": truth.patient,
            "group": group,
            "planned_carefully": careful,
            "risk": risk,
            "flag": risk >= np.quantile(risk, 1 - FLAGGED),
            "not_completed": np.where(known, undone.astype(float), np.nan),
        }
    )


def _mean_chance(log_odds: Floats) -> Floats:
    """The chance over patients' own tendencies, by Gauss-Hermite quadrature."""
    return np.asarray(
        expit(log_odds[:, None] + OWN_TENDENCY * NODES) @ (WEIGHTS / WEIGHTS.sum()), dtype=np.float64
    )
