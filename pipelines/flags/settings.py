"""Settings of the pages of flags: whom they name, and who reads them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True)
class ScoreSettings:
    """Who is named on the pages of flags, and who reads them.

    ids: "pseudonym", or "local" to print the records' own ids of patients. pseudonyms: the folder with the
    key and the list of who is who, which only the service's own people may read. supervisors: a CSV with the
    columns supervisor and practitioner; empty for no pages for supervision. most_days_behind: a service
    whose records end longer before the day of the list has none; where that is every service, all is refused.
    remember: keep the questions that were put to the records, which are SQL and hold nothing of them, in the user's
    cache, so that the next run need not write them.
    """

    ids: Literal["pseudonym", "local"] = "pseudonym"
    pseudonyms: str = "pseudonyms"
    supervisors: str = ""
    most_days_behind: int = 31
    remember: bool = True

    def __post_init__(self) -> None:
        if not self.pseudonyms.strip():
            raise ValueError("pseudonyms must name a folder")
        if self.most_days_behind < 0:
            raise ValueError("most_days_behind must be at least 0")
