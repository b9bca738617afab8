"""Codes of IDS011 that the service sends and data/standard/circumstances.csv does not assign: nothing reads them."""

from __future__ import annotations

from typing import Any

import pandas as pd

from features.records import Records
from features.standard import circumstance_meanings
from models.earlier import STAR
from models.withheld import RULES, count_words
from pipelines.page import paragraph, table

TABLE, CODE, NAME = "IDS011SocPerCircumstances", "SocPerCircumstance", "SocPerCircumstance_FSN"
COUNTED = ("code", "name", "patients")
RULE = RULES["nhs"]
# Anything else may be what somebody typed, and is not printed.
SNOMED = r"\d{6,18}"
NO_CODE = "(no SNOMED CT code)"
# What stands with few patients may be what somebody typed about one of them: neither code nor name is printed.
FEW = "(codes of few patients)"
WORDS = (
    "Social and personal circumstances whose code data/standard/circumstances.csv assigns to nothing: no predictor "
    "and no part of the audit reads them. To have one read, add a row that makes it predictor, protected or unused. "
    f"Patients under {RULE.smallest} are {STAR}, others rounded to {RULE.base}."
)


def unassigned(records: Records) -> pd.DataFrame:
    """COUNTED: a row per code that no row of the file assigns, patients as they may be published."""
    held = records.columns.get(TABLE, ())
    if CODE not in held:
        return pd.DataFrame(columns=list(COUNTED))
    name = f'max("{NAME}")' if NAME in held else "NULL"
    asked = f"""
        SELECT CASE WHEN regexp_full_match("{CODE}", '{SNOMED}') THEN "{CODE}" ELSE '{NO_CODE}' END AS code,
            CASE WHEN code = '{NO_CODE}' THEN '' ELSE coalesce({name}, '') END AS name,
            count(DISTINCT OrgID_Provider || ':' || LocalPatientId) AS patients
        FROM "{TABLE}" WHERE "{CODE}" IS NOT NULL AND NOT list_contains(?, "{CODE}")
        GROUP BY 1 ORDER BY code
    """
    found = records.connection.execute(asked, [list(circumstance_meanings())]).df()
    few = (found["patients"] < RULE.smallest) & (found["code"] != NO_CODE)
    pooled = pd.DataFrame([(FEW, "", 0)] * bool(few.any()), columns=list(COUNTED))
    shown = pd.concat([found[~few], pooled], ignore_index=True)
    return shown.assign(
        patients=[count_words(int(count), RULE) if count else STAR for count in shown["patients"]]
    )


def in_words(found: pd.DataFrame) -> list[Any]:
    """What the quality report says of them."""
    if found.empty:
        return [paragraph("Every code of social and personal circumstances (IDS011) sent is assigned.")]
    return [paragraph(WORDS), table(found, "Codes of IDS011 that nothing reads")]
