"""BSW001 to BSW004: work set, work reviewed, ratings and log-ins; and the truth."""

import numpy as np
import pandas as pd

from benchmarks.second_service.arrays import Array, chance, either
from benchmarks.second_service.records import Records
from benchmarks.second_service.shares import TASK_FORMATS, TASK_TYPES

FLAGS = {
    "RationaleGiven": "rationale",
    "WhatAgreed": "what",
    "WhenAgreed": "when",
    "WhereAgreed": "where",
    "WithWhomAgreed": "with_whom",
    "ObstaclesDiscussed": "obstacles",
    "WrittenSummaryGiven": "summary",
    "AdaptedToCircumstances": "adapted",
}


def _task_ids(frame: pd.DataFrame, place: int) -> "pd.Series[str]":
    """Identifier of the first or second task of a contact."""
    return "T" + frame["contact_id"].str[1:] + f"-{place}"


def tasks_set(records: Records, rng: np.random.Generator) -> pd.DataFrame:
    """BSW001TaskSet. Helpfulness is noise; so is the second task's type."""
    c = records.contacts[records.contacts["sets"]]
    first, second = c.assign(place=1), c[c["second_task"]].assign(place=2)
    both = pd.concat([first, second], ignore_index=True)
    n, own = len(both), records.pathways.loc[both["pathway"]].reset_index(drop=True)
    services = records.world.services
    other = rng.permutation(both["task_type"].to_numpy())
    kind = np.where(both["place"] == 1, both["task_type"], np.where(other == 8, 10, other))
    plain = rng.choice([0, 2, 3, 4], n, p=[0.76, 0.08, 0.10, 0.06])
    form = np.where((kind == 8) | (both["online"] & (both["place"] == 1)), 1, plain)
    out = pd.DataFrame(
        {
            "TaskId": np.where(both["place"] == 1, _task_ids(both, 1), _task_ids(both, 2)),
            "CareContactId": both["contact_id"],
            "ServiceRequestId": own["request_id"],
            "CarePersLocalId": both["staff_id"],
            "OrgID_Provider": both["provider"],
            "TaskType": np.array(TASK_TYPES, dtype=object)[kind],
            "TaskFormat": np.array(TASK_FORMATS, dtype=object)[form],
            "TimesPerWeek": both["times"].astype(float),
            "MinutesPerWeek": _minutes(both),
            "PatientPerceivedHelpfulness": np.where(
                chance(rng, 0.6, n), np.clip(np.round(rng.normal(6.5, 2.0, n)), 0, 10), np.nan
            ),
        }
    )
    for column, name in FLAGS.items():
        out[column] = np.where(both[name], "Y", "N")
    unrecorded = ~services.records_where[own["service"]]
    out["WhereAgreed"] = either(unrecorded, None, out["WhereAgreed"])
    out["MaterialsLanguage"] = np.where(both["materials_other"], own["language"], "en")
    asked = (both["confidence"] >= 0) & (both["place"] == 1)
    out["PatientConfidence"] = both["confidence"].where(asked).astype(float)
    due = both["day"] + services.gap_days[own["service"]]
    out["ReviewDueDate"] = pd.Series(records.world.calendar.date(due.to_numpy())).where(
        pd.Series(chance(rng, 0.8, n))
    )
    return out


def _minutes(both: pd.DataFrame) -> Array:
    """Minutes a week of each task: a contact's total is shared between its tasks."""
    half = np.floor(both["minutes"] / 2)
    own = np.where(both["place"] == 1, both["minutes"] - half, half)
    return np.where(both["second_task"], own, both["minutes"]).astype(float)


def session_ratings(records: Records, rng: np.random.Generator) -> pd.DataFrame:
    """BSW003SessionRating. Resistance, alliance and expectancy see engagement; the others are noise."""
    c = records.contacts[records.contacts["treatment"] & ~records.contacts["high"]]
    parts = []
    shown = {
        "in-session resistance": ("resistance", "practitioner"),
        "working alliance": ("alliance", "patient"),
        "treatment expectancy": ("expectancy", "patient"),
    }
    for kind, (name, by) in shown.items():
        rows = c[c[name] >= 0]
        parts.append(_ratings(rows, kind, by, rows[name].to_numpy()))
    noise = {
        "treatment credibility": ("patient", 6.8, 1.8, 10, 0.15),
        "passive expectation": ("practitioner", 1.2, 0.9, 3, 0.20),
        "understanding of the approach": ("patient", 7.0, 1.8, 10, 0.20),
        "practitioner's confidence in the task": ("practitioner", 6.9, 1.6, 10, 0.30),
        "social support": ("patient", 5.6, 2.4, 10, 0.12),
    }
    for kind, (by, mean, spread, top, rate) in noise.items():
        rows = c[chance(rng, rate, len(c))]
        values = np.clip(np.round(rng.normal(mean, spread, len(rows))), 0, top)
        parts.append(_ratings(rows, kind, by, values))
    return pd.concat(parts, ignore_index=True)


def _ratings(rows: pd.DataFrame, kind: str, by: str, values: Array) -> pd.DataFrame:
    """Rows of one kind of rating."""
    return pd.DataFrame(
        {
            "CareContactId": rows["contact_id"].to_numpy(),
            "RatingType": kind,
            "RatedBy": by,
            "Rating": values.astype(float),
            "OrgID_Provider": rows["provider"].to_numpy(),
        }
    )


def platform_sessions(records: Records, rng: np.random.Generator) -> pd.DataFrame:
    """BSW004PlatformSession: what is done in a log-in is noise, that there is one is not."""
    logs, n = records.log_ins, len(records.log_ins)
    own = records.pathways.loc[logs["pathway"]].reset_index(drop=True)
    origin = records.world.calendar.starts[0].astype("datetime64[s]")
    begin = pd.Series(origin + (logs["time"].to_numpy() * 86_400).astype("timedelta64[s]"))
    length = pd.to_timedelta(np.round(rng.gamma(2.0, 9.0, n) + 1), unit="min")
    return pd.DataFrame(
        {
            "ServiceRequestId": own["request_id"],
            "SessionStart": begin,
            "SessionEnd": (begin + length).where(pd.Series(chance(rng, 0.92, n))),
            "ModulesCompleted": rng.poisson(0.5, n).astype(float),
            "ToolsUsed": rng.poisson(1.1, n).astype(float),
            "MessagesSent": np.where(chance(rng, 0.7, n), rng.poisson(0.2, n), np.nan),
            "OrgID_Provider": own["provider"],
        }
    )


def truth(records: Records) -> pd.DataFrame:
    """One row per contact that set work: both probabilities, and what really became of it."""
    c = records.contacts
    known = pd.concat([c.loc[c["review"] == 1, "review_of"], c.loc[c["texted"], "text_of"]])
    rows = c[c["sets"]]
    return pd.DataFrame(
        {
            "OrgID_Provider": rows["provider"],
            "CareContactId": rows["contact_id"],
            "true_probability": rows["true_probability"],
            "recorded_probability": rows["recorded_probability"],
            "not_completed": rows["not_done"].astype("int64"),
            "reviewed": rows["row"].isin(known),
        }
    ).reset_index(drop=True)
