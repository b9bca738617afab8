"""Errors a user can act on: each says the rule, what came, the nearest valid name and the remedy."""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches


class InputError(Exception):
    """What came from outside cannot be used. Carries every fault found, one clear line each."""

    def __init__(self, *faults: str) -> None:
        super().__init__("\n".join(faults))
        self.faults = faults

    def __reduce__(self) -> tuple[type[InputError], tuple[str, ...]]:
        """Fault by fault, also from another process."""
        return type(self), self.faults


def nearest(name: str, valid: Iterable[str]) -> str:
    """The end of an error message: the closest valid name, or all of them when none is close."""
    names = sorted(valid)
    close = get_close_matches(name, names, n=1, cutoff=0.5)
    if close:
        return f"did you mean '{close[0]}'?"
    return "valid are: " + ", ".join(names) if names else "there are none"
