"""Pseudonyms: the same with the same key, meaning nothing without it, and linked back by who may."""

from __future__ import annotations

import stat
from pathlib import Path

import pandas as pd
import pytest

from features.errors import InputError
from pipelines.flags.pseudonyms import KEY, LIST, pseudonym, shown_names
from pipelines.flags.settings import ScoreSettings


def settings(folder: Path) -> ScoreSettings:
    return ScoreSettings(pseudonyms=str(folder / "kept"))


def test_a_patient_keeps_a_pseudonym_from_run_to_run_and_another_key_gives_another(tmp_path: Path) -> None:
    first = shown_names(["A:1", "A:2"], settings(tmp_path), out=tmp_path / "flags")
    again = shown_names(["A:2", "A:3"], settings(tmp_path), out=tmp_path / "flags")
    assert first["A:2"] == again["A:2"]
    (tmp_path / "kept" / KEY).unlink()
    (tmp_path / "kept" / LIST).unlink()
    assert shown_names(["A:2"], settings(tmp_path), out=tmp_path / "flags")["A:2"] != first["A:2"]


def test_a_pseudonym_is_a_keyed_hash_that_can_be_read_out() -> None:
    # HMAC-SHA-256, RFC 4231, test case 2: its last 50 bits, from ...c75a003f089d 2739839dec58b964ec3843.
    assert pseudonym(b"Jefe", "what do ya want for nothing?") == _by_hand(0x64EC3843, 0xEC58B9)


def _by_hand(last_32: int, before: int) -> str:
    bits = (before << 32) | last_32
    letters = "".join("0123456789ABCDEFGHJKMNPQRSTVWXYZ"[bits >> 5 * n & 31] for n in range(10))
    return f"{letters[:5]}-{letters[5:]}"


def test_who_is_who_stands_in_a_list_that_remembers_earlier_runs(tmp_path: Path) -> None:
    shown_names(["A:1"], settings(tmp_path), out=tmp_path / "flags")
    names = shown_names(["A:2"], settings(tmp_path), out=tmp_path / "flags")
    kept = pd.read_csv(tmp_path / "kept" / LIST, dtype=str).set_index("patient_id")["pseudonym"]
    assert list(kept.index) == ["A:1", "A:2"]
    assert kept["A:2"] == names["A:2"]


def test_nobody_else_on_the_machine_may_read_key_or_list(tmp_path: Path) -> None:
    shown_names(["A:1"], settings(tmp_path), out=tmp_path / "flags")
    for name in (KEY, LIST):
        assert stat.S_IMODE((tmp_path / "kept" / name).stat().st_mode) == 0o600


def test_the_key_may_not_lie_beside_the_pages(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="beside the pages it would lay open"):
        shown_names(["A:1"], settings(tmp_path), out=tmp_path)


def test_a_spoilt_key_is_refused_and_left_as_it_is(tmp_path: Path) -> None:
    (tmp_path / "kept").mkdir()
    (tmp_path / "kept" / KEY).write_text("abc\n")
    with pytest.raises(InputError, match="restore it from your backup"):
        shown_names(["A:1"], settings(tmp_path), out=tmp_path / "flags")
    assert (tmp_path / "kept" / KEY).read_text() == "abc\n"


def test_local_ids_are_printed_only_where_a_setting_says_so(tmp_path: Path) -> None:
    local = ScoreSettings(ids="local", pseudonyms=str(tmp_path / "kept"))
    assert shown_names(["A:1"], local, out=tmp_path / "flags") == {"A:1": "A:1"}
    assert not (tmp_path / "kept").exists()
