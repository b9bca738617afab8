"""`bsw audit`: how well risks and flags serve each group, from any table of risks, outcomes and groups."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pandas as pd

from models.audit_settings import AuditSettings
from models.disclosure import Published, publish
from models.fairness import GroupAudit, audit_column
from pipelines.audit_further import further
from pipelines.audit_further_asked import FurtherAsked, ready
from pipelines.audit_page import Occasion, audit_page
from pipelines.audit_table import Asked, AuditTable, read_audit_table
from pipelines.audit_words import verdict_words
from pipelines.config import Config
from pipelines.page import write_page
from pipelines.progress import progress
from pipelines.store import code_version, step, write_json, write_table


def audit(
    table: Path,
    *,
    risk: str,
    outcome: str,
    flag: str | None,
    by: tuple[str, ...],
    cluster: str | None,
    out: Path,
    config: Config,
    beside: FurtherAsked | None = None,
) -> None:
    """Write audit.html, audit.csv and audit.json into `out`, all by the disclosure rule.

    beside: what is asked for beside the audit (see `audit_further`); each section has its table in `out`.
    Errors: InputError with every fault of the table, or of what is asked for beside it.
    """
    asked = Asked(risk, outcome, flag, by, cluster)
    usable = read_audit_table(table, asked)
    asked_beside = ready(table, usable, beside or FurtherAsked(), config)
    with step("audit", out, inputs={"table": table}, config=config) as manifest:
        with progress("Auditing", len(by) + 1) as advance:
            audits = []
            for column in usable.by:
                audits.append(audited(usable, column, config.audit))
                advance(str(column.name))
            published = publish(audits, disclosure=config.audit.disclosure)
            occasion = _occasion(table, asked, usable, config.audit)
            advance()
        more = further(usable, audits, asked_beside, config.audit)
        manifest.wrote(
            write_table(out / "audit.csv", published.figures),
            write_json(out / "audit.json", as_json(published, occasion) | more.as_json()),
            write_page(out / "audit.html", more.on(audit_page(published, occasion))),
            *(write_table(out / name, figures) for name, figures in more.tables.items()),
        )
        manifest.says(synthetic=usable.synthetic, columns=list(by))
    print(f"{out / 'audit.html'}: {verdict_words(published)}")


def audited(usable: AuditTable, column: pd.Series, settings: AuditSettings) -> GroupAudit:
    """The audit over one column of a table, unrounded."""
    return audit_column(
        usable.risk, usable.outcome, column, flag=usable.flag, cluster=usable.cluster, settings=settings
    )


def as_json(published: Published, occasion: Occasion) -> dict[str, Any]:
    """What is published, for another evaluator's program."""
    return {
        "verdict": verdict_words(published),
        "about": dict(occasion.about),
        "synthetic": occasion.synthetic,
        "disclosure": occasion.settings.disclosure,
        "level": occasion.settings.level,
        "margin": occasion.settings.margin,
        "margin_ratio": occasion.settings.margin_ratio,
        "margin_slope": occasion.settings.margin_slope,
        "minimum_cases": occasion.settings.minimum_cases,
        "minimum_clusters": occasion.settings.minimum_clusters,
        "verdicts": _records(published.verdicts),
        "counts": _records(published.counts),
        "figures": _records(published.figures),
        "curves": _records(published.curves),
    }


def _records(frame: pd.DataFrame) -> list[dict[str, Any]]:
    """A row as a mapping; nothing is null."""
    plain = frame.astype(object)
    return [
        {str(key): value for key, value in row.items()}
        for row in plain.where(frame.notna(), None).to_dict("records")
    ]


def _occasion(table: Path, asked: Asked, usable: AuditTable, settings: AuditSettings) -> Occasion:
    about = {
        "Table": table.name,
        "Risk": asked.risk,
        "Outcome": asked.outcome,
        "Flag": asked.flag or "none named",
        "Groups": ", ".join(asked.by),
        "Clusters": asked.cluster or "none named",
        "Made by": code_version(),
    }
    if usable.without_cluster:
        about["Rows without a cluster"] = "each taken as a cluster of its own"
    if usable.synthetic is None:
        about["Records"] = "the table does not say whether they are synthetic"
    return Occasion(about, asked.flag is not None, asked.cluster is not None, usable.synthetic, settings)
