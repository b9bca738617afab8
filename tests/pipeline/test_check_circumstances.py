"""`bsw check` counts the codes of social and personal circumstances that no row of the standard assigns."""

from __future__ import annotations

import json
from pathlib import Path

import pandas as pd

from pipelines.cli import main
from tests.pipeline.small_source import clean_frames, write_source

DEBT, COMMON, RARE, TYPED = "160933000", "105524001", "105525000", "lives with her sister"


def _checked(tmp_path: Path, sent: dict[str, int]) -> tuple[list[dict[str, str]], str]:
    """What the report says of a service that sends each code about so many of its patients."""
    frames = clean_frames(patients=4)
    patients = frames["IDS001MPI"][["OrgID_Provider", "LocalPatientId"]].drop_duplicates()
    rows = [patients.head(count).assign(SocPerCircumstance=code) for code, count in sent.items()]
    sent_rows = pd.concat(rows, ignore_index=True).assign(
        SocPerCircumstanceRecDate=frames["IDS011SocPerCircumstances"]["SocPerCircumstanceRecDate"].min(),
        SocPerCircumstance_FSN=lambda sent: "About " + sent["SocPerCircumstance"],
        UniqueSubmissionID=lambda sent: sent["OrgID_Provider"] + "-8",
    )
    frames["IDS011SocPerCircumstances"] = sent_rows
    assert main(["check", str(write_source(tmp_path / "source", frames)), "--out", str(tmp_path / "q")]) == 0
    said = json.loads((tmp_path / "q" / "quality.json").read_text(encoding="utf-8"))
    return said["circumstances_not_assigned"], (tmp_path / "q" / "quality.html").read_text(encoding="utf-8")


def test_codes_that_nothing_reads_are_named_and_counted_and_small_counts_are_not_shown(
    tmp_path: Path,
) -> None:
    said, page = _checked(tmp_path, {DEBT: 8, COMMON: 8, RARE: 4, TYPED: 5})
    assert said == [
        {"code": "(no SNOMED CT code)", "name": "", "patients": "5"},
        {"code": COMMON, "name": f"About {COMMON}", "patients": "10"},
        {"code": "(codes of few patients)", "name": "", "patients": "*"},
    ]
    assert "assigns to nothing" in page
    assert RARE not in page
    assert TYPED not in page


def test_a_service_all_of_whose_codes_are_assigned_is_told_so(tmp_path: Path) -> None:
    said, page = _checked(tmp_path, {DEBT: 8})
    assert said == []
    assert "Every code of social and personal circumstances (IDS011) sent is assigned." in page
