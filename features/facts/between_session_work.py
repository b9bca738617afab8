"""Facts about between-session work: tasks set, tasks reviewed, log-ins."""

from __future__ import annotations

import ibis

from features.facts.care import CONTACT, CONTACT_START
from features.facts.definition import fact
from features.facts.language import not_english
from features.facts.source import DAY, Expression, Source, Table, end_of_day, scoped, yes

TASK = "BSW001TaskSet"
REVIEW = "BSW002TaskReview"
LOGIN = "BSW004PlatformSession"
OUTSIDE_BARRIERS = ("time", "work", "family or caring", "health", "privacy")
INSIDE_BARRIERS = ("avoidance", "low mood", "relevance")
UNDERSTANDING_BARRIERS = ("understanding", "literacy", "technology")


@fact(
    "pathway",
    reads={
        CONTACT: CONTACT_START,
        TASK: "TaskId CareContactId CarePersLocalId TaskType TaskFormat TimesPerWeek:float64 "
        "MinutesPerWeek:float64 RationaleGiven WhatAgreed WhenAgreed WhereAgreed WithWhomAgreed "
        "ObstaclesDiscussed WrittenSummaryGiven AdaptedToCircumstances MaterialsLanguage "
        "PatientConfidence:float64 PatientPerceivedHelpfulness:float64 ReviewDueDate:int64",
    },
    gives={
        "contact_id": "string CareContactId",
        "task_id": "string TaskId",
        "type": "string TaskType",
        "format": "string TaskFormat",
        "times_per_week": "float64 TimesPerWeek",
        "minutes_per_week": "float64 MinutesPerWeek",
        "rationale": "boolean RationaleGiven",
        "what": "boolean WhatAgreed",
        "when": "boolean WhenAgreed",
        "where_to": "boolean WhereAgreed",
        "with_whom": "boolean WithWhomAgreed",
        "obstacles": "boolean ObstaclesDiscussed",
        "written": "boolean WrittenSummaryGiven",
        "adapted": "boolean AdaptedToCircumstances",
        "other_language": "boolean MaterialsLanguage",
        "confidence": "float64 PatientConfidence",
        "helpfulness": "float64 PatientPerceivedHelpfulness",
        "set_by": "string CarePersLocalId",
        "days_to_due": "float64 ReviewDueDate",
    },
)
def tasks(source: Source) -> Table:
    """Tasks agreed at a contact, known at its start."""
    rows = source.table(TASK).join(source.contacts(), ["provider", "CareContactId"])
    return rows.select(
        pathway_id=rows.pathway_id,
        record_key=scoped(rows, "TaskId"),
        known_at=rows.start,
        contact_id=scoped(rows, "CareContactId"),
        task_id=scoped(rows, "TaskId"),
        set_by=scoped(rows, "CarePersLocalId"),
        type=rows.TaskType,
        format=rows.TaskFormat,
        times_per_week=rows.TimesPerWeek,
        minutes_per_week=rows.MinutesPerWeek,
        rationale=yes(rows.RationaleGiven),
        what=yes(rows.WhatAgreed),
        when=yes(rows.WhenAgreed),
        where_to=yes(rows.WhereAgreed),
        with_whom=yes(rows.WithWhomAgreed),
        obstacles=yes(rows.ObstaclesDiscussed),
        written=yes(rows.WrittenSummaryGiven),
        adapted=yes(rows.AdaptedToCircumstances),
        other_language=not_english(rows.MaterialsLanguage),
        confidence=rows.PatientConfidence,
        helpfulness=rows.PatientPerceivedHelpfulness,
        days_to_due=(end_of_day(rows.ReviewDueDate) - rows.start).cast("float64") / DAY,
    )


@fact(
    "pathway",
    reads={
        CONTACT: CONTACT_START,
        TASK: "TaskId CareContactId",
        REVIEW: "TaskId CareContactId ReviewDateTime:int64 Completion CompletionPercent:float64 "
        "DifficultyRating:float64 HelpfulnessRating:float64 BarriersReported DifficultiesAddressed",
    },
    gives={
        "task_id": "string TaskId",
        "contact_id": "string CareContactId",
        "set_in": "string CareContactId",
        "days_to_review": "float64 Completion",
        "reviewed": "boolean Completion",
        "share": "float64 Completion",
        "difficulty": "float64 DifficultyRating",
        "helpfulness": "float64 HelpfulnessRating",
        "outside_barrier": "boolean BarriersReported",
        "inside_barrier": "boolean BarriersReported",
        "understanding_barrier": "boolean BarriersReported",
        "forgot": "boolean BarriersReported",
        "addressed": "boolean DifficultiesAddressed",
    },
)
def reviews(source: Source) -> Table:
    """Reviews of tasks, known when they took place; `share` is how much was done, 0 to 1."""
    rows = _reviews_of_tasks(source)
    known_at = _review_moment(rows.ReviewDateTime, rows.start)
    contact_id = scoped(rows, "reviewed_in")
    share = share_done(rows.Completion, rows.CompletionPercent, source.settings.share_of_part)
    return rows.select(
        pathway_id=rows.pathway_id,
        record_key=scoped(rows, "TaskId")
        + "@"
        + ibis.coalesce(contact_id, "")
        + "@"
        + known_at.cast("string")
        + ibis.coalesce(rows.Completion, ""),
        known_at=known_at,
        task_id=scoped(rows, "TaskId"),
        contact_id=contact_id,
        set_in=rows.set_in,
        days_to_review=(known_at - rows.set_start).cast("float64") / DAY,
        reviewed=rows.Completion != "not reviewed",
        share=share,
        difficulty=rows.DifficultyRating,
        helpfulness=rows.HelpfulnessRating,
        outside_barrier=_names_any(rows.BarriersReported, OUTSIDE_BARRIERS),
        inside_barrier=_names_any(rows.BarriersReported, INSIDE_BARRIERS),
        understanding_barrier=_names_any(rows.BarriersReported, UNDERSTANDING_BARRIERS),
        forgot=_names_any(rows.BarriersReported, ("forgot",)),
        addressed=yes(rows.DifficultiesAddressed),
    )


def _reviews_of_tasks(source: Source) -> Table:
    """Reviews beside the task that they are of, in a contact other than that in which it was set."""
    contacts = source.contacts()
    rows = source.table(REVIEW).rename(reviewed_in="CareContactId").drop("submission")
    held = source.table(TASK).drop("submission").join(contacts, ["provider", "CareContactId"])
    held = held.select(
        "provider",
        "TaskId",
        "pathway_id",
        set_start=held.start,
        agreed_at=held.ends_at,
        set_in=scoped(held, "CareContactId"),
    )
    rows = rows.join(held, ["provider", "TaskId"])
    in_contact = contacts.select("provider", "start", reviewed_in=contacts.CareContactId)
    rows = rows.left_join(in_contact, ["provider", "reviewed_in"]).drop("provider_right", "reviewed_in_right")
    # What is said of a task before the contact that set it is over cannot be how much of it was done.
    after = _review_moment(rows.ReviewDateTime, rows.start) >= rows.agreed_at
    elsewhere = ~scoped(rows, "reviewed_in").identical_to(rows.set_in)
    return rows.filter(after & elsewhere)


def share_done(completion: Expression, percent: Expression, share_of_part: float) -> Expression:
    """How much of a task was done, 0 to 1: the percentage where given, else by the word; else missing.

    Nobody knows it of work that was not reviewed, whatever percentage a form filled in by itself.
    """
    words = ibis.cases(
        (completion == "none", 0.0),
        (completion == "part", share_of_part),
        (completion.isin(("full", "different")), 1.0),
        else_=ibis.null("float64"),
    )
    said = ibis.ifelse(completion == "not reviewed", ibis.null("float64"), percent / 100.0)
    return ibis.coalesce(said, words)


def _review_moment(reviewed: Expression, start: Expression) -> Expression:
    """A review's own moment, else its contact's start; a date alone is known with the contact or at its end."""
    day = reviewed - reviewed % DAY
    dated = ibis.cases(
        (reviewed != day, reviewed),
        ((start >= day) & (start < day + DAY), start),
        else_=day + DAY,
    )
    return ibis.ifelse(reviewed.isnull(), start, dated)


def _names_any(reported: Expression, barriers: tuple[str, ...]) -> Expression:
    listed = ";" + reported.lower().replace("; ", ";") + ";"
    return ibis.or_(*(listed.contains(f";{barrier};") for barrier in barriers))


@fact(
    "pathway",
    reads={
        LOGIN: "ServiceRequestId SessionStart:int64 SessionEnd:int64 ModulesCompleted:float64 "
        "MessagesSent:float64"
    },
    gives={
        "started_at": "int64 SessionStart",
        "minutes_until_point": "float64 SessionEnd",
        "modules": "float64 ModulesCompleted",
        "messages": "float64 MessagesSent",
    },
    later={"modules": "ended_at", "messages": "ended_at", "ended_at": "ended_at"},
)
def platform_sessions(source: Source) -> Table:
    """Log-ins to the online programme, known at their start; what was done in them, at their end."""
    rows = source.table(LOGIN)
    start = rows.SessionStart
    return rows.select(
        pathway_id=scoped(rows, "ServiceRequestId"),
        record_key=scoped(rows, "ServiceRequestId")
        + "@"
        + start.cast("string")
        + ibis.coalesce(rows.SessionEnd.cast("string"), ""),
        known_at=start,
        started_at=start,
        ended_at=rows.SessionEnd,
        modules=rows.ModulesCompleted,
        messages=rows.MessagesSent,
    )
