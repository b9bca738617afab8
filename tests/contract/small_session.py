"""What a small service records in a session: ratings, tasks agreed, earlier tasks reviewed."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta

from tests.contract.small_writer import Writer

RATINGS = (
    "treatment expectancy",
    "treatment credibility",
    "passive expectation",
    "in-session resistance",
    "working alliance",
    "understanding of the approach",
    "practitioner's confidence in the task",
    "social support",
)
BY_PRACTITIONER = ("passive expectation", "in-session resistance", "practitioner's confidence in the task")
HIGHEST = {"passive expectation": 3, "in-session resistance": 3}
FLAGS = (
    "RationaleGiven", "WhatAgreed", "WhenAgreed", "WhereAgreed", "WithWhomAgreed", "ObstaclesDiscussed",
    "WrittenSummaryGiven", "AdaptedToCircumstances",
)  # fmt: skip
BARRIERS = ("time;avoidance", "forgot", "Low mood; understanding", "technology", None)


def add_session(writer: Writer, provider: str, referral: str, number: int, contact: str, day: date) -> None:
    """The session of an attended contact, the `number`th of its referral counted from 0."""
    chance, own = writer.chance, {"OrgID_Provider": provider, "CareContactId": contact}
    for kind in RATINGS:
        if chance.random() < 0.5:
            by = "practitioner" if kind in BY_PRACTITIONER else "patient"
            writer.add("BSW003SessionRating", **own, RatingType=kind, RatedBy=by,
                       Rating=float(min(chance.integers(11), HIGHEST.get(kind, 10))))  # fmt: skip
    _task(writer, own, f"{contact}T", referral, day)
    if chance.random() < 0.3:
        _task(writer, own, f"{contact}U", referral, day)
    if number:
        _review(writer, own, f"{referral}C{number - 1}T", day)


def _task(writer: Writer, own: dict[str, str], task: str, referral: str, day: date) -> None:
    writer.add(
        "BSW001TaskSet", **own, TaskId=task, ServiceRequestId=referral,
        CarePersLocalId=writer.one_of("S1", "S1", "S2"),
        TaskType=writer.one_of("exposure", "sleep", "behavioural activation"),
        TaskFormat=writer.one_of("workbook", "online", "app", None),
        TimesPerWeek=writer.one_of(2.0, 5.0, None), MinutesPerWeek=writer.one_of(30.0, 90.0, None),
        **{flag: writer.one_of("Y", "N", None) for flag in FLAGS},
        MaterialsLanguage=writer.one_of("en", "ur", None), PatientConfidence=writer.one_of(3.0, 8.0, None),
        PatientPerceivedHelpfulness=writer.one_of(2.0, 9.0, None),
        ReviewDueDate=writer.maybe(day + timedelta(days=int(writer.chance.integers(3, 15)))),
    )  # fmt: skip


def _review(writer: Writer, own: dict[str, str], task: str, day: date) -> None:
    timed = datetime.combine(day, time(12, 0)) if writer.chance.random() < 0.3 else None
    writer.add(
        "BSW002TaskReview", **own, TaskId=task, ReviewDateTime=timed,
        Completion=writer.one_of("none", "part", "full", "different", "not reviewed"),
        CompletionPercent=writer.one_of(None, None, 75.0), DifficultyRating=writer.one_of(1.0, 4.0, None),
        HelpfulnessRating=writer.one_of(0.0, 3.0, None), BarriersReported=writer.one_of(*BARRIERS),
        DifficultiesAddressed=writer.one_of("Y", "N", None),
    )  # fmt: skip
