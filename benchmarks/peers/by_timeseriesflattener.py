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


def spec(aggregators, fallback):
    """All scores in one frame: one of its own for each takes many times as long."""
    frame = tsf.ValueFrame(scores, entity_id_col_name="patient", value_timestamp_col_name="at")
    return tsf.PredictorSpec(
        value_frame=frame, lookbehind_distances=windows, aggregators=aggregators, fallback=fallback
    )


def flattened(aggregators, fallback):
    """What the package gives for these aggregators."""
    frame = tsf.PredictionTimeFrame(points, entity_id_col_name="patient", timestamp_col_name="at")
    step = dt.timedelta(days=asked["days_at_once"]) if asked["days_at_once"] else None
    with contextlib.redirect_stdout(io.StringIO()):
        made = tsf.Flattener(frame).aggregate_timeseries([spec(aggregators, fallback)], step_size=step)
    return made.df


KINDS = {"mean": tsf.MeanAggregator, "max": tsf.MaxAggregator, "min": tsf.MinAggregator}
# A count is asked for in a call of its own: its fallback is another, and one call refuses a score named twice.
made = flattened([tsf.CountAggregator()], 0)
measures = [KINDS[summary]() for summary in asked["summaries"] if summary in KINDS]
if measures:
    made = made.join(flattened(measures, float("nan")), on="point_id")
plain = {
    f"pred_{name}_within_{first}_to_{last}_days_{summary}_fallback_{fallback}": f"{name}_{summary}_{first}_{last}"
    for name in names
    for first, last in asked["windows"]
    for summary, fallback in ((each, "nan" if each in KINDS else "0") for each in asked["summaries"])
}
made.select("point_id", *plain).rename(plain).write_parquet(out)
