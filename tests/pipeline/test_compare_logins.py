"""Log-ins of the synthetic service beside real ones: the measure tells alike from different."""

from __future__ import annotations

import os
from pathlib import Path

import pandas as pd
import pytest

from pipelines import benchmark_gicbt
from pipelines.cli import main
from pipelines.compare_logins import compare_logins, service_logins
from pipelines.synthetic.whole_service import synthesise

REAL = os.environ.get("BSW_GICBT_CSV")


@pytest.fixture(scope="module")
def source(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("logins") / "service"
    synthesise(out, pathways=6_000, services=3, months=24, seed=1, file_format="parquet")
    return out


def as_published(logins: pd.DataFrame, path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Log-ins in the layout of the published file, whose size is asked for elsewhere."""
    frame = pd.DataFrame(
        {
            "Anonymized ID": logins["participant"],
            "sessionlogtimestampstart": logins["start"],
            "sessionlogtimestampend": logins["end"].fillna(logins["start"] + pd.Timedelta(minutes=15)),
            "Label": 1,
        }
    )
    monkeypatch.setattr(benchmark_gicbt, "EXPECTED", (frame["Anonymized ID"].nunique(), len(frame)))
    frame.to_csv(path, index=False)
    return path


def test_log_ins_are_alike_to_themselves(
    source: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    data = as_published(service_logins(source), tmp_path / "own.csv", monkeypatch)
    call = ["compare-logins", str(source), "--data", str(data), "--out", str(tmp_path / "out")]
    assert main(call) == 0
    compared = pd.read_csv(tmp_path / "out" / "logins.csv")
    assert compared["within"].all()
    assert compared["distance"].max() < 0.1
    assert "synthetic" in (tmp_path / "out" / "logins.html").read_text(encoding="utf-8")


def test_another_rhythm_is_told(source: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    logins = service_logins(source)
    slower = logins.assign(
        **{
            side: logins["start"].min() + 4 * (logins[side] - logins["start"].min())
            for side in ("start", "end")
        }
    )
    data = as_published(slower, tmp_path / "slow.csv", monkeypatch)
    compared = compare_logins(source, data=data, out=tmp_path / "out").set_index("measure")
    assert not compared.loc["days between log-ins: median", "within"]
    assert not compared.loc["minutes of a log-in: median", "within"]


def test_no_log_ins_at_all_is_an_error_with_the_remedy(
    source: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    data = as_published(service_logins(source), tmp_path / "own.csv", monkeypatch)
    call = ["compare-logins", str(tmp_path), "--data", str(data), "--out", str(tmp_path / "out")]
    assert main(call) == 2
    assert "bsw synthesise" in capsys.readouterr().err


@pytest.mark.skipif(REAL is None, reason="BSW_GICBT_CSV names no G-ICBT file")
def test_the_rhythm_is_that_of_real_patients(source: Path, tmp_path: Path) -> None:
    """The declared tolerances; one measure of eighteen may lie outside by chance."""
    compared = compare_logins(source, data=Path(str(REAL)), out=tmp_path / "out")
    assert (~compared["within"]).sum() <= 1
