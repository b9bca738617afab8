"""The case by timeseriesflattener, in an environment of its own: nothing of this project is imported."""

import contextlib
import datetime as dt
import io
import json
import sys
from pathlib import Path

import polars as pl
import timeseriesflattener as tsf

folder, out = Path(sys.argv[1]), Path(sys.argv[2])
asked = json.loads((folder / "asked.json").read_text())
points = pl.read_parquet(folder / "points.parquet")
scores = pl.read_parquet(folder / "scores.parquet")
names = [name for name in scores.columns if name not in ("patient", "at")]
windows = [(dt.timedelta(days=first), dt.timedelta(days=last)) for first, last in asked["windows"]]


def specs(aggregators, fallback):
    """One specification for each score."""
    return [
        tsf.PredictorSpec(
            value_frame=tsf.ValueFrame(
                scores.select("patient", "at", name),
                entity_id_col_name="patient",
                value_timestamp_col_name="at",
            ),
            lookbehind_distances=windows,
            aggregators=aggregators,
            fallback=fallback,
        )
        for name in names
    ]


def flattened(aggregators, fallback):
    """What the package gives for these aggregators."""
    frame = tsf.PredictionTimeFrame(points, entity_id_col_name="patient", timestamp_col_name="at")
    step = dt.timedelta(days=asked["days_at_once"]) if asked["days_at_once"] else None
    with contextlib.redirect_stdout(io.StringIO()):
        made = tsf.Flattener(frame).aggregate_timeseries(specs(aggregators, fallback), step_size=step)
    return made.df


measures = flattened([tsf.MeanAggregator(), tsf.MaxAggregator(), tsf.MinAggregator()], float("nan"))
counts = flattened([tsf.CountAggregator()], 0)
plain = {}
for frame in (measures, counts):
    for column in frame.columns:
        for name in names:
            for first, last in asked["windows"]:
                for summary in ("mean", "max", "min", "count"):
                    if column.startswith(f"pred_{name}_within_{first}_to_{last}_days_{summary}_"):
                        plain[column] = f"{name}_{summary}_{first}_{last}"
measured = measures.select("point_id", *(name for name in measures.columns if name in plain))
counted = counts.select("point_id", *(name for name in counts.columns if name in plain))
measured.join(counted, on="point_id").rename(plain).write_parquet(out)
