"""The library of things to consider: data that a clinical lead edits, checked whenever it is read."""

from __future__ import annotations

import re
import tomllib
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from importlib.resources import files
from typing import Any, Protocol

from features.conceptual_model import CONSTRUCTS
from features.errors import InputError, nearest

MOMENTS = ("before the next session", "at the next plan", "in supervision")
KINDS = ("consider", "discuss", "general")
NEEDED = ("construct", "moment", "words", "source")
LONGEST = 160
# What a practitioner reads as risk of harm, or what judges the patient.
UNWELCOME = r"\b(risk|non-?adher|adheren|complian|fail|refus|unmotivat|poor|lazy|should|must)"


class Named(Protocol):
    """The parts of a predictor that choose a suggestion."""

    @property
    def name(self) -> str: ...
    @property
    def construct(self) -> str: ...
    @property
    def modifiable(self) -> bool: ...
    @property
    def shown(self) -> str: ...


@dataclass(frozen=True)
class Suggestion:
    """Something to consider: its moment, one sentence, and who found or said it.

    `kind` is "consider" where the practitioner can change what a reason names, else "discuss"; "general", of no
    construct, where a flag shows no reason.
    """

    kind: str
    construct: str
    moment: str
    words: str
    source: str
    predictors: tuple[str, ...] = ()

    @property
    def line(self) -> str:
        """The moment and the sentence, for a table."""
        return f"{self.moment[0].upper()}{self.moment[1:]}: {self.words}"


@dataclass(frozen=True)
class Suggestions:
    """The library, in the order of its file."""

    entries: tuple[Suggestion, ...]

    @property
    def general(self) -> Suggestion:
        """What a flag that shows no reason leaves to consider."""
        return next(entry for entry in self.entries if entry.kind == "general")

    def answers(self, reason: Named, *, recorded: bool) -> tuple[Suggestion, ...]:
        """The suggestions for a reason, best first: those that name its predictor, then its construct's.

        Only what is recorded and the practitioner can change is answered by something to change; all else
        by a neutral prompt, which names a predictor only for what is recorded of it. The library was checked to hold
        one for every reason.
        """
        kind = "consider" if reason.modifiable and recorded else "discuss"
        fitting = [
            entry for entry in self.entries if (entry.kind, entry.construct) == (kind, reason.construct)
        ]
        named = [entry for entry in fitting if recorded and reason.name in entry.predictors]
        return (*named, *(entry for entry in fitting if not entry.predictors))


def packaged_suggestions() -> str:
    """The text of the library that ships with the project."""
    return (files("data") / "standard" / "suggestions.toml").read_text(encoding="utf-8")


def read_suggestions(text: str, predictors: Mapping[str, Named]) -> Suggestions:
    """The library in `text` (TOML), checked against the predictors it is to answer.

    Errors: InputError with one line per fault: unreadable, an unknown key, construct, moment or predictor,
    an empty or too long sentence, a word that would be misread, a repetition, a reason left unanswered.
    """
    try:
        tables = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise InputError(f"suggestions: not readable as TOML ({error})") from None
    faults = [f"unknown table '{name}'; {nearest(name, KINDS)}" for name in tables if name not in KINDS]
    entries: list[Suggestion] = []
    for kind in KINDS:
        for number, entry in enumerate(_listed(tables, kind, faults), start=1):
            found = [*_faults_of_keys(kind, entry)] or [*_faults_of_entry(entry, predictors)]
            faults += [f"[[{kind}]] {number}: {fault}" for fault in found]
            if not found:
                entries.append(_suggestion(kind, entry))
    if faults := faults or [*_faults_of_library(entries, predictors)]:
        raise InputError(*(f"suggestions: {fault}" for fault in faults))
    return Suggestions(tuple(entries))


def _suggestion(kind: str, entry: Mapping[str, Any]) -> Suggestion:
    words = {"construct": ""} | {key: entry[key].strip() for key in _needed(kind)}
    return Suggestion(kind, predictors=tuple(entry.get("predictors", ())), **words)


def _needed(kind: str) -> Sequence[str]:
    """The keys of an entry; a general one answers no construct."""
    return NEEDED[1:] if kind == "general" else NEEDED


def _listed(tables: Mapping[str, Any], kind: str, faults: list[str]) -> Sequence[Mapping[str, Any]]:
    found = tables.get(kind, [])
    if isinstance(found, list) and all(isinstance(entry, dict) for entry in found):
        return found
    faults.append(f"'{kind}' must be written as [[{kind}]], once per suggestion")
    return []


def _faults_of_keys(kind: str, entry: Mapping[str, Any]) -> Iterator[str]:
    needed = _needed(kind)
    allowed = needed if kind == "general" else (*needed, "predictors")
    for key in entry:
        if key not in allowed:
            yield f"unknown key '{key}'; {nearest(key, allowed)}"
    for key in needed:
        value = entry.get(key)
        if not isinstance(value, str) or not value.strip():
            yield f"'{key}' must be text; it is {value!r}" if key in entry else f"lacks '{key}'"
    listed = entry.get("predictors", [])
    if not isinstance(listed, list) or not all(isinstance(name, str) for name in listed):
        yield f"'predictors' must be a list of names; it is {listed!r}"


def _faults_of_entry(entry: Mapping[str, Any], predictors: Mapping[str, Named]) -> Iterator[str]:
    construct, moment, words = entry.get("construct"), entry["moment"], entry["words"]
    if construct is not None and construct not in CONSTRUCTS:
        yield f"unknown construct '{construct}'; {nearest(construct, CONSTRUCTS)}"
    if moment not in MOMENTS:
        yield f"unknown moment '{moment}'; {nearest(moment, MOMENTS)}"
    if len(words) > LONGEST:
        yield f"'words' has {len(words)} characters, at most {LONGEST} are read: {words[:40]}..."
    for word in dict.fromkeys(re.findall(rf"{UNWELCOME}\w*", words, re.IGNORECASE)):
        why = "practitioners read it as risk of harm" if word.lower() == "risk" else "it judges or commands"
        yield f"'words' says '{word}': {why}; ask or offer instead"
    for name in entry.get("predictors", ()):
        if name not in predictors:
            yield f"unknown predictor '{name}'; {nearest(name, predictors)}"
        elif predictors[name].construct != construct:
            yield f"predictor '{name}' belongs to '{predictors[name].construct}', not to '{construct}'"


def _faults_of_library(entries: Sequence[Suggestion], predictors: Mapping[str, Named]) -> Iterator[str]:
    for (kind, construct, words), times in Counter((e.kind, e.construct, e.words) for e in entries).items():
        if times > 1:
            yield f"[[{kind}]] of '{construct}' repeats itself: {words[:40]}..."
    if not any(entry.kind == "general" for entry in entries):
        yield "a flag that shows no reason would leave nothing to consider; add a [[general]]"
    general = {(entry.kind, entry.construct) for entry in entries if not entry.predictors}
    reasons = [predictor for predictor in predictors.values() if predictor.shown == "reason"]
    asked = {("discuss", reason.construct) for reason in reasons}
    asked |= {("consider", reason.construct) for reason in reasons if reason.modifiable}
    for kind, construct in sorted(asked - general):
        yield f"nothing answers a reason of '{construct}'; add a [[{kind}]] without predictors"
