"""A predictor's value in a practitioner's words.

Words are a template with one place for the number, or templates by value: the one that stands at the
largest number not above the value is used. In a template "session|s" reads "session" after 1 and "sessions"
after any other number. A place may ask for a way of saying the number:

    {}                     rounded: one decimal under 10, none from 10 on
    {:whole}               rounded to a whole number
    {:%}                   a share as whole percent
    {:few}                 a share as none, few, about half, most or all
    {:moved point|s}       a change: "up 3 points", "down 1 point", "unchanged"
    {:rising point|s a week}   a trend: "rising by 1.2 points a week", "falling by ...", "steady"
"""

from __future__ import annotations

import re
from collections.abc import Mapping

Words = str | Mapping[float, str]
FEW, MOST = 0.4, 0.6
TO_NINE_PLACES = 9  # two engines, or two runs of one, agree so far: they must say the same


def spoken(words: Words, value: float) -> str:
    """The words for a value that is recorded."""
    value = round(value, TO_NINE_PLACES)
    if isinstance(words, str):
        return _filled(words, value)
    reached = [start for start in words if start <= value]
    return _filled(words[max(reached) if reached else min(words)], value)


def not_recorded(what: str) -> str:
    """The words where there is no value: "not recorded whether a time was agreed", "not recorded: PHQ-9"."""
    asks = what.split()[0] in ("whether", "how", "what", "when", "where", "who", "at")
    return f"not recorded {what}" if asks else f"not recorded: {what}"


def merged(first: str, second: str) -> str | None:
    """Two lines that say one thing of two as one line; None where they are not built alike.

    "no time was agreed", "no place was agreed" -> "no time or place was agreed".
    """
    one, other = first.split(), second.split()
    start = _alike(one, other)
    end = _alike(one[start:][::-1], other[start:][::-1])
    middles = one[start : len(one) - end], other[start : len(other) - end]
    opening, closing = one[:start], one[len(one) - end :]
    if not (start and end and all(0 < len(middle) <= 3 for middle in middles)) or _numbered(*middles):
        return None
    if opening[0] == "no" or opening[:3] == ["not", "recorded", "whether"]:
        return " ".join([*opening, *_joined(middles, "or"), *closing])
    if closing[0] != "was":
        return None
    both = _joined(([*opening, *middles[0]], [*opening, *middles[1]]), "and")
    return " ".join([*both, "were", *closing[1:]])


def _alike(one: list[str], other: list[str]) -> int:
    """How many words both begin with."""
    same = 0
    while same < min(len(one), len(other)) and one[same] == other[same]:
        same += 1
    return same


def _numbered(*middles: list[str]) -> bool:
    return any(re.search(r"\d", word) for middle in middles for word in middle)


def _joined(parts: tuple[list[str], list[str]], by: str) -> list[str]:
    """ "a or b"; where the first is a pair already, "a, b or c"."""
    first, second = parts
    if by in first:
        at = len(first) - 1 - first[::-1].index(by)
        first = [*first[: at - 1], f"{first[at - 1]},", *first[at + 1 :]]
    return [*first, by, *second]


def _filled(template: str, value: float) -> str:
    words = template.format(_Number(value))
    return _plural(words, round(value) if "{:whole}" in template else rounded(value))


def rounded(value: float) -> float:
    """The number as it is said: one decimal under 10, none from 10 on."""
    return round(value, 1) if abs(value) < 10 else float(round(value))


def _plural(words: str, value: float) -> str:
    return re.sub(r"(\w)\|(\w+)", r"\1" if value == 1 else r"\1\2", words)


class _Number(float):
    """A number that knows the ways of being said."""

    def __format__(self, way: str) -> str:
        name, _, of = way.partition(" ")
        said = {"": self._plain, "whole": self._whole, "%": self._percent, "few": self._few}.get(name)
        if said is not None and not of:
            return said()
        if name in ("moved", "rising"):
            return self._change(name, of)
        raise ValueError(f"no way of saying a number is called '{way}'")

    def _plain(self) -> str:
        return f"{rounded(self) + 0.0:.10g}"

    def _whole(self) -> str:
        return f"{round(self):d}"

    def _percent(self) -> str:
        return f"{round(100 * self):d}%"

    def _few(self) -> str:
        if self <= 0 or self >= 1:
            return "none" if self <= 0 else "all"
        return "few" if self < FEW else "about half" if self <= MOST else "most"

    def _change(self, name: str, of: str) -> str:
        by = rounded(self)
        if by == 0:
            return {"moved": "unchanged", "rising": "steady"}[name]
        up, down = {"moved": ("up", "down"), "rising": ("rising", "falling")}[name]
        word = up if by > 0 else down
        if not of:
            return word
        amount = _plural(f"{_Number(abs(by))} {of}", abs(by))
        return f"{word} by {amount}" if name == "rising" else f"{word} {amount}"
