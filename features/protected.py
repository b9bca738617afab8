"""Protected characteristics: for the audit. None is a predictor unless a setting admits it.

Values are the latest the records hold, whenever recorded: they describe people to an auditor and never
enter a prediction by this way. Unknown is its own value everywhere.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import pandas as pd

from features.errors import nearest
from features.facts import Facts
from features.standard import circumstance_codes, circumstance_meanings, ethnic_categories

# Which may become predictors by a setting, and which only with a written reason, which the model card prints.
# Pregnancy and maternity is a protected characteristic of the Equality Act 2010.
ADMISSIBLE = ("age", "gender", "disability", "asylum", "maternity")
WITH_A_REASON = ("ethnicity", "religion", "sexual orientation")
CHARACTERISTICS = (*ADMISSIBLE, *WITH_A_REASON)
# Which of them a column of the records tells: who admits one of them does not admit another.
TOLD_BY: Mapping[str, tuple[str, ...]] = {
    "IDS001MPI.PersonBirthDate": ("age",),
    "IDS001MPI.Gender": ("gender",),
    "IDS001MPI.EthnicCategory": ("ethnicity",),
    "IDS007DisabilityType.DisabCode": ("disability",),
    "IDS011SocPerCircumstances.SocPerCircumstance": ("asylum", "maternity", "religion", "sexual orientation"),
}
SHORTEST_REASON = 20
UNKNOWN = "unknown"
RELIGION_NOT_STATED = "not stated/known"
NOT_STATED = "Not stated or not known"
GENDERS = {"1": "male", "2": "female", "9": "indeterminate"}
# The bands of the national publication, so that figures can be put side by side.
AGE_EDGES = (0, 18, 26, 65, 75, 90, 150)
AGE_BANDS = ("under 18", "18 to 25", "26 to 64", "65 to 74", "75 to 89", "90 and over")
ASKED = ("EthnicCategory", "Gender", "PersonBirthDate", "IndicesOfDeprivationDecile")
COLUMNS = (
    "point_id",
    "ethnic_category",
    "ethnic_group",
    "gender",
    "age_band",
    "deprivation_quintile",
    "disability",
    "asylum",
    "maternity",
    "religion",
    "sexual_orientation",
)
NO_DISABILITY, DISABILITY_UNKNOWN = "NN", ("XX", "ZZ")


@dataclass(frozen=True)
class ProtectedSettings:
    """`admit`: protected characteristics that may be predictors. `because`: characteristic -> why, in a sentence.

    ADMISSIBLE need no reason; WITH_A_REASON are refused without one.
    """

    admit: tuple[str, ...] = ()
    because: Mapping[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for name in (*self.admit, *self.because):
            if name not in CHARACTERISTICS:
                raise ValueError(
                    f"there is no protected characteristic '{name}'; {nearest(name, CHARACTERISTICS)}"
                )
        for name in self.because:
            if name not in self.admit:
                raise ValueError(f"because.{name} gives a reason, but `admit` does not name {name}")
        for name in self.admit:
            if name in WITH_A_REASON and len(self.because.get(name, "").strip()) < SHORTEST_REASON:
                raise ValueError(
                    f"admit names {name}, which needs a written reason of at least {SHORTEST_REASON} characters "
                    f'in because."{name}"; the model card prints it'
                )

    @property
    def admitted(self) -> frozenset[str]:
        """`admit`, as `catalogue` takes it."""
        return frozenset(self.admit)

    def in_words(self) -> tuple[str, ...]:
        """A sentence for each characteristic admitted, with its reason."""
        none = "no reason was written"
        return tuple(f"{name} is a predictor: {self.because.get(name, none)}" for name in self.admit)


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
            **_circumstances(facts, points["patient_id"]),
        }
    )


def _circumstances(facts: Facts, patients: pd.Series[str]) -> dict[str, pd.Series[str]]:
    """Disability, asylum, maternity, religion and sexual orientation of each patient, in the order given."""
    disabled = _held(facts, "IDS007DisabilityType", "DisabCode")
    disabled = disabled[~disabled["code"].isin(DISABILITY_UNKNOWN)]
    disability = (disabled["code"] != NO_DISABILITY).groupby(disabled["patient_id"]).any()
    held = _held(facts, "IDS011SocPerCircumstances", "SocPerCircumstance")
    held = held.assign(
        group=held["code"].map(circumstance_codes("protected")),
        words=held["code"].map(circumstance_meanings()),
    )
    last = held.dropna(subset=["group"]).drop_duplicates(["patient_id", "group"], keep="last")
    by_group = last.set_index(["group", "patient_id"])["words"]
    said = {group: by_group.xs(group) for group in by_group.index.get_level_values("group").unique()}
    none = pd.Series(dtype=object)
    return {
        "disability": patients.map(disability).map({True: "yes", False: "no"}).fillna(UNKNOWN).astype(str),
        "asylum": _recorded(patients.isin(said.get("asylum / refugee", none).index)),
        "maternity": _recorded(patients.isin(said.get("perinatal", none).index)),
        "religion": _after_colon(patients.map(said.get("religion", none))),
        "sexual_orientation": _after_colon(patients.map(said.get("sexual orientation", none))),
    }


def _recorded(there: pd.Series[bool]) -> pd.Series[str]:
    return there.map({True: "recorded", False: "not recorded"}).astype(str)


def _after_colon(meaning: pd.Series[str]) -> pd.Series[str]:
    """ "Religion: Sikh" as "Sikh"; what was not recorded or not stated as unknown."""
    words = meaning.astype("string").str.extract(": (.*)", expand=False).fillna(UNKNOWN)
    return words.where(~words.isin(("", RELIGION_NOT_STATED)), UNKNOWN).astype(str)


def _held(facts: Facts, table: str, column: str) -> pd.DataFrame:
    """Each patient's codes in one table: `patient_id, code`, in a fixed order; none where there is no table."""
    held = facts.records.columns.get(table, ())
    if column not in held:
        return pd.DataFrame({"patient_id": pd.Series(dtype=str), "code": pd.Series(dtype=str)})
    asked = f"""
        SELECT DISTINCT OrgID_Provider || ':' || LocalPatientId AS patient_id, "{column}" AS code
        FROM "{table}" WHERE "{column}" IS NOT NULL ORDER BY ALL
    """
    return facts.records.finished().connection.execute(asked).df()


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
    rows = (
        facts.records.finished()
        .connection.execute(
            f"""
        SELECT p.OrgID_Provider || ':' || p.LocalPatientId AS patient_id, {chosen}
        FROM IDS001MPI AS p
        LEFT JOIN (
            SELECT OrgID_Provider, UniqueSubmissionID, max(ReportingPeriodEndDate) AS ended
            FROM IDS000Header GROUP BY ALL
        ) AS h ON h.OrgID_Provider = p.OrgID_Provider AND h.UniqueSubmissionID = p.{submission}
        QUALIFY row_number() OVER (PARTITION BY patient_id ORDER BY ended DESC NULLS LAST, {chosen_order(held)}) = 1
        """
        )
        .df()
    )
    return rows.set_index("patient_id")


def chosen_order(held: tuple[str, ...]) -> str:
    """A fixed order among equally late rows."""
    return ", ".join(f'"{name}"' for name in ASKED if name in held)
