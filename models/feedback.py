"""What practitioners did with flags: answers checked against the flags they answer, and kept once.

An answer says whether the practitioner agreed, why not, and what was done. It is a practitioner's account, and
who answers is nobody's sample.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Hashable, Iterator, Mapping
from datetime import date
from typing import Any

import pandas as pd

from features.errors import InputError, nearest

ANSWER = ("flag_id", "answered_on", "agreed", "why", "action", "note")
# Of the templates, so that a shifted row is noticed.
ALSO_READ = ("patient_id", "practitioner_id", "shown_as")
NEEDED = ("flag_id", "answered_on", "agreed", "action")
CHOSEN = ("agreed", "why", "action")  # one of a few
AGREED = ("yes", "no")
WHYS = (
    "dealt with already",
    "the reasons do not fit",
    "the record is wrong",
    "knows better from the session",
    "other",
)
NOTHING = "nothing"
ACTIONS = (
    "message or call before the next session",
    "changed the next plan",
    "discussed in supervision",
    "other",
    NOTHING,
)
BETWEEN = ";"


def checked_answers(given: pd.DataFrame, flags: pd.DataFrame, *, today: date) -> pd.DataFrame:
    """The answers of a file (all columns text), tidied: ANSWER, one row each; rows nobody filled in are left out.

    `flags` has flag_id, as_of, patient_id, practitioner_id and shown_as. `action` may name several, with ; between
    them. A day may be written as in 2026-03-02 or 02/03/2026, and capitals do not count.
    Errors: InputError with one line per fault, all of them.
    """
    if faults := [*_faults_of_columns(given)]:
        raise InputError(*faults)
    filled = filled_in(given)
    known = flags.astype(str).set_index("flag_id").to_dict("index")
    faults = [
        f"row {int(number) + 2}: {fault}"  # the heading is row 1
        for number, row in zip(filled.index.to_numpy(), filled.to_dict("records"), strict=True)
        for fault in _faults_of_answer(row, known, today)
    ]
    if faults:
        raise InputError(*faults)
    return with_answers(filled.iloc[:0], filled)


def filled_in(given: pd.DataFrame) -> pd.DataFrame:
    """The rows in which somebody filled anything in, tidied but not checked: ANSWER and ALSO_READ, all text."""
    tidy = given.reindex(columns=[*ANSWER, *ALSO_READ], fill_value="").fillna("").astype(str)
    tidy = tidy.apply(lambda column: column.str.strip())
    tidy[list(CHOSEN)] = tidy[list(CHOSEN)].apply(lambda column: column.str.lower())
    tidy["answered_on"] = tidy["answered_on"].map(_as_day)
    tidy["action"] = tidy["action"].map(_tidied)
    filled: pd.DataFrame = tidy[(tidy[list(ANSWER[1:])] != "").any(axis=1)]
    return filled


def with_answers(kept: pd.DataFrame, new: pd.DataFrame) -> pd.DataFrame:
    """The answers kept with the new ones; the same ones come in once.

    Errors: InputError where a flag was answered otherwise on the same day before.
    """
    both: pd.DataFrame = pd.concat([kept[list(ANSWER)], new[list(ANSWER)]]).drop_duplicates(ignore_index=True)
    if faults := [*_faults_of_repetition(both)]:
        raise InputError(*faults)
    return both


def latest(answers: pd.DataFrame) -> pd.DataFrame:
    """The last answer to each flag."""
    return answers.sort_values("answered_on", kind="stable").drop_duplicates("flag_id", keep="last")


def actions_of(answer: str) -> tuple[str, ...]:
    """The actions that an answer names."""
    return tuple(part.strip() for part in answer.split(BETWEEN) if part.strip())


def _tidied(answer: str) -> str:
    """In one order, whatever that of the answer; what is no action stands last."""
    given = sorted(set(actions_of(answer)))
    known = [action for action in ACTIONS if action in given]
    return f"{BETWEEN} ".join([*known, *(action for action in given if action not in known)])


def _as_day(said: str) -> str:
    """A British day as a spreadsheet writes it, 02/03/2026, as 2026-03-02; anything else as it is."""
    found = re.fullmatch(r"(\d{1,2})/(\d{1,2})/(\d{4})", said)
    return f"{found[3]}-{int(found[2]):02d}-{int(found[1]):02d}" if found else said


def _faults_of_columns(given: pd.DataFrame) -> Iterator[str]:
    for name in NEEDED:
        if name not in given.columns:
            yield f"lacks the column '{name}'; the template beside flags.csv has all of them"
    for name in given.columns:
        if name not in (*ANSWER, *ALSO_READ):
            yield f"unknown column '{name}'; {nearest(str(name), (*ANSWER, *ALSO_READ))}"


def _faults_of_answer(
    row: Mapping[Any, str], known: Mapping[Hashable, Mapping[Hashable, str]], today: date
) -> Iterator[str]:
    flag = known.get(row["flag_id"])
    if flag is None:
        yield f"unknown flag '{row['flag_id']}'; the column flag_id of flags.csv has those of this folder"
    else:
        for name in ALSO_READ:
            if row[name] and row[name] != flag[name]:
                yield f"flag '{row['flag_id']}' is about another {name} than the row says"
    yield from _faults_of_day(row["answered_on"], flag, today)
    yield from _faults_of_choice("agreed", row["agreed"], AGREED)
    if row["agreed"] == "no":
        yield from _faults_of_choice("why", row["why"], WHYS)
    elif row["why"]:
        yield "'why' says why a practitioner disagreed; leave it empty where 'agreed' is yes"
    actions = actions_of(row["action"]) or ("",)
    for action in actions:
        yield from _faults_of_choice("action", action, ACTIONS)
    if NOTHING in actions and len(actions) > 1:
        yield f"'action' says '{NOTHING}' and something; leave one of them out"


def _faults_of_day(said: str, flag: Mapping[Hashable, str] | None, today: date) -> Iterator[str]:
    try:
        day = date.fromisoformat(said)
    except ValueError:
        yield f"'answered_on' must be a day like 2026-03-02 or 02/03/2026; it is '{said}'"
        return
    if day > today:
        yield f"'answered_on' is {day}, which is still to come"
    if flag is not None and day < date.fromisoformat(flag["as_of"]):
        yield f"'answered_on' is {day}, before the flag was made ({flag['as_of']})"


def _faults_of_choice(name: str, said: str, choices: Collection[str]) -> Iterator[str]:
    if said not in choices:
        yield f"'{name}' must be one of: {', '.join(choices)}; it is '{said}'"


def _faults_of_repetition(answers: pd.DataFrame) -> Iterator[str]:
    twice = answers[answers.duplicated(["flag_id", "answered_on"], keep="first")]
    for row in twice.itertuples():
        yield (
            f"flag '{row.flag_id}' is answered in two ways on {row.answered_on}; give a later answer its own day"
        )
