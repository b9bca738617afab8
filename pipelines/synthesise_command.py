"""`bsw synthesise`: its arguments, and what each form of the call does."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pipelines.synthetic.settings import SyntheticSettings


def add_arguments(command: argparse.ArgumentParser) -> None:
    """Everything after `bsw synthesise`."""
    command.add_argument("out", type=Path, metavar="OUT")
    for name, default, letter in (
        ("pathways", 5_000, "N"), ("services", 3, "K"), ("months", 24, "M"), ("seed", 1, "S"),
    ):  # fmt: skip
        command.add_argument(f"--{name}", type=int, default=default, metavar=letter)
    command.add_argument("--format", choices=("csv", "parquet"), default="parquet")
    command.add_argument(
        "--without", action="append", default=[], metavar="TABLE", help="BSW001 to BSW004: tables not kept"
    )
    command.add_argument(
        "--off",
        action="append",
        default=[],
        metavar="NODE",
        help="a node of the mechanism that moves nothing",
    )
    command.add_argument(
        "--plant", action="append", default=[], metavar="NAME=SIZE", help="an inequity, as in planning=0.8"
    )
    command.add_argument(
        "--report", action="store_true", help="a page that compares every margin with the published figures"
    )


def run(asked: argparse.Namespace) -> int:
    """Write the service asked for."""
    from pipelines.synthetic.settings import as_called
    from pipelines.synthetic.whole_service import synthesise

    settings = as_called(_configured(asked.config), without=asked.without, off=asked.off, plant=asked.plant)
    synthesise(
        asked.out,
        pathways=asked.pathways,
        services=asked.services,
        months=asked.months,
        seed=asked.seed,
        file_format=asked.format,
        settings=settings,
    )
    if asked.report:
        from pipelines.synthetic.report import report

        report(asked.out)
    return 0


def _configured(path: Path | None) -> SyntheticSettings:
    """The settings under [synthetic]; without a file the whole configuration need not be loaded."""
    from pipelines.synthetic.settings import DEFAULT

    if path is None:
        return DEFAULT
    from pipelines.config import read_config

    return read_config(path).synthetic
