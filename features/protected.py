"""Protected characteristics: for the audit only. No predictor can read them: they are no facts.

Values are the latest the records hold, whenever recorded: they describe people to an auditor and never
enter a prediction. Unknown is its own value everywhere.
"""

from __future__ import annotations

import pandas as pd

from features.facts import Facts
from features.standard import ethnic_categories

UNKNOWN = "unknown"
NOT_STATED = "Not stated or not known"
GENDERS = {"1": "male", "2": "female", "9": "indeterminate"}
# The bands of the national publication, so that figures can be put side by side.
AGE_EDGES = (0, 18, 26, 65, 75, 90, 150)
AGE_BANDS = ("under 18", "18 to 25", "26 to 64", "65 to 74", "75 to 89", "90 and over")
ASKED = ("EthnicCategory", "Gender", "PersonBirthDate", "IndicesOfDeprivationDecile")
COLUMNS = ("point_id", "ethnic_category", "ethnic_group", "gender", "age_band", "deprivation_quintile")


def protected(facts: Facts, points: pd.DataFrame) -> pd.DataFrame:
    """COLUMNS for each point (which has point_id, patient_id and `at` as a timestamp), in the order given."""
    patients = _patients(facts).reindex(points["patient_id"]).reset_index(drop=True)
    return pd.DataFrame(
        {
            "point_id": points["point_id"].to_numpy(),
            **ethnicity(patients["EthnicCategory"]),
            "gender": patients["Gender"].map(GENDERS).fillna(UNKNOWN),
            "age_band": age_band(patients["PersonBirthDate"], points["at"].reset_index(drop=True)),
            "deprivation_quintile": deprivation_quintile(patients["IndicesOfDeprivationDecile"]),
        }
    )


def ethnicity(codes: pd.Series[str]) -> dict[str, pd.Series[str]]:
    """The 16+1 ethnic category and its 5+1 group in words; anything unknown is a category of its own."""
    known = ethnic_categories()
    category = codes.map({code: words for code, (words, _) in known.items()})
    group = codes.map({code: group for code, (_, group) in known.items()})
    return {
        "ethnic_category": category.fillna(NOT_STATED).rename("ethnic_category"),
        "ethnic_group": group.fillna(NOT_STATED).rename("ethnic_group"),
    }


def age_band(born: pd.Series[pd.Timestamp], at: pd.Series[pd.Timestamp]) -> pd.Series[str]:
    """Age at the point in bands of years."""
    born = pd.to_datetime(born)
    had_birthday = (at.dt.month * 100 + at.dt.day) >= (born.dt.month * 100 + born.dt.day)
    years = at.dt.year - born.dt.year - (~had_birthday).astype(int)
    banded = pd.cut(years.where(years >= 0), AGE_EDGES, right=False, labels=list(AGE_BANDS))
    return banded.astype(object).fillna(UNKNOWN).astype(str)


def deprivation_quintile(decile: pd.Series[float]) -> pd.Series[str]:
    """Fifths of deprivation from tenths, 1 the most deprived."""
    fifth = ((pd.to_numeric(decile).astype("Int64") + 1) // 2).astype("string")
    shown: pd.Series[str] = fifth.fillna(UNKNOWN).astype(str)
    return shown


def _patients(facts: Facts) -> pd.DataFrame:
    """The latest row of each patient, by scoped patient id."""
    held = facts.records.columns["IDS001MPI"]
    chosen = ", ".join(f'"{name}"' if name in held else f'NULL AS "{name}"' for name in ASKED)
    submission = "UniqueSubmissionID" if "UniqueSubmissionID" in held else "''"
    rows = facts.records.connection.execute(
        f"""
        SELECT p.OrgID_Provider || ':' || p.LocalPatientId AS patient_id, {chosen}
        FROM IDS001MPI AS p
        LEFT JOIN (
            SELECT OrgID_Provider, UniqueSubmissionID, max(ReportingPeriodEndDate) AS ended
            FROM IDS000Header GROUP BY ALL
        ) AS h ON h.OrgID_Provider = p.OrgID_Provider AND h.UniqueSubmissionID = p.{submission}
        QUALIFY row_number() OVER (PARTITION BY patient_id ORDER BY ended DESC NULLS LAST, {chosen_order(held)}) = 1
        """
    ).df()
    return rows.set_index("patient_id")


def chosen_order(held: tuple[str, ...]) -> str:
    """A fixed order among equally late rows."""
    return ", ".join(f'"{name}"' for name in ASKED if name in held)
