"""`bsw synthesise --report`: every margin of the service beside the published figure, as a page and a table."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
from markupsafe import Markup

from pipelines.page import Page, Section, bullets, paragraph, table, write_page
from pipelines.store import write_text
from pipelines.synthetic.comparison import (
    FITTED_ON,
    SESSIONS,
    SOURCE,
    STANDARD_ERRORS,
    TESTED_ON,
    TOLERANCE,
    comparison,
)
from pipelines.synthetic.margins import referrals

PAGE, TABLE = "margins.html", "margins.csv"
NOT_FITTED = (
    "Which therapies are given, and how often patients are stepped up: low-intensity treatment and internet "
    "programmes are more common here than in England, because between-session work is what this is for.",
    "How large providers are: they are of like size here, so that each can be held out.",
    "Completion of between-session work, planning, reviewing and ratings: no figure is published. They are "
    "assumptions, listed with their sizes in docs/synthetic-mechanism.md.",
    "Therapies are compared over the whole pathway here; the publication compares first and last scores within "
    "each therapy, of which a pathway may have several, so last scores here are lower.",
)


def report(source: Path) -> pd.DataFrame:
    """Write the page and its table into `source`; the comparison, as `synthetic_comparison.comparison` has it."""
    margins = comparison(referrals(source))
    write_text(source / "report" / TABLE, margins.to_csv(index=False, float_format="%.2f"))
    write_page(source / "report" / PAGE, _page(margins))
    outside = int((~margins["within"]).sum())
    print(f"{source / 'report' / PAGE}: {len(margins)} margins, {outside} outside the tolerance declared")
    return margins


def _page(margins: pd.DataFrame) -> Page:
    outside = margins[~margins["within"]]
    lead = (
        f"Of {len(margins)} margins of this synthetic service, {len(margins) - len(outside)} lie within the tolerance "
        f"declared of England's figures of {TESTED_ON}, a year it was not fitted on."
    )
    sections = [
        Section("Outside the tolerance", [_shown(outside, "Margins outside the tolerance")] if len(outside) else
                [paragraph("No margin lies outside.")]),
        *(Section(str(kind), [_tolerated(str(kind)), _shown(rows, f"{kind}: England and this service")])
          for kind, rows in margins.groupby("kind", sort=False)),
        Section("What is not fitted, and why", [bullets(NOT_FITTED)]),
    ]  # fmt: skip
    about = {
        "Figures": SOURCE,
        "Licence": "Contains public sector information licensed under the Open Government Licence v3.0.",
        "Fitted on": FITTED_ON,
        "Tested on": f"{TESTED_ON}; sessions: {SESSIONS}, England 2021-22",
    }
    return Page("How near is the synthetic service to England?", lead, sections, synthetic=True, about=about)


def _tolerated(kind: str) -> Markup:
    error = (
        ""
        if kind in ("First score", "Last score", "Sessions")
        else f", or {STANDARD_ERRORS:g} standard errors"
    )
    return paragraph(f"Tolerance: {TOLERANCE[kind]:g}{error}, whichever is more.", note=True)


def _shown(rows: pd.DataFrame, caption: str) -> Markup:
    shown = pd.DataFrame(
        {
            "group": rows["group"],
            "measure": rows["measure"],
            f"England {FITTED_ON}": rows["fitted_on"].map("{:.1f}".format, na_action="ignore"),
            f"England {TESTED_ON}": rows["tested_on"].map("{:.1f}".format),
            "synthetic": rows["synthetic"].map("{:.1f}".format),
            "tolerance": rows["tolerance"].map("{:.1f}".format),
            "within": rows["within"].map({True: "yes", False: "NO"}),
        }
    )
    return table(shown, caption)
