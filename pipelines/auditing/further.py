"""The sections beside an audit: where a gap comes from, and what could be done. One seam for `bsw audit`."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import pandas as pd

from models.audit_rows import Rows
from models.audit_settings import AuditSettings
from models.clustered import Grouping
from models.comparison import p_shown
from models.disclosure_sections import SECTION_COLUMNS, Hidden, gated, hidden_in_version
from models.earlier import Earlier
from models.fairness import GroupAudit, audit_column
from models.groups import cluster_codes_of
from models.mitigation import remedies
from models.variants import Advance, Variant
from models.withheld import RULES, Rule, hidden_columns
from pipelines.auditing.further_asked import Ready
from pipelines.auditing.further_page import (
    adjusted_section,
    constructs_section,
    proxy_section,
    unlike_words,
)
from pipelines.auditing.model import ModelAtHand
from pipelines.auditing.origins import (
    BEFORE,
    adjusted_gaps,
    constructs_by_group,
    proxy_figures,
    version_figures,
    without_predictors,
)
from pipelines.auditing.page import MEASURES_SECTION
from pipelines.auditing.table import AuditTable
from pipelines.auditing.versions_page import no_refits_section, remedies_section, without_section
from pipelines.page import Page, Section
from pipelines.progress import progress


@dataclass
class Further:
    """What may be published beside the audit: sections for the page, tables by file name, facts for JSON."""

    sections: list[Section] = field(default_factory=list)
    tables: dict[str, pd.DataFrame] = field(default_factory=dict)
    facts: dict[str, Any] = field(default_factory=dict)

    def add(self, section: Section, file: str, figures: pd.DataFrame) -> None:
        """A section and the figures behind it."""
        self.sections.append(section)
        so_far = self.tables.get(file)
        self.tables[file] = figures if so_far is None else pd.concat([so_far, figures], ignore_index=True)

    def on(self, page: Page) -> Page:
        """The page with these sections before what it says of its measures and methods."""
        at = next(k for k, section in enumerate(page.sections) if section.title == MEASURES_SECTION)
        return replace(page, sections=[*page.sections[:at], *self.sections, *page.sections[at:]])

    def as_json(self) -> dict[str, Any]:
        """The same for another program; empty where nothing was asked for."""
        tables = {name.removesuffix(".csv"): frame.to_dict("records") for name, frame in self.tables.items()}
        return {**self.facts, **tables}


def further(
    usable: AuditTable,
    audits: Sequence[GroupAudit],
    ready: Ready,
    settings: AuditSettings,
    *,
    earlier: Sequence[Earlier] = (),
) -> Further:
    """Everything asked for beside the audit, by the disclosure rule; nothing where nothing is asked.

    audits: of every grouping of the table; sections are made for the columns named in the call alone, and
    hide what any of the others, or an `earlier` publication, hides.
    """
    return _Sections(usable, audits, ready, settings, earlier).run()


class _Sections:
    """Each section made in turn, all of one call."""

    def __init__(
        self,
        usable: AuditTable,
        audits: Sequence[GroupAudit],
        ready: Ready,
        settings: AuditSettings,
        earlier: Sequence[Earlier],
    ) -> None:
        self.usable, self.settings = usable, settings
        self.audits = [audit for audit in audits if audit.by in ready.by]
        self.asked, self.covariates, self.at_hand = ready.asked, ready.covariates, ready.at_hand
        self.rule: Rule = RULES[settings.disclosure]
        self.hidden: Hidden = hidden_columns(audits, self.rule, earlier)
        self.found = Further()

    def run(self) -> Further:
        """Where gaps come from, then what could be done."""
        with progress("Where gaps come from", 20 * len(self.audits)) as advance:
            for audit in self.audits:
                rows = rows_of(self.usable, audit, self.settings)
                if len(self.covariates.columns):
                    self._adjusted(audit, rows)
                if self.at_hand is not None:
                    self._of_the_model(audit, rows, self.at_hand, advance)
        if self.at_hand is not None and not self.at_hand.learnt_here:
            self.found.sections.append(no_refits_section())
        elif self.at_hand is not None:
            with progress("Refitting", 8 * len(self.audits)) as advance:
                self._versions(self.at_hand, advance)
        return self.found

    def _adjusted(self, audit: GroupAudit, rows: Rows) -> None:
        figures, verdicts = adjusted_gaps(audit, rows, self.covariates, self.settings)
        shown = self._shown(figures, self.hidden)
        names = [str(name) for name in self.covariates.columns]
        self.found.add(
            adjusted_section(audit.by, shown, verdicts, names, self.settings), "audit_origins.csv", shown
        )
        self.found.facts.setdefault("adjusted_for", names)
        told = [
            {**row, "p": p_shown(row["p"], row["verdict"]), "unlike": unlike_words(row["unlike"])}
            for row in verdicts.to_dict("records")
        ]
        self.found.facts.setdefault("adjusted_verdicts", []).extend(told)

    def _of_the_model(self, audit: GroupAudit, rows: Rows, at_hand: ModelAtHand, advance: Advance) -> None:
        figures, differing = constructs_by_group(audit, rows, at_hand, self.settings)
        shown = self._shown(figures, self.hidden)
        self.found.add(constructs_section(audit.by, shown, differing), "audit_origins.csv", shown)
        shown = self._shown(proxy_figures(audit, rows, at_hand, self.settings, advance), self.hidden)
        self.found.add(proxy_section(audit.by, shown), "audit_origins.csv", shown)

    def _versions(self, at_hand: ModelAtHand, advance: Advance) -> None:
        without = [without_predictors(audit, at_hand, advance) for audit in self.audits]
        for audit, versions, shown in self._compared(without):
            self.found.add(without_section(audit.by, shown, versions), "audit_origins.csv", shown)
        if not self.asked.remedies:
            return
        ways = [self._remedies(audit, at_hand, advance) for audit in self.audits]
        for audit, versions, shown in self._compared(ways):
            self.found.add(remedies_section(audit.by, shown, versions), "audit_remedies.csv", shown)

    def _remedies(self, audit: GroupAudit, at_hand: ModelAtHand, advance: Advance) -> list[Variant]:
        return remedies(
            at_hand.learning(audit),
            at_hand.loaded.model,
            audit.codes,
            group_cut_offs=self.asked.group_cut_offs,
            advance=advance,
        )

    def _compared(
        self, by_column: Sequence[Sequence[Variant]]
    ) -> Iterator[tuple[GroupAudit, Sequence[Variant], pd.DataFrame]]:
        """Each column's versions with what may be shown of them; a version's columns are judged together."""
        figures: list[list[pd.DataFrame]] = [[] for _ in self.audits]
        for versions in zip(*by_column, strict=True):
            before = [rows_of(self.usable, audit, self.settings) for audit in self.audits]
            after = [
                replace(rows, risk=one.risk, flag=None if rows.flag is None else one.flag)
                for one, rows in zip(versions, before, strict=True)
            ]
            audits = [self._audited(audit, rows) for audit, rows in zip(self.audits, after, strict=True)]
            hidden = hidden_in_version(self.audits, audits, list(zip(before, after, strict=True)), self.rule)
            for k, audit in enumerate(self.audits):
                of_version = version_figures(
                    audit, audits[k], (before[k], after[k]), versions[k].name, self.settings.level
                )
                for already_shown in (True, False):
                    own = [row for row in of_version if (row["part"] == BEFORE) == already_shown]
                    figures[k].append(self._shown(own, self.hidden if already_shown else hidden))
        for audit, of_column, shown in zip(self.audits, by_column, figures, strict=True):
            if shown:
                yield audit, of_column, pd.concat(shown, ignore_index=True)

    def _audited(self, audit: GroupAudit, rows: Rows) -> GroupAudit:
        column = self.usable.by[[str(one.name) for one in self.usable.by].index(audit.by)]
        return audit_column(
            rows.risk,
            rows.outcome,
            column,
            flag=rows.flag,
            cluster=self.usable.cluster,
            settings=replace(self.settings, capacity=None),  # a version stands with its own flags
        )

    def _shown(self, figures: Sequence[dict[str, Any]], hidden: Hidden) -> pd.DataFrame:
        frame = pd.DataFrame(figures, columns=[name for name in SECTION_COLUMNS if name != "note"])
        return gated(frame, hidden, self.rule)


def rows_of(usable: AuditTable, audit: GroupAudit, settings: AuditSettings) -> Rows:
    """The table's rows in the groups of one column, without a cut-off by capacity or a second outcome."""
    cluster = cluster_codes_of(usable.cluster, len(usable.risk))
    flag = None if usable.flag is None else usable.flag.astype(bool)
    grouping = Grouping(audit.codes, cluster, len(audit.groups))
    return Rows(usable.risk, usable.outcome, flag, grouping, odds=settings.odds)
