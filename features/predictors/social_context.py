"""Work, money, home and the people around the patient."""

from features.conceptual_model import PATIENTS_2025, PRACTITIONERS_2025
from features.history import History
from features.number import Number
from features.predictor import predictor


@predictor(
    unit="0/1",
    when_absent=None,
    shown="context",
    source=PRACTITIONERS_2025,
    says={0: "not in paid work", 1: "in paid work"},
    unrecorded="whether the patient is in paid work",
)
def in_work(employment: History) -> Number:
    """Whether the patient is in paid work, at the last record.

    employment | working
               | no
               | yes
    gives      | 1
    """
    return employment.working.latest()


@predictor(
    unit="0/1",
    when_absent=None,
    shown="context",
    source=PRACTITIONERS_2025,
    says={0: "not out of work and looking for it", 1: "out of work and looking for it"},
    unrecorded="whether the patient is looking for work",
)
def unemployed(employment: History) -> Number:
    """Whether the patient is out of work and looking for it, at the last record.

    employment | unemployed
               | yes
               | no
    gives      | 0
    """
    return employment.unemployed.latest()


@predictor(
    unit="0/1",
    when_absent=None,
    shown="context",
    source=PRACTITIONERS_2025,
    says={0: "not off sick", 1: "off sick from work"},
    unrecorded="whether the patient is off sick",
)
def off_sick(employment: History) -> Number:
    """Whether the patient receives sick pay, at the last record.

    employment | off_sick
               | yes
    gives      | 1
    """
    return employment.off_sick.latest()


@predictor(
    unit="0/1",
    when_absent=None,
    shown="context",
    source=PRACTITIONERS_2025,
    says={0: "receives no benefits", 1: "receives benefits"},
    unrecorded="whether the patient receives benefits",
)
def benefits(employment: History) -> Number:
    """Whether the patient receives benefits, at the last record.

    employment | benefits
               | no
               | -
    gives      | 0
    """
    return employment.benefits.latest()


@predictor(
    unit="0/1",
    when_absent=None,
    shown="reason",
    source=PATIENTS_2025,
    says={0: "not looking after family full time", 1: "looks after family or home full time"},
    unrecorded="whether the patient looks after family or home full time",
)
def caring(employment: History) -> Number:
    """Whether the patient looks after family or home full time, at the last record.

    employment | caring
               | yes
    gives      | 1
    """
    return employment.caring.latest()


@predictor(
    unit="other statuses",
    when_absent=0,
    shown="reason",
    source=PRACTITIONERS_2025,
    says={0: "no change of employment recorded", 1: "employment was recorded as changed"},
    unrecorded="changes of employment",
)
def employment_changes(employment: History) -> Number:
    """How many different employment statuses are recorded, less one; missing where no record says which.

    employment | status
               | 01
               | 02
               | 01
    gives      | 1
    """
    return (employment.status.distinct() - 1.0).where_above(employment.status.is_known(), 0.0)


@predictor(
    unit="0/1",
    when_absent=0,
    shown="reason",
    source=PRACTITIONERS_2025,
    says={0: "no debt recorded", 1: "debt is recorded as a difficulty"},
    unrecorded="debt",
)
def debt(circumstances: History) -> Number:
    """Whether debt is recorded among the patient's circumstances.

    circumstances | group
                  | debt
    gives         | 1
    """
    return circumstances.group.equals("debt").any()


@predictor(
    unit="0/1",
    when_absent=None,
    shown="context",
    source=PRACTITIONERS_2025,
    says={0: "no settled home", 1: "a settled home"},
    unrecorded="whether the patient has a settled home",
)
def settled_home(accommodation: History) -> Number:
    """Whether the patient's accommodation is settled, at the last record.

    accommodation | settled
                  | yes
                  | no
    gives         | 0
    """
    return accommodation.settled.latest()


@predictor(
    unit="0-10",
    when_absent=None,
    shown="reason",
    source=PATIENTS_2025,
    modifiable=True,
    says="support from people close by rated {} of 10",
    unrecorded="how much support the patient has",
)
def social_support(session_ratings: History) -> Number:
    """Support from the people around the patient, at the patient's last rating.

    session_ratings | support
                    | 3
                    | 6
    gives           | 6
    """
    return session_ratings.support.latest()


@predictor(
    unit="tenth, 1 most deprived",
    when_absent=None,
    shown="context",
    source=PRACTITIONERS_2025,
    says="the area is in tenth {} of 10 by deprivation (1 is the most deprived)",
    unrecorded="deprivation of the area",
)
def deprivation(patients: History) -> Number:
    """Deprivation of the area the patient lives in; 1 is the most deprived tenth. Context, never a reason.

    patients | deprivation_decile
             | 3
    gives    | 3
    """
    return patients.deprivation_decile.latest()
