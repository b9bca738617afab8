"""Were there enough points to learn from? Riley's criteria for a binary outcome against what was had.

Riley et al. 2019 (Stat Med 38:1276) and 2020 (BMJ 368:m441): so many that (1) the effects need to be shrunk by no
more than a tenth, (2) the apparent Nagelkerke R2 is at most 0.05 above the true one, (3) the overall share is
known to within 0.05; and van Smeden et al. 2019 (Stat Methods Med Res 28:2455): (4) the mean absolute error of
the risks is at most 0.05, a formula made for up to 30 parameters. They hold for a regression with so many
parameters, learnt from independent persons; boosted trees have no such number and are hungrier (van der Ploeg,
Austin & Steyerberg 2014, BMC Med Res Methodol 14:137).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy import stats
from scipy.special import xlogy

SHRINKAGE, OPTIMISM, MARGIN, ERROR = 0.9, 0.05, 0.05, 0.05
MOST_PARAMETERS = 30
CRITERIA = {
    "shrinkage": "(1) effects to be shrunk by at most a tenth",
    "optimism": "(2) apparent R² at most 0.05 too high",
    "overall": "(3) overall share known to within 0.05",
    "error": "(4) risks wrong by at most 0.05 on average",
}

COLUMNS = ["criterion", "parameters", "needed", "points", "patients", "enough"]


@dataclass(frozen=True)
class Had:
    """What was learnt from: points with a known outcome, how many of them not completed, and their patients."""

    points: int
    events: int
    patients: int

    @property
    def prevalence(self) -> float:
        """The share not completed."""
        return self.events / self.points


def most_cox_snell(prevalence: float) -> float:
    """The highest Cox-Snell R2 that a model of an outcome with this prevalence can have."""
    half = xlogy(prevalence, prevalence) + xlogy(1 - prevalence, 1 - prevalence)
    return float(1 - np.exp(2 * half))


def cox_snell_from_auroc(auroc: float, prevalence: float) -> float:
    """The Cox-Snell R2 of a well calibrated model with this AUROC.

    Under a linear predictor that is normal with one variance among events and among others, as in Riley et al.
    2021 (Stat Med 40:859), but integrated instead of simulated.
    """
    apart = np.sqrt(2) * stats.norm.ppf(auroc)
    nodes, shares = np.polynomial.hermite_e.hermegauss(200)
    shares = shares / shares.sum()
    start = np.log(prevalence / (1 - prevalence)) - apart**2 / 2
    of_events, of_others = start + apart * (nodes + apart), start + apart * nodes
    events, others = -shares @ np.logaddexp(0, -of_events), -shares @ np.logaddexp(0, of_others)
    model = prevalence * events + (1 - prevalence) * others
    null = xlogy(prevalence, prevalence) + xlogy(1 - prevalence, 1 - prevalence)
    return float(1 - np.exp(-2 * (model - null)))


def needed(*, parameters: int, prevalence: float, cox_snell: float) -> dict[str, float]:
    """The fewest persons that each of CRITERIA asks for.

    Errors: ValueError where the R2 is not above 0 and below the most that the prevalence allows.
    """
    most = most_cox_snell(prevalence)
    if not 0 < cox_snell < min(most, SHRINKAGE):
        raise ValueError(f"the Cox-Snell R2 must lie above 0 and below {most:.3f}; it is {cox_snell:.3f}")
    shrunk = cox_snell / (cox_snell + OPTIMISM * most)
    rarer = min(
        prevalence, 1 - prevalence
    )  # the formula was made for shares up to a half; the error is the same
    error = -0.508 + 0.259 * np.log(rarer) + 0.504 * np.log(parameters) - np.log(ERROR)
    persons = {
        "shrinkage": _for_shrinkage(parameters, cox_snell, SHRINKAGE),
        "optimism": _for_shrinkage(parameters, cox_snell, shrunk),
        "overall": (1.96 / MARGIN) ** 2 * prevalence * (1 - prevalence),
        "error": float(np.exp(error / 0.544)),
    }
    return {name: float(np.ceil(number)) for name, number in persons.items()}


def _for_shrinkage(parameters: int, cox_snell: float, shrinkage: float) -> float:
    return float(parameters / ((shrinkage - 1) * np.log(1 - cox_snell / shrinkage)))


def sample_size(had: Had, *, parameters: int, auroc: float) -> pd.DataFrame:
    """What each criterion asks for beside what was had: `criterion, parameters, needed, points, patients, enough`.

    `auroc`: as measured on held-out points; at 0.5 or below nothing can be said, and `needed` is missing. `enough`
    counts patients, of whom one with several points says less than several would: yes, of points only, or no.
    """
    prevalence = had.prevalence
    cox_snell = cox_snell_from_auroc(auroc, prevalence) if auroc > 0.5 else 0.0
    asked = needed(parameters=parameters, prevalence=prevalence, cox_snell=cox_snell) if cox_snell > 0 else {}
    rows = [
        (name, parameters, number, had.points, had.patients, _enough(number, had))
        for name, number in ((name, asked.get(name, float("nan"))) for name in CRITERIA)
    ]
    return pd.DataFrame(rows, columns=COLUMNS)


def _enough(number: float, had: Had) -> str:
    if np.isnan(number):
        return "cannot be said"
    return "yes" if had.patients >= number else "points only" if had.points >= number else "no"
