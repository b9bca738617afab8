"""Every pathway of a source, whether it is open, and whose patient it is."""

from __future__ import annotations

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
    services = [pathway.partition(":")[0] for pathway in found["pathway_id"]]
    found["service_id"] = pd.Series(services, index=found.index, dtype=str)
    agreed = points.frame().drop_duplicates("pathway_id", keep="last").set_index("pathway_id")
    last = seen.frame()
    any_agreed = found["pathway_id"].isin(agreed.index)
    found["practitioner_id"] = (
        found["pathway_id"]
        .map(agreed["practitioner_id"])
        .where(any_agreed, found["pathway_id"].map(last["practitioner"]))
    )
    found["last_seen"] = pd.to_datetime(found["pathway_id"].map(last["last_seen"]), unit="s")
    discharges = facts.frame("discharges", "pathway_id", "discharged_at", until=until)
    ended = set(discharges.loc[discharges["discharged_at"].notna(), "pathway_id"])
    is_open = [pathway not in ended for pathway in found["pathway_id"]]
    found["is_open"] = pd.Series(is_open, index=found.index, dtype=bool)
    return found
