"""The causal graph: complete, drawn from the code, each node with an effect that can be switched off."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import numpy as np
import pytest

from features.conceptual_model import CONSTRUCTS
from features.errors import InputError
from pipelines.mechanism import DOCS, mechanism
from pipelines.synthetic.calendar import Array, day_number, months_until_last_day, turn_of_the_year
from pipelines.synthetic.drawing import PICTURE
from pipelines.synthetic.mechanism import BY_NAME, NODES, Mechanism
from pipelines.synthetic.record_keeping import Block, Numbering
from pipelines.synthetic.service_block import draw_block
from pipelines.synthetic.services import draw_services
from pipelines.synthetic.settings import SyntheticSettings


def test_every_construct_of_the_conceptual_model_is_a_node() -> None:
    assert {node.construct for node in NODES if node.construct} == set(CONSTRUCTS)


def test_causes_are_nodes_that_come_before_and_no_node_causes_itself() -> None:
    seen: set[str] = set()
    for node in NODES:
        assert set(node.causes) <= seen, node.name
        seen.add(node.name)
    assert len(seen) == len(NODES)


def stated(cause: str) -> int:
    """The direction in which a node's construct moves non-completion, 0 where none is stated."""
    construct = BY_NAME[cause].construct
    return (CONSTRUCTS[construct].direction or 0) if construct else 0


@pytest.mark.parametrize(
    "cause",
    # what is asked for belongs to planning, but is not how well it is planned
    [cause for cause in BY_NAME["completion"].causes if stated(cause) and cause != "demand"],
)
def test_directions_are_those_stated(cause: str) -> None:
    assert np.sign(BY_NAME["completion"].causes[cause]) == -stated(cause)


def test_every_cause_must_be_given_and_no_other() -> None:
    with pytest.raises(ValueError, match="causes of planning"):
        Mechanism().value("planning", {"skill": np.zeros(1)})


def test_a_node_off_has_no_effect_and_an_effect_may_have_another_size() -> None:
    one = {cause: np.ones(1) for cause in BY_NAME["planning"].causes}
    usual, off = Mechanism().value("planning", one), Mechanism(off=["skill"]).value("planning", one)
    assert usual[0] - off[0] == pytest.approx(BY_NAME["planning"].causes["skill"])
    other = Mechanism(effects={"planning.skill": 3.0, "planning.always": 1.0}).value("planning", one)
    assert other[0] - off[0] == pytest.approx(4.0)


def test_unknown_nodes_and_effects_are_refused() -> None:
    with pytest.raises(ValueError, match="did you mean 'alliance'"):
        SyntheticSettings(off=("aliance",))
    with pytest.raises(ValueError, match="unknown effect"):
        SyntheticSettings(effects={"completion.nothing": 1.0})


def test_the_year_turns_at_christmas() -> None:
    days = np.array([day_number(date(2024, 12, 25)), day_number(date(2025, 6, 25))])
    assert turn_of_the_year(days) == pytest.approx([1.0, -1.0], abs=0.01)


def test_the_documentation_is_drawn_from_the_code_and_current() -> None:
    assert mechanism(check=True) == 0
    assert f"]({PICTURE})" in (DOCS / "synthetic-mechanism.md").read_text(encoding="utf-8")


def test_a_drawing_out_of_date_is_told(tmp_path: Path) -> None:
    assert mechanism(check=False, docs=tmp_path) == 0
    (tmp_path / PICTURE).write_text("old", encoding="utf-8")
    with pytest.raises(InputError, match="bsw mechanism"):
        mechanism(check=True, docs=tmp_path)


def drawn(**effects: float) -> Block:
    """2,000 pathways in which some effects have another size; "." of their names is written "__"."""
    settings = SyntheticSettings(effects={name.replace("__", "."): size for name, size in effects.items()})
    services, staff = draw_services(3, 2, pathways=2_000, settings=settings)
    return draw_block(
        3,
        0,
        size=2_000,
        services=services,
        staff=staff,
        months=months_until_last_day(24),
        numbers=Numbering(2),
        settings=settings,
    )


def share_done(block: Block, where: Array) -> float:
    here = block.of(block.happened.set_tasks) & where
    return float(block.of(block.happened.done)[here].mean())


def test_completion_drifts_over_the_years() -> None:
    block = drawn(completion__drift=1.0)
    early = block.contacts.day < block.months.starts[8]
    assert share_done(block, ~early) > share_done(block, early) + 0.1


def test_completion_has_its_season() -> None:
    block = drawn(completion__season=-1.0)
    winter = turn_of_the_year(block.contacts.day) > 0.5
    assert share_done(block, winter) < share_done(block, ~winter) - 0.1


def test_patients_learn_over_sessions() -> None:
    block = drawn(completion__session=0.4)
    late = block.of(block.happened.session) >= 5
    assert share_done(block, late) > share_done(block, ~late) + 0.1


def test_practitioners_leave_a_trace_in_planning_and_in_completion() -> None:
    block = drawn(completion__practitioner=4.0)
    staff = block.of(block.happened.staff)
    here = block.of(block.happened.set_tasks)
    for trait, trace in (("skill", block.happened.planning), ("effect", block.happened.done)):
        seen = np.corrcoef(getattr(block.staff, trait)[staff][here], block.of(trace)[here])[0, 1]
        assert seen > 0.1, trait


def test_services_differ_beyond_their_practitioners() -> None:
    block = drawn(completion__service=8.0)
    effect, service = block.services.effect, block.contacts.service
    assert (
        share_done(block, service == effect.argmax()) > share_done(block, service == effect.argmin()) + 0.05
    )
