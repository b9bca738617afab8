"""Each margin of a synthetic service beside England's published figure, with the tolerance declared for it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import numpy as np
import pandas as pd

from pipelines.synthetic.margins import THERAPY, WSAS, families, past, published

FITTED_ON, TESTED_ON = "2023-24", "2024-25"
SOURCE = (
    "NHS England, NHS Talking Therapies annual report, 2023-24 and 2024-25 (Open Government Licence v3.0)"
)
SESSIONS = 7.9  # finished courses, England, 2021-22: the newest mean published for a year
# How far a margin may lie from the figure of the year it was not fitted on, in percentage points, points of
# a score, or sessions; a share also by 2.5 of its standard errors, which is all that small groups allow.
TOLERANCE = {
    "Who is referred": 1.5, "Complaint": 2.5, "Finished": 3.0, "Outcome": 3.0, "Recovery": 4.0,
    "Waiting": 5.0, "First score": 1.5, "Last score": 2.5, "Sessions": 1.2, "Spread between providers": 6.0,
}  # fmt: skip
STANDARD_ERRORS = 2.5
FEWEST, FEWEST_SERVICES = 100, 15  # below this a margin says nothing and is left out
BY_GROUP = ("Ethnic Group", "Indices of Deprivation Decile", "Age Group")
OUTCOMES = {"recovery": "recovery", "improvement": "improvement", "deterioration": "worse"}
SPREAD = ("p10", "p25", "p50", "p75", "p90")


def comparison(frame: pd.DataFrame) -> pd.DataFrame:
    """One row per margin of `frame` (of `referrals`): kind, group, measure, fitted_on, tested_on, synthetic,
    n, tolerance, within (of the year tested on).
    """
    fitted_on, tested_on = published(FITTED_ON), published(TESTED_ON)
    rows = [
        (kind, group, measure, _figure(fitted_on, kind, key), _figure(tested_on, kind, key), value, n)
        for kind, group, measure, key, value, n in _margins(frame)
        if n >= FEWEST and _figure(tested_on, kind, key) is not None
    ]
    names = ["kind", "group", "measure", "fitted_on", "tested_on", "synthetic", "n"]
    table = pd.DataFrame(rows, columns=names)
    error = STANDARD_ERRORS * np.sqrt(
        (table["tested_on"] * (100 - table["tested_on"])).clip(lower=0) / table["n"]
    )
    in_percent = ~table["kind"].isin(["First score", "Last score", "Sessions"])
    table["tolerance"] = table["kind"].map(TOLERANCE).to_numpy(dtype=float)
    table["tolerance"] = table["tolerance"].where(~in_percent, np.maximum(table["tolerance"], error))
    table["within"] = (table["synthetic"] - table["tested_on"]).abs() <= table["tolerance"]
    return table


Margin = tuple[str, str, str, tuple[object, ...], float, int]


def _margins(frame: pd.DataFrame) -> Iterator[Margin]:
    """Every margin with the key of its published figure: kind, group, measure, key, value, n."""
    groups = families(frame)
    yield from _who(frame, groups)
    yield from _finished(frame, groups)
    yield from _outcomes(frame, groups)
    yield from _waiting(frame)
    yield from _scores(frame)
    finished = frame[frame["finished"]]
    yield (
        "Sessions",
        "Total",
        "mean treatment sessions",
        (SESSIONS,),
        finished["sessions"].mean(),
        len(finished),
    )
    yield from _spread(frame)


def _who(frame: pd.DataFrame, groups: Mapping[str, pd.Series[str]]) -> Iterator[Margin]:
    for family in (*BY_GROUP, "Gender", "Long Term Condition Status"):
        for name, count in groups[family].value_counts().items():
            key = ("referrals_received_count", f"{family}: {name}", f"{family}: ")
            yield (
                "Who is referred",
                f"{family}: {name}",
                "share of referrals, %",
                key,
                100 * count / len(frame),
                len(frame),
            )
    finished = groups["Presenting Complaint"][frame["finished"]]
    for name, count in finished.value_counts().items():
        key = ("finished_course_treatment_count", f"Presenting Complaint: {name}", "Total")
        yield "Complaint", str(name), "share of finished, %", key, 100 * count / len(finished), len(finished)


def _finished(frame: pd.DataFrame, groups: Mapping[str, pd.Series[str]]) -> Iterator[Margin]:
    old = past(frame)
    whole = pd.Series("Total", index=frame.index)
    for family in ("", *BY_GROUP):
        named = f"{family}: " + groups[family] if family else whole
        for name, rows in frame[old].groupby(named[old]):
            key = ("finished_course_treatment_count", str(name), "of referrals")
            yield (
                "Finished",
                str(name),
                "finished, % of referrals",
                key,
                100 * rows["finished"].mean(),
                len(rows),
            )


def _outcomes(frame: pd.DataFrame, groups: Mapping[str, pd.Series[str]]) -> Iterator[Margin]:
    paired = frame[frame["finished"] & (frame["at_caseness"] | frame["not_at_caseness"])]
    cases = paired[paired["at_caseness"]]
    key: tuple[object, ...] = ("at_caseness_count", "Total", "of finished")
    yield "Outcome", "Total", "at caseness, %", key, 100 * paired["at_caseness"].mean(), len(paired)
    for measure, column in OUTCOMES.items():
        among = cases if measure == "recovery" else paired
        key = (f"{measure}_percentage", "Total")
        yield "Outcome", "Total", f"{measure}, %", key, 100 * among[column].mean(), len(among)
    for family in BY_GROUP:
        for name, rows in cases.groupby(f"{family}: " + groups[family][cases.index]):
            key = ("recovery_percentage", str(name))
            yield "Recovery", str(name), "recovery, %", key, 100 * rows["recovery"].mean(), len(rows)


def _waiting(frame: pd.DataFrame) -> Iterator[Margin]:
    finished = frame[frame["finished"]]
    edges = ((-1, 28, "<=28 days"), (28, 56, "29-56 days"), (56, 90, "57-90 days"), (90, 10**6, ">90 days"))
    for column, wait in (("to_first", "Accessing services"), ("to_second", "First to Second treatment")):
        days = finished[column].dropna()
        for low, high, words in edges:
            group = f"Waiting Time: {wait} / {words}"
            key = ("finished_course_treatment_count", group, f"Waiting Time: {wait} / ")
            yield (
                "Waiting",
                group,
                "share of finished, %",
                key,
                100 * ((days > low) & (days <= high)).mean(),
                len(days),
            )


def _scores(frame: pd.DataFrame) -> Iterator[Margin]:
    for count, therapy in THERAPY.items():
        rows = frame[frame["finished"] & (frame[count] > 0)]
        for when, end in (("First", "start"), ("Last", "end")):
            for tool, columns in (("phq", ("PHQ9",)), ("gad", ("GAD",)), ("wsas", WSAS)):
                total = rows[[f"{name}_{when}Score" for name in columns]].sum(axis=1, skipna=False).dropna()
                for word, value in (("mean", total.mean()), ("sd", total.std())):
                    key = (f"PROMs {tool}_{word}_{end}", f"Total x {therapy}")
                    yield f"{when} score", therapy, f"{tool.upper()} {word}", key, value, len(total)


def _spread(frame: pd.DataFrame) -> Iterator[Margin]:
    old = frame[past(frame)]
    cases = frame[frame["finished"] & frame["at_caseness"]]
    found = {
        "finished_per_referral": old.groupby("provider")["finished"].mean(),
        "recovery_percentage": cases.groupby("provider")["recovery"].mean(),
    }
    for measure, shares in found.items():
        for word in SPREAD if len(shares) >= FEWEST_SERVICES else ():
            value = 100 * float(shares.quantile(int(word[1:]) / 100))
            key = (f"provider spread: {measure} {word}", "Provider")
            yield "Spread between providers", measure, word, key, value, len(old)


def _figure(figures: pd.Series[float], kind: str, key: tuple[object, ...]) -> float | None:
    """A published figure; a share is computed from counts, over a breakdown, or over all that it is part of."""
    if kind == "Sessions":
        return SESSIONS
    measure, group = str(key[0]), str(key[1])
    if (measure, group) not in figures.index:
        return None
    value = float(figures[measure, group])
    if len(key) == 2:
        return value
    if key[2] == "of referrals":
        return 100 * value / float(figures["referrals_received_count", group])
    if key[2] == "of finished":
        return 100 * value / (value + float(figures["not_at_caseness_count", group]))
    return 100 * value / _over(figures, measure, str(key[2]))


def _over(figures: pd.Series[float], measure: str, what: str) -> float:
    """The sum over a breakdown; over exact groups only, where it also has sums of them."""
    if what == "Total":
        return float(figures[measure, "Total"])
    counts = figures.xs(measure)
    own = counts[counts.index.str.startswith(what) & ~counts.index.str.contains("<6|<18")]
    sums = own.index.str.endswith("/ All") & ~own.index.str.contains("Not stated")
    return float(own[~sums].sum())
