"""The quality report: what was read, what was set aside and why, what is missing, what was assumed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd

from features.records import Records
from pipelines.gaps import Gaps
from pipelines.page import Page, Section, bullets, heading, link, paragraph, table
from pipelines.quality import other_scales
from pipelines.quality.unassigned_circumstances import in_words
from pipelines.quality.values_used import Used

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
    """Everything the report says.

    `missing` and `blank`: table, column, costs. `submissions`: provider, submissions, first, last, months
    without one, versions. `asked`: how many outcomes of each kind, and how many months, are enough. `kind`:
    what the points are, in words. `unassigned`: codes of IDS011 that nothing reads (code, name, patients).
    `used`: the values of numbers that have bounds.
    """

    source: str
    records: Records
    missing: pd.DataFrame
    blank: pd.DataFrame
    readiness: Mapping[str, int]
    enough: bool
    asked: tuple[int, int]
    submissions: pd.DataFrame
    exclusions: pd.DataFrame
    kind: str
    unassigned: pd.DataFrame
    gaps: Gaps
    used: Sequence[Used]

    @property
    def referrals(self) -> int:
        """Referrals that are left, each counted once however often it was sent."""
        asked = "SELECT count(*) FROM (SELECT DISTINCT OrgID_Provider, ServiceRequestId FROM IDS101Referral)"
        return int(self.records.connection.execute(asked).fetchall()[0][0])

    @property
    def sentence(self) -> str:
        """The sentence that matters first."""
        enough = (
            "and there is enough to learn from" if self.enough else "but there is not enough to learn from"
        )
        known, points = self.readiness["known"], self.readiness["points"]
        refused = self.gaps.refused
        usable = f"can be used, {enough}"
        if refused:
            usable = f"cannot be used as they are, because of {' and '.join(refused)}"
        return (
            f"The records {usable}: {self.referrals:,} referrals, {points:,} {self.kind}, "
            f"{known:,} with a known outcome; {_rows(self.records.rows_set_aside)} set aside{self.gaps.in_brackets}."
        )

    def as_json(self) -> dict[str, Any]:
        """Counts for another program; no row of anybody."""
        rules = (
            self.records.set_aside.groupby(["table", "column", "rule"]).size().rename("rows").reset_index()
        )
        return {
            "synthetic": self.records.synthetic,
            "layout": self.records.layout,
            "files_not_read": list(self.records.unread),
            "objected": self.records.objected,
            "objectors_not_found": self.records.objectors_not_found,
            "made_good": list(self.records.derived),
            "submissions": self.submissions.to_dict("records"),
            "referrals": self.referrals,
            "points_are": self.kind,
            "enough": self.enough,
            "enough_asks": {"outcomes_of_each_kind": self.asked[0], "months": self.asked[1]},
            "readiness": dict(self.readiness),
            "rows_set_aside": self.records.rows_set_aside,
            "refused": list(self.gaps.refused),
            "unreadable": {table: dict(services) for table, services in self.gaps.unreadable.items()},
            "tables": self.records.counts.to_dict("records"),
            "rules_broken": rules.to_dict("records"),
            "missing": self.missing.to_dict("records"),
            "blank": self.blank.to_dict("records"),
            "circumstances_not_assigned": self.unassigned.to_dict("records"),
            **other_scales.as_json(self.used),
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
            Section("Circumstances that nothing reads", in_words(quality.unassigned)),
            Section("Values used, beside what is allowed", other_scales.in_words(quality.used)),
            Section("From contacts to points", _points(quality)),
            Section("What was assumed about dates", _assumed(quality)),
        ],
        synthetic=quality.records.synthetic,
        about={"Source": quality.source, "Layout": quality.records.layout},
    )


def _readiness(quality: Quality) -> list[Any]:
    words = {
        "points": quality.kind,
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
        f"The project's own rule of thumb asks for {quality.asked[0]:,} outcomes of each kind to learn from and "
        f"{quality.asked[1]} months (settings of [readiness]). It is a floor below which results mean nothing, "
        "not a promise above it."
    )
    return [table(pd.DataFrame(rows, columns=["what", "how many"]), "Readiness"), paragraph(rule, note=True)]


def _read(quality: Quality) -> list[Any]:
    records = quality.records
    counts = records.counts.copy()
    for column in counts.columns[2:]:
        counts[column] = counts[column].map("{:,}".format)
    counts.columns = pd.Index(["table", "file", "rows read", "rows kept", "sent again", "corrected later"])
    return [
        table(counts, "Tables"),
        table(quality.submissions.astype(str), "Monthly submissions"),
        *_objectors(records),
        *_listed("The layout lacks columns that were made good:", records.derived),
        *_listed("Tables without a row count as not recorded:", [*records.empty]),
        *_listed("Files that hold no table of the standard were not read:", records.unread),
        *_listed(
            "Columns that the standard does not name were not read:",
            [f"{name}: {', '.join(columns)}" for name, columns in records.unknown.items()],
        ),
    ]


def _objectors(records: Records) -> list[Any]:
    said = []
    if records.objected:
        said.append(paragraph(f"{_patients(records.objected)} left out of everything, because they object."))
    if records.objectors_not_found:
        said.append(
            paragraph(
                f"{_patients(records.objectors_not_found)} on the list of those who object but in no record. "
                "If they should be, compare how the list and the records write provider and patient."
            )
        )
    return said


def _listed(words: str, lines: Sequence[str]) -> list[Any]:
    return [paragraph(words), bullets(lines)] if lines else []


def _rows(count: int) -> str:
    return "1 row was" if count == 1 else f"{count:,} rows were"


def _patients(count: int) -> str:
    return "1 patient is" if count == 1 else f"{count:,} patients are"


def _set_aside(quality: Quality) -> list[Any]:
    broken = quality.records.set_aside
    if broken.empty:
        return [paragraph("No row broke a rule.")]
    parts = [
        paragraph("A row that breaks a rule is set aside whole: never dropped in silence, never repaired.")
    ]
    for name, own in broken.groupby("table", sort=False):
        rows = own[["file", "row"]].drop_duplicates()
        parts += [
            heading(f"{name}: {_rows(len(rows))} set aside"),
            table(_by_rule(own), "Row 1 is the first row of data"),
        ]
    parts.append(
        link("Every row set aside, with its value (CSV; it may identify patients)", "quarantine.csv")
    )
    return parts


def _by_rule(broken: pd.DataFrame) -> pd.DataFrame:
    """The rules broken in one table, with how often and the first rows; no value of any row."""
    by_rule = broken.groupby(["column", "rule", "remedy"], sort=False)["row"]
    counted = by_rule.agg(rows="count", examples=lambda rows: ", ".join(map(str, rows.head(3)))).reset_index()
    counted["rows"] = counted["rows"].map("{:,}".format)
    shown = counted[["column", "rule", "rows", "examples", "remedy"]]
    return shown.rename(columns={"examples": "first rows", "remedy": "what to do"})


def _missing(quality: Quality) -> list[Any]:
    parts: list[Any] = []
    for lost, words in (
        (quality.missing, "Not in the records"),
        (quality.blank, "There, but blank in every row"),
    ):
        if len(lost):
            parts.append(table(lost.rename(columns={"costs": "what goes without it"}), words))
    return (
        [*parts, link("As a table (CSV)", "missing.csv")]
        if parts
        else [paragraph("Every column that is used is there, and filled in at least once.")]
    )


def _points(quality: Quality) -> list[Any]:
    shown = quality.exclusions[["reason", "contacts_before", "contacts_after", "patients_after"]].copy()
    for column in shown.columns[1:]:
        shown[column] = shown[column].map("{:,}".format)
    shown.columns = pd.Index(["left out", "contacts before", "contacts after", "patients after"])
    return [table(shown, "Contacts left out, step by step; what remains are points")]


def _assumed(quality: Quality) -> list[Any]:
    single = quality.submissions.loc[quality.submissions["submissions"] == 1, "provider"]
    said = [
        f"{provider} made one submission only: its values without a date are taken as known from the referral date."
        for provider in single
    ]
    return [bullets([*said, *ASSUMED])]
