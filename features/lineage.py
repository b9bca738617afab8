"""Lineage from signatures: which columns of the records stand behind a predictor."""

from __future__ import annotations

import operator
from collections.abc import Mapping

import ibis
import ibis.expr.operations as ops
from ibis.common.exceptions import IbisError

from features.as_of import BESIDE_THE_POINT
from features.column import Column
from features.errors import nearest
from features.facts import FACTS, Fact
from features.history import History
from features.number import Number
from features.predictor import DefinitionError, Predictor, everything
from features.protected import TOLD_BY
from features.standard import columns_of
from features.tally import ASIDE, NotAdditiveError, RunningTally, Tally

DERIVED_TYPES = {
    "days_before": "float64",
    "in_this_contact": "boolean",
    "in_this_pathway": "boolean",
    "with_this_practitioner": "boolean",
    "order": "int64",
    "point_id": "string",
}
KEY = "order"  # read by whoever counts rows
MOMENTS = ("date", "time", "timestamp")
COUNTED = ("count", ASIDE, "distinct")
WRONG = (AttributeError, TypeError, ArithmeticError, IbisError, NotAdditiveError)


def columns_read(predictor: Predictor) -> tuple[str, ...]:
    """`Table.Column` of the records that the predictor reads, its parts' columns included, sorted.

    Errors: as `tried_out`.
    """
    own = {
        origin
        for name, tally in tried_out(predictor).items()
        for column in tally.read or {KEY}
        for origin in _origins(FACTS[name], column)
    }
    parts = [columns_read(everything()[name]) for name in predictor.parameters if name in everything()]
    return tuple(sorted(own.union(*parts)))


def tables_read(predictor: Predictor) -> frozenset[str]:
    """The tables of the records that the predictor rests on, in part at least: those that its facts are joined through,
    and each of several that may carry the same.

    Errors: as `tried_out`.
    """
    own: set[str] = set()
    for name, tally in tried_out(predictor).items():
        fact = FACTS[name]
        read = {BESIDE_THE_POINT.get(column, column) for column in tally.read} & fact.gives.keys()
        own = own.union(*fact.tables(fact.gives[column][1] for column in read))
    parts = [tables_read(everything()[name]) for name in predictor.parameters if name in everything()]
    return frozenset(own.union(*parts))


def carried(predictor: Predictor, columns: Mapping[str, tuple[str, ...]]) -> bool:
    """Whether a source with these tables and columns records all that the predictor reads, its parts' columns too.

    Errors: as `tried_out`.
    """
    for name, tally in tried_out(predictor).items():
        recorded = FACTS[name].recorded(columns)
        read = {BESIDE_THE_POINT.get(column, column) for column in tally.read} & FACTS[name].gives.keys()
        if not recorded or not read <= recorded:
            return False
    parts = (everything()[name] for name in predictor.parameters if name in everything())
    return all(carried(part, columns) for part in parts)


def tried_out(predictor: Predictor) -> Mapping[str, Tally]:
    """What the predictor asks of each fact, found by working it out on tables without rows.

    Errors: DefinitionError where it asks a fact for a column or a summary that it does not give, mixes the rows
    of two facts, reads a protected characteristic that it does not name, or gives anything but a number.
    """
    tallies = {name: _empty(FACTS[name]) for name in predictor.parameters if name in FACTS}
    arguments: Mapping[str, History | Number] = {
        name: History(tallies[name]) if name in tallies else Number(operator.itemgetter(name))
        for name in predictor.parameters
    }
    try:
        number = predictor.function(**arguments)
    except WRONG as error:
        raise DefinitionError(f"{predictor.name}: {_said(error)}") from None
    if not isinstance(number, Number):
        remedy = "; sum it up: .sum(), .latest(), .share() ..." if isinstance(number, Column) else ""
        raise DefinitionError(f"{predictor.name}: gives a {type(number).__name__}, not a Number{remedy}")
    for tally in tallies.values():
        _check_questions(predictor, tally)
    _check_characteristics(predictor, tallies)
    _check_number(predictor, number, [name for tally in tallies.values() for name in tally.asked])
    return tallies


def _check_number(predictor: Predictor, number: Number, answers: list[str]) -> None:
    wide = ibis.table(dict.fromkeys([*answers, *predictor.parameters], "float64"), name="answers")
    try:
        kind = number.of(wide).type()
    except WRONG as error:
        raise DefinitionError(f"{predictor.name}: cannot be worked out ({error})") from None
    if not kind.is_numeric():
        raise DefinitionError(f"{predictor.name}: gives {kind}, not a number")


def _check_questions(predictor: Predictor, tally: Tally) -> None:
    """Each value summed up is of this fact's rows, chosen by a yes or no, and a number unless it is only counted."""
    for question in tally.asked.values():
        read = question.value.op()
        others = {table.name for table in read.find(ops.UnboundTable)} - {tally.fact}
        if others:
            raise DefinitionError(
                f"{predictor.name}: rows of '{tally.fact}' cannot be read beside those of '{others.pop()}'; "
                "sum up each, then put the numbers together"
            )
        if any(isinstance(chosen.bool_expr, ops.Cast) for chosen in read.find(ops.IfElse)):
            raise DefinitionError(
                f"{predictor.name}: rows of '{tally.fact}' are chosen by yes or no, as in `> 7`"
            )
        kind = question.value.type()
        if question.summary not in COUNTED and not (kind.is_numeric() or kind.is_boolean()):
            raise DefinitionError(
                f"{predictor.name}: '{question.summary}' of {kind} in '{tally.fact}' is no number; compare it first "
                "(.equals(...), .among(...)) or count it"
            )


def _check_characteristics(predictor: Predictor, tallies: Mapping[str, Tally]) -> None:
    for name, tally in tallies.items():
        if FACTS[name].protected:
            for column in tally.read & set(FACTS[name].gives):
                told = TOLD_BY[FACTS[name].origin(column)]
                if predictor.protected not in told:
                    raise DefinitionError(
                        f"{predictor.name}: {name}.{column} tells {' or '.join(told)}, not {predictor.protected}; "
                        "say so in `protected=`"
                    )


def _said(error: Exception) -> str:
    """The error in words; of a word that does not exist, the nearest that does."""
    if isinstance(error, AttributeError) and isinstance(error.obj, Column | Number):
        kind = type(error.obj)
        words = [word for word in vars(kind) if not word.startswith("_")]
        return f"a {kind.__name__} has no word '{error.name}'; {nearest(str(error.name), words)}"
    return str(error)


def _empty(fact: Fact) -> Tally:
    schema = {name: kind for name, (kind, _) in fact.gives.items()} | DERIVED_TYPES
    origins = {column: fact.origin(column) for column in fact.gives}
    kind = RunningTally if fact.running else Tally
    return kind(fact.name, ibis.table(schema, name=fact.name), frozenset(fact.gives), origins)


def _origins(fact: Fact, column: str) -> set[str]:
    """The columns of the records behind a column of a fact, or behind one that is worked out beside the point."""
    if column in fact.gives:
        return {fact.origin(column)}
    if column == "days_before":
        return {
            f"{table}.{name}"
            for table, names in fact.reads.items()
            for name in names
            if columns_of(table)[name].kind in MOMENTS
        }
    if (stands_for := BESIDE_THE_POINT.get(column, "")) in fact.gives:
        return {fact.origin(stands_for)}
    # Where only rows are counted: the first column of the fact's last table, its key.
    table, names = list(fact.reads.items())[-1]
    return {f"{table}.{next(iter(names))}"}
