"""IDS201, IDS202, IDS205, IDS606 and IDS607: contacts, activities, internet therapy and scores."""

from datetime import time

import numpy as np
import pandas as pd

from benchmarks.second_service.arrays import Array, chance, either, pick_one
from benchmarks.second_service.mechanism import ATTENDANCE
from benchmarks.second_service.records import Records, along
from benchmarks.second_service.shares import MEDICATION

PHQ, GAD = "720433000", "445455005"
WSAS = ("932621000000100", "932581000000100", "932611000000106", "932591000000103", "932601000000109")
GUIDED_BOOK, GUIDED_COMPUTER, HIGH_CBT = "748051000000105", "748041000000107", "304891004"
PROGRAMME = "BRIGHTERDAYS"


def care_contacts(records: Records, rng: np.random.Generator) -> pd.DataFrame:
    """IDS201CareContact, one row per appointment, missed ones included."""
    c, who = records.contacts, records.pathways.loc[records.contacts["pathway"]].reset_index(drop=True)
    n = len(c)
    out = along(records, c["pathway"].to_numpy(), c["month"].to_numpy())
    code = np.array(ATTENDANCE, dtype=object)[c["attendance"]]
    unplanned = (code == "5") & chance(rng, 0.012, n)
    seen = np.isin(code, ["5", "6"])
    out["CareContactId"], out["CareContDate"] = c["contact_id"], c["date"]
    out["CareContTime"] = _times(c["minute"].to_numpy(), chance(rng, 0.02, n))
    out["PlannedCareContIndicator"] = np.where(unplanned, "N", "Y")
    out["AttendOrDNACode"] = either(unplanned, None, code)
    out["Cancellation"] = either(code == "2", np.where(chance(rng, 0.4, n), "Y", "N"), None)
    length = np.where(c["first"], rng.choice([40, 45, 50, 60], n), rng.choice([20, 25, 30, 30, 35], n))
    out["ClinContDurOfCareCont"] = pd.Series(length, dtype="Int64").where(pd.Series(seen))
    out["IAPTLTCServiceInd"] = "N"
    starts = np.where(records.world.services.treats_at_assessment[who["service"]], "03", "01")
    later = np.where(chance(rng, 0.15, n), "05", "02")
    out["AppType"] = np.where(c["first"], np.where(c["treatment"] | ~seen, starts, "01"), later)
    out["ConsMechanism"] = rng.choice(["02", "11", "01"], n, p=[0.55, 0.33, 0.12])
    out["IntEnabledTherProg"] = either(c["treatment"] & who["platform"] & ~c["high"], PROGRAMME, None)
    out["CareContPatientTherMode"] = "1"
    medication = pick_one(rng, MEDICATION, len(records.pathways))
    out["PsychMed"] = either(seen, medication[c["pathway"]], None)
    other = who["language"] != "en"
    out["LanguageCodeTreat"] = np.where(other & chance(rng, 0.1, n), who["language"], "en")
    booked = np.where(c["interpreter"], "1", np.where(who["interpreter"], "5", "4"))
    out["InterpreterPresentInd"] = either(seen, booked, None)
    out["Unique_CareContactID"] = out["OrgID_Provider"] + c["contact_id"]
    return out


def _times(minutes: Array, missing: Array) -> Array:
    """Time of day, or None."""
    clock = {m: time(int(m) // 60, int(m) % 60) for m in np.unique(minutes)}
    return either(missing, None, np.array([clock[m] for m in minutes], dtype=object))


def care_activities(records: Records, rng: np.random.Generator) -> pd.DataFrame:
    """IDS202CareActivity: one per attended contact, and now and then a second with no therapy."""
    c = records.contacts[records.contacts["attendance"] < 2].reset_index(drop=True)
    out = along(records, c["pathway"].to_numpy(), c["month"].to_numpy())
    out["CareActId"], out["CareContactId"], out["CarePersLocalId"] = (
        c["act_id"],
        c["contact_id"],
        c["staff_id"],
    )
    out["ClinContactDurOfCareAct"] = rng.choice([20, 25, 30], len(c))
    computer = records.pathways["platform"].to_numpy()[c["pathway"]]
    low = np.where(computer, GUIDED_COMPUTER, GUIDED_BOOK)
    therapy = either(c["treatment"], np.where(c["high"], HIGH_CBT, low), None)
    out["CodeProcAndProcStatus"] = either(chance(rng, 0.04, len(c)) & ~c["high"], None, therapy)
    extra = out[chance(rng, 0.04, len(out))].copy()
    extra["CareActId"] = "B" + extra["CareActId"].str[1:]
    extra["CodeProcAndProcStatus"] = None
    both = pd.concat([out, extra], ignore_index=True)
    both["Unique_CareContactID"] = both["OrgID_Provider"] + both["CareContactId"]
    both["Unique_CareActivityID"] = both["OrgID_Provider"] + both["CareActId"]
    return both


def internet_therapy(records: Records) -> pd.DataFrame:
    """IDS205InternetTherLog: one row per pathway and month with log-ins."""
    logs = records.log_ins.assign(day=records.log_ins["time"].astype(int))
    logs["month"] = records.world.calendar.month(logs["day"].to_numpy())
    span = logs.groupby(["pathway", "month"])["day"].agg(["min", "max", "size"]).reset_index()
    out = along(records, span["pathway"].to_numpy(), span["month"].to_numpy())
    out["StartDateIntEnabledTherLog"] = records.world.calendar.date(span["min"].to_numpy())
    out["EndDateIntEnabledTherLog"] = records.world.calendar.date(span["max"].to_numpy())
    out["IntEnabledTherProg"] = PROGRAMME
    out["DurationIntEnabledTher"] = span["size"] * 18
    last = records.contacts.groupby("pathway")["staff_id"].first()
    out["CarePersLocalId"] = last.reindex(span["pathway"]).to_numpy()
    out["IntegratedSoftwareInd"] = "Y"
    return out


def scores_at_referral(records: Records) -> pd.DataFrame:
    """IDS606: PHQ-9 and GAD-7 on a form at referral, for half of the pathways."""
    own = records.pathways
    rows = np.flatnonzero(own["form"])
    day = own["referred"].to_numpy()[rows]
    parts = []
    for tool, column in ((PHQ, "form_phq"), (GAD, "form_gad")):
        out = along(records, rows, records.world.calendar.month(day))
        out["CodedAssToolType"] = tool
        out["PersScore"] = own[column].to_numpy()[rows].astype(str)
        out["AssToolCompDate"] = records.world.calendar.date(day)
        parts.append(out)
    return pd.concat(parts, ignore_index=True)


def scores_at_contacts(records: Records, rng: np.random.Generator) -> pd.DataFrame:
    """IDS607: PHQ-9 and GAD-7 where recorded; work and social adjustment (noise) at one contact in four."""
    c = records.contacts[records.contacts["phq"] >= 0].reset_index(drop=True)
    parts = [_scores(records, c, PHQ, c["phq"].to_numpy()), _scores(records, c, GAD, c["gad"].to_numpy())]
    some = c[chance(rng, 0.25, len(c))].reset_index(drop=True)
    idle = chance(rng, 0.3, len(some))
    for tool in WSAS:
        values = rng.integers(0, 9, len(some)).astype(object)
        if tool == WSAS[0]:
            values[idle] = "NA"
        parts.append(_scores(records, some, tool, values))
    return pd.concat(parts, ignore_index=True)


def _scores(records: Records, c: pd.DataFrame, tool: str, values: Array) -> pd.DataFrame:
    """Rows of one questionnaire."""
    out = along(records, c["pathway"].to_numpy(), c["month"].to_numpy())
    out["CareActId"], out["CodedAssToolType"] = c["act_id"], tool
    out["PersScore"] = values.astype(str)
    out["Unique_CareContactID"] = out["OrgID_Provider"] + c["contact_id"]
    out["Unique_CareActivityID"] = out["OrgID_Provider"] + c["act_id"]
    return out
