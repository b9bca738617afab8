"""`bsw catalogue`: every predictor in one table, and features/CATALOGUE.md kept current."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import features
from features.conceptual_model import CONSTRUCTS
from features.errors import InputError
from features.lineage import columns_read
from features.predictor import Predictor
from features.predictor import catalogue as predictors
from pipelines.store import write_text

CATALOGUE = Path(features.__file__).parent / "CATALOGUE.md"
COLUMNS = (
    "predictor",
    "what it is",
    "unit",
    "reads",
    "columns of the records",
    "where absent",
    "direction",
    "modifiable",
    "shown",
    "source",
)


def catalogue(*, check: bool) -> int:
    """Print the catalogue and write it; with `check`, only compare.

    Errors: InputError where the file is not what the code would write.
    """
    text = as_markdown()
    if check:
        if not CATALOGUE.is_file() or CATALOGUE.read_text(encoding="utf-8") != text:
            raise InputError(f"{CATALOGUE.name} is out of date; run `bsw catalogue` and commit the file")
        return 0
    write_text(CATALOGUE, text)
    print(text)
    return 0


def as_markdown() -> str:
    """The catalogue as Markdown, construct by construct."""
    known = predictors()
    parts = [
        "# Catalogue of predictors",
        "",
        f"{len(known)} predictors over {len({p.construct for p in known.values()})} constructs. "
        "Written by `bsw catalogue` from the code; do not edit. Direction: + raises the chance of "
        "NON-completion by the conceptual model, - lowers it.",
    ]
    for construct in CONSTRUCTS.values():
        rows = [p for p in known.values() if p.construct == construct.name]
        parts += ["", f"## {construct.title}", "", f"{construct.citation}. {construct.evidence}.", ""]
        parts += [f"Records cannot say: {construct.cannot_measure}.", ""]
        if rows:
            parts += [_line(COLUMNS), _line(["---"] * len(COLUMNS)), *map(_row, rows)]
        else:
            parts.append("No predictor yet.")
    return "\n".join(parts) + "\n"


def _row(predictor: Predictor) -> str:
    absent = "missing" if predictor.when_absent is None else predictor.when_absent
    return _line(
        [
            f"`{predictor.name}`",
            predictor.summary,
            predictor.unit,
            ", ".join(f"`{parameter}`" for parameter in predictor.parameters),
            ", ".join(columns_read(predictor)),
            absent if isinstance(absent, str | int | float) else "as its parts",
            {1: "+", -1: "-", None: ""}[predictor.direction],
            "yes" if predictor.modifiable else "",
            predictor.shown,
            predictor.source,
        ]
    )


def _line(cells: Sequence[object]) -> str:
    return "| " + " | ".join(str(cell) for cell in cells) + " |"
