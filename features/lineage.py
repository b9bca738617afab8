"""Lineage from signatures: which columns of the records stand behind a predictor."""

from __future__ import annotations

import operator
from collections.abc import Mapping

import ibis
from ibis.common.exceptions import IbisError

from features.facts import FACTS, Fact
from features.history import Column, History
from features.number import Number
from features.predictor import DefinitionError, Predictor, everything
from features.tally import NotAdditiveError, RunningTally, Tally

DERIVED_TYPES = {
    "days_before": "float64",
    "in_this_contact": "boolean",
    "in_this_pathway": "boolean",
    "with_this_practitioner": "boolean",
    "order": "int64",
    "point_id": "string",
}


def columns_read(predictor: Predictor) -> tuple[str, ...]:
    """`Table.Column` of the records that the predictor reads, its parts' columns included, sorted.

    Errors: as `tried_out`.
    """
    tallies = tried_out(predictor)
    own = {
        FACTS[name].origin(column)
        for name, tally in tallies.items()
        for column in tally.read
        if column in FACTS[name].gives
    }
    own |= {origin for name, tally in tallies.items() if not tally.read for origin in _keys(FACTS[name])}
    parts = [columns_read(everything()[name]) for name in predictor.parameters if name in everything()]
    return tuple(sorted(own.union(*parts)))


def tried_out(predictor: Predictor) -> Mapping[str, Tally]:
    """What the predictor asks of each fact, found by working it out on tables without rows.

    Errors: DefinitionError where it asks a fact for a column or a summary that it does not give, or gives
    anything but a number.
    """
    tallies = {name: _empty(FACTS[name]) for name in predictor.parameters if name in FACTS}
    arguments: Mapping[str, History | Number] = {
        name: History(tallies[name]) if name in tallies else Number(operator.itemgetter(name))
        for name in predictor.parameters
    }
    try:
        number = predictor.function(**arguments)
    except (AttributeError, NotAdditiveError) as error:
        raise DefinitionError(f"{predictor.name}: {error}") from None
    if not isinstance(number, Number):
        remedy = "; sum it up: .sum(), .latest(), .share() ..." if isinstance(number, Column) else ""
        raise DefinitionError(f"{predictor.name}: gives a {type(number).__name__}, not a Number{remedy}")
    answers = [name for tally in tallies.values() for name in tally.asked]
    wide = ibis.table(dict.fromkeys([*answers, *predictor.parameters], "float64"), name="answers")
    try:
        kind = number.of(wide).type()
    except (IbisError, TypeError, AttributeError) as error:
        raise DefinitionError(f"{predictor.name}: cannot be worked out ({error})") from None
    if not kind.is_numeric():
        raise DefinitionError(f"{predictor.name}: gives {kind}, not a number")
    return tallies


def _empty(fact: Fact) -> Tally:
    schema = {name: kind for name, (kind, _) in fact.gives.items()} | DERIVED_TYPES
    origins = {column: fact.origin(column) for column in fact.gives}
    kind = RunningTally if fact.running else Tally
    return kind(fact.name, ibis.table(schema, name=fact.name), frozenset(fact.gives), origins)


def _keys(fact: Fact) -> set[str]:
    """Where only rows are counted: the first column of the fact's last table, its key."""
    table, columns = list(fact.reads.items())[-1]
    return {f"{table}.{next(iter(columns))}"}
