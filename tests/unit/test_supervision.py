"""Who supervises whom is read exactly, or refused with every fault."""

from __future__ import annotations

from pathlib import Path

import pytest

from features.errors import InputError
from pipelines.flags.supervision import read_supervisors


def test_practitioners_stand_under_their_supervisors(tmp_path: Path) -> None:
    path = tmp_path / "supervisors.csv"
    path.write_text("﻿practitioner,supervisor\nA:1, Ann\nA:2,Ann\nA:2,Bo\n", encoding="utf-8")
    assert read_supervisors(path) == {"Ann": ("A:1", "A:2"), "Bo": ("A:2",)}


def test_all_faults_are_named_at_once(tmp_path: Path) -> None:
    path = tmp_path / "supervisors.csv"
    path.write_text("supervisor,practitioner\n,A:1\nAnn,\nAnn,A:2\nAnn,A:2\n", encoding="utf-8")
    with pytest.raises(InputError) as raised:
        read_supervisors(path)
    assert len(raised.value.faults) == 3
    assert "row 2: 'supervisor' is blank" in raised.value.faults[0]
    assert "row 5: says what an earlier row says" in raised.value.faults[2]


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("supervisor,pwp\nAnn,A:1\n", "lacks the column 'practitioner'"),
        ("supervisor,practitioner\n", "names nobody"),
        ("", "not readable as CSV"),
    ],
)
def test_a_file_that_says_nothing_is_refused(text: str, fault: str, tmp_path: Path) -> None:
    path = tmp_path / "supervisors.csv"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(InputError, match=fault):
        read_supervisors(path)


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"none\.csv: there is no such file"):
        read_supervisors(tmp_path / "none.csv")
