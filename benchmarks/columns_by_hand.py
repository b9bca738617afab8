"""Some predictors as SQL written by hand for DuckDB, to see what the engine's generality costs.

It reads the same facts (`kept_...`, seconds) and gives the same columns. Histories are joined and grouped by
text ids as they come; totals over a practitioner's or a service's other patients are running sums, found by
ASOF joins, which only DuckDB has.
"""

from __future__ import annotations

TASKS = """
    avg(rationale::DOUBLE) FILTER (now) AS rationale_given,
    avg(what::DOUBLE) FILTER (now) AS what_agreed,
    avg("when"::DOUBLE) FILTER (now) AS when_agreed,
    avg(where_to::DOUBLE) FILTER (now) AS where_agreed,
    avg(with_whom::DOUBLE) FILTER (now) AS with_whom_agreed,
    avg(obstacles::DOUBLE) FILTER (now) AS obstacles_discussed,
    avg(written::DOUBLE) FILTER (now) AS written_summary,
    avg(adapted::DOUBLE) FILTER (now) AS adapted_to_circumstances,
    CASE WHEN count(*) FILTER (now AND times_per_week IS NULL) = 0
        THEN sum(times_per_week) FILTER (now) END AS times_per_week,
    CASE WHEN count(*) FILTER (now AND minutes_per_week IS NULL) = 0
        THEN sum(minutes_per_week) FILTER (now) END AS minutes_per_week,
    avg(confidence) FILTER (now) AS patient_confidence,
    count(*) FILTER (now) AS tasks_agreed,
    min(days_to_due) FILTER (now) AS days_until_review,
    avg(helpfulness) FILTER (now) AS perceived_helpfulness,
    avg(confidence) FILTER (now) - avg(confidence) FILTER (NOT now AND days_before = last_confidence)
        AS patient_confidence_change
"""
REVIEWS = """
    avg(share) FILTER (days_before = last_share) AS last_share_completed,
    avg(share) AS mean_share_completed,
    count(share) AS reviews_known,
    avg(reviewed::DOUBLE) AS share_reviewed,
    avg(reviewed::DOUBLE) FILTER (days_before = last_reviewed) AS last_work_reviewed,
    avg(days_to_review) FILTER (reviewed) AS days_to_review,
    avg(addressed::DOUBLE) AS difficulties_addressed,
    avg(difficulty) FILTER (days_before = last_difficulty) AS last_difficulty,
    avg(helpfulness) FILTER (days_before = last_helpfulness) AS last_helpfulness
"""
APPOINTMENTS = """
    count(*) FILTER (missed AND days_before <= 90) AS missed_appointments_past_90_days,
    count(*) FILTER (cancelled) AS cancelled_appointments,
    count(*) FILTER (short_notice) AS short_notice_cancellations,
    avg(attended::DOUBLE) FILTER (NOT now) AS attendance,
    avg(late::DOUBLE) AS arrived_late,
    min(days_before) FILTER (attended AND NOT now) AS days_since_session_before,
    count(*) FILTER (attended AND treatment) AS session,
    max_by(remote::DOUBLE, "order") FILTER (attended AND remote IS NOT NULL) AS remote,
    avg(telephone::DOUBLE) FILTER (attended) AS by_telephone,
    max_by(minutes, "order") FILTER (attended AND minutes IS NOT NULL) AS session_minutes,
    max_by(hour, "order") FILTER (attended AND hour IS NOT NULL) AS hour_of_day
"""
SESSION_RATINGS = """
    max_by(expectancy, "order") FILTER (expectancy IS NOT NULL) AS expected_benefit,
    max_by(credibility, "order") FILTER (credibility IS NOT NULL) AS credibility,
    max_by(passivity, "order") FILTER (passivity IS NOT NULL) AS passive_expectation,
    max_by(resistance, "order") FILTER (resistance IS NOT NULL) AS resistance_latest,
    avg(resistance) AS resistance_mean
"""
SCORES = {
    "phq9": """
    max_by(score, "order") FILTER (score IS NOT NULL) AS phq9_latest,
    CASE WHEN count(score) > 1 THEN max_by(score, "order") FILTER (score IS NOT NULL)
        - min_by(score, "order") FILTER (score IS NOT NULL) END AS phq9_change,
    stddev_samp(score) AS phq9_variability
""",
    "gad7": """
    max_by(score, "order") FILTER (score IS NOT NULL) AS gad7_latest,
    CASE WHEN count(score) > 1 THEN max_by(score, "order") FILTER (score IS NOT NULL)
        - min_by(score, "order") FILTER (score IS NOT NULL) END AS gad7_change
""",
}
LAST = {
    "tasks": {"confidence": "NOT now AND confidence IS NOT NULL"},
    "reviews": {name: f"{name} IS NOT NULL" for name in ("share", "reviewed", "difficulty", "helpfulness")},
}
"""Fact -> the columns whose values at their last moment are asked for, and which rows have one."""
OF_PATHWAYS = {
    "tasks": TASKS,
    "reviews": REVIEWS,
    "appointments": APPOINTMENTS,
    "session_ratings": SESSION_RATINGS,
    **SCORES,
}
RUNNING = {
    "practitioner_completion": ("practitioner_reviews", "practitioner_id", "share"),
    "practitioner_writes_summaries": ("practitioner_tasks", "practitioner_id", "written"),
    "practitioner_adapts_tasks": ("practitioner_tasks", "practitioner_id", "adapted"),
    "service_completion": ("service_reviews", "service_id", "share"),
    "service_missed_appointments": ("service_appointments", "service_id", "missed"),
}
"""Predictor -> the fact, whose it is, and the column whose mean over other patients it is."""
SAME = (
    *(
        [
            "rationale_given",
            "what_agreed",
            "when_agreed",
            "where_agreed",
            "with_whom_agreed",
            "obstacles_discussed",
        ]
    ),
    *(
        [
            "written_summary",
            "adapted_to_circumstances",
            "times_per_week",
            "minutes_per_week",
            "patient_confidence",
        ]
    ),
    *(["tasks_agreed", "days_until_review", "perceived_helpfulness", "patient_confidence_change"]),
    *(
        [
            "last_share_completed",
            "mean_share_completed",
            "reviews_known",
            "share_reviewed",
            "last_work_reviewed",
        ]
    ),
    *(["days_to_review", "difficulties_addressed", "last_difficulty", "last_helpfulness"]),
    *(["missed_appointments_past_90_days", "cancelled_appointments", "short_notice_cancellations"]),
    *(["attendance", "arrived_late", "days_since_session_before", "session", "remote", "by_telephone"]),
    *(["session_minutes", "hour_of_day", "expected_benefit", "credibility", "passive_expectation"]),
    *(["resistance_latest", "resistance_mean", "phq9_latest", "phq9_change", "phq9_variability"]),
    *(["gad7_latest", "gad7_change"]),
    *RUNNING,
)
COUNTS = (
    *(["tasks_agreed", "reviews_known", "missed_appointments_past_90_days", "cancelled_appointments"]),
    *(["short_notice_cancellations", "session"]),
)
"""The columns of which an empty history gives 0."""
CORRECTED = ("appointments", "phq9", "gad7")
"""Facts whose rows may be corrected: they happened when they happened, and are known from the correction on."""
BEFORE = 'known_at < p."at" AND (superseded_at IS NULL OR superseded_at >= p."at")'


def by_hand_sql() -> str:
    """A query that gives `point_id` and SAME."""
    named = {f"of_{fact}": _of_pathway(fact, aggregates) for fact, aggregates in OF_PATHWAYS.items()}
    named |= {f"of_{name}": _running(name, *asked) for name, asked in RUNNING.items()}
    ctes = ",\n".join(f"{name} AS ({query})" for name, query in named.items())
    joins = "\n".join(f"LEFT JOIN {name} USING (point_id)" for name in named)
    columns = ", ".join(f"coalesce({name}, 0) AS {name}" if name in COUNTS else name for name in SAME)
    return f"WITH {ctes}\nSELECT point_id, {columns}\nFROM kept_points {joins}"


def _of_pathway(fact: str, aggregates: str) -> str:
    lasts = "".join(
        f", min(days_before) FILTER ({has}) OVER (PARTITION BY point_id) AS last_{name}"
        for name, has in LAST.get(fact, {}).items()
    )
    when = "happened_at" if fact in CORRECTED else "known_at"
    return f"""
    SELECT point_id, {aggregates}
    FROM (SELECT *{lasts} FROM (
        SELECT f.*, p.point_id, coalesce(f.contact_id = p.contact_id, false) AS now,
               (p."at" - f.{when}) / 86400.0::DOUBLE AS days_before
        FROM kept_points p JOIN kept_{fact} f ON f.pathway_id = p.pathway_id AND {BEFORE}
    )) GROUP BY point_id"""


def _running(name: str, fact: str, whose: str, column: str) -> str:
    """The mean of a column over the subject's rows before each point, less the rows of the point's own patient."""
    events = f"""
        SELECT {whose}, known_at AS moment, {column}::DOUBLE AS value, 1 AS n FROM kept_{fact}
        WHERE {column} IS NOT NULL
        UNION ALL
        SELECT {whose}, superseded_at, -({column}::DOUBLE), -1 FROM kept_{fact}
        WHERE {column} IS NOT NULL AND superseded_at IS NOT NULL"""
    at_moments = f"SELECT {whose}, moment, sum(value) AS value, sum(n) AS n FROM ({events}) GROUP BY ALL"
    so_far = f"""
        SELECT {whose}, moment, sum(value) OVER w AS total, sum(n) OVER w AS n FROM ({at_moments})
        WINDOW w AS (PARTITION BY {whose} ORDER BY moment ROWS UNBOUNDED PRECEDING)"""
    own = f"""
        SELECT p.point_id, sum({column}::DOUBLE) AS total, count({column}) AS n
        FROM kept_points p JOIN kept_{fact} f
        ON f.patient_id = p.patient_id AND f.{whose} = p.{whose} AND {BEFORE} GROUP BY p.point_id"""
    return f"""
    SELECT p.point_id, round(a.total - coalesce(o.total, 0), 9) / nullif(a.n - coalesce(o.n, 0), 0) AS {name}
    FROM kept_points p
    ASOF JOIN ({so_far}) a ON a.{whose} = p.{whose} AND a.moment < p."at"
    LEFT JOIN ({own}) o ON o.point_id = p.point_id"""
