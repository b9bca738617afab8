"""Versions of rows that are sent again and again, most of them as they were."""

from __future__ import annotations

from typing import Any, TypeAlias

import ibis

Table: TypeAlias = Any
Expression: TypeAlias = Any


def versions_of(sent: Table, key: tuple[str, ...]) -> Table:
    """Each version of each row once, with `version` (0 for the first) and the `turn` that first held it.

    `sent` is every row of every submission with its `turn`; the other columns outside `key` make the version.
    """
    columns = tuple(column for column in sent.columns if column != "turn")
    contents = sent.group_by(columns).aggregate(turn=sent.turn.min())
    counted = contents.group_by(key).aggregate(contents=contents.count())
    # Putting rows in order costs most: only those that ever differ need it.
    differing = counted.filter(counted.contents > 1).drop("contents")
    alike = contents.anti_join(differing, _same(contents, differing, key))
    alike = alike.mutate(version=ibis.literal(0, "int64"))
    values = tuple(column for column in columns if column not in key)
    changed = _in_turn(sent.semi_join(differing, _same(sent, differing, key)), key, values)
    asked = (*columns, "turn", "version")
    return alike.select(*asked).union(changed.select(*asked))


def _in_turn(sent: Table, key: tuple[str, ...], values: tuple[str, ...]) -> Table:
    """The rows that differ from the one before of the same key, in the order of submission, numbered as versions."""
    inside = ibis.window(group_by=key, order_by=["turn", *values])
    first = ibis.row_number().over(inside) == 0
    changed = [~sent[value].identical_to(sent[value].lag().over(inside)) for value in values]
    marked = sent.mutate(starts=ibis.or_(first, *changed))
    kept = marked.filter(marked.starts).drop("starts")
    return kept.mutate(version=ibis.row_number().over(inside))


def _same(one: Table, other: Table, columns: tuple[str, ...]) -> list[Expression]:
    """That two rows agree in some columns; a missing value is like another."""
    return [one[column].identical_to(other[column]) for column in columns]
