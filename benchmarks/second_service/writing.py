"""Draw a service and write its folder of tables, and the truth elsewhere."""

from pathlib import Path

import numpy as np
import pandas as pd

from benchmarks.second_service import contact_tables as contact
from benchmarks.second_service import local_tables as local
from benchmarks.second_service import patient_tables as patient
from benchmarks.second_service.calendar import Calendar
from benchmarks.second_service.caseload import World, start
from benchmarks.second_service.course import simulate
from benchmarks.second_service.patients import draw_patients
from benchmarks.second_service.records import Records, keep_records
from benchmarks.second_service.review_tables import task_reviews
from benchmarks.second_service.schema import write_table
from benchmarks.second_service.services import draw_services


def write_second_service(
    folder: Path, *, pathways: int, services: int, months: int, seed: int, truth: Path
) -> pd.DataFrame:
    """Write one Parquet file per table into `folder` and `truth` outside it; return the truth.

    `pathways` referrals over `services` providers and `months` months. The same arguments give the same
    files. Raises ValueError if the truth would lie in the folder, or a number is too small.
    """
    folder, truth = Path(folder), Path(truth)
    if folder.resolve() in truth.resolve().parents:
        raise ValueError(f"The truth must lie outside the folder of the service; got {truth}.")
    if pathways < 50 * services or services < 1 or months < 6:
        raise ValueError(
            "Needs services >= 1, months >= 6 and at least 50 pathways per service; "
            f"got services={services}, months={months}, pathways={pathways}."
        )
    records = draw_records(pathways=pathways, services=services, months=months, seed=seed)
    folder.mkdir(parents=True, exist_ok=True)
    for name, frame in all_tables(records, seed).items():
        write_table(frame, name, folder)
    answer = local.truth(records)
    truth.parent.mkdir(parents=True, exist_ok=True)
    answer.to_parquet(truth, index=False)
    return answer


def draw_records(*, pathways: int, services: int, months: int, seed: int) -> Records:
    """Services, patients and all contacts, before they become tables."""
    streams = np.random.default_rng(seed).spawn(4)
    calendar = Calendar(months)
    staff = draw_services(streams[0], services, months)
    patients = draw_patients(streams[1], staff, calendar, pathways)
    world = World(staff, calendar, patients, start(patients, calendar), streams[2])
    return keep_records(world, simulate(world), streams[3])


def all_tables(records: Records, seed: int) -> dict[str, pd.DataFrame]:
    """Every table by name, each with its own stream of random numbers."""
    rng = np.random.default_rng([seed, 7]).spawn(12)
    made = {
        "IDS001MPI": patient.people(records, rng[0]),
        "IDS004EmpStatus": patient.employment(records, rng[1]),
        "IDS007DisabilityType": patient.disabilities(records, rng[2]),
        "IDS011SocPerCircumstances": patient.circumstances(records),
        "IDS101Referral": patient.referrals(records, rng[3]),
        "IDS201CareContact": contact.care_contacts(records, rng[4]),
        "IDS202CareActivity": contact.care_activities(records, rng[5]),
        "IDS205InternetTherLog": contact.internet_therapy(records),
        "IDS602LongTermCondition": patient.conditions(records, rng[6]),
        "IDS603PresentingComplaints": patient.complaints(records),
        "IDS606CodedScoreAssessmentRefer": contact.scores_at_referral(records),
        "IDS607CodedScoreAssessmentAct": contact.scores_at_contacts(records, rng[7]),
        "IDS902CarePersQual": patient.qualifications(records),
    }
    made["IDS000Header"] = patient.headers(records, made)
    made |= {
        "BSW001TaskSet": local.tasks_set(records, rng[8]),
        "BSW002TaskReview": task_reviews(records, rng[9]),
        "BSW003SessionRating": local.session_ratings(records, rng[10]),
        "BSW004PlatformSession": local.platform_sessions(records, rng[11]),
    }
    return made
