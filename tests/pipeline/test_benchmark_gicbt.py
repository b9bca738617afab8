"""The published protocol: who may be learnt from, what is seen at a day, and the figures on the real data."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from features.errors import InputError
from models.adherence import Participants, Protocol342, predictions, score
from pipelines.benchmark_gicbt import DAYS, benchmark, best_published, features_at, read_logins

EVERYBODY = list(range(342))
EXPLORED = list(range(0, 300, 3))


def _protocol() -> Protocol342:
    return Protocol342.split(EVERYBODY, EXPLORED)


def test_exploration_participants_are_never_scored_and_always_learnt_from() -> None:
    protocol = _protocol()
    folds = protocol.folds()
    scored = [number for _, part in folds for number in part]
    assert scored == [number for number in EVERYBODY if number not in EXPLORED]
    assert [len(part) for _, part in folds] == [11] * 22
    for learnt_from, part in folds:
        assert set(EXPLORED) <= set(learnt_from)
        assert not set(learnt_from) & set(part)
        assert len(learnt_from) + len(part) == 342


def test_what_is_explored_holds_nobody_else() -> None:
    participants = Participants(pd.DataFrame({"x": EVERYBODY}), np.zeros(342))
    assert _protocol().to_explore(participants).features["x"].tolist() == EXPLORED


def test_an_exploration_list_that_is_not_the_datas_is_refused() -> None:
    with pytest.raises(ValueError, match="named once each and be in the data"):
        Protocol342.split(EVERYBODY, [1, 1])
    with pytest.raises(ValueError, match="named once each and be in the data"):
        Protocol342.split(EVERYBODY, [999])


def test_a_perfect_learner_scores_1_and_a_coin_a_half() -> None:
    outcome = (np.arange(342) % 3 == 0).astype(float)
    participants = Participants(pd.DataFrame({"x": outcome}), outcome)
    protocol = _protocol()
    scored = outcome[list(protocol.scored)]

    def knows(features: pd.DataFrame, known: np.ndarray, others: pd.DataFrame, seed: int) -> np.ndarray:
        return others["x"].to_numpy(dtype=float)

    def guesses(features: pd.DataFrame, known: np.ndarray, others: pd.DataFrame, seed: int) -> np.ndarray:
        return np.random.default_rng([seed, len(known), int(others.index[0])]).random(len(others))

    for learn, expected, near in ((knows, 1.0, 1e-12), (guesses, 0.5, 0.05)):
        chances, cutoffs = predictions(participants, protocol, learn, seeds=range(20))
        found = score(scored, np.clip(chances, 0.01, 0.99), cutoffs, draws=200, seed=1)
        assert found.balanced_accuracy == pytest.approx(expected, abs=near)
        assert found.low <= found.balanced_accuracy <= found.high


def test_the_best_published_figures_are_those_of_the_paper() -> None:
    best = {day: round(value, 3) for day, value in best_published().items() if day in DAYS}
    assert best == {7: 0.653, 11: 0.674, 14: 0.689, 20: 0.716, 28: 0.767, 35: 0.791, 42: 0.807}


def _logins() -> pd.DataFrame:
    start = pd.Timestamp("2020-01-01 10:00")
    seen = [start, start + pd.Timedelta(days=6, hours=23, minutes=30), start + pd.Timedelta(days=7)]
    return pd.DataFrame(
        {"participant": 0, "start": seen, "end": [time + pd.Timedelta(hours=1) for time in seen]}
    )


def test_a_log_in_at_the_very_moment_is_not_seen_and_one_going_on_is_cut() -> None:
    features = features_at(_logins(), 7).iloc[0]
    assert features["logins"] == 2
    assert features["minutes_per_login"] == (60 + 30) / 2


def test_another_file_is_refused_with_what_it_lacks(tmp_path: Path) -> None:
    path = tmp_path / "other.csv"
    path.write_text("a,b\n1,2\n")
    with pytest.raises(InputError, match="lacks the columns Anonymized ID, Label"):
        read_logins(path)
    path.write_text("")
    with pytest.raises(InputError, match="not readable as CSV"):
        read_logins(path)
    with pytest.raises(InputError, match="not readable as CSV"):
        read_logins(tmp_path / "none.csv")


@pytest.mark.long
def test_the_figures_on_the_real_patients(gicbt_csv: Path, tmp_path: Path) -> None:
    benchmark(gicbt_csv, out=tmp_path)
    table = pd.read_csv(tmp_path / "gicbt.csv")
    assert table.columns.tolist() == [
        "day", "balanced_accuracy", "low", "high", "auroc", "brier", "slope", "published"
    ]  # fmt: skip
    assert tuple(table["day"]) == DAYS
    assert table["balanced_accuracy"].between(0.6, 0.9).all()
    assert ((table["low"] < table["balanced_accuracy"]) & (table["balanced_accuracy"] < table["high"])).all()
    assert "8569" not in "".join(path.name for path in tmp_path.iterdir())
