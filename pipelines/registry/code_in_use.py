"""Which code works a model's numbers out: its version, and a fingerprint of every file they depend on."""

from __future__ import annotations

import ast
import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path

import features
import models
from pipelines.versions import code_version

ANSWERS = "models.answers"


@dataclass(frozen=True)
class Code:
    """`version`: for people; `fingerprint`: 64 hexadecimal digits, alike for alike code wherever it lies."""

    version: str
    fingerprint: str

    def __str__(self) -> str:
        return f"bsw-engagement {self.version} (code {self.fingerprint[:12]})"


def code_in_use() -> Code:
    """The code that this process has imported, wherever it came from."""
    rooms = {"features": Path(features.__file__).parent, "models": Path(models.__file__).parent}
    return Code(code_version(), fingerprint({**rooms, "data": Path(str(files("data")))}))


def fingerprint(rooms: Mapping[str, Path]) -> str:
    """SHA-256 of the code and tables that predictors and predictions depend on; `rooms`: their folders by name.

    These are all of features/ and data/standard, and of models/ what answers for a registered model, directly
    or through what it imports. What only learns, examines or draws may change without making a model another.
    Line ends do not count, and neither does where the folders lie.
    """
    digest = hashlib.sha256()
    for name, path in sorted(_deciding(rooms)):
        text = path.read_text(encoding="utf-8")  # reads every kind of line end as the same
        digest.update(f"{name}\n{len(text)}\n{text}".encode())
    return digest.hexdigest()


def _deciding(rooms: Mapping[str, Path]) -> Iterator[tuple[str, Path]]:
    """The name and place of each file that counts."""
    for room, pattern in (("features", "**/*.py"), ("data", "standard/*.csv")):
        for path in rooms[room].glob(pattern):
            yield f"{room}/{path.relative_to(rooms[room]).as_posix()}", path
    yield from _reached(rooms["models"])


def _reached(room: Path) -> Iterator[tuple[str, Path]]:
    """The modules of models/ that the answers reach."""
    waiting, met = [ANSWERS], set()
    while waiting:
        name = waiting.pop()
        path = room.joinpath(*name.split(".")[1:]).with_suffix(".py")
        if name not in met and path.is_file():
            met.add(name)
            yield name, path
            waiting += _imported(path)


def _imported(path: Path) -> Iterator[str]:
    """The names of whatever a module imports, at its top or inside a function."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield from (node.module, *(f"{node.module}.{alias.name}" for alias in node.names))
