"""`bsw audit` on tables from anywhere: what it writes, what it never writes, and how it refuses."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from models.audit_settings import AuditSettings
from models.withheld import WITHHELD
from pipelines.audit import audit
from pipelines.auditing.table import Asked
from pipelines.config import Config
from pipelines.store import read_manifest, write_table

GROUPS = ("Teal", "Plum", "Sand", "Rust", "Mint")
FILES = ("audit.html", "audit.csv", "audit.json")


def predictions(rows: int = 3001, seed: int = 1) -> pd.DataFrame:
    """A vendor's table: its own column names and labels, repeated persons, unknown groups and outcomes."""
    rng = np.random.default_rng(seed)
    person = rng.integers(0, rows // 3, rows)
    of_person = rng.choice([*GROUPS, None], rows // 3, p=[0.55, 0.2, 0.1, 0.1, 0.005, 0.045])
    score = rng.beta(2, 3, rows)
    done = (rng.random(rows) < score).astype(float)
    done[rng.random(rows) < 0.12] = np.nan
    return pd.DataFrame(
        {
            "Person No.": [f"P{k}" for k in person],
            "colour": of_person[person],
            "score %": score,
            "missed?": done,
            "alert": np.where(score > 0.55, "true", "false"),
        }
    )


def run(
    table: pd.DataFrame,
    folder: Path,
    *,
    name: str = "table.csv",
    config: Config | None = None,
    **asked: object,
) -> Path:
    """Write the table, audit it, and give the folder of results."""
    path = write_table(folder / name, table)
    call: dict[str, object] = {
        "risk": "score %",
        "outcome": "missed?",
        "flag": "alert",
        "by": ("colour",),
        "cluster": "Person No.",
    } | asked
    published = call.pop("published", ())
    asked_for = Asked(**call)  # type: ignore[arg-type]
    audit(path, asked_for, out=folder / "out", config=config or Config(), published=published)  # type: ignore[arg-type]
    return folder / "out"


@pytest.fixture(scope="module")
def results(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return run(predictions(), tmp_path_factory.mktemp("audit"))


def test_three_files_the_tables_behind_the_plots_and_a_manifest_are_written(results: Path) -> None:
    written = set(read_manifest(results, "audit")["artefacts"])
    assert set(FILES) <= written
    behind = written - set(FILES)
    assert {"tables/1-colour-sensitivity.csv", "tables/1-colour-calibration.csv"} <= behind
    assert all(name.startswith("tables/1-colour-") for name in behind)


def test_the_page_opens_with_the_verdict_and_needs_no_other_file(results: Path) -> None:
    page = (results / "audit.html").read_text(encoding="utf-8")
    verdict = json.loads((results / "audit.json").read_text(encoding="utf-8"))["verdict"]
    assert verdict in page.replace("&#39;", "'")
    assert page.index(verdict[:40]) < page.index("<h2")
    assert not re.search(r'(src|href)="(https?:|//)', page)


def test_the_table_is_long_and_complete(results: Path) -> None:
    table = pd.read_csv(results / "audit.csv", dtype=str, keep_default_na=False)
    assert list(table.columns) == ["by", "group", "measure", "value", "low", "high", "note"]
    assert set(table["group"]) == {*GROUPS, "Not recorded", "All"}
    assert {"sensitivity", "auroc", "observed_to_expected", "slope", "known_share", "rows"} <= set(
        table["measure"]
    )
    assert not table.duplicated(["by", "group", "measure"]).any()


def test_every_rate_that_is_shown_has_its_interval(results: Path) -> None:
    table = pd.read_csv(results / "audit.csv")
    table = table[
        ~table["measure"].str.contains("pooled|needed|^rows$|^clusters$|^known$|^events$|^flagged$")
    ]
    shown = table[table["value"].notna() & (table["value"] != "*")]
    assert len(shown) > 50
    assert (shown["low"] <= shown["value"].astype(float)).all()
    assert (shown["high"] >= shown["value"].astype(float)).all()


def test_no_file_holds_an_unrounded_count(results: Path) -> None:
    table = predictions()
    labels = table["colour"].fillna("Not recorded")
    known = table["missed?"].notna()
    sets: Mapping[str, pd.Series] = {
        "rows": known | True,
        "known": known,
        "events": table["missed?"] == 1,
        "flagged": table["alert"] == "true",
    }
    raw = {int(mask.sum()) for mask in sets.values()}
    raw |= {int(n) for mask in sets.values() for n in mask.groupby(labels).sum()}
    raw |= {int(n) for n in table.groupby(labels)["Person No."].nunique()}
    telling = {n for n in raw if n > 100 and n % 5}
    assert len(telling) > 8
    for file in (*FILES, "manifests/audit.json"):
        text = (results / file).read_text(encoding="utf-8")
        text = re.sub(
            r'\s(d|transform|points|x|y|style|id|width|height|viewBox|[a-z-]*:href|clip-path)="[^"]*"',
            "",
            text,
        )
        numbers = {int(found.replace(",", "")) for found in re.findall(r"(?<![\w.#])\d[\d,]*(?![\w.])", text)}
        assert not numbers & telling, file


def test_withheld_groups_are_marked_and_leave_no_figure(results: Path) -> None:
    table = pd.read_csv(results / "audit.csv", dtype=str, keep_default_na=False)
    mint = table[(table["group"] == "Mint") & (table["measure"] == "sensitivity")]
    assert mint["note"].tolist() == [WITHHELD]
    page = (results / "audit.html").read_text(encoding="utf-8")
    assert "withheld (small numbers)" in page


def test_the_same_table_gives_the_same_files_as_parquet_in_any_row_order(
    results: Path, tmp_path: Path
) -> None:
    again = run(predictions().sample(frac=1, random_state=2), tmp_path, name="table.parquet")
    assert (again / "audit.csv").read_text() == (results / "audit.csv").read_text()


def test_without_flag_and_clusters_the_audit_stands_and_says_what_is_missing(tmp_path: Path) -> None:
    out = run(predictions(), tmp_path, flag=None, cluster=None)
    page = (out / "audit.html").read_text(encoding="utf-8")
    assert "no flag column was named" in page
    assert "no cluster column was named" in page
    assert "sensitivity" not in set(pd.read_csv(out / "audit.csv")["measure"])


def test_only_a_table_that_says_it_is_synthetic_is_called_so(tmp_path: Path) -> None:
    path = write_table(tmp_path / "made.parquet", predictions(), synthetic=True)
    call = {"risk": "score %", "outcome": "missed?", "flag": "alert", "by": ("colour",), "cluster": None}
    audit(path, Asked(**call), out=tmp_path / "out", config=Config())  # type: ignore[arg-type]
    assert 'class="synthetic"' in (tmp_path / "out" / "audit.html").read_text(encoding="utf-8")
    assert read_manifest(tmp_path / "out", "audit")["synthetic"] is True
    unknown = run(predictions(), tmp_path / "unknown")
    assert 'class="synthetic"' not in (unknown / "audit.html").read_text(encoding="utf-8")


def test_public_data_can_be_audited_without_disclosure_control(tmp_path: Path) -> None:
    table = predictions()
    out = run(table, tmp_path, config=Config(audit=AuditSettings(disclosure="none")))
    figures = pd.read_csv(out / "audit.csv", dtype=str)
    rows = figures[figures["measure"] == "rows"].set_index("group")["value"].astype(int)
    assert rows["All"] == len(table)
    assert rows["Teal"] == (table["colour"] == "Teal").sum()


def test_no_group_is_named_as_a_cause_and_no_patient_is_blamed(results: Path) -> None:
    page = (results / "audit.html").read_text(encoding="utf-8").lower()
    for word in ("because of their", "non-compliant", "hard to reach", "fail to", "due to ethnicity"):
        assert word not in page
    assert "it says nothing about the people in it" in page
