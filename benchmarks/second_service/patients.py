"""Pathways before they start: who is referred, when and where. No column here depends on engagement."""

import numpy as np

from benchmarks.second_service.arrays import Bools, Columns, Ints, chance, pick, pick_one
from benchmarks.second_service.calendar import Calendar
from benchmarks.second_service.mechanism import BURSTING, FIRST_ENGAGEMENT, FIRST_MOOD, SHOWS_GAD, SHOWS_PHQ
from benchmarks.second_service.services import Services
from benchmarks.second_service.shares import (
    CIRCUMSTANCE,
    COMPLAINT,
    COMPLAINT_GROUP,
    DEPRIVATION,
    EMPLOYMENT,
    ETHNICITY,
    GENDER,
    HOURS,
    LANGUAGE,
    NOT_ENGLISH,
    PERINATAL,
    SOURCE,
    STUDENT,
    VETERAN,
)


def draw_patients(rng: np.random.Generator, services: Services, calendar: Calendar, n: int) -> Columns:
    """One entry per pathway, sorted by service and date of referral."""
    service = rng.choice(services.codes.size, n, p=services.share)
    referred = rng.integers(0, calendar.days, n)
    order = np.lexsort((referred, service))
    service, referred = service[order], referred[order]
    wait = 3 + rng.gamma(2.5, services.wait_days[service] / 2.5)
    patients: Columns = {
        "service": service.astype(np.int64),
        "referred": referred.astype(np.int64),
        "first_day": (referred + wait).astype(np.int64),
        "long_wait": wait > 30,
        "age": np.clip(rng.gamma(6.0, 4.2, n) + 15, 16, 92).astype(np.int64),
        "birth_shift": rng.integers(0, 365, n),
        "platform": chance(rng, services.platform[service], n),
        "planned": 4 + rng.binomial(5, 0.52, n),
        "fate": rng.choice(4, n, p=[0.83, 0.06, 0.06, 0.05]),  # treated, advised, high, never seen
    }
    patients["practitioner"] = _assign(rng, services, calendar, patients)
    patients |= _circumstances(rng, n)
    patients |= _language(rng, patients, n)
    patients |= _hidden(rng, patients["long_wait"], n)
    return patients


def _assign(rng: np.random.Generator, services: Services, calendar: Calendar, who: Columns) -> Ints:
    """A practitioner of the right kind who had joined by the first appointment."""
    chosen = np.zeros(who["service"].size, dtype=np.int64)
    month = calendar.month(np.minimum(who["first_day"], calendar.days - 1))
    keys = np.arange(services.practitioner_service.size)
    for code in range(services.codes.size):
        for high in (False, True):
            rows = np.flatnonzero((who["service"] == code) & ((who["fate"] == 2) == high))
            staff = keys[(services.practitioner_service == code) & (services.practitioner_high == high)]
            fits = services.practitioner_from[staff][None, :] <= month[rows][:, None]
            weights = fits / fits.sum(axis=1, keepdims=True)
            chosen[rows] = staff[pick(rng, weights)]
    return chosen


def _circumstances(rng: np.random.Generator, n: int) -> Columns:
    """Codes of the person and of their life."""
    drawn: Columns = {
        "gender": pick_one(rng, GENDER, n),
        "ethnicity": pick_one(rng, ETHNICITY, n),
        "decile": pick_one(rng, DEPRIVATION, n).astype(np.int64),
        "veteran": pick_one(rng, VETERAN, n),
        "student": pick_one(rng, STUDENT, n),
        "employment": pick_one(rng, EMPLOYMENT, n),
        "source": pick_one(rng, SOURCE, n),
        "complaint": pick_one(rng, COMPLAINT, n),
    }
    hours = pick_one(rng, HOURS, n)
    drawn["hours"] = np.where(drawn["employment"] == "01", hours, "98")
    drawn["complaint_group"] = np.array([COMPLAINT_GROUP[c] for c in drawn["complaint"]])
    for code, share in CIRCUMSTANCE.items():
        drawn[f"circumstance {code}"] = chance(rng, share, n)
    drawn["stretched"] = (drawn["hours"] == "01") | drawn[f"circumstance {PERINATAL}"]
    return drawn


def _language(rng: np.random.Generator, who: Columns, n: int) -> Columns:
    """Preferred language by ethnic category, and whether an interpreter is booked."""
    other = chance(rng, np.array([NOT_ENGLISH.get(e, 0.02) for e in who["ethnicity"]]), n)
    language = np.where(other, np.array([LANGUAGE.get(e, "fr") for e in who["ethnicity"]]), "en")
    return {
        "language": language.astype(object),
        "interpreter": other & chance(rng, 0.35, n),
        "ethnicity_late": chance(rng, 0.05, n),
    }


def _hidden(rng: np.random.Generator, long_wait: Bools, n: int) -> Columns:
    """The hidden state at the first appointment, and the form at referral that shows mood."""
    mood = pick(rng, np.broadcast_to(FIRST_MOOD, (n, 4)).copy())
    return {
        "disposition": chance(rng, BURSTING, n).astype(np.int64),
        "engagement": pick(rng, FIRST_ENGAGEMENT[long_wait.astype(int)]),
        "mood": mood,
        "form": chance(rng, 0.5, n),
        "form_phq": pick(rng, SHOWS_PHQ[mood]),
        "form_gad": pick(rng, SHOWS_GAD[mood]),
    }
