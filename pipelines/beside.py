"""A second worker beside this process: Python does one thing at a time in each.

`bsw score` has one that loads the model while the records are read, and draws half of the pages. For a command
it is a process of its own; where there is none, a thread gives the same answers.
"""

from __future__ import annotations

import gc
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module
from multiprocessing import get_context
from multiprocessing.pool import Pool, ThreadPool

SLOW = ("mlflow", "pipelines.tracking", "pipelines.flag_files")


@contextmanager
def process_beside() -> Iterator[Pool]:
    """A process that imports what is slow to import while this one does the same, and ends with the block.

    It starts anew: a copy of a process with threads could wait for ever for a lock that it was born with.
    """
    with get_context("spawn").Pool(1, _alone) as worker:
        worker.apply_async(_ready)
        yield worker


@contextmanager
def thread_beside() -> Iterator[Pool]:
    """The same as a thread."""
    with ThreadPool(1) as worker:
        yield worker


def _alone() -> None:
    """Leave it to the first process to say that somebody stopped the command, and do not live long enough to tidy."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    gc.disable()


def _ready() -> None:
    for name in SLOW:
        import_module(name)
