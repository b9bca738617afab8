"""The rules that a row must keep by itself. Each is SQL over one table that gives the rows that break it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from features.records.opening import literal
from features.standard import codes, columns_of, ranges, scoring

KIND_WORDS = {
    "date": "a date",
    "time": "a time of day",
    "timestamp": "a date with a time",
    "integer": "a whole number",
    "number": "a number",
}
# What says "no score" on a questionnaire that the standard does not list.
NO_SCORE = ("NA", "Y", "N")
LANGUAGES = ("LanguageCodePreferred", "LanguageCodeTreat")


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
    """The rules between the values of one row. Typed columns carry the suffix `__typed`."""
    for name in held:
        column = columns_of(table)[name]
        text = f'"{name}"'
        if column.mandatory:
            yield Rule("must be filled in", name, f"{text} IS NULL", f"record {name} in every row")
        if column.kind in KIND_WORDS:
            broken = f'{text} IS NOT NULL AND "{name}__typed" IS NULL'
            remedy = "correct the value, or name its format in the configuration ([source] date_formats)"
            yield Rule(
                f"must be {KIND_WORDS[column.kind]}",
                name,
                broken,
                remedy if column.kind in ("date", "timestamp") else "correct the value",
            )
        if column.longest is not None and column.kind == "text" and column.origin == "submitted":
            broken = f"length({text}) > {column.longest}"
            yield Rule(f"at most {column.longest} characters", name, broken, "correct the value")
        yield from _code_rule(table, name)
    yield from _range_rules(table, held)
    yield from _score_rule(held)
    yield from _order_rules(held)
    yield from _agreement_rules(held)


def _code_rule(table: str, name: str) -> Iterator[Rule]:
    if name in LANGUAGES:
        broken = f"NOT regexp_full_match(lower(\"{name}\"), '[a-z][a-z0-9]')"
        yield Rule("must be a language code", name, broken, "use two letters of ISO 639-1, such as en")
    permitted = codes().get((table, name))
    if not permitted:
        return
    listed = ", ".join(literal(code) for code in sorted(permitted))
    remedy = "use a code of the standard, or map the service's own value to one"
    if name == "BarriersReported":
        parts = f"list_transform(string_split(lower(\"{name}\"), ';'), lambda x: trim(x))"
        broken = f'"{name}" IS NOT NULL AND len(list_filter({parts}, lambda x: x NOT IN ({listed}))) > 0'
        yield Rule("must be a list of permitted codes", name, broken, remedy)
    else:
        yield Rule("must be a permitted code", name, f'"{name}" NOT IN ({listed})', remedy)


def _range_rules(table: str, held: tuple[str, ...]) -> Iterator[Rule]:
    for known in ranges():
        if known.table == table and known.column in held and (not known.where or "RatingType" in held):
            outside = f'"{known.column}__typed" NOT BETWEEN {known.lowest} AND {known.highest}'
            if known.where:
                outside += f' AND "RatingType" = {literal(known.where)}'
            words = f"must lie between {known.lowest:g} and {known.highest:g}"
            yield Rule(words, known.column, outside, "correct the value")


def _score_rule(held: tuple[str, ...]) -> Iterator[Rule]:
    if "PersScore" not in held or "CodedAssToolType" not in held:
        return
    cases = []
    for tool, allowed in scoring().items():
        said = ", ".join(literal(text) for text in allowed.also)
        outside = "true"
        if allowed.within:
            low, high = allowed.within
            outside = f'("PersScore__typed" IS NULL OR "PersScore__typed" NOT BETWEEN {low} AND {high})'
        cases.append(f"WHEN '{tool}' THEN \"PersScore\" NOT IN ({said}) AND {outside}")
    no_score = ", ".join(literal(text) for text in NO_SCORE)
    unlisted = f'"PersScore__typed" IS NULL AND "PersScore" NOT IN ({no_score})'
    broken = f'"PersScore" IS NOT NULL AND CASE "CodedAssToolType" {" ".join(cases)} ELSE {unlisted} END'
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


def _agreement_rules(held: tuple[str, ...]) -> Iterator[Rule]:
    """Two columns that say the same thing must not say the opposite: nobody knows which of them is right."""
    if "Completion" in held and "CompletionPercent" in held:
        percent = '"CompletionPercent__typed"'
        broken = (
            f"(\"Completion\" = 'full' AND {percent} < 50) OR (\"Completion\" = 'none' AND {percent} > 50)"
        )
        remedy = "correct one of the two; a percentage goes from 0 to 100, not from 0 to 1"
        yield Rule("must not contradict Completion", "CompletionPercent", broken, remedy)
