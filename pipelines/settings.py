"""TOML into frozen dataclasses: unknown keys and wrong types are refused, all at once."""

from __future__ import annotations

import types
from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from typing import Any, Literal, TypeVar, Union, get_args, get_origin, get_type_hints

from features.errors import nearest

T = TypeVar("T")
SIMPLE: dict[type, tuple[type, ...]] = {bool: (bool,), int: (int,), float: (int, float), str: (str,)}


def from_table(kind: type[T], table: Mapping[str, Any], faults: list[str], where: str = "") -> T | None:
    """One dataclass from one TOML table; every fault is appended to `faults` and gives None."""
    before = len(faults)
    hints = get_type_hints(kind)
    names = [field.name for field in fields(kind)]  # type: ignore[arg-type]
    for key in table:
        if key not in names:
            faults.append(f"unknown setting '{where}{key}': {nearest(key, names)}")
    values = {
        name: _value(hints[name], table[name], faults, f"{where}{name}") for name in names if name in table
    }
    if len(faults) > before:
        return None
    try:
        return kind(**values)
    except (TypeError, ValueError) as error:
        faults.append(f"setting '{where.rstrip('.') or kind.__name__}': {error}")
        return None


def _value(hint: Any, value: Any, faults: list[str], where: str) -> Any:
    """`value` as `hint` asks, or None with a fault."""
    if is_dataclass(hint) and isinstance(hint, type):
        if isinstance(value, Mapping):
            return from_table(hint, value, faults, f"{where}.")
        return _wrong(value, "a table", faults, where)
    origin, inner = get_origin(hint), get_args(hint)
    if origin in (Union, types.UnionType):
        return _value(next(kind for kind in inner if kind is not type(None)), value, faults, where)
    if origin is Literal:
        return (
            value if value in inner else _wrong(value, "one of " + ", ".join(map(str, inner)), faults, where)
        )
    if origin is tuple:
        if isinstance(value, list):
            return tuple(_value(inner[0], item, faults, f"{where}[{i}]") for i, item in enumerate(value))
        return _wrong(value, "a list", faults, where)
    if origin is not None and issubclass(origin, Mapping):
        if isinstance(value, Mapping):
            return {key: _value(inner[1], item, faults, f"{where}.{key}") for key, item in value.items()}
        return _wrong(value, "a table", faults, where)
    return _simple(hint, value, faults, where)


def _simple(hint: type, value: Any, faults: list[str], where: str) -> Any:
    wrong_bool = isinstance(value, bool) and hint is not bool
    if not isinstance(value, SIMPLE[hint]) or wrong_bool:
        return _wrong(value, f"a value of type {hint.__name__}", faults, where)
    return hint(value)


def _wrong(value: Any, wanted: str, faults: list[str], where: str) -> None:
    faults.append(f"setting '{where}' must be {wanted}; it is {value!r}")
