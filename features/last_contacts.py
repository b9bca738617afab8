"""When each pathway's patient was last seen, and by whom."""

from __future__ import annotations

from typing import Any

import ibis
import pandas as pd

from features.facts import Facts
from features.tally import last_text


class LastContacts:
    """Asked of the engine at once, read when somebody wants it; `until` (seconds): as known then."""

    def __init__(self, facts: Facts, until: int | None) -> None:
        self._facts = facts
        known = "appointments" in facts.recorded
        self._kept = facts.engine.keep("last_contacts", _last(facts, until)) if known else None

    def frame(self) -> pd.DataFrame:
        """`last_seen` (seconds) and `practitioner` by `pathway_id`, of attended contacts; the practitioner of the last
        at which one is recorded, of several there the first by name.
        """
        if self._kept is None:
            return pd.DataFrame({"last_seen": [], "practitioner": []}, index=pd.Index([], name="pathway_id"))
        return self._facts.engine.frame(self._kept).set_index("pathway_id")


def _last(facts: Facts, until: int | None) -> Any:
    rows = facts.standing("appointments", until)
    attended = rows.filter(rows.attended.fill_null(False)).select(
        "contact_id", "pathway_id", "start", "order"
    )
    if "activities" in facts.recorded:
        staff = facts.standing("activities", until)
        staff = staff.group_by("contact_id").aggregate(practitioner=staff.practitioner.min())
        attended = attended.left_join(staff, "contact_id").drop("contact_id_right")
    else:
        attended = attended.mutate(practitioner=ibis.null("string"))
    recorded = ibis.ifelse(attended.practitioner.notnull(), attended["order"], ibis.null("int64"))
    return attended.group_by("pathway_id").aggregate(
        last_seen=attended.start.max(), practitioner=last_text(attended.practitioner, recorded)
    )
