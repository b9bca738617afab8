"""Every pathway of a source, whether it is open, and whose patient it is."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from features.facts import Facts
from features.last_contacts import LastContacts
from features.points import Points


def pathways(facts: Facts, points: Points, seen: LastContacts, until: int | None) -> pd.DataFrame:
    """pathway_id, patient_id, service_id, practitioner_id, last_seen and is_open of every pathway whose referral was
    known.

    The practitioner is who last agreed work with the patient or, before any was agreed, who saw them last; missing
    where neither is recorded. `last_seen`: when the last attended contact began; missing where there is none.
    """
    found = facts.frame("patient_referrals", "pathway_id", "patient_id", until=until)
    # With a type of their own: of no pathway nothing could be told.
    services = [pathway.partition(":")[0] for pathway in found["pathway_id"].to_list()]
    found["service_id"] = pd.Series(services, index=found.index, dtype=str)
    agreed = points.frame().drop_duplicates("pathway_id", keep="last").set_index("pathway_id")
    discharges = facts.frame("discharges", "pathway_id", "discharged_at", until=until)
    ended = pd.Index(discharges.loc[discharges["discharged_at"].notna(), "pathway_id"].unique())
    last = seen.frame()
    by_agreed, by_last = (_of_each(found, table) for table in (agreed, last))
    found["practitioner_id"] = _taken(agreed["practitioner_id"], by_agreed).where(
        by_agreed >= 0, _taken(last["practitioner"], by_last)
    )
    found["last_seen"] = pd.to_datetime(_taken(last["last_seen"], by_last), unit="s")
    found["is_open"] = ended.get_indexer(pd.Index(found["pathway_id"])) < 0
    return found


def _of_each(pathways: pd.DataFrame, table: pd.DataFrame) -> np.ndarray:
    """The place of each pathway in the table's index, -1 where it does not stand there."""
    return table.index.get_indexer(pd.Index(pathways["pathway_id"]))


def _taken(column: pd.Series[Any], places: np.ndarray) -> pd.Series[Any]:
    """The column's values at these places, missing at -1."""
    return pd.Series(column.array.take(places, allow_fill=True))
