"""The quality report: what was read, what was set aside and why, what is missing, what was assumed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pandas as pd

from features.records import Records
from pipelines.page import Page, Section, bullets, link, paragraph, table

ASSUMED = (
    "A date without a time becomes known at the end of that day, unless it is tied to a contact.",
    "What is recorded in a contact is known at the contact's start; a contact without a time starts at 00:00.",
    "A value without a date is known from the end of the reporting period of the first submission that holds "
    "it. Where a provider made one submission only, nobody can say, and the referral date is taken.",
    "A value that a later submission changes is known from the end of that submission's reporting period.",
    "A contact's date and time are those of its first version.",
)


@dataclass(frozen=True)
class Quality:
    """Everything the report says. `missing`: table, column, costs. `submissions`: by provider."""

    source: str
    records: Records
    missing: pd.DataFrame
    readiness: Mapping[str, int]
    enough: bool
    submissions: pd.DataFrame
    exclusions: pd.DataFrame

    @property
    def rows_set_aside(self) -> int:
        """Rows that broke at least one rule."""
        return len(self.records.set_aside[["file", "row"]].drop_duplicates())

    @property
    def sentence(self) -> str:
        """The sentence that matters first."""
        enough = (
            "and there is enough to learn from" if self.enough else "but there is not enough to learn from"
        )
        known, points = self.readiness["known"], self.readiness["points"]
        return (
            f"The records can be used, {enough}: {points:,} points, {known:,} with a known outcome; "
            f"{self.rows_set_aside:,} rows were set aside."
        )

    def as_json(self) -> dict[str, Any]:
        """Counts for another program; no row of anybody."""
        rules = (
            self.records.set_aside.groupby(["table", "column", "rule"]).size().rename("rows").reset_index()
        )
        return {
            "synthetic": self.records.synthetic,
            "layout": self.records.layout,
            "objected": self.records.objected,
            "enough": self.enough,
            "readiness": dict(self.readiness),
            "rows_set_aside": self.rows_set_aside,
            "tables": self.records.counts.to_dict("records"),
            "rules_broken": rules.to_dict("records"),
            "missing": self.missing.to_dict("records"),
        }


def quality_page(quality: Quality) -> Page:
    """The page of `bsw check`."""
    return Page(
        title="Quality of the records",
        lead=quality.sentence,
        sections=[
            Section("Enough to learn from?", _readiness(quality)),
            Section("What was read", _read(quality)),
            Section("What was set aside, and why", _set_aside(quality)),
            Section("What is missing, and what that costs", _missing(quality)),
            Section("From contacts to points", _points(quality)),
            Section("What was assumed about dates", [bullets(ASSUMED)]),
        ],
        synthetic=quality.records.synthetic,
        about={"Source": quality.source, "Layout": quality.records.layout},
    )


def _readiness(quality: Quality) -> list[Any]:
    words = {
        "points": "points: sessions at which work was agreed",
        "mature": "points whose horizon is over",
        "known": "of these, with a known outcome",
        "not_completed": "of these, not completed",
        "patients": "patients with a known outcome",
        "months": "calendar months",
        "known_to_learn_from": "known outcomes before the cut, to learn from",
        "not_completed_to_learn_from": "of these, not completed",
    }
    rows = [(words[name], f"{count:,}") for name, count in quality.readiness.items()]
    rule = (
        "The project's own rule of thumb asks for 200 outcomes of each kind to learn from and 12 months (settings). "
        "It is a floor below which results mean nothing, not a promise above it."
    )
    return [table(pd.DataFrame(rows, columns=["what", "how many"]), "Readiness"), paragraph(rule, note=True)]


def _read(quality: Quality) -> list[Any]:
    records = quality.records
    counts = records.counts.copy()
    for column in counts.columns[2:]:
        counts[column] = counts[column].map("{:,}".format)
    counts.columns = pd.Index(["table", "file", "rows read", "rows kept", "sent again", "corrected later"])
    parts = [table(counts, "Tables"), table(quality.submissions.astype(str), "Monthly submissions")]
    if records.objected:
        parts.append(paragraph(f"{records.objected:,} patients who object were left out of everything."))
    if records.derived:
        parts += [paragraph("The layout lacks columns that were made good:"), bullets(records.derived)]
    unknown = [f"{name}: {', '.join(columns)}" for name, columns in records.unknown.items()]
    if unknown:
        parts += [paragraph("Columns that the standard does not name were not read:"), bullets(unknown)]
    return parts


def _set_aside(quality: Quality) -> list[Any]:
    broken = quality.records.set_aside
    if broken.empty:
        return [paragraph("No row broke a rule.")]
    by_rule = broken.groupby(["table", "column", "rule", "remedy"], sort=False)
    counted = (
        by_rule["row"]
        .agg(rows="count", examples=lambda rows: ", ".join(map(str, rows.head(3))))
        .reset_index()
    )
    counted["rows"] = counted["rows"].map("{:,}".format)
    shown = counted[["table", "column", "rule", "rows", "examples", "remedy"]]
    return [
        paragraph("A row that breaks a rule is set aside whole: never dropped in silence, never repaired."),
        table(
            shown.rename(columns={"examples": "first rows"}), "Rules broken (row 1 is the first row of data)"
        ),
        link("Every row set aside, with its value (CSV; it may identify patients)", "quarantine.csv"),
    ]


def _missing(quality: Quality) -> list[Any]:
    if quality.missing.empty:
        return [paragraph("Every column that a predictor reads is there.")]
    shown = quality.missing.rename(columns={"costs": "predictors that go without"})
    return [table(shown, "Not in the records"), link("As a table (CSV)", "missing.csv")]


def _points(quality: Quality) -> list[Any]:
    shown = quality.exclusions[["reason", "contacts_before", "contacts_after", "patients_after"]].copy()
    for column in shown.columns[1:]:
        shown[column] = shown[column].map("{:,}".format)
    shown.columns = pd.Index(["left out", "contacts before", "contacts after", "patients after"])
    return [table(shown, "Contacts left out, step by step; what remains are points")]
