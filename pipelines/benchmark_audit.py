"""`bsw benchmark audit`: what the audit promises, tried in thousands of invented services; writes two tables."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from models.audit_simulation import PATIENTS, SCENARIOS, Planted, with_a_difference, without_a_difference
from pipelines.progress import progress
from pipelines.store import write_table

AUDITS, AUDITS_PLANTED, SEED = 2_000, 500, 11
BLIND, UNSEEN = (0.1, 0.2, 0.3, 0.5), (0.2, 0.4, 0.6, 0.9)
IN_GROUPS = (2, 4)  # of 180 and of 700 patients


def benchmark_audit(out: Path, *, audits: int = AUDITS) -> None:
    """Write audit_false_alarms.csv (no difference: alarms, coverage, widths) and audit_power.csv into `out`.

    audits: invented services per scenario; a quarter as many for each planted inequity.
    """
    trials = [(group, size, kind) for kind in ("blind", "unseen") for group in IN_GROUPS for size in range(4)]
    with progress("Inventing services", len(SCENARIOS) + len(trials)) as advance:
        tables = []
        for number, scenario in enumerate(SCENARIOS):
            found = without_a_difference(scenario, audits=audits, seed=SEED + number)
            tables.append(found.assign(scenario=scenario.name))
            advance(scenario.name)
        write_table(out / "audit_false_alarms.csv", _rounded(pd.concat(tables), "scenario"))
        rows = []
        for group, size, kind in trials:
            rows.append(_planted(group, size, kind, audits=max(audits // 4, 1)))
            advance(f"{kind} {size + 1}")
        write_table(out / "audit_power.csv", _rounded(pd.DataFrame(rows), "inequity"))
    print(f"{out / 'audit_false_alarms.csv'}\n{out / 'audit_power.csv'}")


def _planted(group: int, size: int, kind: str, *, audits: int) -> dict[str, object]:
    """One planted inequity under medium clustering."""
    scenario = SCENARIOS[2]
    if kind == "blind":
        planted, name = Planted(group, blind=BLIND[size]), "sensitivity"
        words = f"flags overlook {100 * BLIND[size]:g}% of the group"
    else:
        planted, name = Planted(group, unseen=UNSEEN[size]), "observed_to_expected"
        words = f"risks too low by {UNSEEN[size]:g} log-odds in the group"
    found = with_a_difference(scenario, planted, name, audits=audits, seed=SEED)
    about = {"inequity": words, "patients_in_group": PATIENTS[group], "measure": name}
    return {**about, **found, "audits": audits, "scenario": scenario.name}


def _rounded(table: pd.DataFrame, first: str) -> pd.DataFrame:
    """Figures to three decimals, the column that says what was tried first."""
    ordered: pd.DataFrame = table[[first, *(name for name in table.columns if name != first)]].round(4)
    return ordered
