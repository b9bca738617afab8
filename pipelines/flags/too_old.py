"""Whose records end too long before the day of a list: work that was reviewed since would be called not reviewed.

That is asked of each service by itself: one that stopped submitting is left out, and the others have their lists.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta

from features.errors import InputError
from pipelines.flags.listed import days_behind


def too_old(ends: Mapping[str, date], as_of: date, *, most: int) -> dict[str, date]:
    """Those of `ends`, service -> the last day of its records, that lie more than `most` days before `as_of`.

    Errors: InputError where no service has newer ones.
    """
    old = {service: end for service, end in ends.items() if days_behind(end, as_of) > most}
    if len(old) == len(ends):
        latest = max(ends.values())
        raise InputError(
            f"the records end on {latest}, {days_behind(latest, as_of)} days before {as_of}, where "
            f"'score.most_days_behind' allows {most}; score records that reach further, or as at "
            f"{latest + timedelta(days=1)}"
        )
    return old
