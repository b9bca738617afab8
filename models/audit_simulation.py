"""What the audit's tests and intervals promise, put to the test in invented services whose truth is known.

Six groups of 45 to 1,500 patients who come again. Without any true difference: how often is one found all
the same, and how often do all intervals of an audit hold? With a planted one: how often is it found?
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.special import expit

from models.audit_rows import Rows, counts
from models.audit_settings import AuditSettings
from models.clustered import Grouping
from models.comparison import Compared, compare, holm
from models.measured import enough_cases, estimate
from models.measures import MEASURES

PATIENTS = (45, 90, 180, 350, 700, 1500)
WATCHED = ("sensitivity", "false_positive_rate", "ppv", "auroc", "observed_to_expected")
UNKNOWN, FLAGGED = 0.15, 0.25


@dataclass(frozen=True)
class Scenario:
    """name: in the table. clustering: the spread of a patient's own tendency, in log-odds. visits: mean
    predictions per patient."""

    name: str
    clustering: float
    visits: float


SCENARIOS = (
    Scenario("one prediction a patient", 0.0, 1),
    Scenario("mild clustering, 2 predictions", 0.5, 2),
    Scenario("medium clustering, 3 predictions", 1.0, 3),
    Scenario("heavy clustering, 5 predictions", 2.0, 5),
)


@dataclass(frozen=True)
class Planted:
    """An inequity in one group: flags that overlook a share `blind` of those they would have caught, or
    outcomes more common by `unseen` log-odds than the risks know. group: its place in PATIENTS."""

    group: int = 0
    blind: float = 0.0
    unseen: float = 0.0


NOTHING = Planted()


def invented(scenario: Scenario, rng: np.random.Generator, planted: Planted = NOTHING) -> Rows:
    """The rows of one service."""
    patients = sum(PATIENTS)
    patient = np.repeat(np.arange(patients), 1 + rng.poisson(scenario.visits - 1, patients))
    group = np.repeat(np.arange(len(PATIENTS)), PATIENTS)[patient]
    seen, unseen = rng.normal(0, scenario.clustering, (2, patients))
    tendency = -0.6 + 0.8 * seen[patient] + 0.7 * rng.normal(size=len(patient))
    here = group == planted.group
    chance = expit(tendency + 0.7 * unseen[patient] + planted.unseen * here)
    outcome = (rng.random(len(patient)) < chance).astype(float)
    outcome[rng.random(len(patient)) < UNKNOWN] = np.nan
    flag = tendency > np.quantile(tendency, 1 - FLAGGED)
    flag &= ~here | (rng.random(len(patient)) >= planted.blind)
    return Rows(expit(tendency), outcome, flag, Grouping(group, patient, len(PATIENTS)))


def truth(scenario: Scenario, planted: Planted = NOTHING, *, services: int = 30) -> pd.DataFrame:
    """Each watched measure (columns) in each group, and over all ('All'), of services so many that chance
    has no say."""
    rng = np.random.default_rng(99)
    many = [invented(scenario, rng, planted) for _ in range(services)]
    values = {
        name: np.append(
            np.nanmean([estimate(MEASURES[name], rows).value for rows in many], axis=0),
            np.mean([estimate(MEASURES[name], rows.pooled()).value[0] for rows in many]),
        )
        for name in WATCHED
    }
    return pd.DataFrame(values, index=[*range(len(PATIENTS)), "All"])


def compared_in(rows: Rows, name: str, settings: AuditSettings) -> tuple[Compared, NDArray[np.bool_]]:
    """One measure compared as an audit does, and which groups had enough data."""
    measure, estimates = MEASURES[name], estimate(MEASURES[name], rows)
    counted = {each: of_rows for each, (of_rows, _) in counts(rows).items()}
    enough = enough_cases(measure, rows, counted, least=settings.minimum_cases)
    enough &= estimates.clusters >= settings.minimum_clusters
    margin = settings.margin_of(measure)
    return compare(estimates, measure.kind, enough, level=settings.level, margin=margin), enough


def without_a_difference(scenario: Scenario, *, audits: int, seed: int) -> pd.DataFrame:
    """One row per measure, and one for the verdict over all of them.

    measure; false_alarms: share of audits with p under 5%; joint_held and gaps_held: share in which every
    group's joint interval, and that of every gap, held the truth; width_smallest, width_largest: mean width
    of the joint interval of the smallest and the largest group; audits.
    """
    settings, rng = AuditSettings(), np.random.default_rng(seed)
    true = dict(zip(WATCHED, truth(scenario).loc["All"].to_numpy(dtype=float), strict=True))
    seen: dict[str, list[tuple[float, ...]]] = {name: [] for name in WATCHED}
    any_found = 0
    for _ in range(audits):
        rows = invented(scenario, rng)
        p = []
        for name in WATCHED:
            compared, enough = compared_in(rows, name, settings)
            seen[name].append(_one_audit(compared, enough, true[name], MEASURES[name].kind == "ratio"))
            p.append(compared.test.p)
        any_found += bool((holm(np.array(p)) < 1 - settings.level).any())
    table = pd.DataFrame(
        {name: pd.DataFrame(found).mean().to_numpy() for name, found in seen.items()},
        index=["false_alarms", "joint_held", "gaps_held", "width_smallest", "width_largest"],
    ).T
    table.loc["any of them (Holm)"] = [any_found / audits, *[np.nan] * 4]
    return table.rename_axis("measure").reset_index().assign(audits=audits)


def _one_audit(compared: Compared, enough: NDArray[np.bool_], true: float, ratio: bool) -> tuple[float, ...]:
    same = 1.0 if ratio else 0.0
    joint, gaps = compared.joint, compared.gap_joint
    width = joint.high - joint.low
    return (
        float(compared.test.p < 0.05),
        float(((joint.low <= true) & (joint.high >= true))[enough].all()),
        float(((gaps.low <= same) & (gaps.high >= same))[enough].all()),
        float(width[0]),
        float(width[-1]),
    )


def with_a_difference(
    scenario: Scenario, planted: Planted, name: str, *, audits: int, seed: int
) -> dict[str, float]:
    """How often a planted inequity is found by the test of one measure.

    gap: the true gap of the group from the others (a quotient for a ratio); found: share of audits with p
    under 5%; group_named: share in which the group's own gap interval also leaves out no difference.
    """
    rng, settings = np.random.default_rng(seed), AuditSettings()
    found = named = 0
    for _ in range(audits):
        compared, _ = compared_in(invented(scenario, rng, planted), name, settings)
        same = 1.0 if MEASURES[name].kind == "ratio" else 0.0
        low, high = (end[planted.group] for end in compared.gap_joint)
        alarm = bool(compared.test.p < 0.05)
        found += alarm
        named += alarm and bool((low > same) | (high < same))
    return {"gap": _true_gap(scenario, planted, name), "found": found / audits, "group_named": named / audits}


def _true_gap(scenario: Scenario, planted: Planted, name: str) -> float:
    values = truth(scenario, planted)[name].drop("All").to_numpy(dtype=float)
    others: Sequence[int] = [k for k in range(len(PATIENTS)) if k != planted.group]
    rest = float(np.average(values[others], weights=np.array(PATIENTS, dtype=float)[others]))
    own = float(values[planted.group])
    return own / rest if MEASURES[name].kind == "ratio" else own - rest
