"""Counts that NHS England published by ethnic category, run through `bsw audit`, come out to the digit."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from pipelines.cli import main

PUBLISHED = Path(__file__).resolve().parents[2] / "data" / "published" / "recovery_by_ethnic_category.csv"
LARGEST = "A"  # White - British: left out here, 474,201 rows would only make the test slow


@pytest.fixture(scope="module")
def published() -> pd.DataFrame:
    return pd.read_csv(PUBLISHED, dtype={"code": str}, keep_default_na=False)


@pytest.fixture(scope="module")
def audited(published: pd.DataFrame, tmp_path_factory: pytest.TempPathFactory) -> pd.DataFrame:
    """One row per finished course; the outcome is recovery, not defined for those not at caseness."""
    folder = tmp_path_factory.mktemp("published")
    parts = []
    for row in published[(published["code"] != "") & (published["code"] != LARGEST)].to_dict("records"):
        kinds = (np.nan, 1.0, 0.0)
        left = row["finished_course"] - row["not_at_caseness"] - row["recovered"]
        outcome = np.repeat(kinds, (row["not_at_caseness"], row["recovered"], left))
        parts.append(pd.DataFrame({"EthnicCategory": row["code"], "recovered": outcome}))
    table = pd.concat(parts, ignore_index=True).assign(risk=0.5)
    table.to_parquet(folder / "courses.parquet")
    named = ["--risk", "risk", "--outcome", "recovered", "--by", "EthnicCategory", "--disclosure", "none"]
    assert main(["audit", str(folder / "courses.parquet"), *named, "--out", str(folder / "out")]) == 0
    return pd.read_csv(folder / "out" / "audit.csv", dtype=str, keep_default_na=False)


@pytest.mark.long
def test_counts_and_recovery_rates_of_every_category_and_group_are_the_published_ones(
    published: pd.DataFrame, audited: pd.DataFrame
) -> None:
    shown = audited.set_index(["by", "group", "measure"])["value"]
    compared = 0
    for row in published.to_dict("records"):
        by = "EthnicCategory" if row["code"] else "EthnicCategory (5+1)"
        if row["code"] == LARGEST or (not row["code"] and row["group"] == "White"):
            continue
        at_caseness = row["finished_course"] - row["not_at_caseness"]
        assert shown[by, row["group"], "rows"] == str(row["finished_course"])
        assert shown[by, row["group"], "known"] == str(at_caseness)
        assert shown[by, row["group"], "events"] == str(row["recovered"])
        rate = float(shown[by, row["group"], "base_rate"])
        assert rate == pytest.approx(row["recovered"] / at_caseness, abs=5e-7)
        assert round(100 * rate, 1) == row["recovery_percent"], row["group"]
        compared += 1
    assert compared == 20
