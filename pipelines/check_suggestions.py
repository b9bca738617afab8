"""`bsw check-suggestions`: is the library of things to consider, as edited by a clinical lead, fit to be used?"""

from __future__ import annotations

from collections import Counter
from pathlib import Path

from features.conceptual_model import TITLES
from features.errors import InputError
from features.predictor import everything
from models.suggestions import MOMENTS, Suggestions, packaged_suggestions, read_suggestions
from pipelines.config import Config
from pipelines.store import write_text


def check_suggestions(file: Path | None, *, copy_to: Path | None, config: Config) -> None:
    """Check `file`, or the library that the settings name, and print what it holds; nothing is scored.

    `copy_to`: write the checked library there first, to be edited. Errors: InputError with one line per fault, or
    where the copy would overwrite a file.
    """
    text, found = library(file, config)
    if copy_to is not None:
        if copy_to.exists():
            raise InputError(f"{copy_to}: is there already; name a new file")
        print(f"{write_text(copy_to, text)}: edit it, check it again, and name it in 'flags.suggestions'")
    print(_summary(found))


def library(file: Path | None, config: Config) -> tuple[str, Suggestions]:
    """The library as text and checked: `file`, else the one that 'flags.suggestions' names, else the one that ships.

    Errors: InputError with one line per fault, each with the file.
    """
    path = file or (Path(config.flags.suggestions) if config.flags.suggestions else None)
    text = packaged_suggestions() if path is None else _text(path)
    try:
        return text, read_suggestions(text, everything())
    except InputError as error:
        where = path or "the library that ships"
        raise InputError(*(f"{where}: {fault}" for fault in error.faults)) from None


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except FileNotFoundError:
        raise InputError(f"suggestions {path}: there is no such file") from None
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(f"suggestions {path}: not readable ({error}); save it as UTF-8") from None


def _summary(found: Suggestions) -> str:
    """How many suggestions each construct has, by moment."""
    counted = Counter((entry.construct, entry.moment) for entry in found.entries)
    lines = [f"{len(found.entries)} suggestions, no fault; every reason that a flag can give is answered"]
    for construct in dict.fromkeys(entry.construct for entry in found.entries):
        moments = [
            f"{counted[construct, moment]} {moment}" for moment in MOMENTS if counted[construct, moment]
        ]
        lines.append(f"  {TITLES.get(construct, 'Where no reason is shown')}: {', '.join(moments)}")
    return "\n".join(lines)
