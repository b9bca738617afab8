"""Numbers on another scale than the standard's are told; honest answers, however low, are not, and nobody is shown."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
import pytest

from features.records import Records
from features.standard import ranges
from pipelines.quality.other_scales import FEWEST, in_words, lines
from pipelines.quality.values_used import Used, values_used

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


def told(values: Values, kind: str = "working alliance") -> list[str]:
    return [*lines(rated({"AAA01": values}, kind))]


def usual(
    rows: int = 200, mean: float = 6.5, spread: float = 1.8, top: int = 10, seed: int = 1
) -> np.ndarray:
    """Ratings as they are, whole numbers from 0 to `top`."""
    drawn = np.random.default_rng(seed).normal(mean, spread, rows)
    return np.asarray(np.clip(np.rint(drawn), 0, top))


ON_ANOTHER = {
    "0 to 1": (usual() / 10, "values lie between 0 and 1, as shares do"),
    "yes or no": (usual() >= 6, "hardly any value is above 2,"),
    "1 to 2": (1 + (usual() >= 6), "hardly any value is above 2,"),
    "1 to 5": (1 + np.rint(usual() * 0.4), "values are whole numbers up to 5 "),
    "0 to 5": (np.rint(usual() * 0.5), "values are whole numbers up to 5 "),
    "0 to 3": (np.rint(usual() * 0.3), "values are whole numbers up to 3 "),
    "1 to 5, of 100 patients one by a slip": (
        [*(1 + np.rint(usual() * 0.4)), 9, 10],
        "values are whole numbers up to 5 ",
    ),
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


HONEST = {
    "usual": usual(),
    "half of them": usual(mean=5),
    "nobody above 0": np.zeros(200),
    "mostly 0": [*np.zeros(400), *np.ones(60), *([2] * 14), *([3] * 6), *([4] * 2)],
    "mostly 0, and few patients": [*np.zeros(400), *np.ones(FEWEST - 1)],
    "low, thinning out": np.random.default_rng(1).poisson(0.6, 500),
    "low and wide": usual(mean=2, spread=2),
    "some in half points": usual() / 2 + 5,
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


def test_a_service_beside_another_is_told_also_in_an_amount_that_has_no_scale() -> None:
    minutes = np.random.default_rng(1).integers(2, 9, (2, 100)) * 10.0
    tables: dict[str, list[dict[str, object]]] = {"IDS101Referral": [], "BSW001TaskSet": []}
    for service, values in {"AAA01": minutes[0] / 60, "BBB02": minutes[1], "CCC03": minutes[1]}.items():
        for place, value in enumerate(values):
            own = {"OrgID_Provider": service, "ServiceRequestId": f"R{place}"}
            tables["IDS101Referral"].append({**own, "LocalPatientId": f"P{place}"})
            tables["BSW001TaskSet"].append({**own, "TaskId": f"T{place}", "MinutesPerWeek": value})
    frames = {table: pd.DataFrame(rows) for table, rows in tables.items()}
    (line,) = lines(values_used(Records.from_frames(frames)))
    assert (
        "BSW001TaskSet.MinutesPerWeek of AAA01: hardly any value comes to a fifth of the middle one of "
        in line
    )
    assert "BBB02, CCC03" in line
    frames["BSW001TaskSet"]["MinutesPerWeek"] = [*minutes[0] / 2, *minutes[1], *minutes[1]]
    assert [*lines(values_used(Records.from_frames(frames)))] == []


def test_ratings_by_two_people_are_two_scales() -> None:
    own = {"OrgID_Provider": "AAA01", "ServiceRequestId": [f"R{place}" for place in range(100)]}
    contacts = pd.DataFrame(own).assign(CareContactId=lambda seen: "C" + seen["ServiceRequestId"])
    patient = contacts.assign(RatingType="working alliance", RatedBy="patient", Rating=usual(100))
    practitioner = patient.assign(RatedBy="practitioner", Rating=usual(100) / 10)
    frames = {
        "IDS101Referral": pd.DataFrame(own).assign(LocalPatientId=lambda sent: sent["ServiceRequestId"]),
        "IDS201CareContact": contacts,
        "BSW003SessionRating": pd.concat([patient, practitioner]).drop(columns="ServiceRequestId"),
    }
    (line,) = lines(values_used(Records.from_frames(frames)))
    assert "(working alliance by the practitioner)" in line


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
