"""A progress bar for anything over two seconds; silent where nobody watches."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Protocol


class Advance(Protocol):
    """Called when a part is done; `message` replaces the words beside the bar."""

    def __call__(self, message: str | None = None, parts: int = 1) -> None: ...


@contextmanager
def progress(title: str, parts: int) -> Iterator[Advance]:
    """A bar of `parts` steps on standard error, drawn only on a terminal."""
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    console = Console(stderr=True)
    with Progress(*columns, console=console, disable=not sys.stderr.isatty(), transient=True) as bar:
        task = bar.add_task(title, total=parts)

        def advance(message: str | None = None, parts: int = 1) -> None:
            bar.update(task, advance=parts, description=f"{title}: {message}" if message else title)

        yield advance
