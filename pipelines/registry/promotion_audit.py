"""The audit behind a promotion: only one that is proven to be of the version's own held-out predictions counts."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from models.audit_gate import Gate
from models.promotion import Finding, audited
from pipelines.config import Config
from pipelines.store import read_manifest

COLUMNS = {"risk": "risk", "outcome": "not_completed", "flag": "flag", "cluster": "patient_id"}
CALLED = "--risk risk --outcome not_completed --flag flag --cluster patient_id"
FREE = ("capacity", "disclosure")  # they add a cut-off or hide numbers, and change no verdict


@dataclass(frozen=True)
class Audited:
    """What the audit says: its gate, and what whoever decides must know all the same.

    `counts`: whether it is an audit of the version's own predictions at all.
    """

    gate: Finding
    cautions: tuple[str, ...] = ()
    counts: bool = False

    @property
    def words(self) -> str:
        """All of it, for the model card; nothing where there is no audit that counts."""
        return " ".join((self.gate.reason, *self.cautions)) if self.counts else ""


def audit_gate(folder: Path | None, predictions: str | None, config: Config) -> Audited:
    """What the audit says of the version.

    `folder`: of the audit; `predictions`: the fingerprint of the table on which the version was measured.
    Errors: InputError where the folder holds no finished audit, or one that was changed since.
    """
    by = " ".join(f"--by {name}" for name in config.promotion.audit_by)
    remedy = f"run `bsw audit WORK/predictions.parquet {CALLED} {by} --out DIR` and promote with --audit DIR"
    if folder is None:
        return Audited(Finding("audit", False, f"no audit was named; {remedy}"))
    manifest = read_manifest(folder, "audit")
    audit = json.loads((folder / "audit.json").read_text(encoding="utf-8"))
    faults = list(_faults(audit, manifest, predictions, config))
    if faults:
        said = f"the audit in {folder.name} does not count: {'; '.join(faults)}; {remedy}"
        return Audited(Finding("audit", False, said))
    found = Gate(**{name: _settled(value) for name, value in audit["gate"].items()})
    return Audited(audited(found, config.promotion.audit_by), found.cautions, counts=True)


def _faults(
    audit: Mapping[str, Any], manifest: Mapping[str, Any], predictions: str | None, config: Config
) -> Iterator[str]:
    """Why the audit says nothing about this version."""
    asked = audit["asked"]
    if "not_compared" not in audit.get("gate", {}):
        yield "an earlier version of this software made it"
    if predictions is None or asked.get("table_sha256") != predictions:
        yield "it is of another table than the predictions on which this version was measured last"
    for name, column in COLUMNS.items():
        if asked.get(name) != column:
            yield f"its {name} is {asked.get(name)!r}, not {column!r}"
    for name in config.promotion.audit_by:
        if name not in asked.get("by", ()):
            yield f"it does not compare groups by {name!r}"
    then, now = manifest["configuration"]["audit"], asdict(config.audit)
    for name in now:
        if name not in FREE and then.get(name) != now[name]:
            yield f"its {name} was {then.get(name)}, but {now[name]} is configured"


def _settled(value: Any) -> Any:
    return tuple(value) if isinstance(value, list) else value
