"""The example in each predictor's docstring is what the engine gives."""

from __future__ import annotations

from typing import Any

import ibis
import pandas as pd
import pytest

from features.facts import FACTS
from features.history import History
from features.number import Number
from features.predictor import Predictor, everything
from features.tally import RunningTally, Tally
from tests.contract.examples import Example, example_of


@pytest.mark.parametrize("name", sorted(everything()))
def test_a_predictor_gives_what_its_example_says(name: str) -> None:
    predictor = everything()[name]
    example = example_of(predictor)
    assert example is not None, f"{name} has no example in its docstring"
    assert set(example.rows) | set(example.values) == set(predictor.parameters)
    given = value_of(predictor, example)
    if example.gives is None:
        assert given is None
    else:
        assert given == pytest.approx(example.gives, abs=1e-6)


def value_of(predictor: Predictor, example: Example) -> float | None:
    """The predictor's value for the rows of an example, by the engine."""
    backend = ibis.duckdb.connect()
    wide = backend.create_table("points", pd.DataFrame({"point_id": ["p"], **_values(example)}))
    arguments: dict[str, Any] = {name: Number(lambda w, name=name: w[name]) for name in example.values}
    tallies = {fact: _tally(backend, fact, rows) for fact, rows in example.rows.items()}
    arguments |= {fact: History(tally) for fact, tally in tallies.items()}
    number = predictor.function(**arguments)
    for tally in tallies.values():
        answers = tally.answers()
        wide = wide.left_join(answers, wide.point_id == answers[f"{tally.fact}__point"])
    result = wide.select(value=number.of(wide).cast("float64")).to_pyarrow()
    value: float | None = result["value"][0].as_py()
    return value


def _values(example: Example) -> dict[str, pd.Series]:
    return {name: pd.Series([value], dtype="float64") for name, value in example.values.items()}


def _tally(backend: Any, fact: str, rows: pd.DataFrame) -> Tally:
    about, gives = FACTS[fact].about, FACTS[fact].gives
    origins = dict.fromkeys(gives, "T.C")
    if not FACTS[fact].running:
        return Tally(fact, backend.create_table(fact, rows), frozenset(gives), origins)
    rows = rows.assign(
        **{f"{about}_id": "s"}, known_at=range(len(rows)), superseded_at=pd.array([None] * len(rows), "Int64")
    )
    points = pd.DataFrame({"point_id": ["p"], f"{about}_id": ["s"], "patient_id": ["x"], "at": [len(rows)]})
    held, asking = backend.create_table(fact, rows), backend.create_table(f"points_{fact}", points)
    return RunningTally(fact, held, frozenset(gives), origins, about=about, points=asking)
