"""Every page of flags opens from disk in a browser: no error, nothing from outside, no dead link."""

from __future__ import annotations

from pathlib import Path

import pytest

from pipelines.flag_pages import Occasion
from pipelines.score import write_caseloads, write_patient, write_tables
from pipelines.scored import Scored
from tests.pipeline.browser import faults_of
from tests.pipeline.made_service import service


@pytest.fixture(scope="session")
def folder(scored: Scored, occasion: Occasion, tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("flags")
    written = [
        *write_tables(out, scored, service().protected, occasion),
        *write_caseloads(out, scored, occasion),
        *write_patient(out, scored, occasion, None),
    ]
    assert all(path.is_file() for path in written)
    return out


@pytest.mark.parametrize("name", ["flags.html", "patient.html", "practitioners/RX1-PWP-1.html"])
def test_a_page_of_flags_opens_in_a_browser(name: str, folder: Path, chromium: str, tmp_path: Path) -> None:
    assert faults_of(folder / name, chromium, tmp_path / "page.png") == []


@pytest.mark.parametrize(
    ("body", "fault"),
    [
        ('<img src="https://example.org/a.png">', "asks for https://example.org/a.png"),
        ('<link rel="stylesheet" href="//example.org/a.css">', "asks for //example.org/a.css"),
        ("<style>p{background:url(http://example.org/a.png)}</style>", "asks for http://example.org/a.png"),
        ('<a href="gone.html">gone</a>', "links to gone.html, which is not there"),
        ("<script>nothing()</script>", "nothing is not defined"),
    ],
)
def test_what_is_wrong_with_a_page_is_found(body: str, fault: str, chromium: str, tmp_path: Path) -> None:
    page = tmp_path / "page.html"
    page.write_text(
        f"<!doctype html><html lang='en'><body><p>Words.</p>{body}</body></html>", encoding="utf-8"
    )
    assert any(fault in found for found in faults_of(page, chromium, tmp_path / "page.png"))
