"""`bsw benchmark gicbt`: the engine, the platform_use predictors and the learner on 342 real patients."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path

import pandas as pd

import data
from features.errors import InputError
from features.facts import Facts, FactSettings
from features.matrix import matrix
from features.points import given_points
from features.predictor import catalogue
from features.records import Records
from models.adherence import Participants, Protocol342, choose, predictions, score
from models.adherence_learner import CANDIDATES, learn
from pipelines.config import Config
from pipelines.progress import progress
from pipelines.store import step, write_table

DAYS = (7, 11, 14, 20, 28, 35, 42)
REPETITIONS = 20
SEARCH_SEEDS = tuple(range(101, 111))
PUBLISHED = Path(data.__file__).parent / "published"
COLUMNS = {"Anonymized ID", "sessionlogtimestampstart", "sessionlogtimestampend", "Label"}
EXPECTED = (342, 8_569)
PROVIDER = "GICBT"


def benchmark(path: Path, *, out: Path) -> None:
    """Score the published protocol on the file at `path` and write OUT/gicbt.csv and OUT/gicbt_search.csv.

    Errors: InputError where the file is not the published one.
    """
    logins = read_logins(path)
    outcome = 1.0 - logins.groupby("participant")["Label"].max()
    explored = [int(line) for line in (PUBLISHED / "gicbt_exploration_participants.txt").read_text().split()]
    protocol = Protocol342.split(list(outcome.index), explored)
    with step("benchmark_gicbt", out, inputs={"data": path}, config=Config()) as manifest:
        with progress("G-ICBT", 2 * len(DAYS) + 1) as advance:
            at_day = {}
            for day in DAYS:
                at_day[day] = Participants(features_at(logins, day), outcome.to_numpy(dtype=float))
                advance(f"predictors at day {day}")
            to_explore = {day: protocol.to_explore(known) for day, known in at_day.items()}
            chosen, search = choose(CANDIDATES, to_explore, learn, seeds=SEARCH_SEEDS)
            advance("settings chosen")
            rows = []
            for day, known in at_day.items():
                rows.append(_scored(day, known, protocol, chosen))
                advance(f"day {day}")
        table = pd.DataFrame(rows)
        manifest.wrote(write_table(out / "gicbt.csv", table.round(4)))
        manifest.wrote(write_table(out / "gicbt_search.csv", search))
        manifest.says(chosen=chosen, repetitions=REPETITIONS)
    print(f"Settings chosen on the {len(protocol.exploration)} exploration participants: {chosen}")
    print(f"Balanced accuracy on the other {len(protocol.scored)}, mean of {REPETITIONS} repetitions:")
    print(table.round(3).to_string(index=False))
    print("published: the best of four ways of training in the paper's repository, most of 5 repetitions")


def _scored(day: int, known: Participants, protocol: Protocol342, chosen: str) -> dict[str, float]:
    chances, cutoffs = predictions(
        known,
        protocol,
        lambda features, outcome, others, seed: learn(CANDIDATES[chosen], features, outcome, others, seed),
        seeds=range(REPETITIONS),
    )
    scored = known.outcome[known.features.index.get_indexer(pd.Index(protocol.scored))]
    figures = score(scored, chances, cutoffs, draws=2_000, seed=1)
    return {"day": day, **asdict(figures), "published": best_published()[day]}


def best_published() -> Mapping[int, float]:
    """The best published balanced accuracy by day, over all ways of training."""
    figures = pd.read_csv(PUBLISHED / "gicbt_published_results.csv")
    best = figures.groupby("day")["balanced_accuracy_mean"].max().reset_index()
    return {int(day): float(value) for day, value in best.itertuples(index=False)}


def read_logins(path: Path) -> pd.DataFrame:
    """The log-ins with `participant`, numbered from 0 in the order of first appearance.

    Errors: InputError where it is not the published file.
    """
    try:
        logins = pd.read_csv(path)
    except (OSError, UnicodeDecodeError, pd.errors.ParserError, pd.errors.EmptyDataError) as error:
        raise InputError(f"{path}: not readable as CSV ({error})") from None
    missing = sorted(COLUMNS - set(logins.columns))
    if missing:
        raise InputError(f"{path}: not the G-ICBT file; it lacks the columns {', '.join(missing)}")
    found = (logins["Anonymized ID"].nunique(), len(logins))
    if found != EXPECTED:
        raise InputError(
            f"{path}: the published file has {EXPECTED[0]} participants and {EXPECTED[1]} log-ins; "
            f"this one has {found[0]} and {found[1]}"
        )
    numbers = {name: number for number, name in enumerate(logins["Anonymized ID"].drop_duplicates())}
    return logins.assign(
        participant=logins["Anonymized ID"].map(numbers),
        start=pd.to_datetime(logins["sessionlogtimestampstart"]),
        end=pd.to_datetime(logins["sessionlogtimestampend"]),
    )


def features_at(logins: pd.DataFrame, day: int) -> pd.DataFrame:
    """The platform_use predictors `day` times 24 hours after each participant's first log-in."""
    sessions = pd.DataFrame(
        {
            "OrgID_Provider": PROVIDER,
            "ServiceRequestId": logins["participant"].astype(str),
            "SessionStart": logins["start"],
            "SessionEnd": logins["end"],
        }
    )
    facts = Facts(Records.from_frames({"BSW004PlatformSession": sessions}), FactSettings())
    first = logins.groupby("participant")["start"].min()
    scoped = PROVIDER + ":" + first.index.astype(str)
    points = pd.DataFrame(
        {
            "point_id": first.index.astype(str),
            "kind": "platform day",
            "at": (first + pd.Timedelta(days=day)).to_numpy(),
            "contact_id": None,
            "pathway_id": scoped,
            "patient_id": scoped,
            "practitioner_id": None,
            "service_id": PROVIDER,
            "session_number": 0,
        }
    )
    asked = {name: known for name, known in catalogue().items() if known.construct == "platform_use"}
    frame = matrix(facts, given_points(facts, points).table, asked).frame
    frame.index = pd.Index(frame.pop("point_id").astype(int), name="participant")
    return frame.sort_index()
