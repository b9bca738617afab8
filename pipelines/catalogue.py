"""`bsw catalogue`: every predictor in one table, and features/CATALOGUE.md kept current."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import features
from features.conceptual_model import CONSTRUCTS
from features.errors import InputError
from features.facts import Facts
from features.lineage import columns_read
from features.matrix import matrix
from features.predictor import Predictor, unmeasured
from features.predictor import catalogue as predictors
from features.records import read_records
from pipelines.built import begin
from pipelines.config import Config
from pipelines.store import write_text

CATALOGUE = Path(features.__file__).parent / "CATALOGUE.md"
STATED = {1: "raises non-completion", -1: "lowers non-completion", None: "none"}
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


def catalogue(*, check: bool, source: Path | None = None, config: Config | None = None) -> int:
    """Print the catalogue and write it; with `check`, only compare; with `source`, print what it carries.

    Errors: InputError where the file is not what the code would write, or the source cannot be used.
    """
    if source is not None:
        print(of_source(source, config or Config()))
        return 0
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
        "NON-completion by the conceptual model, - lowers it. Source: what speaks of the predictor's own subject; "
        "what is said of its construct stands above each table.",
    ]
    for construct in CONSTRUCTS.values():
        rows = [p for p in known.values() if p.construct == construct.name]
        parts += ["", f"## {construct.title}", "", f"{construct.citation}. {construct.evidence}.", ""]
        parts += [f"Level: {construct.level}. Direction stated: {STATED[construct.direction]}.", ""]
        parts += [f"Records cannot say: {construct.cannot_measure}.", ""]
        parts += [f"Fields: {', '.join(fields_of(construct.name))}.", ""]
        if rows:
            parts += [_line(COLUMNS), _line(["---"] * len(COLUMNS)), *map(_row, rows)]
        else:
            parts.append("No predictor yet.")
    return "\n".join(parts) + "\n"


def fields_of(construct: str) -> tuple[str, ...]:
    """`Table.Column` of the records that carry a construct, sorted."""
    rows = [predictor for predictor in predictors().values() if predictor.construct == construct]
    return tuple(sorted({column for predictor in rows for column in columns_read(predictor)}))


def of_source(source: Path, config: Config) -> str:
    """Every predictor with the share of a source's points at which records stand behind it, by construct.

    What an empty history is taken to mean, such as 0 log-ins, is no value here.
    """
    begun = begin(Facts(read_records(source, config.source), config.facts), config=config, until=None)
    unfilled = {name: replace(known, when_absent=None) for name, known in predictors().items()}
    found = matrix(begun.facts, begun.points.table, unfilled)
    shares = found.frame.notna().mean()
    lines = [
        f"{len(found.frame):,} points of {source}; the share of them at which records stand behind a value"
    ]
    for construct in CONSTRUCTS.values():
        lines += ["", construct.title]
        for predictor in predictors().values():
            if predictor.construct == construct.name:
                there = f"{shares[predictor.name]:.0%}" if predictor.name in shares else "left out"
                why = f"  ({found.left_out[predictor.name]})" if predictor.name in found.left_out else ""
                lines.append(f"  {there:>8}  {predictor.name}{why}")
    lost = unmeasured(found.left_out)
    lines += ["", f"Constructs that the source does not measure at all: {', '.join(lost) or 'none'}"]
    return "\n".join(lines)


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
