"""`bsw audit`: how well risks and flags serve each group, from any table of risks, outcomes and groups."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import pandas as pd

from models.audit_gate import gate
from models.audit_rows import Rows
from models.audit_settings import AuditSettings
from models.disclosure import Published, publish
from models.fairness import GroupAudit, audit_rows, audit_table
from models.labels import LabelAudit, audit_labels
from pipelines.auditing.earlier import PublishedBefore, read_published
from pipelines.auditing.files import write_tables
from pipelines.auditing.further import further
from pipelines.auditing.further_asked import FurtherAsked, ready
from pipelines.auditing.page import Occasion, audit_page
from pipelines.auditing.table import Asked, AuditTable, read_audit_table
from pipelines.auditing.words import verdict_words
from pipelines.config import Config
from pipelines.page import write_page
from pipelines.progress import progress
from pipelines.store import fingerprint, step, write_json, write_table
from pipelines.versions import code_version


def audit(
    table: Path,
    asked: Asked,
    *,
    out: Path,
    config: Config,
    published: Sequence[Path] = (),
    beside: FurtherAsked | None = None,
) -> None:
    """Write audit.html, audit.csv, audit.json and the tables behind the plots into `out`, by the rule.

    published: folders of audits that were published before; no difference from them may give a count back.
    beside: what is asked for beside the audit (see `audit_further`); each section has its table in `out`.
    Errors: InputError with every fault of the table, the call, the folders, or of what is asked for beside it.
    """
    facts = _facts(table, asked, config.audit)
    before = read_published(published, facts)
    usable, own = _read(table, asked, before)
    asked_beside = ready(table, usable, asked.by, beside or FurtherAsked(), config)
    with step("audit", out, inputs={"table": table}, config=config) as manifest:
        with progress("Auditing", len(usable.by) + 1) as advance:
            audits, of_labels = [], []
            for column in usable.by:
                one, labels = audited(usable, column, config.audit)
                audits.append(one)
                of_labels.append(labels)
                advance(str(column.name))
            shown = publish(
                audits, labels=of_labels, disclosure=config.audit.disclosure, earlier=before.audits, only=own
            )
            occasion = _occasion(table, asked, usable, config.audit, len(before.audits))
            advance()
        more = further(usable, audits, asked_beside, config.audit, earlier=before.audits)
        manifest.wrote(
            *write_tables(out, shown),
            write_json(
                out / "audit.json", as_json(audits, shown, occasion) | more.as_json() | {"asked": facts}
            ),
            write_page(out / "audit.html", more.on(audit_page(shown, occasion))),
            *(write_table(out / name, figures) for name, figures in more.tables.items()),
        )
        manifest.says(synthetic=usable.synthetic, columns=list(own))
    print(f"{out / 'audit.html'}: {verdict_words(shown)}")


def _read(table: Path, asked: Asked, before: PublishedBefore) -> tuple[AuditTable, tuple[str, ...]]:
    """The table with every grouping that is asked for or was published of it, and the names of the first."""
    usable = read_audit_table(table, asked)
    own = tuple(str(column.name) for column in usable.by)
    more = tuple(dict.fromkeys((*asked.by, *before.by)))
    if more == asked.by and before.depth <= asked.depth:
        return usable, own
    return read_audit_table(table, replace(asked, by=more, depth=max(asked.depth, before.depth))), own


def audited(usable: AuditTable, column: pd.Series, settings: AuditSettings) -> tuple[GroupAudit, LabelAudit]:
    """The audit over one column of a table and that of its outcomes, unrounded."""
    rows, groups = rows_of(usable, column, settings)
    of_groups = audit_table(str(column.name), groups, rows, settings)
    return of_groups, audit_labels(
        str(column.name), groups, rows, practitioner=usable.practitioner, settings=settings
    )


def rows_of(usable: AuditTable, column: pd.Series, settings: AuditSettings) -> tuple[Rows, tuple[str, ...]]:
    """The rows of a table over one column, and its groups."""
    return audit_rows(
        usable.risk,
        usable.outcome,
        column,
        flag=usable.flag,
        cluster=usable.cluster,
        second=usable.second,
        settings=settings,
    )


def _facts(table: Path, asked: Asked, settings: AuditSettings) -> dict[str, Any]:
    """What was asked of which table, so that a later audit can tell whether it is of the same."""
    if not table.is_file():
        return {}
    of_settings = {name: getattr(settings, name) for name in ("capacity", "threshold")}
    return {"table_sha256": fingerprint(table)} | asdict(asked) | of_settings


def as_json(audits: Sequence[GroupAudit], published: Published, occasion: Occasion) -> dict[str, Any]:
    """What is published of the audits, for another evaluator's program."""
    margins = ("margin", "margin_ratio", "margin_slope", "margin_benefit")
    names = ("disclosure", "level", *margins, "minimum_cases", "minimum_clusters", "capacity", "threshold")
    return {
        "verdict": verdict_words(published),
        "about": dict(occasion.about),
        "synthetic": occasion.synthetic,
        **{name: getattr(occasion.settings, name) for name in names},
        "gate": asdict(gate(audits, published, occasion.settings)),
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


def _occasion(
    table: Path, asked: Asked, usable: AuditTable, settings: AuditSettings, published: int
) -> Occasion:
    about = {
        "Table": table.name,
        "Risk": asked.risk,
        "Outcome": asked.outcome,
        "Flag": asked.flag or "none named",
        "Groups": ", ".join(asked.by),
        "Clusters": asked.cluster or "none named",
        "Practitioners": asked.practitioner or "none named",
        "Second outcome": asked.second or "none named",
        "Made by": code_version(),
    }
    if usable.without_cluster:
        about["Rows without a cluster"] = "each taken as a cluster of its own"
    if usable.synthetic is None:
        about["Records"] = "the table does not say whether they are synthetic"
    if usable.notes:
        about["Groups as they came"] = "; ".join(usable.notes)
    if published:
        about["Published before"] = f"{published} audit{'s' * (published > 1)}, read together with this one"
    return Occasion(about, asked, usable.synthetic, settings)
