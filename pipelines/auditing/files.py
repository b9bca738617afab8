"""The files of an audit: all figures as one table, and a table of its own behind each plot."""

from __future__ import annotations

import re
from pathlib import Path

import pandas as pd

from models.disclosure import Published
from models.measures import MEASURES
from pipelines.store import write_table

BEHIND = "tables"


def write_tables(out: Path, published: Published) -> list[Path]:
    """audit.csv, and in `tables` one CSV per plot; what an earlier run left there is removed."""
    for old in (out / BEHIND).glob("*.csv"):
        old.unlink()
    written = [write_table(out / "audit.csv", published.figures)]
    for by in published.columns:
        for measure in MEASURES:
            behind = _forest(published, by, measure)
            if len(behind):
                written.append(write_table(out / forest_file(published, by, measure), behind))
        curves = published.curves[published.curves["by"] == by]
        written.append(write_table(out / curve_file(published, by), curves))
    return written


def forest_file(published: Published, by: str, measure: str) -> str:
    """The address, beside the page, of the table behind a forest plot."""
    return f"{BEHIND}/{_name(published, by)}-{measure}.csv"


def curve_file(published: Published, by: str) -> str:
    """The address, beside the page, of the table behind the calibration curves of a column."""
    return f"{BEHIND}/{_name(published, by)}-calibration.csv"


def _forest(published: Published, by: str, measure: str) -> pd.DataFrame:
    figures = published.figures
    of_measure = figures["measure"].map(lambda name: name.split(" ")[0] == measure)
    own: pd.DataFrame = figures[(figures["by"] == by) & of_measure]
    return own


def _name(published: Published, by: str) -> str:
    """A column's place and name as part of a file's name."""
    plain = re.sub(r"[^a-z0-9]+", "-", by.lower().replace("×", "by")).strip("-")
    return f"{published.columns.index(by) + 1}-{plain}".strip("-")
