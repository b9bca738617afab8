"""The case by featuretools, in an environment of its own: nothing of this project is imported."""

import json
import sys
import warnings
from pathlib import Path

import featuretools as ft
import pandas as pd

warnings.simplefilter("ignore")
folder, out = Path(sys.argv[1]), Path(sys.argv[2])
asked = json.loads((folder / "asked.json").read_text())
points = pd.read_parquet(folder / "points.parquet")
scores = pd.read_parquet(folder / "scores.parquet")
names = [name for name in scores.columns if name not in ("patient", "at")]
scores.insert(0, "row", range(len(scores)))
patients = pd.DataFrame({"patient": sorted(set(points["patient"]) | set(scores["patient"]))})
data = ft.EntitySet("case")
data.add_dataframe(dataframe_name="patients", dataframe=patients, index="patient")
data.add_dataframe(dataframe_name="scores", dataframe=scores, index="row", time_index="at")
data.add_relationship("patients", "patient", "scores", "patient")
cutoffs = points.rename(columns={"at": "time"})[["patient", "time", "point_id"]]
parts = [points[["point_id"]].set_index("point_id")]
for first, last in asked["windows"]:
    # A window has a length only: one that ends before the point needs cutoffs of its own.
    moved = cutoffs.assign(time=cutoffs["time"] - pd.Timedelta(days=first))
    made, _ = ft.dfs(
        entityset=data, target_dataframe_name="patients", cutoff_time=moved,
        training_window=f"{last - first} days", agg_primitives=asked["summaries"],
        trans_primitives=[], max_depth=1, chunk_size=0.5 if asked["days_at_once"] else None,
    )  # fmt: skip
    found = {
        f"{s}_{a}_{first}_{last}": made[f"{a.upper()}(scores.{s})"]
        for s in names
        for a in ("mean", "max", "min")
    }
    counted = made["COUNT(scores)"].astype("float64")
    found |= {f"{s}_count_{first}_{last}": counted for s in names}
    parts.append(pd.DataFrame(found).assign(point_id=made["point_id"]).set_index("point_id"))
pd.concat(parts, axis=1).reset_index().to_parquet(out, index=False)
