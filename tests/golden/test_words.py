"""Every line that a practitioner may read, at low, typical and high values and where nothing is recorded.

`words.txt` is what was read aloud and found good. After a change of words, read the difference that the
test prints, then write the file anew: `python -m tests.golden.test_words`.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterator
from itertools import combinations
from pathlib import Path

import pytest

from features.predictor import Predictor, everything
from features.spoken import merged
from models.suggestions import UNWELCOME, packaged_suggestions, read_suggestions

FILE = Path(__file__).with_name("words.txt")
LONGEST, LONGEST_WORD = 95, 14
# The Automated Readability Index (Smith & Senter 1967): 4.71 letters a word + 0.5 words a sentence - 21.43,
# about the US school grade that reads it without effort.
GRADE, GRADE_OF_ONE_LINE = 6.0, 15.0
VERDICTS = rf"{UNWELCOME}|\b(resist|difficult patient)"
JARGON = (
    r"\b(squares|deviation|variab|psychotropic|musculoskeletal|slope|trend|mean|minus|predictor|percentile)"
)


def values_of(predictor: Predictor) -> list[float]:
    """Low, typical and high values of a predictor, by its unit, and those at which its words change."""
    unit = predictor.unit
    scale = re.search(r"(\d+)-(\d+)", unit)
    if "moved" in str(predictor.says) or "rising" in str(predictor.says):
        found = [-6.0, -0.6, 0.0, 1.0, 3.2]
    elif unit == "0/1":
        found = [0.0, 1.0]
    elif "share" in unit:
        found = [0.0, 0.3, 0.5, 0.9, 1.0]
    elif scale:
        low, high = float(scale[1]), float(scale[2])
        found = [low, round((low + high) / 2), high]
    elif unit in ("days", "minutes", "minutes a week"):
        found = [0.4, 1.0, 13.97, 620.0]
    else:
        found = [0.0, 1.0, 2.0, 7.0]
    steps = [] if isinstance(predictor.says, str) else [key for key in predictor.says if key not in (0.01,)]
    return sorted({*found, *map(float, steps)})


def spoken_lines() -> Iterator[str]:
    """Each predictor with its words, by construct."""
    for predictor in everything().values():
        yield f"{predictor.construct}.{predictor.name} [{predictor.unit}] {predictor.shown}"
        for value in values_of(predictor):
            yield f"  {value:g}: {predictor.words(value)}"
        yield f"  -: {predictor.words(None)}"


def merged_lines() -> Iterator[str]:
    """Every pair of lines of one construct that a flag says as one."""
    yield "said as one"
    reasons = [predictor for predictor in everything().values() if predictor.shown == "reason"]
    for one, other in combinations(reasons, 2):
        if one.construct == other.construct:
            pairs = {
                merged(one.words(value), other.words(value))
                for value in ({*values_of(one)} & {*values_of(other)}) | {float("nan")}
            }
            yield from (f"  {line}" for line in sorted(line for line in pairs if line))


def golden() -> str:
    return "\n".join([*spoken_lines(), *merged_lines()]) + "\n"


def all_words() -> list[str]:
    """Every line once."""
    everything_said = [line.split(": ", 1)[1] for line in spoken_lines() if line.startswith("  ")]
    together = [line.strip() for line in merged_lines() if line.startswith("  ")]
    return sorted({*everything_said, *together})


def grade(text: str) -> float:
    """The Automated Readability Index of one sentence."""
    words = text.split()
    letters = sum(len(re.sub(r"[^A-Za-z0-9]", "", word)) for word in words)
    return 4.71 * letters / len(words) + 0.5 * len(words) - 21.43


def test_the_words_are_those_that_were_read_aloud() -> None:
    stood, stands = FILE.read_text(encoding="utf-8").splitlines(), golden().splitlines()
    changed = list(difflib.unified_diff(stood, stands, "words.txt", "now", lineterm="", n=1))
    assert not changed, "\n".join(["the words changed; read them, then write words.txt anew", *changed])


def faults_of(line: str) -> Iterator[str]:
    """What a busy reader would stumble over, or read as a verdict."""
    if len(line) > LONGEST:
        yield f"too long: {line}"
    if [word for word in re.findall(r"[A-Za-z]+", line) if len(word) > LONGEST_WORD]:
        yield f"too long a word: {line}"
    if re.search(VERDICTS, line, re.IGNORECASE):
        yield f"a verdict: {line}"
    if re.search(JARGON, line, re.IGNORECASE):
        yield f"jargon: {line}"
    if re.search(r"[{}|+]|\b0\.\d{2}|\s{2}|^[ ,.]|\bnan\b", line):
        yield f"badly put together: {line}"


def test_no_line_is_long_learned_or_a_verdict() -> None:
    assert [fault for line in all_words() for fault in faults_of(line)] == []


@pytest.mark.parametrize(
    "line", ["PHQ-9 +3", "the patient failed to do it", "at risk", "the mean slope", "missed  2", "x" * 96]
)
def test_what_is_wrong_with_a_line_is_found(line: str) -> None:
    assert list(faults_of(line))


def test_the_lines_together_read_at_the_age_of_a_secondary_school_child() -> None:
    grades = [grade(line) for line in all_words()]
    assert sum(grades) / len(grades) <= GRADE


def test_no_line_that_gives_a_reason_is_hard_to_read() -> None:
    spoken = [
        predictor.words(value)
        for predictor in everything().values()
        if predictor.shown == "reason"
        for value in values_of(predictor)
    ]
    assert [(round(grade(line), 1), line) for line in spoken if grade(line) > GRADE_OF_ONE_LINE] == []


def test_what_is_missing_reads_as_not_recorded_and_never_as_not_done() -> None:
    missing = [predictor.words(None) for predictor in everything().values()]
    assert all(re.match(r"not recorded:? \w", line) for line in missing)
    assert not [line for line in missing if re.search(r"\bnot\b", line.removeprefix("not recorded"))]


def test_a_suggestion_is_plain_and_passes_no_verdict() -> None:
    for entry in read_suggestions(packaged_suggestions(), everything()).entries:
        assert not re.search(VERDICTS, entry.words, re.IGNORECASE)
        assert grade(entry.words) <= GRADE_OF_ONE_LINE, entry.words


if __name__ == "__main__":
    FILE.write_text(golden(), encoding="utf-8")
