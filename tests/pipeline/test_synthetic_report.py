"""`bsw synthesise --report`: a page that says synthetic, and the table behind it."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from features.records import SourceSettings, read_records
from pipelines.cli import main


def test_the_report_compares_every_margin_and_says_synthetic(tmp_path: Path) -> None:
    out = tmp_path / "service"
    assert main(["synthesise", str(out), "--pathways", "1500", "--seed", "5", "--report"]) == 0
    page = (out / "report" / "margins.html").read_text(encoding="utf-8")
    table = pd.read_csv(out / "report" / "margins.csv")
    assert "ynthetic" in page
    assert "Open Government Licence" in page
    assert {"Who is referred", "Waiting", "Outcome", "First score", "Sessions"} <= set(table["kind"])
    for group in table.loc[table["kind"] == "Waiting", "group"]:
        assert group.replace("<", "&lt;").replace(">", "&gt;") in page
    assert read_records(out, SourceSettings()).unread == ()
