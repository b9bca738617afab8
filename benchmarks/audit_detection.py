"""How often the audit finds an inequity that was planted, and how often one that was not.

    .venv/bin/python -m benchmarks.audit_detection

writes benchmarks/audit_detection.csv and prints the table of benchmarks/README.md. One service per seed; in each
the groups' labels are dealt anew several times, each time with every planting in one group, which goes round
all groups but the largest. The same call gives the same figures.
"""

from __future__ import annotations

import argparse
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from benchmarks.planted import PLANTINGS, Planting, Truth, audit_table, truth_of
from models.audit_rows import Rows
from models.audit_settings import AuditSettings
from models.clustered import Grouping
from models.comparison import FOUND
from models.fairness import GroupAudit, audit_column
from models.measures import MEASURES
from models.standardisation import adjust
from pipelines.progress import progress
from pipelines.store import write_table

SETTINGS = AuditSettings()
MAIN = [name for name, measure in MEASURES.items() if measure.family == "main"]
ASKED = (*MAIN, "known_share", "base_rate")
# What each planting should show in; the audit looks at everything all the same.
SHOWS_IN = {
    "less careful planning": "base_rate",
    "less complete recording": "known_share",
    "work not done less often recorded": "known_share",
    "a score too low": "observed_to_expected",
    "a real difference, equal care": "base_rate",
}


def main() -> None:
    """Run the study and print what it found."""
    asked = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    asked.add_argument("--services", type=int, default=5, help="seeds 1 to this")
    asked.add_argument(
        "--deals", type=int, default=20, help="how often labels are dealt anew in each service"
    )
    asked.add_argument("--pathways", type=int, default=6_000)
    asked.add_argument("--out", type=Path, default=Path(__file__).parent)
    given = asked.parse_args()
    audits = pd.DataFrame(study(services=given.services, deals=given.deals, pathways=given.pathways))
    found = summary(audits)
    write_table(given.out / "audit_detection.csv", found)
    print(f"Seeds 1 to {given.services}, {given.deals} deals of labels in each, {given.pathways:,} pathways.")
    print(found.to_string(index=False))


def study(*, services: int, deals: int, pathways: int) -> Iterator[dict[str, Any]]:
    """One row per audit: what was planted where, which measures differed, and what adjusting for care did."""
    turns = [
        (deal, n, planting) for n, planting in enumerate(PLANTINGS) for deal in range(_deals(planting, deals))
    ]
    with progress("Audits", services * len(turns)) as advance:
        for seed in range(1, services + 1):
            with tempfile.TemporaryDirectory() as folder:
                truth = truth_of(Path(folder) / "service", pathways=pathways, seed=seed)
            for deal, number, planting in turns:
                rng = np.random.default_rng([seed, deal, number])
                affected = truth.affected[deal % len(truth.affected)]
                yield {"seed": seed} | _one(truth, planting, affected, rng)
                advance(planting.name)


def _deals(planting: Planting, deals: int) -> int:
    """Where nothing is planted, more: a rate of 1 in 20 takes many audits to measure."""
    return deals if planting.size else 5 * deals


def _one(truth: Truth, planting: Planting, affected: str, rng: np.random.Generator) -> dict[str, Any]:
    table = audit_table(truth, planting, affected, rng)
    audit = audit_column(
        table["risk"],
        table["not_completed"],
        table["group"],
        flag=table["flag"],
        cluster=table["patient"],
        settings=SETTINGS,
    )
    found: dict[str, Any] = {"planted": planting.name, "size": planting.size, "unit": planting.unit}
    found["patients"] = audit.cluster_counts["rows"][affected]
    found["any main verdict"] = any(audit.measures[name].verdict == FOUND for name in MAIN)
    for name in ASKED:
        figure = audit.measures[name].figures.loc[affected]
        found[f"{name} p"] = audit.measures[name].p
        found[f"{name} gap"] = figure["gap"]
        found[f"{name} group"] = figure["verdict"] == FOUND
    return found | _after_adjusting(table, audit, affected)


def _after_adjusting(table: pd.DataFrame, audit: GroupAudit, affected: str) -> dict[str, Any]:
    """The base-rate gap after adjusting for how carefully the work was planned."""
    rows = Rows(
        table["risk"].to_numpy(),
        table["not_completed"].to_numpy(),
        table["flag"].to_numpy(),
        Grouping(audit.codes, table["patient"].to_numpy(), len(audit.groups)),
    )
    measure = MEASURES["base_rate"]
    enough = audit.measures["base_rate"].figures["enough"].to_numpy(dtype=bool)[:-1]
    one = adjust(measure, rows, table[["planned_carefully"]], enough, level=SETTINGS.level)
    at = audit.groups.index(affected)
    return {
        "adjusted gap": one.after.gap[at],
        "adjusted p": one.after.test.p,
    }


def summary(audits: pd.DataFrame) -> pd.DataFrame:
    """One row per planting and size: mean gaps and shares of audits."""
    alpha, rows = 1 - SETTINGS.level, []
    for (name, size, unit), own in audits.groupby(["planted", "size", "unit"], sort=False):
        shows = SHOWS_IN.get(str(name), "")
        row = {"planted": name, "size": size, "unit": unit, "audits": len(own), "shows in": shows}
        row["patients"] = int(own["patients"].median())
        row["mean gap there"] = own[f"{shows} gap"].mean() if shows else np.nan
        row["found there"] = (own[f"{shows} p"] < alpha).mean() if shows else np.nan
        row["group named"] = own[f"{shows} group"].mean() if shows else np.nan
        row |= {f"{measure} p<{alpha:.2f}": (own[f"{measure} p"] < alpha).mean() for measure in ASKED}
        row["any main verdict"] = own["any main verdict"].mean()
        row["base-rate gap"] = own["base_rate gap"].mean()
        row["base-rate gap adjusted for planning"] = own["adjusted gap"].mean()
        row["differs after adjusting"] = (own["adjusted p"] < alpha).mean()
        rows.append(row)
    return pd.DataFrame(rows).round(3)


if __name__ == "__main__":
    main()
