"""The demo as a user runs it, and what a kill at any moment leaves."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pandas as pd
import pytest

from features.errors import InputError
from pipelines.config import Config
from pipelines.demo import MARK, demo
from pipelines.store import fingerprint
from tests.pipeline.browser import Reader

COMMAND = [sys.executable, "-m", "pipelines.cli", "demo", "--pathways", "900", "--out"]
PAGES = (
    "quality/quality.html",
    "work/evaluation.html",
    "flags/patient.html",
    "flags/flags.html",
    "audit/audit.html",
)
TABLES = (
    "quality/quarantine.csv",
    "work/evaluation.csv",
    "work/predictions.parquet",
    "flags/explanation.csv",
    "flags/flags.csv",
    "audit/audit.csv",
)
pytestmark = [pytest.mark.long, pytest.mark.xdist_group(name="demo")]


def _environment() -> dict[str, str]:
    return {name: value for name, value in os.environ.items() if name != "MLFLOW_TRACKING_URI"}


@pytest.fixture(scope="module")
def finished(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    """A demo that was killed four times on its way, each time started anew, and then left to finish."""
    out = tmp_path_factory.mktemp("demo") / "out"
    for seconds in (1.5, 5.0, 11.0, 17.0):
        started = subprocess.Popen([*COMMAND, str(out)], stdout=subprocess.DEVNULL, env=_environment())
        time.sleep(seconds)
        started.send_signal(signal.SIGKILL)
        started.wait()
        _nothing_is_half_written(out)
    ended = subprocess.run(
        [*COMMAND, str(out)], capture_output=True, text=True, env=_environment(), check=False
    )
    assert ended.returncode == 0, ended.stderr
    return out, ended.stdout


def _nothing_is_half_written(out: Path) -> None:
    """Whatever stands under a final name can be read, and every manifest names files as they are."""
    for path in _final(out, "*.parquet"):
        pd.read_parquet(path)
    for path in out.rglob("manifests/*.json"):
        manifest = json.loads(path.read_text())
        for name, known in manifest["artefacts"].items():
            assert fingerprint(path.parents[1] / name) == known
    for path in _final(out, "*.html"):
        assert path.read_text().rstrip().endswith("</html>")


def _final(out: Path, pattern: str) -> list[Path]:
    """Files under final names: a leading dot, on the file or a folder above it, marks work in progress."""
    found = out.rglob(pattern)
    return [path for path in found if not any(part[0] == "." for part in path.relative_to(out).parts)]


def test_a_demo_killed_on_its_way_and_started_anew_ends_well(finished: tuple[Path, str]) -> None:
    out, _ = finished
    assert [name for name in (*PAGES, *TABLES) if not (out / name).is_file()] == []
    assert not list(out.rglob("*.partial"))
    _nothing_is_half_written(out)


def test_the_demo_says_where_everything_is(finished: tuple[Path, str]) -> None:
    out, said = finished
    for name in PAGES:
        assert str(out / name) in said
    assert f"mlflow ui --backend-store-uri sqlite:///{out / 'mlflow.db'}" in said


def test_every_page_says_synthetic_and_asks_nothing_of_the_network(finished: tuple[Path, str]) -> None:
    out, _ = finished
    for page in out.rglob("*.html"):
        if "mlartifacts" not in page.parts:
            text = page.read_text()
            assert "Synthetic." in text, page
            for outside in ('src="http', 'href="http', "url(http", "@import"):
                assert outside not in text, page


def test_every_kind_of_page_opens_for_everyone(
    finished: tuple[Path, str], reader: Reader, tmp_path: Path
) -> None:
    """Keyboard, screen reader, a phone: axe-core finds nothing, and nothing runs off the side."""
    out, _ = finished
    first = [
        next((out / "flags" / "practitioners").rglob(name)) for name in ("caseload.html", "patient-*.html")
    ]
    pages = [*(out / name for name in PAGES), *first]
    assert {page: found for page in pages if (found := reader.faults_of(page, tmp_path / "page.png"))} == {}


def test_the_audit_rests_on_held_out_rows(finished: tuple[Path, str]) -> None:
    out, _ = finished
    trained = json.loads((out / "work" / "manifests" / "train.json").read_text())
    predictions = pd.read_parquet(out / "work" / "predictions.parquet")
    assert (predictions["at"] >= pd.Timestamp(trained["cut"])).all()
    assert set(predictions["split"]) == {"test"}
    audited = json.loads((out / "audit" / "manifests" / "audit.json").read_text())
    assert fingerprint(out / "work" / "predictions.parquet") in audited["inputs"].values()


def test_the_demo_never_touches_a_folder_that_is_not_its_own(tmp_path: Path) -> None:
    (tmp_path / "thesis.txt").write_text("mine")
    with pytest.raises(InputError, match="holds files that no demo wrote"):
        demo(tmp_path, pathways=10, config=Config())
    assert (tmp_path / "thesis.txt").read_text() == "mine"
    assert not (tmp_path / MARK).exists()
