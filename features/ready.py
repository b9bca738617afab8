"""The matrix of a few points at a time, in a process that stays up: written and planned once, then only run."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Protocol

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from features.as_of import POINT_COLUMNS, TO_NINE_PLACES
from features.at_hand import FactsAtHand, plain
from features.facts import Facts
from features.matrix import Matrix, ask
from features.predictor import Predictor
from features.tally import RunningTally, Tally

_POINT_TYPES = {name: "int64" if name in ("at", "session_number") else "string" for name in POINT_COLUMNS}
Found = Iterable[Sequence[Any]]


class _Answers(Protocol):
    """The answers of one fact."""

    def __call__(self, points: pd.DataFrame, /) -> Found:
        """For each point with any answer, its id and the answers."""


class ReadyMatrix:
    """Every predictor at whatever points are asked about, over facts that do not change meanwhile.

    The values are those of `matrix`. Made for one patient or one caseload; for a whole service `matrix` is
    quicker. Holds the facts in memory. Only the thread that made it may use it.
    """

    def __init__(self, facts: Facts, predictors: Mapping[str, Predictor]) -> None:
        self._at_hand = FactsAtHand(facts)
        points = self._at_hand.given("points", _POINT_TYPES)
        asked = ask(self._at_hand, points, predictors)
        answering = [tally for tally in asked.tallies.values() if tally.asked]
        self._answers = [(self._of(tally), len(tally.asked)) for tally in answering]
        columns = ["point_id", *(name for tally in answering for name in tally.asked)]
        # One row per point is put together here: two dozen joins cost more than all else that one point asks.
        types = {name: "string" if name == "point_id" else "float64" for name in columns}
        wide = self._at_hand.given("answers", types)
        numbers = {name: number.of(wide).cast("float64") for name, number in asked.numbers.items()}
        self._numbers = self._at_hand.sql(wide.select("point_id", **numbers).order_by("point_id"))
        self._names = list(numbers)
        self.left_out = asked.left_out

    def at(self, points: pd.DataFrame) -> Matrix:
        """Every predictor at these points: POINT_COLUMNS, `at` in seconds; in the order of `point_id`."""
        asked = points[list(POINT_COLUMNS)]
        self._at_hand.replace("points", plain(asked))
        rows: dict[str, list[Any]] = {point: [point] for point in asked["point_id"]}
        for answers, width in self._answers:
            found = {point: values for point, *values in answers(asked)}
            for point, row in rows.items():
                row.extend(found.get(point) or [None] * width)
        self._at_hand.replace("answers", list(rows.values()))
        known = self._at_hand.rows(self._numbers)
        values = np.array([row[1:] for row in known], dtype=np.float64).reshape(len(known), len(self._names))
        frame = pd.DataFrame(values, columns=self._names)
        frame.insert(0, "point_id", [row[0] for row in known])
        return Matrix(frame, self.left_out)

    def _of(self, tally: Tally) -> _Answers:
        if isinstance(tally, RunningTally):
            return _RunningAnswers(self._at_hand, tally)
        return _PlainAnswers(self._at_hand, tally)


class _PlainAnswers:
    """The answers about a pathway or a patient."""

    def __init__(self, at_hand: FactsAtHand, tally: Tally) -> None:
        self._at_hand = at_hand
        self._sql = at_hand.sql(tally.answers().select(f"{tally.fact}__point", *tally.asked))

    def __call__(self, _: pd.DataFrame) -> Found:
        """See `_Answers`; the points stand in the table that the question reads."""
        return self._at_hand.rows(self._sql)


class _RunningAnswers:
    """The running totals of a practitioner or a service, added up once over time; a point looks its moment up."""

    def __init__(self, at_hand: FactsAtHand, tally: RunningTally) -> None:
        self._at_hand = at_hand
        self._key = f"{tally.about}_id"
        self._width = len(tally.asked)
        own = (f"own_{name}" for name in tally.asked)
        self._own = at_hand.sql(tally.own_answers().select("point_id", *own))
        columns = [self._key, "moment", *tally.asked]
        changes = pd.DataFrame(at_hand.rows(at_hand.sql(tally.changes().select(*columns))), columns=columns)
        self._over_time = {
            subject: (rows["moment"].to_numpy(), rows[list(tally.asked)].to_numpy(np.float64).cumsum(axis=0))
            for subject, rows in changes.sort_values("moment").groupby(self._key)
        }

    def __call__(self, points: pd.DataFrame) -> Found:
        """See `_Answers`; a point without the subject has none."""
        own = {point: np.array(values) for point, *values in self._at_hand.rows(self._own)}
        named = points[points[self._key].notna()]
        for point, subject, moment in named[["point_id", self._key, "at"]].itertuples(index=False):
            totals = self._before(subject, moment) - own.get(point, 0.0)
            yield point, *totals.round(TO_NINE_PLACES).tolist()

    def _before(self, subject: str, moment: int) -> NDArray[np.float64]:
        """The totals over all the subject's rows as they stood strictly before a moment."""
        moments, totals = self._over_time.get(subject, (np.empty(0), np.empty((0, self._width))))
        place = int(np.searchsorted(moments, moment))
        return totals[place - 1] if place else np.zeros(self._width)
