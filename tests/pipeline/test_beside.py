"""A second worker beside a process: what it answers, and what is said where it ends before it has."""

from __future__ import annotations

import os

import pytest

from features.errors import InputError
from pipelines.beside import answer, process_beside, thread_beside


def test_a_process_and_a_thread_beside_give_the_same_answer() -> None:
    with process_beside() as process, thread_beside() as thread:
        assert answer(process.submit(divmod, 7, 3)) == answer(thread.submit(divmod, 7, 3)) == (2, 1)


def test_a_process_that_ends_before_its_work_is_done_is_an_error_and_no_endless_wait() -> None:
    with process_beside() as process, pytest.raises(InputError, match="the second process ended"):
        answer(process.submit(os._exit, 1))
