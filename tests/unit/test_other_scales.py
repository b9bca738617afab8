"""Numbers on another scale than the standard's are told; honest answers, however low, are not, and nobody is shown."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
import pytest

from features.facts import FACTS, scores
from features.records import Records
from features.standard import ranges, scoring
from pipelines.quality.other_scales import FEWEST, SAID, in_words, lines, other_scales
from pipelines.quality.values_used import GREATEST, TOOLS_READ, Number, Used, bounds, values_used

OWN = {"UniqueSubmissionID": "S1"}
Values = Sequence[float] | np.ndarray


def rated(by_service: dict[str, Values], kind: str = "working alliance", each: int = 1) -> list[Used]:
    """What is used where each patient of a service gives so many of the ratings."""
    referrals, contacts, ratings = [], [], []
    for service, values in by_service.items():
        for place, value in enumerate(values):
            patient, own = f"P{place // each}", {"OrgID_Provider": service}
            contacts.append({**own, **OWN, "CareContactId": f"C{place}", "ServiceRequestId": f"R{patient}"})
            ratings.append({**own, "CareContactId": f"C{place}", "RatingType": kind, "Rating": float(value)})
            if place % each == 0:
                for submission in ("S1", "S2"):  # a referral that is sent again is one patient's all the same
                    sent = {**own, "UniqueSubmissionID": submission, "ServiceRequestId": f"R{patient}"}
                    referrals.append({**sent, "LocalPatientId": patient})
    frames = {"IDS101Referral": referrals, "IDS201CareContact": contacts, "BSW003SessionRating": ratings}
    return values_used(Records.from_frames({table: pd.DataFrame(rows) for table, rows in frames.items()}))


def counted(number: Number, values: Values, service: str = "AAA01") -> Used:
    """What is used where each value is another patient's."""
    used, often = np.unique(np.asarray(values, dtype=float), return_counts=True)
    table = pd.DataFrame({"value": used, "rows": often, "least": often, "greatest": often})
    return Used(number, service, bounds()[Number(number.table, number.column, number.of)], table)


def told(values: Values, kind: str = "working alliance") -> list[str]:
    return [*lines(rated({"AAA01": values}, kind))]


def usual(
    rows: int = 200, mean: float = 6.5, spread: float = 1.8, top: int = 10, seed: int = 1
) -> np.ndarray:
    """Ratings as they are, whole numbers from 0 to `top`."""
    drawn = np.random.default_rng(seed).normal(mean, spread, rows)
    return np.asarray(np.clip(np.rint(drawn), 0, top))


def even(lowest: int, highest: int, rows: int = 200, seed: int = 1) -> np.ndarray:
    """Ratings that use every step of a scale."""
    return np.random.default_rng(seed).integers(lowest, highest + 1, rows)


ON_ANOTHER: dict[str, tuple[Values, str]] = {
    "0 to 1": (usual() / 10, "values lie between 0 and 1, as shares do"),
    "yes or no": (usual() >= 6, "hardly any value is above 2,"),
    "1 to 2": (1 + (usual() >= 6), "hardly any value is above 2,"),
    "1 to 5": (even(1, 5), "values are whole numbers up to 5 "),
    "1 to 5, hardly 1 or 2": (1 + np.rint(usual(seed=2) * 0.4), "values are whole numbers up to 5 "),
    "0 to 4": (even(0, 4), "values are whole numbers up to 4 "),
    "0 to 5": (even(0, 5), "values are whole numbers up to 5 "),
    "0 to 3": (even(0, 3), "values are whole numbers up to 3 "),
    "1 to 5, of 200 patients one by a slip": ([*even(1, 5), 9, 10], "values are whole numbers up to 5 "),
}


@pytest.mark.parametrize("scale", ON_ANOTHER)
def test_a_rating_on_another_scale_is_told(scale: str) -> None:
    values, sign = ON_ANOTHER[scale]
    (line,) = told(values)
    assert line.startswith("another scale? BSW003SessionRating.Rating (working alliance) of AAA01: ")
    assert sign in line and "where the scale goes from 0 to 10" in line


def test_a_share_is_told_where_a_fifth_of_the_scale_is_less_than_1() -> None:
    (line,) = told(usual(top=3, mean=1.5) / 3, "in-session resistance")
    assert "values lie between 0 and 1, as shares do, where the scale goes from 0 to 3" in line


HONEST: dict[str, Values] = {
    "usual": usual(),
    "half of them": usual(mean=5),
    "nobody above 0": np.zeros(200),
    "mostly 0": [*np.zeros(400), *np.ones(60), *([2] * 14), *([3] * 6), *([4] * 2)],
    "mostly 0, and few patients": [*np.zeros(400), *np.ones(FEWEST - 1)],
    "low, thinning out": np.random.default_rng(1).poisson(0.6, 500),
    "low and wide": usual(mean=2, spread=2),
    "some in half points": usual() / 2 + 5,
    "low and alike, and nobody above 5": np.repeat([1, 2, 3, 4, 5], [3, 8, 10, 6, 3]),
}


@pytest.mark.parametrize("answers", HONEST)
def test_honest_ratings_are_not_told(answers: str) -> None:
    assert told(HONEST[answers]) == []


@pytest.mark.parametrize("highest", [0, 1, 2])
def test_of_a_scale_of_few_steps_low_whole_numbers_are_not_told(highest: int) -> None:
    assert told([0, highest] * 100, "in-session resistance") == []


def test_of_fewer_patients_than_can_tell_nothing_is_told() -> None:
    few = usual(FEWEST - 1) / 10
    assert told(few) == []
    assert [*lines(rated({"AAA01": np.repeat(few, 9)}, each=9))] == []


TASKS, RATINGS = "BSW001TaskSet", "BSW003SessionRating"
MINUTES = Number(TASKS, "MinutesPerWeek")
LOGINS = "BSW004PlatformSession"


def test_hours_are_told_beside_the_minutes_of_other_services() -> None:
    minutes = np.random.default_rng(1).integers(2, 9, (2, 100)) * 10.0
    others = [counted(MINUTES, minutes[1], "BBB02"), counted(MINUTES, minutes[1], "CCC03")]
    (line,) = lines([counted(MINUTES, minutes[0] / 60), *others])
    assert (
        "BSW001TaskSet.MinutesPerWeek of AAA01: values are about a sixtieth of those of BBB02, CCC03" in line
    )
    assert [*lines([counted(MINUTES, minutes[0] / 2), *others])] == []


@pytest.mark.parametrize(
    ("number", "low", "high"),
    [
        (Number(TASKS, "TimesPerWeek"), [1] * 50, [7] * 50),
        (Number(LOGINS, "MessagesSent"), [0, 1] * 50, [6] * 50),
        (Number(LOGINS, "ModulesCompleted"), [0, 1] * 50, [60] * 50),
        (MINUTES, [10] * 50, [70] * 50),
        (MINUTES, [5] * 50, [300] * 50),
        (Number("IDS201CareContact", "ClinContDurOfCareCont"), [5, 10] * 25, [60] * 50),
        (Number("IDS001MPI", "IndicesOfDeprivationDecile"), [1, 2] * 50, [9, 10] * 50),
    ],
)
def test_services_that_differ_honestly_are_not_told(number: Number, low: list[int], high: list[int]) -> None:
    assert [*lines([counted(number, low), counted(number, high, "BBB02")])] == []


REFERRAL, CONTACT = TOOLS_READ


def test_questionnaires_that_no_fact_reads_are_shown_and_not_judged() -> None:
    short = even(0, 4)
    assert [*lines([counted(Number(CONTACT, "PersScore", "720433000"), short)])]
    unread = [
        counted(Number(CONTACT, "PersScore", "760741000000102"), short),  # iMTA
        counted(Number(CONTACT, "PersScore", "1065441000000103"), short),  # PHQ-15
        counted(Number(REFERRAL, "PersScore", "932581000000100"), short / 4),  # WSAS, read at contacts alone
    ]
    assert [*lines(unread)] == []
    assert "iMTA" in "".join(in_words(unread))


def test_every_questionnaire_that_facts_read_is_judged() -> None:
    tables = {table for fact in FACTS.values() for table, read in fact.reads.items() if "PersScore" in read}
    named = [some for some in vars(scores).values() if isinstance(some, tuple | dict)]
    tools = {tool for some in named for tool in some if isinstance(tool, str) and tool in scoring()}
    assert (tables, tools) == (TOOLS_READ.keys(), TOOLS_READ[CONTACT])


def test_of_two_raters_the_one_is_judged_whose_view_is_read() -> None:
    own = {"OrgID_Provider": "AAA01", "ServiceRequestId": [f"R{place}" for place in range(100)]}
    contacts = pd.DataFrame(own).assign(CareContactId=lambda seen: "C" + seen["ServiceRequestId"])
    by_two = contacts.assign(RatingType="working alliance", RatedBy="patient", Rating=usual(100))
    for shares in ("patient", "practitioner"):
        rated_by = {by: usual(100) / (10 if by == shares else 1) for by in ("patient", "practitioner")}
        ratings = pd.concat(by_two.assign(RatedBy=by, Rating=values) for by, values in rated_by.items())
        frames = {
            "IDS101Referral": pd.DataFrame(own).assign(LocalPatientId=lambda sent: sent["ServiceRequestId"]),
            "IDS201CareContact": contacts,
            RATINGS: ratings.drop(columns="ServiceRequestId"),
        }
        said = [*lines(values_used(Records.from_frames(frames)))]
        assert ["(working alliance by the patient)" in line for line in said] == [True] * (
            shares == "patient"
        )


def test_the_highest_value_in_use_is_named_only_where_the_table_shows_it() -> None:
    often = counted(Number(RATINGS, "Rating", "working alliance"), even(1, 5))
    (one,) = other_scales([often])
    assert "whole numbers up to 5 " in one.sign and often.shown(GREATEST) == 5
    narrow = np.repeat([1, 2, 3, 4, 5], [2, 40, 400, 2400, 140])
    (one,) = other_scales([counted(Number(RATINGS, "Rating", "working alliance"), narrow)])
    assert "whole numbers up to half the scale at most and hardly" in one.sign


def test_the_ends_that_are_shown_hold_at_least_90_in_100() -> None:
    assert "At least 90 in 100 of the rows lie between the two ends that are shown, both included" in SAID


RATED_0_TO_3, DIFFICULTY = (
    Number(RATINGS, "Rating", "in-session resistance"),
    Number("BSW002TaskReview", "DifficultyRating"),
)
DECILE, DONE = (
    Number("IDS001MPI", "IndicesOfDeprivationDecile"),
    Number("BSW002TaskReview", "CompletionPercent"),
)
SUPPORT = Number(RATINGS, "Rating", "social support")
DRAWN: dict[str, tuple[Number, list[float], list[int]]] = {
    "resistance": (RATED_0_TO_3, [0, 1, 2, 3], [60, 30, 8, 2]),
    "resistance in halves": (RATED_0_TO_3, [0, 0.5, 1], [50, 25, 25]),
    "difficulty": (DIFFICULTY, [0, 1, 2, 3, 4], [45, 35, 12, 6, 2]),
    "a poor area": (DECILE, [1, 2, 3, 4, 5, 6], [50, 25, 13, 7, 3, 2]),
    "a poor area of few": (DECILE, [1, 2, 3, 4], [40, 30, 20, 10]),
    "the poorest area": (DECILE, [1, 2], [70, 30]),
    "an affluent area": (DECILE, [6, 7, 8, 9, 10], [5, 10, 20, 30, 35]),
    "done by half": (DONE, [0, 50, 100], [30, 30, 40]),
    "done or not": (DONE, [0, 100], [40, 60]),
    "low support": (SUPPORT, [0, 1, 2, 3, 4, 5, 6, 7], [5, 12, 21, 26, 21, 11, 3, 1]),
    "hardly any support": (SUPPORT, [0, 1, 2, 3, 4], [55, 33, 10, 2, 0]),
    "confident": (Number(TASKS, "PatientConfidence"), [7, 8, 9, 10], [20, 40, 20, 20]),
}


@pytest.mark.parametrize("answers", DRAWN)
def test_honest_answers_are_told_in_fewer_than_1_of_100_draws(answers: str) -> None:
    number, values, weights = DRAWN[answers]
    chance, shares = np.random.default_rng(1), np.array(weights) / sum(weights)
    drawn = [chance.choice(values, rows, p=shares) for rows in (30, 60, 200) for _ in range(34)]
    assert sum(bool(other_scales([counted(number, one)])) for one in drawn) <= 1


def test_what_rests_on_few_patients_is_not_shown() -> None:
    many = rated({"AAA01": [*([3] * 3), *([6] * 30), *([7] * 7), *([10] * 4)]})[0]
    assert many.as_json() | {"rows": 45, "p5": None, "median": 6.0, "p95": None} == many.as_json()
    (few,) = rated({"AAA01": [6] * 40}, each=10)
    assert (few.patients, few.rows, few.shown(0.5)) == (4, "*", None)
    page = "".join(in_words([many, few]))
    assert "<td>*</td>" in page.replace(' class="n"', "")


def test_a_number_that_leads_to_no_patient_shows_nothing() -> None:
    frame = pd.DataFrame({"OrgID_Provider": "AAA01", "ServiceRequestId": "R1", "MessagesSent": [900.0] * 50})
    (used,) = values_used(Records.from_frames({"BSW004PlatformSession": frame}))
    assert (used.rows, used.shown(0.5)) == ("*", None)


def test_of_a_lone_service_the_table_names_none() -> None:
    assert '<th scope="col">service' not in "".join(in_words(rated({"AAA01": usual()})))
    assert '<th scope="col">service' in "".join(in_words(rated({"AAA01": usual(), "BBB02": usual()})))


def test_every_range_of_the_standard_says_whether_it_is_a_scale() -> None:
    amounts = {known.column for known in ranges() if not known.is_scale}
    assert amounts == {
        "TimesPerWeek", "MinutesPerWeek", "ModulesCompleted", "MessagesSent", "ClinContDurOfCareCont",
    }  # fmt: skip
