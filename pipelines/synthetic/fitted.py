"""What was fitted so that margins of groups come near England's published figures of 2023-24.

The shifts are data, data/published/synthetic_fitted_shifts.csv; `python -m pipelines.synthetic.fit` fits them
anew. They reproduce published differences between groups; they explain none.
"""

from __future__ import annotations

import csv
from importlib.resources import files

SHIFTS = files("data").joinpath("published", "synthetic_fitted_shifts.csv")
AGES = (0, 18, 26, 65, 75, 90)  # lower edges of the published bands, which also name them


def _read(column: str) -> dict[str, dict[str, float]]:
    """The shifts in one column: breakdown -> code -> shift."""
    shifts: dict[str, dict[str, float]] = {"ethnic": {}, "decile": {}, "age": {}}
    for row in csv.DictReader(SHIFTS.read_text(encoding="utf-8").splitlines()):
        shifts[row["breakdown"]][row["code"]] = float(row[column])
    return shifts


GOES_ON = _read("goes_on")  # log-odds of being seen and of being taken into treatment
RESPONDS = _read("responds")  # share by which scores fall more than usual
