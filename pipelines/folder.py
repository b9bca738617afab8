"""Where a step may write."""

from __future__ import annotations

from pathlib import Path

from features.errors import InputError


def made(folder: Path, *, source: Path | None) -> Path:
    """The folder of a step, made where it is not there: never where its `source` lies, for what is written there would
    be read as records.

    Errors: InputError where it would lie there, or cannot be made.
    """
    if source is not None and folder.resolve().is_relative_to(source.resolve()):
        raise InputError(f"{folder}: is the source, or lies within it ({source}); name a folder of its own")
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:  # a file stands there or above it, or nobody may write there
        raise InputError(f"{folder}: the folder cannot be made ({error.strerror}); name another") from None
    return folder
