"""Every pathway of a source, whether it is open, and whose patient it is."""

from __future__ import annotations

import pandas as pd

from features.facts import Facts
from features.points import Points


def attended_contacts(facts: Facts, until: int | None) -> pd.DataFrame:
    """contact_id, pathway_id and start (seconds) of every attended contact; none where no contacts are recorded."""
    columns = ["contact_id", "pathway_id", "start"]
    if "appointments" not in facts.recorded:
        return pd.DataFrame({"contact_id": [], "pathway_id": [], "start": []}, dtype=object)
    contacts = facts.frame("appointments", *columns, "attended", until=until)
    return contacts.loc[contacts["attended"].fillna(False).astype(bool), columns]


def pathways(facts: Facts, points: Points, attended: pd.DataFrame, until: int | None) -> pd.DataFrame:
    """pathway_id, patient_id, service_id, practitioner_id, last_seen and is_open of every pathway whose referral was
    known.

    The practitioner is who last agreed work with the patient or, before any was agreed, who saw them last; missing
    where neither is recorded. `last_seen`: when the last of the contacts in `attended` (`attended_contacts`) began;
    missing where there is none.
    """
    found = facts.frame("patient_referrals", "pathway_id", "patient_id", until=until)
    # With a type of their own: of no pathway nothing could be told.
    services = [pathway.partition(":")[0] for pathway in found["pathway_id"]]
    found["service_id"] = pd.Series(services, index=found.index, dtype=str)
    agreed = points.frame().drop_duplicates("pathway_id", keep="last").set_index("pathway_id")
    found["practitioner_id"] = found["pathway_id"].map(agreed["practitioner_id"])
    found["last_seen"] = pd.to_datetime(
        found["pathway_id"].map(attended.groupby("pathway_id")["start"].max()), unit="s"
    )
    if "activities" in facts.recorded:
        before_any = ~found["pathway_id"].isin(agreed.index)
        others = attended[attended["pathway_id"].isin(found.loc[before_any, "pathway_id"])]
        seen_by = found["pathway_id"].map(_seen_last(facts, others, until))
        found["practitioner_id"] = found["practitioner_id"].where(~before_any, seen_by)
    discharges = facts.frame("discharges", "pathway_id", "discharged_at", until=until)
    ended = set(discharges.loc[discharges["discharged_at"].notna(), "pathway_id"])
    is_open = [pathway not in ended for pathway in found["pathway_id"]]
    found["is_open"] = pd.Series(is_open, index=found.index, dtype=bool)
    return found


def _seen_last(facts: Facts, attended: pd.DataFrame, until: int | None) -> pd.Series[str]:
    """By pathway the practitioner of the last attended contact of which one is recorded."""
    staff = facts.frame("activities", "contact_id", "practitioner", until=until).dropna()
    # As a point's: of several at one contact the first by name.
    own = staff[staff["contact_id"].isin(attended["contact_id"])]
    first = own.sort_values("practitioner").drop_duplicates("contact_id")
    known = attended.merge(first, on="contact_id").sort_values(["start", "contact_id"])
    last = known.drop_duplicates("pathway_id", keep="last")
    return last.set_index("pathway_id")["practitioner"]
