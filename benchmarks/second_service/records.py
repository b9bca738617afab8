"""Identifiers of pathways, contacts and submissions, shared by all tables."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from benchmarks.second_service.arrays import Array, Columns, chance
from benchmarks.second_service.caseload import World


@dataclass(frozen=True)
class Records:
    """Pathways and contacts as frames, and the world they come from."""

    world: World
    pathways: pd.DataFrame
    contacts: pd.DataFrame
    log_ins: pd.DataFrame
    staff: Array


def keep_records(world: World, contacts: Columns, rng: np.random.Generator) -> Records:
    """Give everything its identifiers; a contact arrives a month late one time in thirty."""
    calendar, services = world.calendar, world.services
    codes = services.codes
    pathways = pd.DataFrame(world.patients)
    pathways["provider"] = codes[world.patients["service"]]
    number = pathways.groupby("provider").cumcount() + 1
    text = number.astype(str).str.zfill(6)
    pathways["patient_id"] = "P" + text
    pathways["request_id"] = "R" + text
    pathways["number"] = text
    pathways["end_day"] = np.where(world.load.end_day < calendar.days, world.load.end_day, -1)
    pathways["end_code"] = world.load.end_code
    frame = pd.DataFrame(contacts)
    frame["provider"] = pathways["provider"].to_numpy()[frame["pathway"]]
    frame = frame.sort_values(["provider", "time", "row"], kind="stable").reset_index(drop=True)
    frame["contact_id"] = "C" + (frame.groupby("provider").cumcount() + 1).astype(str).str.zfill(7)
    frame["act_id"] = "A" + frame["contact_id"].str[1:]
    frame["date"] = calendar.date(frame["day"].to_numpy())
    late = chance(rng, 1 / 30, len(frame)).astype(int)
    frame["month"] = np.minimum(calendar.month(frame["day"].to_numpy()) + late, calendar.months - 1)
    places = pd.Series(services.practitioner_service).groupby(services.practitioner_service).cumcount()
    staff = ("PWP" + (places + 1).astype(str).str.zfill(2)).to_numpy(dtype=object)
    staff[services.practitioner_high] = [s.replace("PWP", "HIT") for s in staff[services.practitioner_high]]
    frame["staff_id"] = staff[frame["practitioner"]]
    log_ins = pd.concat([pd.DataFrame(part) for part in world.log_ins], ignore_index=True)
    log_ins = log_ins[log_ins["time"] < calendar.days].sort_values(["pathway", "time"])
    return Records(world, pathways, frame, log_ins.reset_index(drop=True), staff)


def submission(provider: "pd.Series[str]", month: "pd.Series[int]") -> "pd.Series[str]":
    """UniqueSubmissionID: grows with the month, and differs between providers."""
    last = provider.str[2:].astype(int)
    return (100_000 + month.astype(int) * 100 + last).astype(str)


def along(records: Records, pathway: Array, month: Array) -> pd.DataFrame:
    """The columns that every row of a pathway carries."""
    own = records.pathways.loc[np.asarray(pathway), ["provider", "patient_id", "request_id", "number"]]
    own = own.reset_index(drop=True)
    ids = submission(own["provider"], pd.Series(np.asarray(month)))
    return pd.DataFrame(
        {
            "pathway": np.asarray(pathway),
            "month": np.asarray(month),
            "LocalPatientId": own["patient_id"],
            "ServiceRequestId": own["request_id"],
            "OrgID_Provider": own["provider"],
            "UniqueSubmissionID": ids,
            "RecordNumber": ids + own["number"],
            "Unique_ServiceRequestID": own["provider"] + own["request_id"],
            "PathwayID": own["provider"] + "Y" + own["number"],
            "OrgIDComm": "Q" + own["provider"].str[-3:] + "A",
        }
    )
