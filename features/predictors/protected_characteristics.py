"""Protected characteristics. They serve the audit; none is a predictor unless a setting admits it.

No part of the conceptual model. Never shown as a reason.
"""

from features.history import History
from features.number import Number
from features.predictor import predictor

SETTING = "admitted by a setting; no source"


@predictor(
    unit="years",
    when_absent=None,
    shown="never",
    source=SETTING,
    protected="age",
    says="aged {}",
    unrecorded="age",
)
def age(protected_patients: History) -> Number:
    """Age at the point in full years.

    protected_patients | days_old_when_known  days_before
                       | 10957.5              36.525
    gives              | 30
    """
    days = (protected_patients.days_old_when_known + protected_patients.days_before).latest()
    return (days / 365.25).whole()


@predictor(
    unit="0/1",
    when_absent=None,
    shown="never",
    source=SETTING,
    protected="gender",
    says={0: "male", 1: "female"},
    unrecorded="gender",
)
def female(protected_patients: History) -> Number:
    """Whether the stated gender is female; missing where it is neither female nor male.

    protected_patients | female
                       | yes
    gives              | 1
    """
    return protected_patients.female.latest()


@predictor(
    unit="0/1",
    when_absent=None,
    shown="never",
    source=SETTING,
    protected="disability",
    says={0: "no disability recorded", 1: "a disability is recorded"},
)
def disability(disabilities: History) -> Number:
    """Whether any disability is recorded; 0 only where it is recorded that there is none.

    disabilities | disabled
                 | no
                 | yes
    gives        | 1
    """
    return disabilities.disabled.any()


@predictor(
    unit="0/1",
    when_absent=0,
    shown="never",
    source=SETTING,
    protected="asylum",
    says={0: "no asylum recorded", 1: "asylum or refuge is recorded"},
    unrecorded="asylum or refuge",
)
def asylum(protected_circumstances: History) -> Number:
    """Whether asylum or refuge is recorded among the patient's circumstances.

    protected_circumstances | group
                            | asylum / refugee
    gives                   | 1
    """
    return protected_circumstances.group.equals("asylum / refugee").any()


@predictor(
    unit="0/1",
    when_absent=0,
    shown="never",
    source=SETTING,
    protected="maternity",
    says={0: "no pregnancy or young baby recorded", 1: "a pregnancy or a young baby is recorded"},
    unrecorded="a pregnancy or a young baby",
)
def perinatal(protected_circumstances: History) -> Number:
    """Whether a pregnancy or a young baby is recorded among the patient's circumstances.

    protected_circumstances | group
                            | religion
    gives                   | 0
    """
    return protected_circumstances.group.equals("perinatal").any()


@predictor(
    unit="0/1",
    when_absent=None,
    shown="never",
    source=SETTING,
    protected="ethnicity",
    says={0: "another ethnic group than White", 1: "White"},
    unrecorded="ethnic group",
)
def ethnicity_white(protected_patients: History) -> Number:
    """Whether the ethnic group is White; missing where it is not stated.

    protected_patients | ethnic_group
                       | Asian or Asian British
    gives              | 0
    """
    return protected_patients.ethnic_group.equals("White").latest()


@predictor(
    unit="0/1",
    when_absent=None,
    shown="never",
    source=SETTING,
    protected="ethnicity",
    says={0: "another ethnic group", 1: "Asian"},
    unrecorded="ethnic group",
)
def ethnicity_asian(protected_patients: History) -> Number:
    """Whether the ethnic group is Asian; missing where it is not stated.

    protected_patients | ethnic_group
                       | Asian or Asian British
    gives              | 1
    """
    return protected_patients.ethnic_group.equals("Asian or Asian British").latest()


@predictor(
    unit="0/1",
    when_absent=None,
    shown="never",
    source=SETTING,
    protected="ethnicity",
    says={0: "another ethnic group", 1: "Black"},
    unrecorded="ethnic group",
)
def ethnicity_black(protected_patients: History) -> Number:
    """Whether the ethnic group is Black; missing where it is not stated.

    protected_patients | ethnic_group
                       | Black or Black British
    gives              | 1
    """
    return protected_patients.ethnic_group.equals("Black or Black British").latest()


@predictor(
    unit="0/1",
    when_absent=None,
    shown="never",
    source=SETTING,
    protected="ethnicity",
    says={0: "another ethnic group", 1: "Mixed"},
    unrecorded="ethnic group",
)
def ethnicity_mixed(protected_patients: History) -> Number:
    """Whether the ethnic group is Mixed; missing where it is not stated.

    protected_patients | ethnic_group
                       | Mixed
    gives              | 1
    """
    return protected_patients.ethnic_group.equals("Mixed").latest()


@predictor(
    unit="0/1",
    when_absent=None,
    shown="never",
    source=SETTING,
    protected="religion",
    says={0: "a religion is recorded", 1: "recorded as having no religion"},
    unrecorded="religion",
)
def religion_none(protected_circumstances: History) -> Number:
    """Whether the religion recorded is none; missing where religion was not recorded or not stated.

    protected_circumstances | group     meaning
                            | religion  Religion: none
                            | religion  Religion: not stated/known
    gives                   | 1
    """
    rows = protected_circumstances
    stated = rows.group.equals("religion") & ~rows.meaning.equals("Religion: not stated/known")
    return rows.where(stated).meaning.equals("Religion: none").latest()


@predictor(
    unit="0/1",
    when_absent=None,
    shown="never",
    source=SETTING,
    protected="sexual orientation",
    says={0: "gay, lesbian or bisexual", 1: "heterosexual"},
    unrecorded="sexual orientation",
)
def heterosexual(protected_circumstances: History) -> Number:
    """Whether the sexual orientation recorded is heterosexual; missing where none was recorded.

    protected_circumstances | group               meaning
                            | sexual orientation  Sexual orientation: bisexual
    gives                   | 0
    """
    rows = protected_circumstances.where(protected_circumstances.group.equals("sexual orientation"))
    return rows.meaning.equals("Sexual orientation: heterosexual").latest()
