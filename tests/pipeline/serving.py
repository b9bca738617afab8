"""A server of MLflow's on a free port of this machine, started and stopped by a test."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any
from urllib.error import HTTPError, URLError
from urllib.request import Request, urlopen

import pandas as pd

PATIENCE = 90.0


def free_port() -> int:
    """A port that nothing listens on."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


@contextmanager
def server(command: Sequence[str], port: int, environment: Mapping[str, str]) -> Iterator[None]:
    """The running server; it and all it started are gone afterwards."""
    started = subprocess.Popen(
        command,
        env=dict(environment),
        start_new_session=True,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
    )
    try:
        _wait(started, port)
        yield
    finally:
        os.killpg(started.pid, signal.SIGTERM)
        try:
            started.wait(10)
        except subprocess.TimeoutExpired:
            os.killpg(started.pid, signal.SIGKILL)
            started.wait()
        if started.stdout:
            started.stdout.close()


def _wait(started: subprocess.Popen[bytes], port: int) -> None:
    until = time.monotonic() + PATIENCE
    while time.monotonic() < until and started.poll() is None:
        try:
            urlopen(f"http://127.0.0.1:{port}/ping", timeout=2).close()
            return
        except (URLError, OSError):
            time.sleep(0.2)
    said = started.stdout.read().decode() if started.poll() is not None and started.stdout else "it is silent"
    raise AssertionError(f"the server did not answer within {PATIENCE:.0f} s: {said[-3000:]}")


def ask(port: int, rows: pd.DataFrame, **more: Any) -> tuple[int, Any]:
    """The status and the JSON that the server answers for rows."""
    split = json.loads(rows.to_json(orient="split", index=False))
    body = json.dumps({"dataframe_split": split, **more}).encode()
    asked = Request(f"http://127.0.0.1:{port}/invocations", body, {"Content-Type": "application/json"})
    try:
        with urlopen(asked, timeout=30) as answer:
            return answer.status, json.load(answer)
    except HTTPError as refused:
        with refused:
            return refused.code, json.load(refused)
