"""Whether the approach is understood, and whether it comes in a language and form that can be."""

from features.change import change
from features.conceptual_model import NONE_STATED, PRACTITIONERS_2025
from features.history import History
from features.number import Number
from features.predictor import predictor


@predictor(
    unit="0-10",
    when_absent=None,
    shown="reason",
    source=PRACTITIONERS_2025,
    modifiable=True,
    says="rated {} of 10 at the last rating",
    unrecorded="how well the patient understands it",
)
def understanding(session_ratings: History) -> Number:
    """How well the patient understands the approach, at their own last rating.

    session_ratings | understanding
                    | 5
                    | 7
    gives           | 7
    """
    return session_ratings.understanding.latest()


@predictor(
    unit="points, -10 to 10",
    when_absent=None,
    shown="reason",
    source=PRACTITIONERS_2025,
    modifiable=True,
    says="rating {:moved point|s} since the first",
    unrecorded="how the rating has changed",
)
def understanding_change(session_ratings: History) -> Number:
    """Understanding of the approach at the patient's last rating minus their first; missing under two.

    session_ratings | understanding
                    | 5
                    | 7
    gives           | 2
    """
    return change(session_ratings.understanding)


@predictor(
    unit="0/1",
    when_absent=None,
    shown="reason",
    source="Bunnell 2020",
    modifiable=True,
    says={
        0: "no trouble in understanding earlier tasks reported",
        1: "an earlier task was hard to understand, to read or to use",
    },
    unrecorded="whether an earlier task was hard to understand, to read or to use",
)
def understanding_barrier(reviews: History) -> Number:
    """Whether understanding, reading or technology was reported to be in the way of earlier work.

    reviews | understanding_barrier
            | no
            | yes
            | -
    gives   | 1
    """
    return reviews.understanding_barrier.any()


@predictor(
    unit="0/1",
    when_absent=None,
    shown="never",
    source=NONE_STATED,
    says={0: "prefers English", 1: "prefers another language"},
)
def prefers_other_language(patients: History) -> Number:
    """Whether the patient prefers a language other than English. Near to ethnicity: never shown.

    patients | other_language
             | yes
    gives    | 1
    """
    return patients.other_language.latest()


@predictor(
    unit="0/1",
    when_absent=None,
    shown="reason",
    source=PRACTITIONERS_2025,
    modifiable=True,
    says={
        0: "the materials are in a language that the patient prefers",
        1: "another language than English is preferred, but the materials are in English",
    },
    unrecorded="whether the materials are in the language that the patient prefers",
)
def materials_in_english_against_preference(patients: History, tasks: History) -> Number:
    """Whether the patient prefers another language than English while the materials just given are in English.

    patients | other_language
             | yes
    tasks    | in_this_contact  other_language
             | no               yes
             | yes              no
    gives    | 1
    """
    english = 1.0 - tasks.where(tasks.in_this_contact).other_language.any()
    return patients.other_language.latest() * english


@predictor(
    unit="0/1",
    when_absent=None,
    shown="never",
    source=NONE_STATED,
    says={0: "treated in English", 1: "treated in another language"},
    unrecorded="the language of the last session",
)
def treated_in_another_language(appointments: History) -> Number:
    """Whether the last contact was held in a language other than English. Near to ethnicity: never shown.

    appointments | attended  not_in_english
                 | yes       no
                 | yes       yes
                 | no        no
    gives        | 1
    """
    return appointments.where(appointments.attended).not_in_english.latest()


@predictor(
    unit="share of contacts",
    when_absent=None,
    shown="never",
    source=NONE_STATED,
    says={
        0: "no interpreter needed",
        0.01: "an interpreter needed at some of the contacts",
        1: "an interpreter needed at every contact",
    },
    unrecorded="whether an interpreter was needed",
)
def interpreter(appointments: History) -> Number:
    """The share of contacts for which an interpreter was needed, come or not. Near to ethnicity: never shown.

    appointments | attended  interpreter_needed
                 | yes       yes
                 | yes       no
                 | no        yes
    gives        | 0.5
    """
    return appointments.where(appointments.attended).interpreter_needed.share()
