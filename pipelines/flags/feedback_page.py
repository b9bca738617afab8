"""The page of what was done with flags: use, disagreement, action, what became of the work, by group."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd
from markupsafe import Markup

from models.earlier import STAR
from models.feedback_report import OUTCOMES, SHARES
from models.groups import EVERYONE
from pipelines.page import Page, Section, bullets, paragraph, table

TITLES = {share.name: share.title for share in (*SHARES, *OUTCOMES)}
GROUPED_BY = {
    "ethnic_group": "Ethnic group",
    "gender": "Gender",
    "age_band": "Age",
    "deprivation_quintile": "Deprivation (fifths, 1 the most deprived)",
    "did": "What was done",
}
HOW_TO_READ = (
    "A flag counts as given where it was among those to think about first, or was answered all the same.",
    "Who answers is nobody's sample. A low share of answers says how much of the rest can be believed.",
    "None of this is an effect. Flags go to those most likely not to do the work, practitioners choose where to act, "
    "and what became of the work is known only where it was reviewed. More work left undone where something was done "
    "may mean that practitioners acted where it was needed most.",
    "A group whose flags are disagreed with more often deserves a look: at the reasons, at the records behind them, "
    "and at what is not recorded.",
    "* is a number or share that is withheld: fewer than 5, or what would give such a number back. Other numbers are "
    "rounded to the nearest 5, shares to whole percent; in brackets is the 95% interval of each flag on its own.",
)


@dataclass(frozen=True)
class Reported:
    """What may be published of the answers; frames as `models.feedback_report` gives them, days as text.

    `records_up_to`: the last day that the records behind the flags cover; `data`: those records' fingerprints.
    """

    shares: pd.DataFrame
    whys: pd.DataFrame
    actions: pd.DataFrame
    became: pd.DataFrame | None
    first_day: str
    last_day: str
    models: str
    records_up_to: str
    data: str
    synthetic: bool

    @property
    def lead(self) -> str:
        """The sentence that matters first."""
        own = self.shares[self.shares["group"] == EVERYONE].set_index("measure")
        answered, disagreed = own.loc["answered"], own.loc["disagreed"]
        if answered["share"] == STAR:
            return "There are too few flags to say how many of them were answered."
        said = f"Of about {answered['rows']} flags {answered['share']} were answered"
        against = (
            ""
            if disagreed["share"] == STAR
            else f"; practitioners disagreed with {disagreed['share']} of those"
        )
        return f"{said}{against}."


def feedback_page(found: Reported) -> Page:
    """The whole page."""
    sections = [
        Section("What was done with the flags", _by_group(found.shares)),
        Section("Why practitioners disagreed, and what they did", _said(found)),
        Section("What became of the work", _became(found)),
        Section("How to read this page", [bullets(HOW_TO_READ)]),
    ]
    days = found.first_day if found.first_day == found.last_day else f"{found.first_day} to {found.last_day}"
    about = {
        "Flags as at": days,
        "Records up to": found.records_up_to,
        "Model": f"version {found.models}",
        "Records' fingerprint": found.data,
    }
    return Page("What was done with flags", found.lead, sections, found.synthetic, about)


def _by_group(shares: pd.DataFrame) -> list[Markup]:
    """A table per grouping, one column per share; everyone stands first in each."""
    shown = shares.assign(said=[_said_of(row) for row in shares.itertuples()])
    everyone = shown[shown["group"] == EVERYONE]
    parts = []
    for by in [name for name in shown["by"].unique() if name]:
        rows = pd.concat([everyone, shown[shown["by"] == by]])
        wide = rows.pivot(index="group", columns="measure", values="said")
        wide = wide.loc[rows["group"].unique(), rows["measure"].unique()].rename(columns=TITLES)
        title = GROUPED_BY.get(by, by)
        parts.append(table(wide.rename_axis(title).reset_index(), f"{title}: share of how many flags"))
    return parts


def _said(found: Reported) -> list[Markup]:
    said = ((found.whys, "Why", "Why a flag was disagreed with"), (found.actions, "What", "What was done"))
    return [
        table(frame.set_axis([first, "Flags"], axis=1), caption)
        for frame, first, caption in said
        if (frame["times"] != STAR).any()
    ] or [paragraph("Too few answers to show.")]


def _became(found: Reported) -> list[Markup]:
    if found.became is None:
        return [paragraph("No build was named (--work), so nothing is known of what became of the work.")]
    return [
        paragraph("Beside what was done, not because of it:"),
        *_by_group(found.became),
    ]


def _said_of(row: object) -> str:
    share, low, high, rows = (str(getattr(row, name)) for name in ("share", "low", "high", "rows"))
    return f"{share} of {rows} ({low} to {high})" if low else share
