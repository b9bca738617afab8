"""The flags as tables: for the audit with protected characteristics, for practitioners without."""

from __future__ import annotations

import csv
import hashlib
import math
from collections.abc import Mapping, Sequence
from io import StringIO

import pandas as pd

from models.chance_in_words import whole_percent
from models.feedback import ALSO_READ, ANSWER
from models.flags import FIRST, NOT_SHOWN, Flag
from pipelines.flags.listed import Caseload
from pipelines.flags.occasion import Occasion
from pipelines.flags.scored import Scored

REASONS = (1, 2, 3)
STORE = "feedback.parquet"  # where the answers to a folder's flags are kept, beside them


def flag_id(point: str, occasion: Occasion) -> str:
    """What a flag is called when it is answered: the same for one point, day and model, 16 letters and digits."""
    told = "\n".join((point, occasion.as_of.isoformat(), occasion.model))
    return hashlib.sha256(told.encode()).hexdigest()[:16]


def scored_table(
    scored: Scored, protected: pd.DataFrame, names: Mapping[str, str], occasion: Occasion
) -> pd.DataFrame:
    """One row per point, with the protected characteristics that an audit needs."""
    table = scored.points[["patient_id", "practitioner_id", "service_id"]].assign(split="scored")
    table = table.join(scored.risks[["risk", "risk_low", "risk_high"]])
    table["flag"] = [flag.flagged for flag in scored.flags]
    table = table.join(protected.set_index("point_id"))
    table["at"] = scored.points["at"]
    table["model_version"] = occasion.model
    table["flag_id"] = [flag_id(str(point), occasion) for point in table.index]
    table["shown_as"] = table["patient_id"].map(names)
    table["as_of"] = occasion.as_of.isoformat()
    table["records_up_to"] = _up_to(scored, occasion)
    table["data"] = occasion.data
    table["abstained"] = [flag.abstained for flag in scored.flags]
    table["flagged_share"] = scored.stability.flagged_share
    for n in REASONS:
        table[f"reason_{n}"] = [_nth(reasons_of(flag), n) for flag in scored.flags]
    return table.rename_axis("point_id").reset_index()


def flags_table(scored: Scored, names: Mapping[str, str], occasion: Occasion) -> pd.DataFrame:
    """One row per patient with open work, by practitioner, highest chance first; nothing protected in it.

    The records' own ids, because it goes back into the system that holds them; `shown_as` is the name on pages.
    """
    flags = scored.flags
    table = scored.points[["patient_id", "practitioner_id", "at"]].join(_chances(flags, scored.points.index))
    table["band"] = [flag.band for flag in flags]
    for n in REASONS:
        table[f"reason_{n}"] = [_nth(reasons_of(flag), n) for flag in flags]
    for n in REASONS:
        table[f"consider_{n}"] = [_nth(considered(flag), n) for flag in flags]
    table["note"] = [note_on(flag) for flag in flags]
    table["flag_id"] = [flag_id(str(point), occasion) for point in table.index]
    table["shown_as"] = table["patient_id"].map(names)
    table["records_up_to"] = _up_to(scored, occasion)
    table["model_version"] = occasion.model
    order = pd.Series([-1.0 if flag.abstained else flag.chance for flag in flags], index=table.index)
    return (
        table.assign(order=-order)
        .sort_values(["practitioner_id", "order", "patient_id"], kind="stable")
        .drop(columns="order")
    )


def answers_to_give(flags: pd.DataFrame) -> pd.DataFrame:
    """The table in which practitioners say what they did with each flag, for `bsw feedback`; empty to fill in."""
    first = flags.loc[flags["band"] == FIRST, ["flag_id", *ALSO_READ]]
    return first.reindex(columns=["flag_id", *ALSO_READ, *ANSWER[1:]], fill_value="")


def own_answers(caseload: Caseload, occasion: Occasion) -> str:
    """The same for one practitioner, who knows patients by the names on pages, as the text of a CSV."""
    columns = ("flag_id", "shown_as", *ANSWER[1:])
    text = StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(columns)
    for one in caseload.first:
        known = (flag_id(one.flag.point, occasion), one.patient)
        writer.writerow([*known, *[""] * (len(columns) - len(known))])
    return text.getvalue()


def reasons_of(flag: Flag) -> list[str]:
    """A flag's reasons as lines."""
    return [reason.line for reason in flag.reasons]


def considered(flag: Flag) -> list[str]:
    """Something to consider for each reason in `reasons_of`, empty where an earlier one already says it; where no
    reason is shown, what to consider all the same."""
    if flag.consider:
        return [flag.consider.line]
    return [reason.consider.line if reason.consider else "" for reason in flag.reasons]


def note_on(flag: Flag) -> str | None:
    """What a page says beside the reasons: that the main grounds are not shown, or why no reason is."""
    said = ([] if flag.abstained else [flag.no_reason]) + ([NOT_SHOWN] if flag.hidden else [])
    return " ".join(words for words in said if words) or None


def _up_to(scored: Scored, occasion: Occasion) -> list[str]:
    """The last day that the records of each point's service cover."""
    return [occasion.last_days[service].isoformat() for service in scored.points["service_id"]]


def _chances(flags: Sequence[Flag], points: pd.Index) -> pd.DataFrame:
    """The chance and its bounds as whole percent; empty where none is stated, or nobody can tell."""
    said = [
        (None, None, None) if flag.abstained else (flag.percent, _bound(flag.low), _bound(flag.high))
        for flag in flags
    ]
    return pd.DataFrame(said, index=points, columns=["chance", "chance_low", "chance_high"], dtype=object)


def _bound(chance: float) -> str | None:
    return None if math.isnan(chance) else whole_percent(chance)


def _nth(lines: Sequence[str], n: int) -> str | None:
    return lines[n - 1] if n <= len(lines) else None
