"""Every page of flags opens from disk for everyone: no barrier, no error, nothing from outside, no dead link."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest

from pipelines.flags.files import write_tables
from pipelines.flags.occasion import Occasion
from pipelines.flags.patient_files import write_explained
from pipelines.flags.scored import Scored
from tests.pipeline.browser import Reader
from tests.pipeline.made_pages import written
from tests.pipeline.made_service import model, service


@pytest.fixture(scope="module")
def folder(
    scored: Scored, names: Mapping[str, str], occasion: Occasion, tmp_path_factory: pytest.TempPathFactory
) -> Path:
    out = tmp_path_factory.mktemp("flags")
    files = [
        *write_tables(out, scored, service().protected, names=names, occasion=occasion),
        *written(out, scored, names, occasion),
        *write_explained(out, scored, scored.listed(names), model=model(), patient=None, occasion=occasion),
    ]
    assert all(path.is_file() for path in files)
    return out


KINDS = {
    "index": "flags.html",
    "caseload": "practitioners/RX1-PWP-1/caseload.html",
    "patient": "practitioners/RX1-PWP-2/patient-NAME-0006.html",
    "silent patient": "practitioners/RX1-PWP-4/patient-NAME-0003.html",
    "supervision": "supervisors/Sam-Lee.html",
    "explanation": "patient.html",
}


@pytest.mark.parametrize("kind", KINDS)
def test_a_page_of_flags_opens_in_a_browser(kind: str, folder: Path, reader: Reader, tmp_path: Path) -> None:
    assert reader.faults_of(folder / KINDS[kind], tmp_path / "page.png") == []


@pytest.mark.parametrize(
    ("body", "fault"),
    [
        ('<img src="https://example.org/a.png" alt="a">', "asks for https://example.org/a.png"),
        ('<link rel="stylesheet" href="//example.org/a.css">', "asks for //example.org/a.css"),
        ("<style>p{background:url(http://example.org/a.png)}</style>", "asks for http://example.org/a.png"),
        ('<a href="gone.html">gone</a>', "links to gone.html, which is not there"),
        ("<script>nothing()</script>", "nothing is not defined"),
        ('<p style="color:#ccc">pale</p>', "color-contrast"),
        ('<p style="width:60rem">wide</p>', "pixels too wide for a phone"),
    ],
)
def test_what_is_wrong_with_a_page_is_found(body: str, fault: str, reader: Reader, tmp_path: Path) -> None:
    page = tmp_path / "page.html"
    page.write_text(
        f"<!doctype html><html lang='en'><body><p>Words.</p>{body}</body></html>", encoding="utf-8"
    )
    assert any(fault in found for found in reader.faults_of(page, tmp_path / "page.png"))
