"""A second worker beside this process: Python does one thing at a time in each.

`bsw score` has one that loads the model while the records are read, and draws half of the pages. For a command
it is a process of its own; where there is none, a thread gives the same answers.
"""

from __future__ import annotations

import gc
import signal
from collections.abc import Iterator
from concurrent.futures import Executor, Future, ProcessPoolExecutor, ThreadPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from importlib import import_module
from multiprocessing import active_children, get_context
from typing import TypeVar

from features.errors import InputError

Result = TypeVar("Result")
SLOW = ("mlflow", "pipelines.registry.tracking", "pipelines.flags.files")


@contextmanager
def process_beside() -> Iterator[Executor]:
    """A process that imports what is slow to import while this one does the same, and ends with the block.

    It starts anew: a copy of a process with threads could wait for ever for a lock that it was born with.
    """
    others = active_children()
    worker = ProcessPoolExecutor(1, mp_context=get_context("spawn"), initializer=_alone)
    try:
        worker.submit(_ready)
        yield worker
    finally:
        # It has answered, or nobody wants its answer any more: it need not live to tidy up.
        for process in active_children():
            if process not in others:
                process.kill()
        worker.shutdown(cancel_futures=True)


@contextmanager
def thread_beside() -> Iterator[Executor]:
    """The same as a thread."""
    with ThreadPoolExecutor(1) as worker:
        yield worker


def answer(asked: Future[Result]) -> Result:
    """What the worker was asked for. Errors: its own, and InputError where its process ended before."""
    try:
        return asked.result()
    except BrokenProcessPool:
        raise InputError(
            "the second process ended before its work was done, perhaps for want of memory; nothing was kept of "
            "it, run the command again"
        ) from None


def _alone() -> None:
    """Leave it to the first process to say that somebody stopped the command, and do not live long enough to tidy."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    gc.disable()


def _ready() -> None:
    for name in SLOW:
        import_module(name)
