from __future__ import annotations

from pathlib import Path

import pytest

from features.errors import InputError
from pipelines.config import Config, read_config


def _read(tmp_path: Path, text: str) -> Config:
    path = tmp_path / "bsw.toml"
    path.write_text(text, encoding="utf-8")
    return read_config(path)


def test_no_file_gives_the_defaults() -> None:
    assert read_config(None) == Config()


def test_settings_replace_defaults(tmp_path: Path) -> None:
    config = _read(tmp_path, '[outcome]\nhorizon_days = 28\ncount_dropout_as = "not_completed"\n')
    assert config.outcome.horizon_days == 28
    assert config.outcome.count_dropout_as == "not_completed"
    assert config.outcome.done_share == Config().outcome.done_share


def test_every_fault_is_named_at_once_with_the_nearest_name(tmp_path: Path) -> None:
    with pytest.raises(InputError) as caught:
        _read(tmp_path, '[outcome]\nhorizon_dayz = 28\ndone_share = "half"\n[outcom]\nx = 1\n')
    faults = "\n".join(caught.value.faults)
    assert "'outcome.horizon_dayz': did you mean 'horizon_days'?" in faults
    assert "'outcome.done_share' must be a value of type float" in faults
    assert "'outcom': did you mean 'outcome'?" in faults


def test_a_lag_of_a_fact_that_is_none_is_refused_where_settings_are_read(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="names no fact 'appointment'; did you mean 'appointments'"):
        _read(tmp_path, "[facts.arrival_lag_days]\nappointment = 2\n")
    assert _read(tmp_path, "[facts.arrival_lag_days]\nappointments = 2\n").facts.arrival_lag_days


def test_a_setting_that_makes_no_sense_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="done_share must lie above 0"):
        _read(tmp_path, "[outcome]\ndone_share = 0.0\n")


@pytest.mark.parametrize("text", ["[outcome", "\xff"])
def test_a_file_that_is_no_toml_is_refused(tmp_path: Path, text: str) -> None:
    path = tmp_path / "bsw.toml"
    path.write_bytes(text.encode("latin-1"))
    with pytest.raises(InputError, match="not readable as TOML"):
        read_config(path)


def test_a_file_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="there is no such file"):
        read_config(tmp_path / "none.toml")
