"""A store's address is never shown with its password."""

from __future__ import annotations

from dataclasses import replace

import pytest

from pipelines.addresses import without_password, without_secrets
from pipelines.config import Config


@pytest.mark.parametrize(
    ("address", "shown"),
    [
        ("postgresql://bsw:hunter2@db/mlflow", "postgresql://bsw:***@db/mlflow"),
        ("postgresql+psycopg2://bsw:p@ss/word:2@db:5432/m", "postgresql+psycopg2://bsw:***@db:5432/m"),
        (
            "postgresql://bsw@db/m?password=hunter2&sslmode=on",
            "postgresql://bsw@db/m?password=***&sslmode=on",
        ),
        ("https://bsw:hunter2@tracking.example", "https://bsw:***@tracking.example"),
        ("postgresql://bsw@db:5432/mlflow", "postgresql://bsw@db:5432/mlflow"),
        ("sqlite:////srv/bsw/mlflow.db", "sqlite:////srv/bsw/mlflow.db"),
    ],
)
def test_the_password_is_hidden_and_nothing_else(address: str, shown: str) -> None:
    assert without_password(address) == shown


def test_a_part_of_a_password_that_a_driver_took_for_a_host_is_hidden_too() -> None:
    said = 'could not translate host name "word@db" to address; tried p%40ssword and p@ssword'
    for address in ("postgresql://bsw:pa/word@db@host/m", "postgresql://bsw:p%40ssword@db/m"):
        said = without_secrets(said, address)
    assert "word" not in said
    assert "could not translate host name" in said


def test_the_configuration_that_is_kept_has_no_password() -> None:
    tracking = replace(
        Config().tracking, uri="postgresql://bsw:hunter2@db/m", artefacts="sftp://bsw:hunter3@files/m"
    )
    kept = str(replace(Config(), tracking=tracking).as_table())
    assert "hunter" not in kept
    assert "postgresql://bsw:***@db/m" in kept
