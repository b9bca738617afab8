"""The synthetic service's model: who there is, what happens, and that it can be learned from."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pytest
from sklearn.metrics import roc_auc_score

from pipelines.synthetic import assumptions as a
from pipelines.synthetic.calendar import Array, Months, age, months_until_last_day, on_a_working_day
from pipelines.synthetic.chance import stream
from pipelines.synthetic.mechanism import BY_NAME, Mechanism
from pipelines.synthetic.pathway_tables import complaint_of
from pipelines.synthetic.people import DECILES, ETHNICITIES
from pipelines.synthetic.questionnaires import scores_at_contacts
from pipelines.synthetic.record_keeping import Block, Numbering
from pipelines.synthetic.service_block import draw_block, tables_of
from pipelines.synthetic.services import draw_services

MONTHS = months_until_last_day(24)


def drawn(pathways: int, *, seed: int = 1, services: int = 3, months: Months = MONTHS) -> Block:
    at, staff = draw_services(seed, services, pathways=pathways)
    return draw_block(
        seed, 0, size=pathways, services=at, staff=staff, months=months, numbers=Numbering(services)
    )


@pytest.fixture(scope="module")
def block() -> Block:
    return drawn(5_000)


@pytest.fixture(scope="module")
def tables(block: Block) -> dict[str, pa.Table]:
    return tables_of(block, Numbering(3))


def agreed(block: Block) -> Array:
    return block.of(block.happened.set_tasks)


def test_the_true_probability_separates_done_from_not_done_as_declared(block: Block) -> None:
    chance, done = block.of(block.happened.probability_done), block.of(block.happened.done)
    here = agreed(block)
    assert 0.72 <= roc_auc_score(done[here], chance[here]) <= 0.82
    assert 0.35 <= 1 - done[here].mean() <= 0.45


def test_the_true_probability_is_calibrated(block: Block) -> None:
    here = agreed(block)
    chance, done = block.of(block.happened.probability_done)[here], block.of(block.happened.done)[here]
    for tenth in np.array_split(np.argsort(chance), 10):
        assert chance[tenth].mean() == pytest.approx(done[tenth].mean(), abs=0.05)


def test_the_last_work_alone_says_something_but_not_much(block: Block) -> None:
    here = np.flatnonzero(agreed(block))
    pathway, done = block.contacts.pathway[here], block.of(block.happened.done)[here]
    follows = np.flatnonzero(pathway[1:] == pathway[:-1]) + 1
    assert 0.60 <= roc_auc_score(done[follows], done[follows - 1]) <= 0.67


@pytest.mark.parametrize(
    ("cause", "raises"),
    [
        ("expectations", True),
        ("planning", True),
        ("reviewing", True),
        ("resistance", False),
        ("life_load", False),
    ],
)
def test_directions_are_those_that_the_conceptual_model_states(cause: str, raises: bool) -> None:
    level = {name: np.zeros(1) for name in BY_NAME["completion"].causes}
    usual = Mechanism().value("completion", level)
    more = Mechanism().value("completion", level | {cause: np.ones(1)})
    assert bool(more[0] > usual[0]) is raises


def test_margins_of_people_are_near_the_published_ones(block: Block) -> None:
    people = block.people
    unknown = np.isin(people.ethnicity, [ETHNICITIES.index("Z"), ETHNICITIES.index("99")]).mean()
    assert unknown == pytest.approx(0.101, abs=0.02)
    assert (people.ethnicity == ETHNICITIES.index("A")).mean() == pytest.approx(0.665, abs=0.03)
    assert (people.gender == 0).mean() == pytest.approx(0.658, abs=0.03)
    assert (people.age < 26).mean() == pytest.approx(0.219, abs=0.03)
    known = people.decile != DECILES.index("")
    assert np.isin(people.decile[known], [0, 1]).mean() == pytest.approx(0.26, abs=0.1)


def test_first_scores_are_moderate_and_fall(block: Block) -> None:
    scores, session = scores_at_contacts(block, complaint_of(block)), block.of(block.happened.session)
    finished = (block.happened.session.max(axis=1) >= 2)[block.contacts.pathway]
    early, late = finished & (session <= 1), session >= 6
    assert 13.5 <= np.nanmean(scores.phq9[early]) <= 15.5
    assert 12.0 <= np.nanmean(scores.gad7[early]) <= 14.0
    assert 16.0 <= np.nanmean(scores.wsas[early].sum(axis=1)) <= 20.0
    assert np.nanmean(scores.phq9[late]) < np.nanmean(scores.phq9[early]) - 4


def test_symptoms_fall_more_where_the_work_is_done(block: Block) -> None:
    happened = block.happened
    again = happened.booked[:, 1:] & happened.attended[:, 1:] & happened.set_tasks[:, :-1]
    change = (happened.phq9[:, 1:] - happened.phq9[:, :-1])[again]
    done = happened.done[:, :-1][again]
    assert change[done].mean() < change[~done].mean() - 0.3


def test_about_one_appointment_in_eight_is_missed_and_courses_have_six_to_eight_sessions(
    block: Block,
) -> None:
    assert 0.09 <= 1 - block.contacts.attended.mean() <= 0.15
    finished = block.episodes.ending == 0
    assert 6.0 <= block.happened.session.max(axis=1)[finished].mean() <= 8.0


def test_about_a_tenth_of_questionnaires_is_missing(block: Block) -> None:
    recorded = ~np.isnan(scores_at_contacts(block, complaint_of(block)).phq9[block.contacts.attended])
    assert 1 - recorded.mean() == pytest.approx(a.QUESTIONNAIRE_MISSING, abs=0.02)


def test_some_patients_are_referred_twice_and_some_of_these_at_once(block: Block) -> None:
    person, ended = block.pathways.person, block.episodes.discharged
    second = np.flatnonzero(person[1:] == person[:-1]) + 1
    assert 0.05 <= len(second) / len(person) <= 0.11
    overlapping = block.pathways.received[second] <= ended[second - 1]
    assert 0.05 <= overlapping.mean() <= 0.6


def test_no_appointment_is_on_a_weekend() -> None:
    weekdays = on_a_working_day(np.arange(20_000, 20_014)).astype("datetime64[D]")
    assert np.is_busday(weekdays).all()


def test_a_longer_run_of_months_begins_on_a_first_and_ends_with_the_last_day() -> None:
    months = months_until_last_day(5)
    assert str(months.starts[0].astype("datetime64[D]")) == "2025-05-01"
    assert str(months.ends[-1].astype("datetime64[D]")) == "2025-09-30"
    assert months.of(np.array([months.ends[2], months.ends[2] + 1])).tolist() == [2, 3]


def test_july_2024_has_the_national_number_1492() -> None:
    at = MONTHS.of(np.array([np.datetime64("2024-07-15").astype("datetime64[D]").astype(np.int64)]))
    assert MONTHS.national_number(at).tolist() == [1492]


def test_age_counts_whole_years() -> None:
    assert age(np.array([0]), np.array([365 * 30 + 10])).tolist() == [30]


def test_parts_of_the_model_have_their_own_chance() -> None:
    assert stream(1, "people").random() == stream(1, "people").random()
    assert stream(1, "people").random() != stream(1, "episodes").random()
    assert stream(1, "people", block=0).random() != stream(1, "people", block=1).random()


def test_each_provider_counts_its_own_numbers_from_one() -> None:
    numbers = Numbering(2)
    assert numbers.next("task", np.array([0, 1, 0])).tolist() == [1, 1, 2]
    assert numbers.next("task", np.array([1, 0])).tolist() == [2, 3]


@pytest.mark.parametrize("pathways", [1, 2, 20])
def test_a_very_small_service_has_every_table(pathways: int, tables: dict[str, pa.Table]) -> None:
    small = tables_of(drawn(pathways, services=1), Numbering(1))
    assert small.keys() == tables.keys()
    assert all(small[name].schema == tables[name].schema for name in tables if not name.startswith("truth"))


def test_one_month_of_records_is_enough_to_write(tables: dict[str, pa.Table]) -> None:
    month = tables_of(drawn(50, months=months_until_last_day(1)), Numbering(3))
    assert month.keys() == tables.keys()
