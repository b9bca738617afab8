from __future__ import annotations

import os
import pickle
import subprocess
import sys
from pathlib import Path

import pytest

from features.errors import InputError
from pipelines.cli import main, outliving_its_reader

HEAVY = ("pandas", "duckdb", "ibis", "lightgbm", "mlflow", "shap", "sklearn", "matplotlib")


def test_help_loads_nothing_heavy() -> None:
    ask = "import sys; from pipelines.cli import parser; parser().format_help(); print(*sys.modules)"
    loaded = subprocess.run(
        [sys.executable, "-c", ask], capture_output=True, text=True, check=True
    ).stdout.split()
    assert not set(HEAVY) & set(loaded)


@pytest.mark.parametrize(
    "command", ["check", "build", "train", "evaluate", "score", "audit", "demo", "synthesise"]
)
def test_every_command_has_help(command: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main([command, "--help"])
    assert ended.value.code == 0
    assert "--config" in capsys.readouterr().out


def test_an_unusable_source_ends_with_2_and_a_line_for_each_fault(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["build", str(tmp_path / "none"), "--out", str(tmp_path / "work")]) == 2
    assert "bsw build:" in capsys.readouterr().err


@pytest.mark.parametrize("wrong", [["--pathways", "0"], ["--pathways", "many"]])
def test_a_wrong_number_is_refused(wrong: list[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["demo", *wrong])
    assert ended.value.code == 2


def test_a_wrong_date_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["build", "source", "--out", "work", "--until", "31/03/2025"])
    assert "must be a date like 2025-03-31" in capsys.readouterr().err


def test_a_fault_keeps_its_lines_when_another_process_found_it() -> None:
    found = pickle.loads(pickle.dumps(InputError("one is wrong", "two is wrong")))
    assert found.faults == ("one is wrong", "two is wrong")


@pytest.mark.parametrize("unbuffered", ["", "1"])
def test_a_reader_who_goes_away_ends_neither_the_work_nor_in_a_traceback(
    unbuffered: str, tmp_path: Path
) -> None:
    read, write = os.pipe()
    os.close(read)
    command = [sys.executable, "-m", "pipelines.cli", "template", str(tmp_path / "blank")]
    ended = subprocess.run(
        command,
        check=False,
        stdout=write,
        stderr=subprocess.PIPE,
        env={**os.environ, "PYTHONUNBUFFERED": unbuffered},
    )
    os.close(write)
    assert (ended.returncode, ended.stderr) == (0, b"")
    assert (tmp_path / "blank" / "BSW001TaskSet.csv").is_file()


def test_a_stream_goes_on_for_those_who_still_read_it_and_is_silent_for_those_who_do_not() -> None:
    read, write = os.pipe()
    with os.fdopen(write, "w") as end:
        stream = outliving_its_reader(end)
        print("first", file=stream, flush=True)
        assert os.read(read, 100) == b"first\n"
        os.close(read)
        print("second", file=stream, flush=True)
        print("third", file=stream, flush=True)
