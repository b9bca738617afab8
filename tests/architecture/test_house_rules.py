"""Rules of the house that a machine can hold: sizes, names, and what the code may know."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
CODE = sorted(path for room in ("features", "models", "pipelines") for path in (ROOT / room).rglob("*.py"))


def _functions(path: Path) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node


def _lines(function: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    body = function.body[1:] if ast.get_docstring(function) else function.body
    return (body[-1].end_lineno or 0) - body[0].lineno + 1 if body else 0


def test_no_function_is_longer_than_40_lines() -> None:
    long = [f"{p.relative_to(ROOT)}: {f.name}" for p in CODE for f in _functions(p) if _lines(f) > 40]
    assert long == []


def test_the_median_function_is_shorter_than_10_lines() -> None:
    sizes = sorted(_lines(function) for path in CODE for function in _functions(path))
    assert sizes[len(sizes) // 2] < 10


def test_every_file_is_shorter_than_250_lines() -> None:
    lines = {path: len(path.read_text(encoding="utf-8").splitlines()) for path in CODE}
    assert {str(path.relative_to(ROOT)): count for path, count in lines.items() if count >= 250} == {}


def test_every_module_says_what_it_is() -> None:
    assert [
        str(path) for path in CODE if not ast.get_docstring(ast.parse(path.read_text(encoding="utf-8")))
    ] == []


@pytest.mark.parametrize("name", ["utils", "helper", "helpers", "process", "misc", "common"])
def test_no_room_is_called_by_a_word_that_says_nothing(name: str) -> None:
    assert [str(path) for path in CODE if path.stem == name] == []


def test_only_the_edge_reads_the_clock() -> None:
    pure = [path for path in CODE if path.relative_to(ROOT).parts[0] in ("features", "models")]
    told = [
        str(path) for path in pure for word in (".now(", ".today(", "time.time(") if word in path.read_text()
    ]
    assert told == []


def test_only_facts_and_protected_know_the_columns_of_the_national_tables() -> None:
    allowed = {"facts", "records", "protected.py", "standard.py"}
    outside = [
        str(path.relative_to(ROOT))
        for path in CODE
        if path.relative_to(ROOT).parts[0] in ("features", "models")
        and path.relative_to(ROOT).parts[1] not in allowed
        and "CareContactId" in path.read_text(encoding="utf-8")
    ]
    assert outside == []
