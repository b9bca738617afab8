"""IDS000 to IDS101, IDS602, IDS603 and IDS902: submissions, people, referrals, staff."""

import numpy as np
import pandas as pd

from benchmarks.second_service.arrays import Array, chance, either, pick_one
from benchmarks.second_service.records import Records, along, submission
from benchmarks.second_service.shares import CIRCUMSTANCE, CONDITION, DISABILITY


def months_of(records: Records) -> pd.DataFrame:
    """Each pathway in each month in which anything of it was submitted."""
    own, calendar = records.pathways, records.world.calendar
    ended = own[own["end_day"] >= 0]
    logs = calendar.month(records.log_ins["time"].astype(int).to_numpy())
    parts = [
        pd.DataFrame({"pathway": own.index, "month": calendar.month(own["referred"].to_numpy())}),
        records.contacts[["pathway", "month"]],
        pd.DataFrame({"pathway": ended.index, "month": calendar.month(ended["end_day"].to_numpy())}),
        pd.DataFrame({"pathway": records.log_ins["pathway"], "month": logs}),
    ]
    pairs = pd.concat(parts, ignore_index=True).drop_duplicates()
    return pairs.sort_values(["pathway", "month"]).reset_index(drop=True)


def _born(records: Records) -> Array:
    """Date of birth of each pathway's patient."""
    own = records.pathways
    referred = records.world.calendar.date(own["referred"].to_numpy())
    days = own["age"].to_numpy() * 365.25 + own["birth_shift"].to_numpy()
    return np.asarray(referred - days.astype("timedelta64[D]"))


def _age(born: Array, at: Array) -> Array:
    """Whole years, to the day or so."""
    return np.asarray(((at - born).astype(int) / 365.25).astype(np.int64))


def people(records: Records, rng: np.random.Generator) -> pd.DataFrame:
    """IDS001MPI: a row per patient in each of their months; ethnicity sometimes arrives later."""
    pairs = months_of(records)
    out = along(records, pairs["pathway"].to_numpy(), pairs["month"].to_numpy())
    own = records.pathways.loc[pairs["pathway"]].reset_index(drop=True)
    born, starts = _born(records)[pairs["pathway"]], records.world.calendar.starts
    out["OrgIDLocalPatientId"] = out["OrgID_Provider"]
    out["NHSNumberStatus"] = "01"
    out["PersonBirthDate"] = born
    out["Gender"] = own["gender"]
    same = pick_one(rng, {"Y": 0.93, "N": 0.01, "X": 0.04, "Z": 0.02}, len(records.pathways))
    out["GenderIdentitySameAtBirth"] = same[pairs["pathway"]]
    first = ~pairs["pathway"].duplicated().to_numpy()
    out["EthnicCategory"] = np.where(own["ethnicity_late"] & first, "99", own["ethnicity"])
    out["Validated_EthnicCategory"] = out["EthnicCategory"]
    out["ExBAFIndicator"], out["EduEstabTypeIAPT"] = own["veteran"], own["student"]
    out["LanguageCodePreferred"] = own["language"]
    out["Age_RP_StartDate"] = _age(born, starts[pairs["month"]])
    out["Age_RP_EndDate"] = _age(born, starts[pairs["month"] + 1] - np.timedelta64(1, "D"))
    out["IndicesOfDeprivationDecile"], out["IMD_YEAR"] = own["decile"], 2019
    return out


def referrals(records: Records, rng: np.random.Generator) -> pd.DataFrame:
    """IDS101Referral: a row per pathway and month; the end only from the month in which it happened.

    The derived columns (last score, counts, last date, flag) look over the whole pathway, as the national
    ones do: they leak, on purpose.
    """
    pairs, calendar = months_of(records), records.world.calendar
    out = along(records, pairs["pathway"].to_numpy(), pairs["month"].to_numpy())
    own = records.pathways.loc[pairs["pathway"]].reset_index(drop=True)
    referred = calendar.date(own["referred"].to_numpy())
    out["ReferralRequestReceivedDate"] = referred
    out["SourceOfReferralIAPT"] = own["source"]
    n = len(records.pathways)
    onset = rng.integers(1, 60, n)[pairs["pathway"]]
    out["OnsetDate"] = (referred.astype("datetime64[M]") - onset.astype("timedelta64[M]")).astype(str)
    out["PrevDiagCondInd"] = pick_one(rng, {"Y": 0.45, "N": 0.45, "U": 0.10}, n)[pairs["pathway"]]
    end = own["end_day"].to_numpy()
    known = (end >= 0) & (calendar.month(end) <= pairs["month"].to_numpy())
    out["EndCode"] = either(known, own["end_code"].astype(str), None)
    out["ServDischDate"] = pd.Series(calendar.date(np.maximum(end, 0))).where(pd.Series(known))
    out["Age_ReferralRequest_ReceivedDate"] = _age(_born(records)[pairs["pathway"]], referred)
    return out.merge(_afterwards(records), on="pathway", how="left")


def _afterwards(records: Records) -> pd.DataFrame:
    """Derived columns of the whole pathway."""
    seen = records.contacts[records.contacts["attendance"] < 2]
    treated = seen[seen["treatment"]].groupby("pathway")
    scored = seen[seen["phq"] >= 0].groupby("pathway")["phq"]
    out = pd.DataFrame(
        {
            "CareContact_Count": seen.groupby("pathway").size(),
            "TreatmentCareContact_Count": treated.size(),
            "TherapySession_FirstDate": treated["date"].min(),
            "TherapySession_LastDate": treated["date"].max(),
            "PHQ9_FirstScore": scored.first(),
            "PHQ9_LastScore": scored.last(),
        }
    )
    done = (out["TreatmentCareContact_Count"] >= 2) & (records.pathways["end_day"].reindex(out.index) >= 0)
    out["CompletedTreatment_Flag"] = np.where(done, "True", "False")
    return out.rename_axis("pathway").reset_index()


def employment(records: Records, rng: np.random.Generator) -> pd.DataFrame:
    """IDS004EmpStatus: once at referral; benefits are noise."""
    own, calendar = records.pathways, records.world.calendar
    day = own["referred"].to_numpy()
    out = along(records, own.index.to_numpy(), calendar.month(day))
    works = own["employment"] == "01"
    out["EmployStatus"], out["WeekHoursWorked"] = own["employment"], own["hours"]
    out["EmployStatusRecDate"] = calendar.date(day)
    n = len(own)
    out["SelfEmployInd"] = np.where(works, np.where(chance(rng, 0.1, n), "Y", "N"), "8")
    out["SickAbsenceInd"] = np.where(works, np.where(chance(rng, 0.12, n), "Y", "N"), "8")
    for name, share in (("SSPInd", 0.05), ("BenefitRecInd", 0.25), ("UCInd", 0.18)):
        out[name] = pick_one(rng, {"Y": share, "N": 0.9 - share, "U": 0.06, "Z": 0.04}, n)
    return out


def disabilities(records: Records, rng: np.random.Generator) -> pd.DataFrame:
    """IDS007DisabilityType: noise."""
    own = records.pathways
    out = along(records, own.index.to_numpy(), records.world.calendar.month(own["referred"].to_numpy()))
    out["DisabCode"] = pick_one(rng, DISABILITY, len(own))
    return out[chance(rng, 0.85, len(own))]


def circumstances(records: Records) -> pd.DataFrame:
    """IDS011SocPerCircumstances, recorded on the day of referral."""
    own, calendar, parts = records.pathways, records.world.calendar, []
    for code in CIRCUMSTANCE:
        rows = own.index[own[f"circumstance {code}"]]
        day = own.loc[rows, "referred"].to_numpy()
        out = along(records, rows.to_numpy(), calendar.month(day))
        out["SocPerCircumstance"], out["SocPerCircumstanceRecDate"] = code, calendar.date(day)
        parts.append(out)
    return pd.concat(parts, ignore_index=True)


def conditions(records: Records, rng: np.random.Generator) -> pd.DataFrame:
    """IDS602LongTermCondition: noise, for three in ten."""
    rows = np.flatnonzero(chance(rng, 0.3, len(records.pathways)))
    day = records.pathways["referred"].to_numpy()[rows]
    out = along(records, rows, records.world.calendar.month(day))
    out["FindSchemeInUse"], out["LongTermCondition"] = "01", pick_one(rng, CONDITION, rows.size)
    return out


def complaints(records: Records) -> pd.DataFrame:
    """IDS603PresentingComplaints: the primary one, on the day of referral."""
    own, calendar = records.pathways, records.world.calendar
    day = own["referred"].to_numpy()
    out = along(records, own.index.to_numpy(), calendar.month(day))
    out["FindSchemeInUse"], out["PresComp"], out["PresCompCodSig"] = "01", own["complaint"], "1"
    out["PresCompDate"] = calendar.date(day)
    return out


def qualifications(records: Records) -> pd.DataFrame:
    """IDS902CarePersQual: each practitioner in the first month."""
    services, starts = records.world.services, records.world.calendar.starts
    provider: pd.Series[str] = pd.Series(services.codes[services.practitioner_service], dtype=object)
    training = services.practitioner_trainee
    joined = services.practitioner_from
    begun = joined * 30.4
    awarded = starts[0] + (begun - 700).astype("timedelta64[D]")
    planned = starts[0] + (begun + 240).astype("timedelta64[D]")
    return pd.DataFrame(
        {
            "CarePersLocalId": records.staff,
            "QualAttainLevelIAPT": np.where(services.practitioner_high, "11", "10"),
            "QualAwardedDate": pd.Series(awarded).where(pd.Series(~training)),
            "QualPlannedCompletionDate": pd.Series(planned).where(pd.Series(training)),
            "OrgID_Provider": provider,
            "UniqueSubmissionID": submission(provider, pd.Series(joined)),
        }
    )


def headers(records: Records, written: dict[str, pd.DataFrame]) -> pd.DataFrame:
    """IDS000Header: one row per provider and month."""
    calendar, codes = records.world.calendar, records.world.services.codes
    provider: pd.Series[str] = pd.Series(np.repeat(codes, calendar.months), dtype=object)
    month = pd.Series(list(range(calendar.months)) * codes.size)
    ids = submission(provider, month)
    held = pd.concat([frame["UniqueSubmissionID"] for frame in written.values()])
    counts = held.value_counts().reindex(ids).fillna(0).astype(int).to_numpy()
    end = pd.DatetimeIndex(calendar.starts[month + 1]) - pd.Timedelta(days=1)
    return pd.DataFrame(
        {
            "DatSetVer": "2.1",
            "OrgIDProv": provider,
            "OrgIDSubmit": provider,
            "PrimSystemInUse": "SECOND",
            "ReportingPeriodStartDate": calendar.starts[month],
            "ReportingPeriodEndDate": end,
            "DateTimeDatSetCreate": end + pd.Timedelta(days=45, hours=9),
            "File_Type": "Refresh",
            "UniqueSubmissionID": ids,
            "TotalRecords": counts,
            "OrgID_Provider": provider,
        }
    )
