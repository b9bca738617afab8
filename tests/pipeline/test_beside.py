"""A second worker beside a process: what it answers, and what is said where it ends before it has."""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from features.errors import InputError
from models.stability import StabilitySettings, stability
from pipelines.beside import answer, process_beside, thread_beside
from pipelines.flags.refits_beside import RefitsBeside
from pipelines.registry.model_files import files_in, write_model
from tests.unit.test_stability import model, points


def test_a_process_and_a_thread_beside_give_the_same_answer() -> None:
    with process_beside() as process, thread_beside() as thread:
        assert answer(process.submit(divmod, 7, 3)) == answer(thread.submit(divmod, 7, 3)) == (2, 1)


def test_a_process_that_ends_before_its_work_is_done_is_an_error_and_no_endless_wait() -> None:
    with process_beside() as process, pytest.raises(InputError, match="the second process ended"):
        answer(process.submit(os._exit, 1))


def test_refits_asked_in_another_process_say_what_they_say_here(tmp_path: Path) -> None:
    learnt, features = model(), points()
    write_model(learnt, tmp_path)
    asked = {
        "speaks": pd.DataFrame(1, index=features.index, columns=list(features)),
        "construct_of": dict.fromkeys(features, "one"),
        "settings": StabilitySettings(),
    }
    with process_beside() as worker:
        found = RefitsBeside(files_in(tmp_path), worker).ask(features, **asked)()
    here = stability(learnt, features, **asked)
    np.testing.assert_array_equal(found.risks, here.risks)
    pd.testing.assert_frame_equal(found.leading, here.leading, check_exact=True)
