"""Facts about symptoms: questionnaire scores, at a contact or beside one."""

from __future__ import annotations

import ibis

from features.facts.care import ACTIVITY, CONTACT, CONTACT_START, WHO_CAME, attended
from features.facts.definition import fact
from features.facts.source import Source, Table, end_of_day, known_when_dated, moment, scoped
from features.standard import scoring

AT_CONTACT = "IDS607CodedScoreAssessmentAct"
AT_REFERRAL = "IDS606CodedScoreAssessmentRefer"
PHQ9 = ("720433000",)
GAD7 = ("445455005",)
WSAS_ITEMS = ("932621000000100", "932581000000100", "932611000000106", "932591000000103", "932601000000109")
# The anxiety measures of particular disorders, each with its highest score (codes.csv of the standard).
ANXIETY_MEASURES = {
    "446793008": 54,
    "473354003": 5,
    "450324005": 168,
    "450326007": 28,
    "491581000000104": 80,
    "445552006": 68,
    "446517006": 80,
}
CONTACT_SCORES = {
    CONTACT: CONTACT_START,
    ACTIVITY: "CareActId CareContactId",
    AT_CONTACT: "CareActId CodedAssToolType PersScore:float64",
}
SCORE = {"contact_id": "string CareContactId", "score": "float64 PersScore"}


def _at_contacts(source: Source, tools: tuple[str, ...]) -> Table:
    """Scores on these tools given at contacts, each version, known at the contact's start."""
    rows = source.versions(AT_CONTACT, "CareActId", "CodedAssToolType")
    rows = rows.filter(rows.CodedAssToolType.isin(tools))
    activities = source.versions(ACTIVITY, "CareActId")
    activities = activities.filter(activities.version == 0).select("provider", "CareActId", "CareContactId")
    rows = rows.join(activities, ["provider", "CareActId"])
    rows = rows.join(source.contacts(), ["provider", "CareContactId"])
    return rows.mutate(
        contact_id=scoped(rows, "CareContactId"),
        known_at=known_when_dated(rows, rows.start),
        happened_at=rows.start,
        record_key=scoped(rows, "CareActId") + "@" + rows.CodedAssToolType,
        score=rows.PersScore,
    )


def _kept(rows: Table) -> Table:
    asked = ("pathway_id", "record_key", "version", "known_at", "happened_at", "contact_id", "score")
    return rows.select(*(name for name in asked if name in rows.columns))


def _beside_contacts(source: Source, tools: tuple[str, ...]) -> Table:
    """Scores recorded with the referral, known when completed (a date alone: at its end)."""
    rows = source.versions(AT_REFERRAL, "ServiceRequestId", "CodedAssToolType", "AssToolCompDate")
    rows = rows.filter(rows.CodedAssToolType.isin(tools))
    timed = moment(rows.AssToolCompDate, rows.AssToolCompTime)
    dated = ibis.ifelse(rows.AssToolCompTime.isnull(), end_of_day(rows.AssToolCompDate), timed)
    return rows.select(
        pathway_id=scoped(rows, "ServiceRequestId"),
        record_key=scoped(rows, "ServiceRequestId")
        + "@"
        + rows.CodedAssToolType
        + "@"
        + dated.cast("string"),
        version=rows.version,
        known_at=known_when_dated(rows, dated),
        happened_at=dated,
        contact_id=ibis.null("string"),
        score=rows.PersScore,
    )


REFERRAL_SCORES = {
    AT_REFERRAL: "ServiceRequestId CodedAssToolType PersScore:float64 AssToolCompDate:int64 AssToolCompTime:int64"
}
BOTH = {**CONTACT_SCORES, **REFERRAL_SCORES}
EITHER = (CONTACT_SCORES, REFERRAL_SCORES)


def _wherever(source: Source, tools: tuple[str, ...]) -> Table:
    """Scores on these tools at contacts, beside them, or both, as the source records them."""
    at_contacts, beside = source.has(*CONTACT_SCORES), source.has(*REFERRAL_SCORES)
    if not at_contacts:
        return _beside_contacts(source, tools)
    rows = _kept(_at_contacts(source, tools))
    return rows.union(_beside_contacts(source, tools)) if beside else rows


@fact(
    "pathway",
    reads={**BOTH, CONTACT: f"{CONTACT_START} {WHO_CAME}"},
    gives={**SCORE, "attended": "boolean AttendOrDNACode"},
    parts=EITHER,
)
def phq9(source: Source) -> Table:
    """PHQ-9 totals, 0 to 27 points; `attended`: whether the patient came to the contact.

    A contact whose attendance is corrected makes another version of each of its totals, known when the correction is.
    """
    rows = _wherever(source, PHQ9)
    if not source.has(*CONTACT_SCORES):
        return rows.mutate(attended=ibis.null("boolean"))
    contacts = source.versions(CONTACT, "CareContactId")
    came = contacts.select(
        contact_id=scoped(contacts, "CareContactId"),
        attended=attended(contacts),
        corrected_at=ibis.ifelse(contacts.version > 0, contacts.held_from, ibis.null("int64")),
        turn_of_contact=contacts.version,
    )
    both = rows.left_join(came, "contact_id").drop("contact_id_right")
    known_at = ibis.coalesce(ibis.greatest(both.known_at, both.corrected_at), both.known_at)
    both = both.mutate(known_at=known_at)
    in_turn = ibis.window(group_by="record_key", order_by=["known_at", "version", "turn_of_contact"])
    both = both.mutate(version=ibis.row_number().over(in_turn))
    return both.drop("corrected_at", "turn_of_contact")


@fact("pathway", reads=BOTH, gives=SCORE, parts=EITHER)
def gad7(source: Source) -> Table:
    """GAD-7 totals, 0 to 21 points."""
    return _wherever(source, GAD7)


@fact("pathway", reads=CONTACT_SCORES, gives=SCORE)
def wsas(source: Source) -> Table:
    """Work and Social Adjustment Scale totals, 0 to 40 points; where an item is missing there is no total.

    A corrected item makes another version of the total, known when the correction is; one that was taken back leaves
    no total. Of an item that stands twice at a contact one record counts: the last by its key of those with a score at
    first, which nothing that is sent later can change.
    """
    items = _at_contacts(source, WSAS_ITEMS)
    item = ["contact_id", "CodedAssToolType"]
    first = items.filter(items.version == 0)
    with_score = ibis.ifelse(first.score.notnull(), first.record_key, ibis.null("string"))
    counts = first.group_by(item).aggregate(counts=ibis.coalesce(with_score.max(), first.record_key.max()))
    items = items.join(counts, item)
    items = items.filter(items.record_key == items.counts)
    before = items.score.lag().over(ibis.window(group_by="record_key", order_by="version"))
    items = items.mutate(
        change=ibis.coalesce(items.score, 0.0) - ibis.coalesce(before, 0.0),
        answered=items.score.notnull().cast("int64") - before.notnull().cast("int64"),
    )
    moments = items.group_by(["pathway_id", "contact_id", "happened_at", "known_at"]).aggregate(
        change=items.change.sum(), answered=items.answered.sum()
    )
    so_far = ibis.window(group_by="contact_id", order_by="known_at", preceding=None, following=0)
    totals = moments.mutate(
        score=moments.change.sum().over(so_far), items=moments.answered.sum().over(so_far)
    )
    whole = totals["items"] == len(WSAS_ITEMS)
    totals = totals.mutate(score=ibis.ifelse(whole, totals.score, ibis.null("float64")))
    ever = totals.mutate(ever=totals.score.count().over(so_far)).filter(ibis._.ever > 0)
    version = ibis.row_number().over(ibis.window(group_by="contact_id", order_by="known_at"))
    return _kept(ever.mutate(record_key=ever.contact_id, version=version))


@fact(
    "pathway",
    reads=CONTACT_SCORES,
    gives={**SCORE, "measure": "string CodedAssToolType", "share_of_highest": "float64 PersScore"},
)
def anxiety_measures(source: Source) -> Table:
    """Scores on the measures of particular anxiety disorders; `share_of_highest` puts their levels on one scale.

    A patient may fill in several: whatever compares two scores must stay within one `measure`.
    """
    rows = _at_contacts(source, tuple(ANXIETY_MEASURES))
    highest = ibis.cases(
        *((rows.CodedAssToolType == tool, float(top)) for tool, top in ANXIETY_MEASURES.items()),
        else_=ibis.null("float64"),
    )
    return rows.select(
        "pathway_id",
        "record_key",
        "version",
        "known_at",
        "happened_at",
        "contact_id",
        "score",
        measure=rows.CodedAssToolType.cases(
            *((tool, scoring()[tool].name) for tool in ANXIETY_MEASURES), else_=ibis.null("string")
        ),
        share_of_highest=rows.score / highest,
    )
