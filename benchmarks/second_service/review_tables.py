"""BSW002TaskReview: what was said about work. Words and percents depend only on whether it was done."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from benchmarks.second_service.arrays import Array, Bools, chance, either, pick
from benchmarks.second_service.records import Records

BARRIERS = (
    "time",
    "forgot",
    "understanding",
    "relevance",
    "avoidance",
    "low mood",
    "health",
    "family or caring",
    "work",
    "privacy",
    "literacy",
    "technology",
    "other",
)
# (word, lowest percent, highest percent); -1: no percent. One task, by whether the work failed.
DONE = (("full", -1, -1), ("full", 90, 100), ("different", -1, -1), ("part", -1, -1), ("part", 50, 80))
DONE_SHARE = (0.38, 0.17, 0.08, 0.20, 0.17)
FAILED = (("none", -1, -1), ("none", 0, 0), ("part", 10, 45))
FAILED_SHARE = (0.46, 0.20, 0.34)
# Two tasks, words only: the mean of none 0, part 0.5 and full 1 stays on the right side of 0.5.
PAIR_DONE = (("full", "full"), ("full", "none"), ("part", "part"), ("full", "part"))
PAIR_DONE_SHARE = (0.50, 0.20, 0.15, 0.15)
PAIR_FAILED = (("none", "none"), ("none", "part"))
PAIR_FAILED_SHARE = (0.60, 0.40)


@dataclass(frozen=True)
class Said:
    """Word and percent (NaN: none) of the first and second task of each review."""

    first: Array
    second: Array
    percent: Array


def _events(records: Records) -> pd.DataFrame:
    """Every review or note of none: the contact that set the work, where and when it was asked about."""
    c = records.contacts
    columns = ["provider", "contact_id", "time"]
    met = c[c["review"].isin([1, 2])].assign(
        of=c["review_of"], failed=c["review_not_done"], known=c["review"] == 1, texted=False
    )
    sent = c[c["texted"]].assign(
        of=c["text_of"], failed=c["text_not_done"], known=True, texted=True, time=c["text_time"]
    )
    events = pd.concat([met, sent], ignore_index=True)
    setting = c.set_index("row")[["contact_id", "second_task"]].rename(columns={"contact_id": "set_at"})
    kept = [*columns, "of", "failed", "known", "texted", "talked_over", "pathway"]
    return events[kept].join(setting, on="of").reset_index(drop=True)


def task_reviews(records: Records, rng: np.random.Generator) -> pd.DataFrame:
    """BSW002TaskReview, a row per task and review."""
    events = _events(records)
    said = _say(events["failed"].to_numpy() == 1, events["second_task"].to_numpy(), rng)
    parts = [_rows(records, events, said.first, said.percent, 1, rng)]
    pairs = np.flatnonzero(events["second_task"])
    nothing = np.full(pairs.size, np.nan)
    parts.append(
        _rows(records, events.iloc[pairs].reset_index(drop=True), said.second[pairs], nothing, 2, rng)
    )
    parts.append(_asked_again(records, parts[0], rng))
    return pd.concat(parts, ignore_index=True)


def _say(failed: Bools, pair: Bools, rng: np.random.Generator) -> Said:
    """Words and percents that put the mean share under 0.5 exactly where the work failed."""
    n = failed.size
    first, second = np.empty(n, dtype=object), np.empty(n, dtype=object)
    percent = np.full(n, np.nan)
    for is_failed, options, shares in ((False, DONE, DONE_SHARE), (True, FAILED, FAILED_SHARE)):
        rows = np.flatnonzero((failed == is_failed) & ~pair)
        chosen = pick(rng, np.tile(np.array(shares), (rows.size, 1)))
        lowest, highest = np.array([o[1] for o in options]), np.array([o[2] for o in options])
        first[rows] = np.array([o[0] for o in options], dtype=object)[chosen]
        steps = rng.integers(lowest[chosen] // 5, highest[chosen] // 5 + 1) * 5
        percent[rows] = np.where(lowest[chosen] < 0, np.nan, steps)
    for is_failed, words, weights in (
        (False, PAIR_DONE, PAIR_DONE_SHARE),
        (True, PAIR_FAILED, PAIR_FAILED_SHARE),
    ):
        rows = np.flatnonzero((failed == is_failed) & pair)
        chosen = pick(rng, np.tile(np.array(weights), (rows.size, 1)))
        both = np.array(words, dtype=object)[chosen]
        first[rows], second[rows] = both[:, 0], both[:, 1]
    return Said(first, second, percent)


def _rows(
    records: Records, events: pd.DataFrame, words: Array, percent: Array, place: int, rng: np.random.Generator
) -> pd.DataFrame:
    """Rows for the first or second task of each event."""
    n, known = len(events), events["known"].to_numpy()
    word = np.where(known, words, "not reviewed")
    origin = records.world.calendar.starts[0].astype("datetime64[s]")
    when = pd.Series(origin + (events["time"].to_numpy() * 86_400).astype("timedelta64[s]"))
    short = np.isin(word, ["none", "part", "different"])
    return pd.DataFrame(
        {
            "TaskId": "T" + events["set_at"].str[1:] + f"-{place}",
            "CareContactId": events["contact_id"].where(~events["texted"]),
            "ReviewDateTime": when.where(events["texted"]),
            "Completion": word,
            "CompletionPercent": np.where(known, percent, np.nan),
            "DifficultyRating": np.where(known & chance(rng, 0.5, n), rng.integers(0, 5, n), np.nan),
            "HelpfulnessRating": np.where(known & chance(rng, 0.5, n), rng.integers(0, 5, n), np.nan),
            "BarriersReported": either(short & chance(rng, 0.7, n), _barriers(n, rng), None),
            "DifficultiesAddressed": either(
                known & ~events["texted"], np.where(events["talked_over"], "Y", "N"), None
            ),
            "OrgID_Provider": events["provider"],
            "pathway": events["pathway"],
            "time": events["time"],
        }
    )


def _barriers(n: int, rng: np.random.Generator) -> Array:
    """One or two barriers, separated by a semicolon: noise."""
    one = rng.integers(0, len(BARRIERS), n)
    two = (one + rng.integers(1, len(BARRIERS), n)) % len(BARRIERS)
    names = np.array(BARRIERS, dtype=object)
    return np.where(chance(rng, 0.3, n), names[one] + ";" + names[two], names[one])


def _asked_again(records: Records, first: pd.DataFrame, rng: np.random.Generator) -> pd.DataFrame:
    """A few pieces of work are asked about twice; by then they are done. Only the first review counts."""
    c = records.contacts
    seen = c[(c["attendance"] < 2)].sort_values(["pathway", "time"])
    following = seen.groupby("pathway")["contact_id"].shift(-1)
    after = pd.Series(following.to_numpy(), index=pd.MultiIndex.from_frame(seen[["provider", "contact_id"]]))
    rows = first[(first["Completion"] != "not reviewed") & first["CareContactId"].notna()]
    rows = rows[chance(rng, 0.03, len(rows))].copy()
    keys = pd.MultiIndex.from_frame(rows[["OrgID_Provider", "CareContactId"]])
    rows["CareContactId"] = after.reindex(keys).to_numpy()
    rows = rows[rows["CareContactId"].notna()].copy()
    rows["Completion"], rows["CompletionPercent"], rows["BarriersReported"] = "full", np.nan, None
    return rows
