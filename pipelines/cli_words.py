"""What every command of the command line is made of."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

Handler = Callable[[argparse.Namespace], int]
if TYPE_CHECKING:
    Commands = argparse._SubParsersAction[argparse.ArgumentParser]


def command(commands: Commands, name: str, handler: Handler, words: str) -> argparse.ArgumentParser:
    """A command with its settings file; `handler` gives the exit code."""
    made = commands.add_parser(name, help=words, description=words)
    made.add_argument("--config", type=Path, metavar="FILE", help="settings (TOML)")
    made.set_defaults(handler=handler)
    return made


def positive(text: str) -> int:
    """A whole number of at least 1."""
    number = int(text)
    if number < 1:
        raise argparse.ArgumentTypeError(f"must be 1 or more; it is {text}")
    return number


def date_of(text: str) -> date:
    """A day, written like 2025-03-31."""
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"must be a date like 2025-03-31; it is {text!r}") from None
