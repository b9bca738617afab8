"""The rules a row must keep. Each is SQL over one table that gives the rows that break it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from features.standard import SQL_TYPES, StandardColumn, codes, columns_of, primary_key, ranges, score_ranges

KIND_WORDS = {
    "date": "a date",
    "time": "a time of day",
    "timestamp": "a date with a time",
    "integer": "a whole number",
    "number": "a number",
}


@dataclass(frozen=True)
class Rule:
    """`broken`: SQL that is true of a row that breaks the rule; `column`: the culprit, for the report.

    `remedy` says what the service can do.
    """

    name: str
    column: str
    broken: str
    remedy: str


def own_rules(table: str, held: tuple[str, ...]) -> Iterator[Rule]:
    """The rules that a row can keep by itself. Typed columns carry the suffix `__typed`."""
    for name in held:
        column = columns_of(table)[name]
        text = f'"{name}"'
        if column.mandatory:
            yield Rule("must be filled in", name, f"{text} IS NULL", f"record {name} in every row")
        if column.kind not in ("text", "score"):
            broken = f'{text} IS NOT NULL AND "{name}__typed" IS NULL'
            yield Rule(
                f"must be {KIND_WORDS[column.kind]}", name, broken, "correct the value or map its format"
            )
        if column.longest is not None and column.kind == "text" and column.origin == "submitted":
            broken = f"length({text}) > {column.longest}"
            yield Rule(f"at most {column.longest} characters", name, broken, "correct the value")
        yield from _code_rule(table, name)
    yield from _range_rules(table, held)
    yield from _order_rules(held)


def _code_rule(table: str, name: str) -> Iterator[Rule]:
    permitted = codes().get((table, name))
    if not permitted:
        return
    listed = ", ".join("'" + code.replace("'", "''") + "'" for code in sorted(permitted))
    remedy = "use a code of the standard, or map the service's own value to one"
    if name == "BarriersReported":
        parts = f"list_transform(string_split(lower(\"{name}\"), ';'), lambda x: trim(x))"
        broken = f'"{name}" IS NOT NULL AND len(list_filter({parts}, lambda x: x NOT IN ({listed}))) > 0'
        yield Rule("must be a list of permitted codes", name, broken, remedy)
    else:
        yield Rule("must be a permitted code", name, f'"{name}" NOT IN ({listed})', remedy)


def _range_rules(table: str, held: tuple[str, ...]) -> Iterator[Rule]:
    for known in ranges():
        if known.table == table and known.column in held:
            outside = f'"{known.column}__typed" NOT BETWEEN {known.lowest} AND {known.highest}'
            if known.where:
                outside += ' AND "RatingType" = \'' + known.where.replace("'", "''") + "'"
            words = f"must lie between {known.lowest:g} and {known.highest:g}"
            yield Rule(words, known.column, outside, "correct the value")
    if "PersScore" in held:
        cases = " ".join(
            f'WHEN \'{tool}\' THEN "PersScore__typed" IS NULL OR "PersScore__typed" NOT BETWEEN {low} AND {high}'
            for tool, (low, high) in score_ranges().items()
        )
        broken = f'"PersScore" NOT IN (\'NA\') AND CASE "CodedAssToolType" {cases} ELSE false END'
        yield Rule("must lie in the range of its questionnaire", "PersScore", broken, "correct the score")


def _order_rules(held: tuple[str, ...]) -> Iterator[Rule]:
    """Dates in order within a row."""
    for first, last in (
        ("ReferralRequestReceivedDate", "ServDischDate"),
        ("ReportingPeriodStartDate", "ReportingPeriodEndDate"),
        ("SessionStart", "SessionEnd"),
        ("StartDateIntEnabledTherLog", "EndDateIntEnabledTherLog"),
    ):
        if first in held and last in held:
            broken = f'"{last}__typed" < "{first}__typed"'
            yield Rule(f"must not be before {first}", last, broken, "correct the dates")


# Dates in order between a row and its parent: table -> (column, parent's table, parent's date, same key).
ACROSS: Mapping[str, tuple[tuple[str, str, str, str], ...]] = {
    "IDS201CareContact": (
        ("CareContDate", "IDS101Referral", "ReferralRequestReceivedDate", "ServiceRequestId"),
    ),
    "BSW004PlatformSession": (
        ("SessionStart", "IDS101Referral", "ReferralRequestReceivedDate", "ServiceRequestId"),
    ),
}


def parent_rules(table: str, held: tuple[str, ...], clean: Mapping[str, tuple[str, ...]]) -> Iterator[Rule]:
    """The rules between a row and rows of other tables, which are clean already (as `NAME`)."""
    for name in held:
        parent, _, key = columns_of(table)[name].key.partition(".")
        if key and parent in clean:
            there = f'SELECT 1 FROM "{parent}" p WHERE p.OrgID_Provider = r.OrgID_Provider AND p."{key}" = r."{name}"'
            broken = f'"{name}" IS NOT NULL AND NOT EXISTS ({there})'
            remedy = f"no usable row of {parent} has this {key}; send it, or see why it was set aside"
            yield Rule(f"must be in {parent}", name, broken, remedy)
    for name, parent, date, key in ACROSS.get(table, ()):
        if name in held and parent in clean:
            first = (
                f'SELECT min(p."{date}") FROM "{parent}" p '
                f'WHERE p.OrgID_Provider = r.OrgID_Provider AND p."{key}" = r."{key}"'
            )
            broken = f'CAST("{name}__typed" AS DATE) < ({first})'
            yield Rule(f"must not be before {date}", name, broken, "correct the dates")
    if table == "IDS201CareContact" and "UniqueSubmissionID" in held:
        end = (
            "SELECT max(h.ReportingPeriodEndDate) FROM IDS000Header h WHERE "
            "h.OrgID_Provider = r.OrgID_Provider AND h.UniqueSubmissionID = r.UniqueSubmissionID"
        )
        broken = f'"CareContDate__typed" > ({end})'
        remedy = "a contact cannot have taken place after its submission's reporting period"
        yield Rule("must not be after the reporting period", "CareContDate", broken, remedy)
    if table == "BSW002TaskReview" and "ReviewDateTime" in held and "IDS201CareContact" in clean:
        set_on = (
            "SELECT min(c.CareContDate) FROM BSW001TaskSet t JOIN IDS201CareContact c ON "
            "c.OrgID_Provider = t.OrgID_Provider AND c.CareContactId = t.CareContactId "
            "WHERE t.OrgID_Provider = r.OrgID_Provider AND t.TaskId = r.TaskId"
        )
        broken = f'CAST("ReviewDateTime__typed" AS DATE) < ({set_on})'
        yield Rule("must not be before its task was set", "ReviewDateTime", broken, "correct the dates")


def copies(table: str, held: tuple[str, ...]) -> tuple[str, str, str] | None:
    """SQL over `r`: (column, true of a copy to set aside, true of a conflicting copy); None without a key.

    Of exact copies within one submission the first stays; of copies that differ none does, because
    nobody can say which is right.
    """
    key = primary_key(table)
    if key is None or key not in held:
        return None
    submission = ', "UniqueSubmissionID"' if "UniqueSubmissionID" in held else ""
    window = f'PARTITION BY "OrgID_Provider", "{key}"{submission}'
    content = "md5(concat_ws('|', " + ", ".join(f"coalesce(\"{name}\", '~')" for name in held) + "))"
    there = f'"{key}" IS NOT NULL'
    exact = f"{there} AND row_number() OVER ({window} ORDER BY row) > 1"
    differ = f"{there} AND min({content}) OVER ({window}) <> max({content}) OVER ({window})"
    return key, exact, differ


def typed(column: StandardColumn, formats: tuple[str, ...]) -> str:
    """SQL for a text column as its type; missing where the text is no such value."""
    text, kind = f'"{column.name}"', SQL_TYPES[column.kind]
    tries = [f"TRY_CAST({text} AS {kind})"]
    if column.kind == "time":
        tries.append(f"CAST(TRY_CAST({text} AS TIMESTAMP) AS TIME)")
    if column.kind == "integer":
        tries = [
            f"CASE WHEN regexp_full_match({text}, '-?[0-9]+([.]0+)?') THEN TRY_CAST({text} AS BIGINT) END"
        ]
    for form in formats if column.kind in ("date", "timestamp") else ():
        for shape in (form, f"{form} %H:%M", f"{form} %H:%M:%S"):
            tries.append(f"CAST(try_strptime({text}, '{shape}') AS {kind})")
    return f"coalesce({', '.join(tries)})" if len(tries) > 1 else tries[0]
