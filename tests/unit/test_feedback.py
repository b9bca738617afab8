"""Answers to flags are checked whole, kept once, and told only where numbers are not small."""

from __future__ import annotations

from datetime import date

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from features.errors import InputError
from models.feedback import ACTIONS, WHYS, checked_answers, latest, with_answers
from models.feedback_report import OUTCOMES, SHARES, actions, flags_with_answers, whys
from models.shares import Share, by_group
from models.withheld import RULES

TODAY = date(2026, 3, 9)
FLAGS = pd.DataFrame(
    {
        "flag_id": ["f1", "f2", "f3"],
        "as_of": "2026-03-02",
        "patient_id": ["P1", "P2", "P3"],
        "practitioner_id": ["W1", "W1", "W2"],
        "shown_as": ["K1", "K2", "K3"],
    }
)
RIGHT = {"flag_id": "f1", "answered_on": "2026-03-03", "agreed": "yes", "why": "", "action": ACTIONS[0]}


def answers(*rows: dict[str, str]) -> pd.DataFrame:
    return pd.DataFrame([RIGHT | row for row in rows])


def faults(*rows: dict[str, str]) -> tuple[str, ...]:
    with pytest.raises(InputError) as raised:
        checked_answers(answers(*rows), FLAGS, today=TODAY)
    return raised.value.faults


def test_answers_are_tidied_and_rows_that_nobody_filled_in_are_left_out() -> None:
    unfilled = dict.fromkeys(("answered_on", "agreed", "why", "action", "note"), "") | {"flag_id": "f3"}
    done = f" {ACTIONS[2]};{ACTIONS[0]} ; {ACTIONS[0]}"
    found = checked_answers(answers({"action": done, "note": " rang "}, unfilled), FLAGS, today=TODAY)
    assert found.to_dict("records") == [RIGHT | {"action": f"{ACTIONS[0]}; {ACTIONS[2]}", "note": "rang"}]


def test_a_british_day_and_capitals_are_understood() -> None:
    done = {"answered_on": "04/03/2026", "agreed": "No", "why": WHYS[0].upper(), "action": ACTIONS[0].title()}
    found = checked_answers(answers(done), FLAGS, today=TODAY)
    assert found.to_dict("records") == [
        RIGHT
        | {"answered_on": "2026-03-04", "agreed": "no", "why": WHYS[0], "action": ACTIONS[0], "note": ""}
    ]


def test_every_fault_is_told_at_once_with_its_row() -> None:
    assert faults(
        {"flag_id": "f9"},
        {"agreed": "maybe", "answered_on": "3 March"},
        {"agreed": "no"},
        {"why": WHYS[0]},
        {"action": f"{ACTIONS[-1]}; {ACTIONS[0]}"},
        {"answered_on": "2026-03-01"},
        {"answered_on": "2026-03-10", "patient_id": "P2"},
    ) == (
        "row 2: unknown flag 'f9'; the column flag_id of flags.csv has those of this folder",
        "row 3: 'answered_on' must be a day like 2026-03-02 or 02/03/2026; it is '3 March'",
        "row 3: 'agreed' must be one of: yes, no; it is 'maybe'",
        f"row 4: 'why' must be one of: {', '.join(WHYS)}; it is ''",
        "row 5: 'why' says why a practitioner disagreed; leave it empty where 'agreed' is yes",
        "row 6: 'action' says 'nothing' and something; leave one of them out",
        "row 7: 'answered_on' is 2026-03-01, before the flag was made (2026-03-02)",
        "row 8: flag 'f1' is about another patient_id than the row says",
        "row 8: 'answered_on' is 2026-03-10, which is still to come",
    )


def test_columns_that_are_missing_or_unknown_are_named() -> None:
    with pytest.raises(InputError) as raised:
        checked_answers(answers({}).rename(columns={"agreed": "agree"}), FLAGS, today=TODAY)
    assert raised.value.faults == (
        "lacks the column 'agreed'; the template beside flags.csv has all of them",
        "unknown column 'agree'; did you mean 'agreed'?",
    )


def test_one_flag_answered_in_two_ways_on_one_day_is_refused_in_a_file_and_against_what_is_kept() -> None:
    other = RIGHT | {"agreed": "no", "why": WHYS[0]}
    assert "answered in two ways on 2026-03-03" in faults({}, other)[0]
    kept = checked_answers(answers({}), FLAGS, today=TODAY)
    new = checked_answers(answers(other), FLAGS, today=TODAY)
    with pytest.raises(InputError, match="'f1' is answered in two ways"):
        with_answers(kept, new)


@settings(deadline=None, derandomize=True, max_examples=12)
@given(order=some.permutations([0, 1, 2]), again=some.integers(0, 3))
def test_answers_come_in_once_whatever_comes_again_and_the_last_counts(order: list[int], again: int) -> None:
    given_ = [
        {"flag_id": "f1"},
        {"flag_id": "f2"},
        {"flag_id": "f1", "answered_on": "2026-03-05", "note": "x"},
    ]
    kept = checked_answers(answers({}).iloc[:0], FLAGS, today=TODAY)
    for _ in range(again + 1):
        for one in order:
            kept = with_answers(kept, checked_answers(answers(given_[one]), FLAGS, today=TODAY))
    assert len(kept) == 3
    assert latest(kept).set_index("flag_id").loc["f1", "note"] == "x"


# --- The report ----------------------------------------------------------------------------------------


def service(flags: int = 600, seed: int = 1) -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame]:
    draw = np.random.default_rng(seed)
    given_ = pd.DataFrame(
        {
            "flag_id": [f"f{n}" for n in range(flags)],
            "point_id": [f"c{n}" for n in range(flags)],
            "patient_id": [f"p{n}" for n in range(flags)],
            "flag": draw.random(flags) < 0.9,
            "ethnic_group": draw.choice(
                ["White", "Black", "Asian", "Other"], flags, p=[0.6, 0.2, 0.19, 0.01]
            ),
        }
    )
    answered = draw.random(flags) < 0.6
    agreed = draw.random(flags) < 0.75
    said = pd.DataFrame(
        {
            "flag_id": given_["flag_id"],
            "answered_on": "2026-03-03",
            "agreed": np.where(agreed, "yes", "no"),
            "why": np.where(agreed, "", draw.choice(WHYS, flags)),
            "action": draw.choice(ACTIONS, flags),
            "note": "",
        }
    )[answered]
    outcome = pd.DataFrame(
        {"point_id": given_["point_id"], "not_completed": draw.choice([0, 1, np.nan], flags)}
    )
    return given_, said, outcome


def test_shares_are_of_the_flags_given_answered_and_reviewed() -> None:
    flags, said, outcome = service()
    table = flags_with_answers(flags, said, outcome)
    exact = by_group(table, ["ethnic_group"], (*SHARES, *OUTCOMES), RULES["none"])
    everyone = exact[exact["group"] == "All"].set_index("measure")
    first = flags[flags["flag"] | flags["flag_id"].isin(said["flag_id"])]
    assert everyone.loc["answered", "rows"] == str(len(first))
    assert everyone.loc["answered", "share"] == f"{100 * len(said) / len(first):.0f}%"
    assert everyone.loc["disagreed", "share"] == f"{100 * (said['agreed'] == 'no').mean():.0f}%"
    assert everyone.loc["acted", "share"] == f"{100 * (said['action'] != 'nothing').mean():.0f}%"
    known = outcome[outcome["point_id"].isin(first["point_id"])]["not_completed"].dropna()
    assert everyone.loc["not_done", "share"] == f"{100 * known.mean():.0f}%"


def test_small_numbers_are_withheld_and_cannot_be_worked_out_from_the_others() -> None:
    flags, said, _ = service()
    shown = by_group(flags_with_answers(flags, said, None), ["ethnic_group"], SHARES, RULES["nhs"])
    for _, rows in shown.groupby("measure"):
        hidden = rows[rows["share"] == "*"]
        assert "Other" in set(hidden["group"])
        assert len(hidden) >= 2
        assert not (hidden[["low", "high"]] != "").any(axis=None)
    assert set(shown["rows"].str.replace(",", "").replace("*", "0").astype(int) % 5) == {0}


def test_points_of_few_patients_are_withheld_and_points_of_one_patient_are_no_independent_cases() -> None:
    rows = pd.DataFrame({"of": True, "part": [True] * 60 + [False] * 540, "patient_id": "", "group": "A"})
    alone = rows.assign(patient_id=np.arange(600).astype(str))
    clustered = rows.assign(
        patient_id=(np.arange(600) // 10).astype(str)
    )  # of 60 patients 6, with all points
    few = rows.assign(patient_id=(np.arange(600) // 20).astype(str))  # 3 patients
    asked = [Share("share", "Share", "of", "part")]
    apart, together, hidden = (
        by_group(one, ["group"], asked, RULES["nhs"]).set_index("group").loc["All"]
        for one in (alone, clustered, few)
    )
    assert apart["share"] == together["share"] == "10%" and hidden["share"] == "*"
    assert (apart["low"], apart["high"]) == ("8%", "13%")
    assert (together["low"], together["high"]) == ("5%", "21%")


def test_words_said_fewer_than_five_times_are_withheld() -> None:
    flags, said, _ = service(60)
    table = flags_with_answers(flags, said, None)
    for frame in (whys(table, RULES["nhs"]), actions(table, RULES["nhs"])):
        assert set(frame["times"].replace("*", "0").astype(int) % 5) == {0}
        assert (frame["times"] == "*").sum() != 1


def test_a_service_where_nobody_answered_has_a_report() -> None:
    flags, said, outcome = service(50)
    table = flags_with_answers(flags, said.iloc[:0], outcome)
    shown = by_group(table, ["ethnic_group"], (*SHARES, *OUTCOMES), RULES["nhs"])
    assert set(shown.loc[shown["measure"].isin(["disagreed", "acted"]), "share"]) == {"*"}
    assert (whys(table, RULES["nhs"])["times"] == "*").all()
