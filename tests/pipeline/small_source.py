"""A small service as a folder of CSV files that breaks no rule."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from tests.contract.small_service import Frames, small_service


def clean_frames(seed: int = 3, patients: int = 6) -> Frames:
    """The small service of the contract tests without what a rule would set aside."""
    frames = small_service(seed, patients=patients, months=9)
    ratings = frames["BSW003SessionRating"]
    frames["BSW003SessionRating"] = ratings[ratings["Rating"] <= 3].reset_index(drop=True)
    for table, frame in frames.items():  # everything in the last submission, so that no date is after it
        if table not in ("IDS000Header", "IDS001MPI", "IDS004EmpStatus") and "UniqueSubmissionID" in frame:
            frames[table] = frame.assign(UniqueSubmissionID=frame["OrgID_Provider"] + "-8")
    contacts = frames["IDS201CareContact"].drop_duplicates(["OrgID_Provider", "CareContactId"])
    frames["IDS201CareContact"] = contacts.assign(IAPTLTCServiceInd="N")
    held = contacts["OrgID_Provider"] + contacts["CareContactId"]
    for table, frame in frames.items():
        if table.startswith("BSW00") and "CareContactId" in frame:
            frames[table] = frame[(frame["OrgID_Provider"] + frame["CareContactId"]).isin(held)]
    tasks = frames["BSW001TaskSet"]
    tasks = tasks.assign(TaskFormat=tasks["TaskFormat"].fillna("other"))
    frames["BSW001TaskSet"] = tasks
    known = tasks["OrgID_Provider"] + tasks["TaskId"]
    reviews = frames["BSW002TaskReview"]
    contradictory = (reviews["Completion"] == "none") & reviews["CompletionPercent"].notna()
    reviews = reviews.assign(CompletionPercent=reviews["CompletionPercent"].mask(contradictory))
    frames["BSW002TaskReview"] = reviews[(reviews["OrgID_Provider"] + reviews["TaskId"]).isin(known)]
    frames["IDS602LongTermCondition"] = frames["IDS602LongTermCondition"].assign(FindSchemeInUse="04")
    frames["IDS603PresentingComplaints"] = frames["IDS603PresentingComplaints"].assign(FindSchemeInUse="01")
    levels = frames["IDS902CarePersQual"]["QualAttainLevelIAPT"].replace({"01": "10", "02": "11"})
    frames["IDS902CarePersQual"] = frames["IDS902CarePersQual"].assign(QualAttainLevelIAPT=levels)
    return frames


def write_source(folder: Path, frames: Frames | None = None) -> Path:
    """One CSV per table."""
    folder.mkdir(parents=True, exist_ok=True)
    for table, frame in (frames or clean_frames()).items():
        frame.to_csv(folder / f"{table}.csv", index=False)
    return folder


def change(folder: Path, table: str, row: int, **values: object) -> None:
    """Overwrite cells of one data row (from 1) of a table."""
    path = folder / f"{table}.csv"
    frame = pd.read_csv(path, dtype=str, keep_default_na=False)
    for column, value in values.items():
        frame.loc[row - 1, column] = value
    frame.to_csv(path, index=False)
