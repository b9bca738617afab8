"""Margins of a folder of records, counted as NHS England counts them in its annual report."""

from __future__ import annotations

from collections.abc import Mapping
from importlib.resources import files
from pathlib import Path

import duckdb
import pandas as pd

FIGURES = files("data").joinpath("published", "talking_therapies_figures.csv")
DAYS_TO_FINISH = 330  # referrals received later than this before the end may well still be open
ETHNIC = {
    "A": "White / British", "B": "White / Irish", "C": "White / Any other White background",
    "D": "Mixed / White and Black Caribbean", "E": "Mixed / White and Black African",
    "F": "Mixed / White and Asian", "G": "Mixed / Any other Mixed background",
    "H": "Asian or Asian British / Indian", "J": "Asian or Asian British / Pakistani",
    "K": "Asian or Asian British / Bangladeshi", "L": "Asian or Asian British / Any other Asian background",
    "M": "Black or Black British / Caribbean", "N": "Black or Black British / African",
    "P": "Black or Black British / Any other Black background", "R": "Other Ethnic Groups / Chinese",
    "S": "Other Ethnic Groups / Any Other Ethnic Group", "Z": "Not stated/Not known/Invalid / All",
    "99": "Not stated/Not known/Invalid / All",
}  # fmt: skip
GENDER = {
    "1": "Male", "2": "Female", "9": "Indeterminate (unable to be classified as male or female)",
    "X": "Not stated/Not known/Invalid",
}  # fmt: skip
ANXIETY = "Anxiety and stress related disorders / "
COMPLAINT = {
    "F321": "Depression", "F331": "Depression", "F411": ANXIETY + "Generalised anxiety disorder",
    "F431": ANXIETY + "Post-traumatic stress disorder", "F401": ANXIETY + "Social phobias",
    "F42": ANXIETY + "Obsessive-compulsive disorder",
    "F412": ANXIETY + "Mixed anxiety and depressive disorder",
    "F410": ANXIETY + "Panic disorder [episodic paroxysmal anxiety]",
    "F452": ANXIETY + "Hypochondriacal disorders", "F402": ANXIETY + "Specific (isolated) phobias",
    "F400": ANXIETY + "Agoraphobia", "F439": ANXIETY + "Other anxiety or stress related disorder",
}  # fmt: skip
THERAPY = {
    "GuidedSelfHelp_Book_Count": "Guided Self Help (Book)",
    "GuidedSelfHelp_Computer_Count": "Guided Self Help (Computer)",
    "PsychoeducationalPeerSupport_Count": "Psychoeducational peer support",
    "CognitiveBehaviourTherapy_Count": "Cognitive Behaviour Therapy (CBT)",
}
RATES = {
    "caseness": "at_caseness",
    "recovery": "recovery",
    "improvement": "improvement",
    "deterioration": "worse",
}
WSAS = tuple(
    f"WASAS_{item}"
    for item in (
        "Work",
        "HomeManagement",
        "SocialLeisureActivities",
        "PrivateLeisureActivities",
        "Relationships",
    )
)


def published(period: str) -> pd.Series[float]:
    """The figures of a year by (measure, group), as numbers; what is no number is left out."""
    frame = pd.read_csv(str(FIGURES), dtype=str)
    frame = frame[frame["period"] == period]
    values = pd.to_numeric(frame["value"], errors="coerce")
    indexed = values.set_axis(pd.MultiIndex.from_frame(frame[["measure", "group"]])).dropna()
    return indexed[~indexed.index.duplicated()]


def referrals(source: Path) -> pd.DataFrame:
    """One row per referral, as it stood in its last submission, with its patient's groups."""
    connection = duckdb.connect()
    for table in (
        "IDS000Header",
        "IDS001MPI",
        "IDS101Referral",
        "IDS602LongTermCondition",
        "IDS603PresentingComplaints",
    ):
        connection.execute(f"CREATE VIEW {table} AS SELECT * FROM {_rows(source, table)}")
    frame = connection.execute(QUERY).df()
    frame["received"] = pd.to_datetime(frame["received"], errors="coerce")
    for column in map(str, frame.columns):
        if column.endswith(("Score", "_Count")) or column in ("age", "to_first", "to_second"):
            frame[column] = pd.to_numeric(frame[column], errors="coerce")
    return frame


def past(frame: pd.DataFrame) -> pd.Series[bool]:
    """Which referrals were received long enough before the end to have finished if they ever would."""
    return frame["received"] < pd.to_datetime(frame["until"]) - pd.Timedelta(days=DAYS_TO_FINISH)


QUERY = f"""
WITH newest AS (
  SELECT * FROM IDS101Referral WHERE ServiceRequestId IS NOT NULL AND LocalPatientId IS NOT NULL
    AND NOT starts_with(ServiceRequestId, 'X')
  QUALIFY row_number() OVER (PARTITION BY OrgID_Provider, ServiceRequestId
                             ORDER BY UniqueSubmissionID::BIGINT DESC, ServDischDate DESC NULLS LAST) = 1),
person AS (
  SELECT * FROM IDS001MPI WHERE LocalPatientId IS NOT NULL
  QUALIFY row_number() OVER (PARTITION BY OrgID_Provider, LocalPatientId
                             ORDER BY UniqueSubmissionID::BIGINT DESC) = 1),
ill AS (
  SELECT OrgID_Provider, ServiceRequestId, bool_or(LongTermCondition <> '748031000000103') AS has
  FROM IDS602LongTermCondition GROUP BY ALL),
problem AS (
  SELECT OrgID_Provider, ServiceRequestId, min(PresComp) AS code
  FROM IDS603PresentingComplaints WHERE PresCompCodSig = '1' GROUP BY ALL)
SELECT r.OrgID_Provider AS provider, r.ReferralRequestReceivedDate AS received,
  (SELECT max(ReportingPeriodEndDate) FROM IDS000Header) AS until,
  r.CompletedTreatment_Flag = 'true' AS finished, r.Caseness_Flag = 'true' AS at_caseness,
  r.NotCaseness_Flag = 'true' AS not_at_caseness, r.Recovery_Flag = 'true' AS recovery,
  r.ReliableImprovement_Flag = 'true' AS improvement, r.ReliableDeterioration_Flag = 'true' AS worse,
  r.TreatmentCareContact_Count::INT AS sessions,
  date_diff('day', r.ReferralRequestReceivedDate::DATE, r.TherapySession_FirstDate::DATE) AS to_first,
  date_diff('day', r.TherapySession_FirstDate::DATE, r.TherapySession_SecondDate::DATE) AS to_second,
  r.Age_ReferralRequest_ReceivedDate AS age, p.EthnicCategory AS ethnic, p.Gender AS gender,
  p.IndicesOfDeprivationDecile AS decile, ill.has AS has_condition, problem.code AS complaint,
  {", ".join(f"r.{name}" for name in THERAPY)},
  {", ".join(f"r.{tool}_{when}Score" for tool in ("PHQ9", "GAD", *WSAS) for when in ("First", "Last"))}
FROM newest r LEFT JOIN person p USING (OrgID_Provider, LocalPatientId)
LEFT JOIN ill USING (OrgID_Provider, ServiceRequestId)
LEFT JOIN problem USING (OrgID_Provider, ServiceRequestId)
WHERE try_cast(r.ReferralRequestReceivedDate AS DATE) IS NOT NULL
"""


def _rows(source: Path, table: str) -> str:
    if (source / table).is_dir():
        return f"read_parquet('{source / table}/*.parquet')"
    if (source / f"{table}.parquet").is_file():
        return f"read_parquet('{source / table}.parquet')"
    return f"read_csv('{source / table}.csv', all_varchar=true, header=true)"


def families(frame: pd.DataFrame) -> Mapping[str, pd.Series[str]]:
    """The published breakdowns: each referral's group in each, under its published name."""
    ages = pd.cut(
        frame["age"], [-1, 17, 25, 64, 74, 89, 200],
        labels=["Under 18", "18 to 25", "26 to 64", "65 to 74", "75 to 89", "90 and over"],
    )  # fmt: skip
    condition = frame["has_condition"].map({True: "Long term condition", False: "No long term condition"})
    return {
        "Ethnic Group": frame["ethnic"].map(ETHNIC),
        "Gender": frame["gender"].map(GENDER),
        "Age Group": ages.astype(str),
        "Indices of Deprivation Decile": frame["decile"].map(DECILE).fillna("Not stated/Not known/Invalid"),
        "Long Term Condition Status": condition.fillna("Not stated/Not known/Invalid"),
        "Presenting Complaint": frame["complaint"].map(COMPLAINT).fillna("other or not stated"),
    }


def _decile(place: int) -> str:
    """The published name; deciles count from the most deprived in records, from the least in publications."""
    theirs = 11 - place
    kind = {1: "Least deprived", 10: "Most deprived"}.get(
        theirs, "Less deprived" if theirs < 6 else "More deprived"
    )
    return f"{theirs:02d} {kind}"


DECILE = {str(place): _decile(place) for place in range(1, 11)}
