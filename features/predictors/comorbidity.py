"""Other health conditions beside the problem treated, earlier episodes of it and other referrals."""

from features.change import change
from features.conceptual_model import NONE_STATED, PRACTITIONERS_2025
from features.history import History
from features.number import Number
from features.predictor import predictor


@predictor(
    unit="conditions",
    when_absent=None,
    shown="reason",
    source=PRACTITIONERS_2025,
    says={0: "no long-term physical condition recorded", 1: "{} long-term physical condition|s recorded"},
    unrecorded="long-term physical conditions",
)
def long_term_condition_count(long_term_conditions: History) -> Number:
    """How many long-term physical conditions are recorded; 0 only where it is recorded that there is none.

    long_term_conditions | present
                         | yes
                         | yes
    gives                | 2
    """
    return long_term_conditions.present.sum()


@predictor(
    unit="0/1",
    when_absent=None,
    shown="reason",
    source=PRACTITIONERS_2025,
    says={0: "no long-term pain recorded", 1: "a condition with long-term pain is recorded"},
    unrecorded="whether there is a condition with long-term pain",
)
def long_term_pain(long_term_conditions: History) -> Number:
    """Whether a painful or musculoskeletal long-term condition is recorded.

    long_term_conditions | kind
                         | other
                         | pain
    gives                | 1
    """
    return long_term_conditions.kind.equals("pain").any()


@predictor(
    unit="0/1",
    when_absent=None,
    shown="reason",
    source=PRACTITIONERS_2025,
    says={0: "no heart or lung condition recorded", 1: "a heart or lung condition is recorded"},
    unrecorded="whether there is a heart or lung condition",
)
def heart_or_lung_condition(long_term_conditions: History) -> Number:
    """Whether a long-term condition of heart or lungs is recorded.

    long_term_conditions | kind
                         | none
    gives                | 0
    """
    return long_term_conditions.kind.equals("heart or lungs").any()


@predictor(
    unit="0/1",
    when_absent=None,
    shown="reason",
    source=NONE_STATED,
    says={0: "no earlier diagnosis of the condition", 1: "the condition was diagnosed before"},
    unrecorded="whether the condition was diagnosed before",
)
def previously_diagnosed(earlier_conditions: History) -> Number:
    """Whether the condition was diagnosed before, as the referral says.

    earlier_conditions | previously_diagnosed
                       | yes
    gives              | 1
    """
    return earlier_conditions.previously_diagnosed.latest()


@predictor(
    unit="diagnoses",
    when_absent=None,
    shown="context",
    source=PRACTITIONERS_2025,
    says={
        0: "no earlier diagnosis recorded",
        1: "1 earlier diagnosis recorded",
        2: "{} earlier diagnoses recorded",
    },
    unrecorded="earlier diagnoses",
)
def earlier_diagnosis_count(diagnoses: History) -> Number:
    """How many different earlier diagnoses are recorded.

    diagnoses | diagnosis
              | F320
              | F411
              | F320
    gives     | 2
    """
    return diagnoses.diagnosis.distinct()


@predictor(
    unit="referrals",
    when_absent=0,
    shown="context",
    source=NONE_STATED,
    says={0: "no other referral to this service", 1: "{} other referral|s to this service"},
    unrecorded="other referrals to this service",
)
def earlier_referrals(patient_referrals: History) -> Number:
    """How many other referrals of the patient this service had received, before or beside this one.

    patient_referrals | in_this_pathway
                      | no
                      | yes
    gives             | 1
    """
    return patient_referrals.where(~patient_referrals.in_this_pathway).count()


@predictor(
    unit="days",
    when_absent=None,
    shown="context",
    source=NONE_STATED,
    says={
        0: "another referral to this service less than a day ago",
        1: "{:whole} day|s since another referral to this service",
    },
    unrecorded="another referral to this service",
)
def days_since_another_referral(patient_referrals: History) -> Number:
    """Days since the last other referral of the patient to this service; missing where there is none.

    patient_referrals | in_this_pathway  days_before
                      | no               400
                      | no               300
                      | yes              20
    gives             | 300
    """
    return patient_referrals.where(~patient_referrals.in_this_pathway).days_since_latest()


@predictor(
    unit="0/1",
    when_absent=None,
    shown="context",
    source=NONE_STATED,
    says={0: "no medication prescribed for mood or anxiety", 1: "medication prescribed for mood or anxiety"},
    unrecorded="whether medication is prescribed for mood or anxiety",
)
def medication(appointments: History) -> Number:
    """Whether psychotropic medication is prescribed, at the last contact that says.

    appointments | medication
                 | no
                 | yes
                 | -
    gives        | 1
    """
    return appointments.medication.latest()


@predictor(
    unit="change, -1 to 1",
    when_absent=None,
    shown="reason",
    source=NONE_STATED,
    says={
        -1: "medication was stopped since the start",
        0: "medication as at the start",
        1: "medication was begun since the start",
    },
    unrecorded="whether medication was begun or stopped",
)
def medication_change(appointments: History) -> Number:
    """Whether medication was begun (1) or stopped (-1) since the first contact that says; missing where only one does.

    appointments | medication
                 | yes
                 | no
    gives        | -1
    """
    return change(appointments.medication)


@predictor(
    unit="problems",
    when_absent=None,
    shown="reason",
    source=PRACTITIONERS_2025,
    says={0: "no presenting problem recorded", 1: "{} presenting problem|s recorded"},
    unrecorded="the presenting problems",
)
def problem_count(complaints: History) -> Number:
    """How many different presenting complaints are recorded.

    complaints | complaint
               | F411
               | F320
    gives      | 2
    """
    return complaints.complaint.distinct()


@predictor(
    unit="0/1",
    when_absent=0,
    shown="context",
    source=PRACTITIONERS_2025,
    says={0: "no addiction recorded", 1: "smoking, alcohol, drugs or gambling is recorded as a difficulty"},
    unrecorded="smoking, alcohol, drugs or gambling",
)
def addiction_recorded(circumstances: History) -> Number:
    """Whether smoking, alcohol, drugs or gambling is recorded among the patient's circumstances.

    circumstances | group
                  | debt
                  | addiction - alcohol
    gives         | 1
    """
    kinds = ("smoking", "alcohol", "drugs", "gambling")
    return circumstances.group.among(*(f"addiction - {kind}" for kind in kinds)).any()
