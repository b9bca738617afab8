"""Files in which practitioners say what they did with flags, as a spreadsheet saves them."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from io import StringIO
from pathlib import Path

import pandas as pd

from features.errors import InputError
from models.feedback import ANSWER, checked_answers, filled_in


def read_all(paths: Sequence[Path], flags: pd.DataFrame, *, today: date) -> pd.DataFrame:
    """The answers of several files to the flags of one folder, checked.

    Errors: InputError with one line per fault, all of them, each with its file.
    """
    found, faults = [], []
    for path in paths:
        try:
            found.append(checked_answers(read_one(path), flags, today=today))
        except InputError as error:
            faults += [fault if str(path) in fault else f"{path}: {fault}" for fault in error.faults]
    if faults:
        raise InputError(*faults)
    return pd.concat(found, ignore_index=True)


def read_one(path: Path) -> pd.DataFrame:
    """A CSV, every cell as text: in UTF-8 or in the code of Western Europe, by commas, semicolons or tabs.

    Errors: InputError where it is not there or cannot be read.
    """
    try:
        text = _text(path.read_bytes())
        by = max(",;\t", key=text.partition("\n")[0].count)
        found = pd.read_csv(StringIO(text), sep=by, dtype=str, keep_default_na=False)
        if not isinstance(found.index, pd.RangeIndex):
            raise ValueError("its rows have more cells than its heading")
        return found
    except FileNotFoundError:
        raise InputError(f"{path}: there is no such file") from None
    except (OSError, ValueError) as error:
        said = str(error).splitlines()[0]
        raise InputError(f"{path}: not readable as CSV ({said}); save it as CSV UTF-8") from None


def _text(written: bytes) -> str:
    try:
        return written.decode("utf-8-sig")
    except UnicodeDecodeError:
        return written.decode("cp1252")


def unread(paths: Iterable[Path], kept: pd.DataFrame) -> Iterator[Path]:
    """The files of answers that say something which `kept` (ANSWER) does not.

    A file that cannot be read counts as saying something.
    """
    known = set(kept[list(ANSWER)].itertuples(index=False, name=None))
    for path in paths:
        try:
            given = filled_in(read_one(path)) if _anything(path) else kept.iloc[:0]
            if not set(given[list(ANSWER)].itertuples(index=False, name=None)) <= known:
                yield path
        except (InputError, OSError, ValueError, csv.Error):
            yield path


def _anything(path: Path) -> bool:
    """Whether anybody may have filled anything in: quick to say of a file that lies there as it was made."""
    heading, *rows = csv.reader(StringIO(_text(path.read_bytes())))
    places = [heading.index(name) for name in ANSWER[1:] if name in heading]
    as_made = len(places) == len(ANSWER[1:]) and all(len(row) == len(heading) for row in rows)
    return not as_made or any(row[place] for row in rows for place in places)
