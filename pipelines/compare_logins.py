"""`bsw compare-logins`: log-ins of a service beside those of the 342 real patients of G-ICBT.

Only aggregates of the real file are read out, and none of its rows is written anywhere.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import pandas as pd
from scipy.stats import ks_2samp

from features.errors import InputError
from pipelines.benchmark_gicbt import read_logins
from pipelines.page import Page, Section, paragraph, table, write_page
from pipelines.store import write_text

DAYS_SEEN = 56  # from each patient's first log-in: what both programmes last for
ASKED = """
SELECT OrgID_Provider || ':' || ServiceRequestId AS participant,
  try_cast(SessionStart AS TIMESTAMP) AS start, try_cast(SessionEnd AS TIMESTAMP) AS "end"
FROM read_parquet(?) WHERE start IS NOT NULL ORDER BY ALL
"""
LOGINS = "BSW004PlatformSession"
# Declared: the largest distance between the distributions (Kolmogorov-Smirnov, 0 to 1), and differences of
# shares and of log-ins a week.
DISTANCE, SHARE, PER_WEEK = 0.20, 0.12, 0.8
WEEKS = (1, 2, 4, 6, 8)


def compare_logins(source: Path, *, data: Path, out: Path) -> pd.DataFrame:
    """Write OUT/logins.csv and OUT/logins.html; measure, real, synthetic, distance, tolerance, within.

    Errors: InputError where either side cannot be read.
    """
    real = read_logins(data)[["participant", "start", "end"]]
    compared = pd.DataFrame(_compared(_seen(real), _seen(service_logins(source))))
    compared["within"] = compared["distance"] <= compared["tolerance"]
    write_text(out / "logins.csv", compared.to_csv(index=False, float_format="%.3f"))
    write_page(out / "logins.html", _page(compared))
    print(compared.round(3).to_string(index=False))
    return compared


def service_logins(source: Path) -> pd.DataFrame:
    """participant, start and end of each log-in of those who could be seen for DAYS_SEEN days."""
    place = source / LOGINS
    path = f"{place}/*.parquet" if place.is_dir() else str(place.with_suffix(".parquet"))
    if not place.is_dir() and not Path(path).is_file():
        raise InputError(f"{source}: holds no {LOGINS} as Parquet; write it with `bsw synthesise`")
    frame = duckdb.connect().execute(ASKED, [path]).df()
    frame = frame[~(frame["end"] < frame["start"])]
    first = frame.groupby("participant")["start"].transform("min")
    return pd.DataFrame(frame[first <= frame["start"].max() - pd.Timedelta(days=DAYS_SEEN)])


def _seen(logins: pd.DataFrame) -> pd.DataFrame:
    """Log-ins of the first DAYS_SEEN days, with day since the first, gap in days and minutes."""
    logins = logins.sort_values(["participant", "start"])
    grouped = logins.groupby("participant")["start"]
    logins = logins.assign(
        day=(logins["start"] - grouped.transform("min")).dt.total_seconds() / 86_400,
        gap=grouped.diff().dt.total_seconds() / 86_400,
        minutes=(logins["end"] - logins["start"]).dt.total_seconds() / 60,
    )
    return logins[logins["day"] < DAYS_SEEN]


def _compared(real: pd.DataFrame, made: pd.DataFrame) -> Iterator[dict[str, object]]:
    distributions: dict[str, Callable[[pd.DataFrame], Any]] = {
        "log-ins per patient": lambda of: of.groupby("participant")["day"].size(),
        "days from first to last log-in": lambda of: of.groupby("participant")["day"].max(),
        "days between log-ins": lambda of: of["gap"].dropna(),
        "minutes of a log-in": lambda of: of["minutes"].dropna(),
        "hour of the day": lambda of: of["start"].dt.hour,
    }
    for words, values in distributions.items():
        theirs, ours = values(real), values(made)
        far = float(ks_2samp(theirs, ours).statistic)
        yield _row(f"{words}: median", theirs.median(), ours.median(), far, DISTANCE)
    shares: dict[str, Callable[[pd.DataFrame], float]] = {
        "share in the evening or at night": lambda of: (~of["start"].dt.hour.between(6, 17)).mean(),
        "share at the weekend": lambda of: (of["start"].dt.day_of_week >= 5).mean(),
        "share within six hours of the one before": lambda of: (of["gap"] < 0.25).mean(),
    }
    for words, share in shares.items():
        yield _row(words, share(real), share(made), abs(share(real) - share(made)), SHARE)
    for week in WEEKS:
        one, other = _in_week(real, week), _in_week(made, week)
        yield _row(f"share active in week {week}", one[0], other[0], abs(one[0] - other[0]), SHARE)
        yield _row(f"log-ins in week {week}", one[1], other[1], abs(one[1] - other[1]), PER_WEEK)


def _row(measure: str, real: float, made: float, distance: float, tolerance: float) -> dict[str, object]:
    return {
        "measure": measure, "real": float(real), "synthetic": float(made), "distance": float(distance),
        "tolerance": tolerance,
    }  # fmt: skip


def _in_week(logins: pd.DataFrame, week: int) -> tuple[float, float]:
    """The share of patients who log in in a week of theirs, and log-ins per patient in it."""
    here = logins[np.floor(logins["day"] / 7) == week - 1]
    patients = logins["participant"].nunique()
    return here["participant"].nunique() / patients, len(here) / patients


def _page(compared: pd.DataFrame) -> Page:
    shown = compared.assign(within=compared["within"].map({True: "yes", False: "NO"}))
    numbers = ["real", "synthetic", "distance", "tolerance"]
    shown[numbers] = shown[numbers].map("{:.2f}".format)
    words = (
        "Distance: for medians the largest distance between the two distributions (Kolmogorov-Smirnov), else "
        f"the difference. First {DAYS_SEEN} days from each patient's first log-in."
    )
    return Page(
        "Do synthetic log-ins resemble real ones?",
        f"{int(compared['within'].sum())} of {len(compared)} measures of the synthetic log-ins lie within the "
        "tolerance declared of those of 342 real patients of guided internet CBT.",
        [Section("Measures", [paragraph(words, note=True), table(shown, "Log-ins, real and synthetic")])],
        synthetic=True,
        about={
            "Real log-ins": "aggregates of the G-ICBT file, Côté-Allard et al. 2022; no row of it is here"
        },
    )
