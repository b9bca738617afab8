"""What a command costs from a cold start: wall time and peak memory, the median of several runs."""

from __future__ import annotations

import os
import subprocess
import time
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median

KIB_IN_GIB = 1024**2


@dataclass(frozen=True)
class Cost:
    """Seconds from start to end of the process, and its highest resident memory in GiB."""

    seconds: float
    gib: float


def cold_cost(command: Sequence[str], runs: int) -> Cost:
    """The median cost of a command over so many new processes. Errors: RuntimeError where one fails."""
    costs = [_once(command) for _ in range(runs)]
    return Cost(median(cost.seconds for cost in costs), median(cost.gib for cost in costs))


def _once(command: Sequence[str]) -> Cost:
    start = time.perf_counter()
    child = subprocess.Popen(command)
    _, status, used = os.wait4(child.pid, 0)
    seconds = time.perf_counter() - start
    child.returncode = os.waitstatus_to_exitcode(status)
    if child.returncode:
        raise RuntimeError(f"{' '.join(command)} ended with {child.returncode}")
    return Cost(seconds, used.ru_maxrss / KIB_IN_GIB)
