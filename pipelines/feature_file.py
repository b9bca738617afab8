"""features.parquet: every predictor at every point of a build, written where memory allows no more than a part."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from functools import partial
from pathlib import Path
from typing import Any

import duckdb
import pandas as pd

from features.engine import quoted
from features.facts import Facts
from features.matrix import Columns, columns, in_memory, in_parts, write_by_service
from features.predictor import Predictor
from pipelines.store import write_folder, write_in_parts


def write_features(
    path: Path,
    facts: Facts,
    points: Any,
    ids: pd.DataFrame,
    predictors: Mapping[str, Predictor],
    *,
    synthetic: bool,
) -> Columns:
    """One file, some services' points after others', each part in the order of `ids`; what was worked out last.

    `points`: the engine's table. `ids`: their `point_id`, as the other artefacts have them. Errors: RuntimeError
    where a point of `ids` came in no part.
    """
    found: list[Columns] = []
    written = 0

    def frames() -> Iterator[pd.DataFrame]:
        nonlocal written
        for part in in_parts(facts, points, predictors):
            found[:] = [part]
            frame = in_order(in_memory(part, facts.engine), ids)
            written += len(frame)
            yield frame
        if written != len(ids):
            raise RuntimeError(f"{path}: of {len(ids):,} points {written:,} came with predictors")

    write_in_parts(path, frames(), synthetic=synthetic)
    return found[0]


def write_features_by_service(
    path: Path, facts: Facts, points: Any, predictors: Mapping[str, Predictor], *, synthetic: bool
) -> Columns:
    """A folder with a part for each service, written by the engine's own workers."""
    found = columns(facts, points, predictors)
    write_folder(path, partial(write_by_service, found, points, facts.engine), synthetic=synthetic)
    return found


def never_known(path: Path, predictors: Collection[str]) -> list[str]:
    """The predictors that have a value at no point of features.parquet, file or folder."""
    parts = quoted(path / "**" / "*.parquet" if path.is_dir() else path)
    asked = ", ".join(f'count(*) FILTER (NOT isnan("{name}"))' for name in predictors)
    with duckdb.connect() as own:
        (counts,) = own.execute(f"SELECT {asked or 'count(*)'} FROM read_parquet('{parts}')").fetchall()
    return [name for name, known in zip(predictors, counts, strict=False) if not known]


def in_order(features: pd.DataFrame, ids: pd.DataFrame) -> pd.DataFrame:
    """The rows of a matrix in the order of `ids`. Errors: pandas' where a point stands twice."""
    return ids[["point_id"]].merge(features, on="point_id", how="inner", validate="1:1")
