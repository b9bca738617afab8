"""Text into typed values. What is not plainly a value of its type is missing, and a rule says so."""

from __future__ import annotations

from features.records.opening import literal, quoted
from features.standard import SQL_TYPES, StandardColumn, columns_of, scoring

# Only the written-out form: the engine itself would take 01/02/24 for a day in the year 1, and move
# a time with a zone.
ISO_DATE = r"\d{4}-\d{2}-\d{2}"
TIME = r"\d{1,2}:\d{2}(:\d{2}([.]\d+)?)?"
NUMBER = r"[-+]?(\d+([.]\d*)?|[.]\d+)([eE][-+]?\d+)?"
WHOLE = r"[-+]?\d+([.]0+)?"
YEARS = (1850, 2200)


def where_typed(table: str, column: str) -> str:
    """The name, as SQL, under which a column stands as its type beside its text; a text is one already."""
    return quoted(column if columns_of(table)[column].kind == "text" else f"{column}__typed")


def typed(column: StandardColumn, held: tuple[str, ...], formats: tuple[str, ...]) -> str:
    """SQL for a text column as its type; missing where the text is no such value.

    `held`: the columns beside it. `formats`: forms of a date besides ISO 8601, for strptime.
    """
    text, kind = f'"{column.name}"', SQL_TYPES[column.kind]
    if column.kind == "text":
        return text
    if column.kind in ("number", "score"):
        no_score = _no_score(text) if column.kind == "score" and "CodedAssToolType" in held else ""
        return (
            f"CASE {no_score} WHEN regexp_full_match({text}, '{NUMBER}') THEN TRY_CAST({text} AS DOUBLE) END"
        )
    if column.kind == "integer":
        return f"CASE WHEN regexp_full_match({text}, '{WHOLE}') THEN TRY_CAST({text} AS BIGINT) END"
    if column.kind == "time":
        return (
            f"CASE WHEN regexp_full_match({text}, '{TIME}') THEN TRY_CAST({text} AS TIME) "
            f"WHEN regexp_full_match({text}, '{ISO_DATE}[ T]{TIME}') THEN CAST(TRY_CAST({text} AS TIMESTAMP) AS TIME) "
            "END"
        )
    return _moment(text, kind, formats)


def _moment(text: str, kind: str, formats: tuple[str, ...]) -> str:
    iso = f"CASE WHEN regexp_full_match({text}, '{ISO_DATE}([ T]{TIME})?') THEN TRY_CAST({text} AS TIMESTAMP) END"
    tries = [iso]
    for form in formats:
        shapes = ", ".join(f"'{shape}'" for shape in (form, f"{form} %H:%M", f"{form} %H:%M:%S"))
        tries.append(f"try_strptime({text}, [{shapes}])")
    moment = f"coalesce({', '.join(tries)})"
    return f"CASE WHEN year({moment}) BETWEEN {YEARS[0]} AND {YEARS[1]} THEN CAST({moment} AS {kind}) END"


def _no_score(text: str) -> str:
    """SQL for numbers that say "no score" on some questionnaires, such as 99."""
    coded = [(tool, said) for tool, allowed in scoring().items() for said in allowed.also if said.isdecimal()]
    listed = ", ".join(f"({literal(tool)}, {literal(said)})" for tool, said in coded)
    return f'WHEN ("CodedAssToolType", {text}) IN ({listed}) THEN NULL' if listed else ""
