"""Facts about what was rated in a session."""

from __future__ import annotations

import ibis

from features.facts.care import CONTACT, CONTACT_START
from features.facts.definition import fact
from features.facts.source import Source, Table, scoped

RATING = "BSW003SessionRating"
# What is rated, and whose view it is: a patient's 9 and a practitioner's 5 in one session are no fall of 4 points.
RATED = {
    "expectancy": ("treatment expectancy", "patient"),
    "credibility": ("treatment credibility", "patient"),
    "passivity": ("passive expectation", "practitioner"),
    "resistance": ("in-session resistance", "practitioner"),
    "alliance": ("working alliance", "patient"),
    "understanding": ("understanding of the approach", "patient"),
    "practitioner_confidence": ("practitioner's confidence in the task", "practitioner"),
    "support": ("social support", "patient"),
}


@fact(
    "pathway",
    reads={CONTACT: CONTACT_START, RATING: "CareContactId RatingType RatedBy Rating:float64"},
    gives={"contact_id": "string CareContactId"} | dict.fromkeys(RATED, "float64 Rating"),
)
def session_ratings(source: Source) -> Table:
    """Ratings given in a contact, known at its start: a column for each thing rated, by the one whose view it is.

    Where nobody says who rated, it counts as theirs.
    """
    rows = source.table(RATING).join(source.contacts(), ["provider", "CareContactId"])
    key = scoped(rows, "CareContactId") + "@" + rows.RatingType + "@" + ibis.coalesce(rows.RatedBy, "")
    of_each = {
        name: ibis.ifelse(
            (rows.RatingType == rated) & (rows.RatedBy.fill_null(by) == by), rows.Rating, ibis.null()
        )
        for name, (rated, by) in RATED.items()
    }
    return rows.select(
        pathway_id=rows.pathway_id,
        record_key=key + "@" + ibis.coalesce(rows.Rating.cast("string"), ""),
        known_at=rows.start,
        contact_id=scoped(rows, "CareContactId"),
        **of_each,
    )
