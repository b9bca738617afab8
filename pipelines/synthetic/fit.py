"""Fit the shifts of groups to England's figures of 2023-24: `python -m pipelines.synthetic.fit`.

For whoever maintains the generator: some minutes, and the file of shifts is written anew. Each round makes a
service with the shifts so far, counts its margins and moves each shift against what is wrong.
"""

from __future__ import annotations

import tempfile
from pathlib import Path

import numpy as np
import pandas as pd

from pipelines.synthetic import fitted
from pipelines.synthetic.margins import DECILE, ETHNIC, families, past, published, referrals
from pipelines.synthetic.whole_service import synthesise

FITTED_ON, ROUNDS, PATHWAYS = "2023-24", 8, 100_000
BREAKDOWNS = {"ethnic": "Ethnic Group", "decile": "Indices of Deprivation Decile", "age": "Age Group"}
AGE_NAMES = ("Under 18", "18 to 25", "26 to 64", "65 to 74", "75 to 89", "90 and over")
NAMES = {
    "ethnic": ETHNIC,
    "decile": DECILE | {"": "Not stated/Not known/Invalid"},
    "age": dict(zip(map(str, fitted.AGES), AGE_NAMES, strict=True)),
}
SERVICES = 100  # many, so that their own differences cancel out
HELD_BY = 200  # referrals at which a group's shift moves by half of what is wrong: small groups move slowly
STEP_GOES_ON, STEP_RESPONDS = 0.15, 0.10  # three breakdowns push at once: larger steps overshoot


def fit() -> None:
    """Fit and write the file of shifts."""
    target = published(FITTED_ON)
    for turn in range(ROUNDS):
        with tempfile.TemporaryDirectory() as folder:
            source = Path(folder) / "service"
            synthesise(
                source,
                pathways=PATHWAYS,
                services=SERVICES,
                months=36,
                seed=100 + turn,
                file_format="parquet",
            )
            frame = referrals(source)
        # Ever smaller steps: chance alone moves the margins of small groups.
        wrong = _move(frame, target, step=min(1.0, 3 / (turn + 1)))
        print(f"round {turn + 1} of {ROUNDS}: mean error of log-odds {wrong:.3f}", flush=True)
    rows = [
        {"breakdown": breakdown, "code": code, "goes_on": fitted.GOES_ON[breakdown][code],
         "responds": fitted.RESPONDS[breakdown][code]}
        for breakdown, codes in NAMES.items() for code in codes
    ]  # fmt: skip
    pd.DataFrame(rows).to_csv(str(fitted.SHIFTS), index=False, float_format="%.4f")


def _move(frame: pd.DataFrame, target: pd.Series[float], *, step: float) -> float:
    """Move every shift against its error; the mean error in log-odds."""
    groups, old = families(frame), past(frame)
    cases = frame["finished"] & frame["at_caseness"]
    errors = []
    for breakdown, family in BREAKDOWNS.items():
        for code, name in NAMES[breakdown].items():
            here, group = groups[family] == name, f"{family}: {name}"
            finished = (
                target["finished_course_treatment_count", group] / target["referrals_received_count", group]
            )
            recovery = target["recovery_percentage", group] / 100
            goes = _log_odds(finished) - _log_odds(frame.loc[here & old, "finished"].mean())
            better = _log_odds(recovery) - _log_odds(frame.loc[here & cases, "recovery"].mean())
            if not (here & cases).any():
                goes = better = 0.0  # nobody to tell by: the shift stays
            held = step * here.sum() / (here.sum() + HELD_BY)
            for shifts, size, wrong in (
                (fitted.GOES_ON, STEP_GOES_ON, goes),
                (fitted.RESPONDS, STEP_RESPONDS, better),
            ):
                shifts[breakdown][code] = shifts[breakdown].get(code, 0.0) + size * held * wrong
            errors += [abs(goes), abs(better)]
    return float(np.mean(errors))


def _log_odds(share: float) -> float:
    held = min(max(float(share), 0.02), 0.98)
    return float(np.log(held / (1 - held)))


if __name__ == "__main__":
    fit()
