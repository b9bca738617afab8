"""A clinical lead can copy the library, edit it, and see every fault before anything is scored."""

from __future__ import annotations

from pathlib import Path

import pytest

from models.suggestions import packaged_suggestions
from pipelines.cli import main


def test_the_library_is_copied_edited_and_checked(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    mine = tmp_path / "mine.toml"
    assert main(["check-suggestions", "--copy-to", str(mine)]) == 0
    assert mine.read_text(encoding="utf-8") == packaged_suggestions()
    assert "suggestions, no fault" in capsys.readouterr().out
    assert main(["check-suggestions", str(mine)]) == 0
    spoilt = mine.read_text(encoding="utf-8").replace('moment = "in supervision"', 'moment = "supervision"')
    mine.write_text(spoilt.replace("A smaller step: ask", "You must ask"), encoding="utf-8")
    capsys.readouterr()
    assert main(["check-suggestions", str(mine)]) == 2
    said = capsys.readouterr().err
    assert "unknown moment 'supervision'; did you mean 'in supervision'?" in said
    assert "'words' says 'must'" in said


def test_a_copy_overwrites_nothing(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "mine.toml").write_text("hours of work", encoding="utf-8")
    assert main(["check-suggestions", "--copy-to", str(tmp_path / "mine.toml")]) == 2
    assert "is there already" in capsys.readouterr().err
    assert (tmp_path / "mine.toml").read_text(encoding="utf-8") == "hours of work"


def test_the_library_that_the_settings_name_is_checked(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "bsw.toml").write_text(
        f'[flags]\nsuggestions = "{tmp_path / "gone.toml"}"\n', encoding="utf-8"
    )
    assert main(["check-suggestions", "--config", str(tmp_path / "bsw.toml")]) == 2
    assert "gone.toml: there is no such file" in capsys.readouterr().err
