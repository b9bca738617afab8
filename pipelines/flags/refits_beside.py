"""What a model's refits say of each point, asked of the second process: it gets them ready while predictors are
worked out in the first.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from concurrent.futures import Executor
from functools import lru_cache, partial
from typing import Any

import pandas as pd

from models.stability import Refits, Stability
from pipelines.beside import answer
from pipelines.registry.model_files import model_of

Files = tuple[tuple[str, str], ...]


class RefitsBeside:
    """The refits of a registered model, in a process of their own from the start."""

    def __init__(self, files: Mapping[str, str], worker: Executor) -> None:
        self._files = tuple(sorted(files.items()))
        self._worker = worker
        worker.submit(_make_ready, self._files)

    def ask(self, features: pd.DataFrame, **asked: Any) -> Callable[[], Stability]:
        """`models.stability.stability`, begun now; what is given waits for it. Errors: see there, and `answer`."""
        return partial(answer, self._worker.submit(_stability, self._files, features, **asked))


@lru_cache(maxsize=1)
def _refits(files: Files) -> Refits:
    return Refits(model_of(dict(files)))


def _make_ready(files: Files) -> None:
    _refits(files).make_ready()


def _stability(files: Files, features: pd.DataFrame, **asked: Any) -> Stability:
    return _refits(files).stability(features, **asked)
