"""IDS101Referral: the referral as submitted, and what the national system derives as at each submission."""

from __future__ import annotations

import numpy as np
import pyarrow as pa

from pipelines.synthetic import text
from pipelines.synthetic.calendar import Array, age
from pipelines.synthetic.chance import pick
from pipelines.synthetic.person_tables import patient_id
from pipelines.synthetic.phases import COMPLETED, LEFT, NOT_SEEN, NOT_TREATED
from pipelines.synthetic.questionnaires import Scores
from pipelines.synthetic.record_keeping import Block
from pipelines.synthetic.standing import Standing, values_at
from pipelines.synthetic.submissions import Rows, of_pathways
from pipelines.synthetic.text import Text
from pipelines.synthetic.therapy import BOOK, CBT, COMPUTER, GROUP, THERAPIES, therapy_of

SOURCES = {
    "B1": 70,
    "A1": 16,
    "A3": 4,
    "H2": 3,
    "D2": 2,
    "M7": 2,
    "G4": 1,
    "N1": 1,
    "N2": 1,
}  # assumption: mostly self
END_CODES = {COMPLETED: "46", LEFT: "47", NOT_TREATED: "12", NOT_SEEN: "50"}
WSAS_COLUMNS = (
    "Work",
    "HomeManagement",
    "SocialLeisureActivities",
    "PrivateLeisureActivities",
    "Relationships",
)
CASE_PHQ9, CASE_GAD7, CHANGE_PHQ9, CHANGE_GAD7 = 10, 8, 6, 4  # national thresholds; not verified here


def referral_table(block: Block, scores: Scores) -> pa.Table:
    """A row per pathway and submission; discharge appears once it has happened."""
    size = len(block.pathways.person)
    rows = of_pathways(block, np.arange(size), since=block.pathways.received)
    until = block.months.ends[rows.month]
    ended = block.episodes.discharged[rows.index] <= until
    computed = np.full(len(until), block.months.ends[-1]) if block.settings.derived_anew else until
    standing = Standing(block.contacts, rows.index, until=computed)
    ended_then = block.episodes.discharged[rows.index] <= computed
    columns = rows.under_old_name(
        rows.again(_submitted(block)), new="SourceOfReferralIAPT", old="SourceOfReferralMH"
    )
    columns |= _discharge(block, rows, ended=ended)
    columns |= _contacts_so_far(block, standing) | _therapies_so_far(block, standing)
    return rows.table(columns | _scores_so_far(block, scores, standing=standing, ended=ended_then))


def _submitted(block: Block) -> dict[str, Text]:
    chance, plan = block.chance("referrals"), block.pathways
    size, received = len(plan.person), plan.received
    source = text.code(tuple(SOURCES), pick(chance, SOURCES, size=size))
    onset = received - chance.integers(30, 2_500, size)
    before = chance.random(size) < np.where(plan.again, 0.7, 0.3)
    return {
        "ServiceRequestId": text.identifier("R", block.referral_number),
        "LocalPatientId": patient_id(block, plan.person),
        "OrgIDComm": text.constant("SYNCB", size),
        "ReferralRequestReceivedDate": text.day(received),
        "SourceOfReferralIAPT": source,
        "OnsetDate": text.day(onset, chance.random(size) < 0.45),
        "PrevDiagCondInd": text.either(before, missing=chance.random(size) < 0.15),
        "Age_ReferralRequest_ReceivedDate": text.number(np.floor(block.people.age[plan.person])),
        "UsePathway_Flag": text.constant("true", size),
    }


def _discharge(block: Block, rows: Rows, *, ended: Array) -> dict[str, Text]:
    words = tuple(END_CODES[ending] for ending in sorted(END_CODES))
    discharged = block.episodes.discharged[rows.index]
    born = block.pathways.received[rows.index] - 365.25 * block.people.age[rows.person]
    return {
        "EndCode": text.code(words, np.minimum(block.episodes.ending, LEFT + 2)[rows.index], missing=~ended),
        "ServDischDate": text.day(discharged, ~ended),
        "Age_ServiceDischarge_Date": text.number(age(born, discharged), ~ended),
    }


def _contacts_so_far(block: Block, standing: Standing) -> dict[str, Text]:
    contacts, phase = block.contacts, block.of(block.happened.phase)
    assessed, treated = contacts.attended & (phase == 0), therapy_of(block) >= 0
    return {
        "Assessment_FirstDate": standing.day(standing.earliest(assessed)),
        "Assessment_LastDate": standing.day(standing.latest(assessed)),
        "TherapySession_FirstDate": standing.day(standing.earliest(treated)),
        "TherapySession_SecondDate": standing.day(standing.earliest(treated, 2)),
        "TherapySession_LastDate": standing.day(standing.latest(treated)),
        "CareContact_Count": text.number(standing.count(np.ones(len(treated), dtype=bool))),
        "TreatmentCareContact_Count": text.number(standing.count(treated)),
    }


def _therapies_so_far(block: Block, standing: Standing) -> dict[str, Text]:
    therapy = therapy_of(block)
    treated = therapy >= 0
    high, low = therapy == CBT, treated & (therapy != CBT)
    first = values_at(therapy, standing.earliest(treated))
    last = values_at(therapy, standing.latest(treated))
    return {
        "LowIntensityTherapy_FirstDate": standing.day(standing.earliest(low)),
        "HighIntensityTherapy_FirstDate": standing.day(standing.earliest(high)),
        "TherapyType_First": text.code(THERAPIES, np.nan_to_num(first, nan=-1).astype(np.int64)),
        "TherapyType_Last": text.code(THERAPIES, np.nan_to_num(last, nan=-1).astype(np.int64)),
        "GuidedSelfHelp_Book_Count": text.number(standing.count(therapy == BOOK)),
        "GuidedSelfHelp_Computer_Count": text.number(standing.count(therapy == COMPUTER)),
        "PsychoeducationalPeerSupport_Count": text.number(standing.count(therapy == GROUP)),
        "CognitiveBehaviourTherapy_Count": text.number(standing.count(high)),
    }


def _scores_so_far(block: Block, scores: Scores, *, standing: Standing, ended: Array) -> dict[str, Text]:
    pairs = {"PHQ9": _first_and_last(standing, scores.phq9), "GAD": _first_and_last(standing, scores.gad7)}
    for item, name in enumerate(WSAS_COLUMNS):
        pairs[f"WASAS_{name}"] = _first_and_last(standing, scores.wsas[:, item])
    columns: dict[str, Text] = {}
    for name, (first, last) in pairs.items():
        columns[f"{name}_FirstScore"] = text.number(np.nan_to_num(first), np.isnan(first))
        columns[f"{name}_LastScore"] = text.number(np.nan_to_num(last), np.isnan(last))
    sessions = standing.count(therapy_of(block) >= 0)
    return columns | _flags(pairs["PHQ9"], pairs["GAD"], completed=ended & (sessions >= 2))


def _first_and_last(standing: Standing, values: Array) -> tuple[Array, Array]:
    recorded = ~np.isnan(values)
    return values_at(values, standing.earliest(recorded)), values_at(values, standing.latest(recorded))


def _flags(phq9: tuple[Array, Array], gad7: tuple[Array, Array], *, completed: Array) -> dict[str, Text]:
    """Recovery and the like, for completed treatment with both scores."""
    paired = completed & ~np.isnan(phq9[0] + phq9[1] + gad7[0] + gad7[1])
    case = (phq9[0] >= CASE_PHQ9) | (gad7[0] >= CASE_GAD7)
    case_after = (phq9[1] >= CASE_PHQ9) | (gad7[1] >= CASE_GAD7)
    better = (phq9[0] - phq9[1] >= CHANGE_PHQ9) | (gad7[0] - gad7[1] >= CHANGE_GAD7)
    worse = (phq9[1] - phq9[0] >= CHANGE_PHQ9) | (gad7[1] - gad7[0] >= CHANGE_GAD7)
    words = ("true", "false")
    return {
        "CompletedTreatment_Flag": text.either(completed, words),
        "Caseness_Flag": text.either(paired & case, words),
        "NotCaseness_Flag": text.either(paired & ~case, words),
        "Recovery_Flag": text.either(paired & case & ~case_after, words),
        "ReliableImprovement_Flag": text.either(paired & better & ~worse, words),
        "ReliableDeterioration_Flag": text.either(paired & worse & ~better, words),
        "NoChange_Flag": text.either(paired & (better == worse), words),
    }
