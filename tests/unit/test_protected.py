"""Protected characteristics stay out of the matrix unless a setting admits them, some only with a reason."""

from __future__ import annotations

from dataclasses import replace

import pytest

from features.facts import FACTS
from features.predictor import DefinitionError, catalogue, everything, in_order
from features.protected import ADMISSIBLE, WITH_A_REASON, ProtectedSettings

REASON = "the protocol of the trial asks for it (section 4.2)"


def test_no_protected_characteristic_is_a_predictor_by_default() -> None:
    assert not [name for name, known in catalogue().items() if known.protected]
    for known in catalogue().values():
        assert not [fact for fact in known.parameters if fact in FACTS and FACTS[fact].protected]


def test_a_pregnancy_is_protected_and_no_predictor_by_default() -> None:
    assert "perinatal" not in catalogue()
    assert "perinatal" in catalogue(ProtectedSettings(admit=("maternity",)).admitted)


@pytest.mark.parametrize("characteristic", ADMISSIBLE)
def test_age_gender_disability_asylum_and_maternity_are_admitted_by_a_setting(characteristic: str) -> None:
    settings = ProtectedSettings(admit=(characteristic,))
    added = set(catalogue(settings.admitted)) - set(catalogue())
    assert added and {everything()[name].protected for name in added} == {characteristic}


@pytest.mark.parametrize("characteristic", WITH_A_REASON)
def test_ethnicity_religion_and_sexual_orientation_need_a_written_reason(characteristic: str) -> None:
    with pytest.raises(ValueError, match="needs a written reason of at least 20 characters"):
        ProtectedSettings(admit=(characteristic,))
    with pytest.raises(ValueError, match="needs a written reason"):
        ProtectedSettings(admit=(characteristic,), because={characteristic: "because"})
    settings = ProtectedSettings(admit=(characteristic,), because={characteristic: REASON})
    assert {everything()[n].protected for n in set(catalogue(settings.admitted)) - set(catalogue())} == {
        characteristic
    }
    assert settings.in_words() == (f"{characteristic} is a predictor: {REASON}",)


def test_an_unknown_characteristic_is_named_with_the_nearest() -> None:
    with pytest.raises(ValueError, match=r"no protected characteristic 'agee'; did you mean 'age'\?"):
        ProtectedSettings(admit=("agee",))


def test_a_reason_for_what_is_not_admitted_is_refused() -> None:
    with pytest.raises(ValueError, match=r"`admit` does not name religion"):
        ProtectedSettings(because={"religion": REASON})


def test_a_predictor_cannot_read_a_protected_fact_without_saying_so() -> None:
    sneaky = replace(catalogue()["phq9_latest"], name="sneaky", parameters=("protected_patients",))
    with pytest.raises(DefinitionError, match="reads protected_patients, a protected characteristic"):
        in_order({"sneaky": sneaky})
    by_a_part = replace(catalogue()["phq9_latest"], name="sneaky", parameters=("age",), when_absent=None)
    with pytest.raises(DefinitionError, match="reads age, a protected characteristic"):
        in_order({"sneaky": by_a_part, "age": everything()["age"]})


def test_a_protected_characteristic_is_never_shown() -> None:
    with pytest.raises(DefinitionError, match="is never shown"):
        in_order({"age": replace(everything()["age"], shown="context")})
