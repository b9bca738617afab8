"""Figures of a written service, computed from its files as a reader would."""

from pathlib import Path

import numpy as np
import pandas as pd

from benchmarks.second_service.arrays import Array

WORDS = {"none": 0.0, "part": 0.5, "full": 1.0, "different": 1.0}


def auroc(score: Array, outcome: Array) -> float:
    """Area under the curve; ties count half."""
    ranks = pd.Series(np.asarray(score, dtype=float)).rank().to_numpy()
    yes = np.asarray(outcome) == 1
    n, m = int(yes.sum()), int((~yes).sum())
    return float((ranks[yes].sum() - n * (n + 1) / 2) / (n * m))


def points(folder: Path, truth: Path) -> pd.DataFrame:
    """One row per contact that set work: truth, read outcome, when known, last status before."""
    tasks = pd.read_parquet(folder / "BSW001TaskSet.parquet")
    contacts = pd.read_parquet(folder / "IDS201CareContact.parquet")
    contacts["at"] = pd.to_datetime(contacts["CareContDate"])
    key = ["OrgID_Provider", "CareContactId"]
    when = contacts.set_index(key)["at"]
    first = _first_reviews(pd.read_parquet(folder / "BSW002TaskReview.parquet"), when)
    tasks = tasks.merge(first, on=["OrgID_Provider", "TaskId"], how="left")
    grouped = tasks.groupby(key)
    out = pd.DataFrame(
        {
            "share": grouped["share"].mean().where(grouped["share"].count() == grouped.size()),
            "known_at": grouped["known_at"].max(),
            "ServiceRequestId": grouped["ServiceRequestId"].first(),
        }
    )
    out["at"] = when.reindex(out.index)
    out = out.reset_index().merge(pd.read_parquet(truth), on=key, validate="1:1")
    out["days"] = (out["known_at"] - out["at"]).dt.days
    known = out["share"].notna() & (out["days"] <= 42)
    out["read"] = np.where(known, (out["share"] < 0.5).astype(float), np.nan)
    return _with_last_status(out)


def _first_reviews(reviews: pd.DataFrame, when: "pd.Series[pd.Timestamp]") -> pd.DataFrame:
    """The first review of each task with a known share."""
    keys = pd.MultiIndex.from_frame(reviews[["OrgID_Provider", "CareContactId"]])
    reviews["known_at"] = reviews["ReviewDateTime"].fillna(pd.Series(when.reindex(keys).to_numpy()))
    percent = reviews["CompletionPercent"] / 100
    reviews["share"] = percent.fillna(reviews["Completion"].map(WORDS))
    known = reviews[reviews["share"].notna()].sort_values("known_at", kind="stable")
    return known.groupby(["OrgID_Provider", "TaskId"])[["share", "known_at"]].first().reset_index()


def _with_last_status(out: pd.DataFrame) -> pd.DataFrame:
    """Adds `last`: 1 not done, 0 done, 0.5 nothing reviewed by the day of the point."""
    out = out.sort_values(["at", "CareContactId"], kind="stable").reset_index(drop=True)
    reads = out.loc[out["read"].notna(), ["OrgID_Provider", "ServiceRequestId", "known_at", "read"]]
    reads = reads.rename(columns={"known_at": "at", "read": "last"}).sort_values("at", kind="stable")
    reads["at"] = pd.to_datetime(reads["at"].dt.date).astype("datetime64[us]")
    out["at"] = out["at"].astype("datetime64[us]")
    by = ["OrgID_Provider", "ServiceRequestId"]
    merged = pd.merge_asof(out, reads, on="at", by=by)
    merged["last"] = merged["last"].fillna(0.5)
    return merged


def summary(folder: Path, truth: Path) -> dict[str, float]:
    """The figures that the README quotes."""
    rows = points(folder, truth)
    acts = pd.read_parquet(folder / "IDS202CareActivity.parquet")
    low = acts[acts["CodeProcAndProcStatus"].isin(["748051000000105", "748041000000107"])]
    pathways = rows.groupby(["OrgID_Provider", "ServiceRequestId"]).size()
    low_keys = low.groupby(["OrgID_Provider", "PathwayID"])["CareContactId"].nunique()
    known = rows[rows["read"].notna()]
    y, all_y = known["read"].to_numpy(), rows["not_completed"].to_numpy()
    had = known[known["last"] != 0.5]
    figures = {
        "points": float(len(rows)),
        "points per pathway with tasks": float(pathways.mean()),
        "coded low-intensity contacts per pathway": float(low_keys.mean()),
        "outcome known": len(known) / len(rows),
        "not completed, reviewed": float(y.mean()),
        "not completed, all": float(all_y.mean()),
        "reads differ from truth": float((y != known["not_completed"]).mean()),
        "median days to review": float(known["days"].median()),
        "days to review, 10th percentile": float(known["days"].quantile(0.1)),
        "days to review, 90th percentile": float(known["days"].quantile(0.9)),
        "AUROC true, reviewed": auroc(known["true_probability"].to_numpy(), y),
        "AUROC true, all": auroc(rows["true_probability"].to_numpy(), all_y),
        "AUROC recorded, reviewed": auroc(known["recorded_probability"].to_numpy(), y),
        "AUROC recorded, all": auroc(rows["recorded_probability"].to_numpy(), all_y),
        "AUROC last status, reviewed": auroc(known["last"].to_numpy(), y),
        "AUROC last status where there is one": auroc(had["last"].to_numpy(), had["read"].to_numpy()),
    }
    for name in ("true", "recorded"):
        figures[f"calibration in the large, {name}, all"] = float(
            rows[f"{name}_probability"].mean() - all_y.mean()
        )
        figures[f"calibration in the large, {name}, reviewed"] = float(
            known[f"{name}_probability"].mean() - y.mean()
        )
    return figures | _by_service(rows)


def _by_service(rows: pd.DataFrame) -> dict[str, float]:
    """Not completed among reviewed, and share known, for each provider."""
    out: dict[str, float] = {}
    for provider, group in rows.groupby("OrgID_Provider"):
        out[f"not completed, {provider}"] = float(group["read"].mean())
        out[f"outcome known, {provider}"] = float(group["read"].notna().mean())
    return out
