"""Tables about contacts: IDS201, IDS202, IDS205, IDS607, and who gave the care, IDS902."""

from __future__ import annotations

import numpy as np
import pyarrow as pa

from pipelines.synthetic import assumptions as a
from pipelines.synthetic import text
from pipelines.synthetic.calendar import Array
from pipelines.synthetic.chance import pick
from pipelines.synthetic.episodes import MISSED_CODES
from pipelines.synthetic.people import LANGUAGES
from pipelines.synthetic.questionnaires import Scores
from pipelines.synthetic.record_keeping import Block
from pipelines.synthetic.submissions import Rows, of_contacts, of_pathways, submission_id
from pipelines.synthetic.text import Text
from pipelines.synthetic.therapy import COMPUTER, GROUP, PROGRAMMES, THERAPIES, therapy_of

MECHANISMS = {"02": 52, "11": 32, "01": 14, "10": 2}  # assumption: mostly by telephone and video
ATTENDANCE = (*MISSED_CODES, "5", "6")
UNPLANNED = 0.006  # assumption


def contact_tables(block: Block, scores: Scores) -> dict[str, pa.Table]:
    """Every table about contacts, by its name in the standard."""
    return {
        "IDS201CareContact": _contacts(block),
        "IDS202CareActivity": _activities(block),
        "IDS205InternetTherLog": _internet_logs(block),
        "IDS607CodedScoreAssessmentAct": _scores(block, scores),
    }


def contact_id(block: Block, contact: Array) -> Text:
    """CareContactId of each row."""
    return text.identifier("C", block.contacts.number[contact], width=7)


def referral_id(block: Block, contact: Array) -> Text:
    """ServiceRequestId of each row."""
    return text.identifier("R", block.referral_number[block.contacts.pathway[contact]])


def _contacts(block: Block) -> pa.Table:
    chance, contacts = block.chance("contacts"), block.contacts
    size = len(contacts.pathway)
    rows = of_contacts(block, np.arange(size))
    duration = text.number(contacts.duration, ~contacts.attended)
    wrong_duration = text.number(contacts.duration + 60, ~contacts.attended)
    attendance = _attendance(block)
    unplanned = contacts.attended & (chance.random(size) < UNPLANNED)
    code = text.code(ATTENDANCE, attendance, missing=unplanned)
    wrong = text.code(
        ATTENDANCE, np.where(contacts.attended, len(MISSED_CODES), attendance), missing=unplanned
    )
    columns = rows.again(_as_booked(block, chance) | {"PlannedCareContIndicator": text.either(~unplanned)})
    columns["AttendOrDNACode"] = rows.changed(wrong, code, rows=contacts.corrected)
    columns["ClinContDurOfCareCont"] = rows.changed(wrong_duration, duration, rows=contacts.corrected)
    columns |= rows.under_old_name(rows.again(_how(block, chance)), new="ConsMechanism", old="ConsMediumUsed")
    columns["Unique_CareContactID"] = text.joined(
        text.code(block.services.provider, contacts.service[rows.index]), columns["CareContactId"]
    )
    return rows.table(columns)


def _as_booked(block: Block, chance: np.random.Generator) -> dict[str, Text]:
    contacts = block.contacts
    size = len(contacts.pathway)
    late_notice = chance.random(size) < 0.4
    cancelled = ~contacts.attended & (block.of(block.happened.missed_code) == MISSED_CODES.index("2"))
    return {
        "CareContactId": contact_id(block, np.arange(size)),
        "ServiceRequestId": referral_id(block, np.arange(size)),
        "CareContDate": text.day(contacts.day),
        "CareContTime": text.clock(contacts.minute, chance.random(size) < 0.01),
        "OrgIDComm": text.constant("SYNCB", size),
        "Cancellation": text.either(late_notice, missing=~cancelled),
        "IAPTLTCServiceInd": text.either(chance.random(size) < 0.03),
        "AppType": _appointment_type(block, chance),
    }


def _attendance(block: Block) -> Array:
    late = np.where(block.of(block.happened.late), len(MISSED_CODES) + 1, len(MISSED_CODES))
    return np.where(block.contacts.attended, late, block.of(block.happened.missed_code))


def _appointment_type(block: Block, chance: np.random.Generator) -> Text:
    phase = block.of(block.happened.phase)
    treats = block.pathways.assessment_treats[block.contacts.pathway]
    review = chance.random(len(phase)) < 0.12
    cases = [(phase == 0) & treats, phase == 0, phase == 2, review]
    return text.code(("01", "02", "03", "05", "06"), np.select(cases, [2, 0, 4, 3], 1))


def _how(block: Block, chance: np.random.Generator) -> dict[str, Text]:
    contacts, people = block.contacts, block.people
    pathway, size = contacts.pathway, len(contacts.pathway)
    person = block.pathways.person[pathway]
    usual = pick(block.chance("mechanism"), MECHANISMS, size=len(block.pathways.person))[pathway]
    other = pick(chance, MECHANISMS, size=size)
    group = therapy_of(block) == GROUP
    interpreter, in_english = _languages(block, chance)
    medicated = _medicated(block).astype(int)
    absent = ~contacts.attended
    return {
        "ConsMechanism": text.code(tuple(MECHANISMS), np.where(chance.random(size) < 0.85, usual, other)),
        "IntEnabledTherProg": text.code(PROGRAMMES, np.where(block.pathways.computer[pathway], 0, -1)),
        "CareContPatientTherMode": text.code(("1", "3"), group.astype(int)),
        "NumGroupTherParticipants": text.number(chance.integers(6, 13, size), ~group),
        "PsychMed": text.code(
            ("03", "02", "01", "UU"), np.where(chance.random(size) < 0.1, 3, medicated), missing=absent
        ),
        "LanguageCodeTreat": text.code(
            LANGUAGES, np.where(in_english, 0, people.language[person]), missing=absent
        ),
        "InterpreterPresentInd": text.code(
            ("1", "2", "5", "4"), interpreter, missing=absent | (chance.random(size) < 0.1)
        ),
        "Time_Referral_to_CareContact": text.number(contacts.day - block.pathways.received[pathway]),
    }


def _languages(block: Block, chance: np.random.Generator) -> tuple[Array, Array]:
    """Who interpreted each contact, and whether its language is recorded as English.

    Some who need an interpreter have a PWP of their own language; where one interprets, some services
    record the patient's language and some record English.
    """
    pathway, size = block.contacts.pathway, len(block.contacts.pathway)
    person = block.pathways.person
    own, habit = block.chance("languages").random((2, len(person)))
    needs = ~block.people.speaks_english[person]
    shared = needs & (own < a.PWP_SPEAKS_THE_LANGUAGE)
    recorded = shared | (habit < a.INTERPRETED_RECORDED_AS_OWN_LANGUAGE)
    drawn = pick(chance, {"1": 70, "2": 20, "5": 10}, size=size)
    interpreter = np.where((needs & ~shared)[pathway], drawn, 3)
    spoken = shared[pathway] | (recorded[pathway] & (interpreter < 2))
    return interpreter, ~spoken


def _medicated(block: Block) -> Array:
    """Whether psychotropic medication is taken at each contact: some begin or stop on the way."""
    chance, pathway = block.chance("medication"), block.contacts.pathway
    people, person = block.people, block.pathways.person
    noise, when = chance.standard_normal(len(person)), chance.integers(1, 9, len(person))
    at_first = people.severity[person] + noise > 0.3
    changes = chance.random(len(person)) < np.where(at_first, a.STOPS_MEDICATION, a.BEGINS_MEDICATION)
    changed = changes[pathway] & (block.contacts.column >= when[pathway])
    return np.asarray(at_first[pathway] ^ changed)


def _activities(block: Block) -> pa.Table:
    contacts = block.contacts
    contact = np.flatnonzero(contacts.attended)
    rows = of_contacts(block, contact)
    blank = block.chance("activities").random(len(contact)) < 0.01
    once = {
        "CareActId": text.identifier("A", contacts.activity[contact], width=7),
        "CareContactId": contact_id(block, contact),
        "CarePersLocalId": staff_id(block, contact),
        "ClinContactDurOfCareAct": text.number(contacts.duration[contact]),
        "CodeProcAndProcStatus": text.code(THERAPIES, therapy_of(block)[contact], missing=blank),
    }
    return rows.table(rows.again(once))


def staff_id(block: Block, contact: Array) -> Text:
    """CarePersLocalId of who gave the care, numbered within the provider."""
    staff = block.of(block.happened.staff)[contact]
    return text.identifier("S", block.staff.number[staff], width=3)


def _internet_logs(block: Block) -> pa.Table:
    """One log per pathway on an internet programme, submitted once its last session is past."""
    contacts, online = block.contacts, therapy_of(block) == COMPUTER
    pathway, first = np.unique(contacts.pathway[online], return_index=True)
    rows_online = np.flatnonzero(online)
    last = np.searchsorted(contacts.pathway[online], pathway, side="right") - 1
    start, stop = contacts.day[rows_online[first]], contacts.day[rows_online[last]]
    closed = (block.episodes.discharged[pathway] <= block.months.ends[-1]) & (stop > start)
    pathway, start, stop, contact = pathway[closed], start[closed], stop[closed], rows_online[first][closed]
    rows = of_pathways(block, pathway, since=block.episodes.discharged[pathway])
    once = {
        "ServiceRequestId": text.identifier("R", block.referral_number[pathway]),
        "StartDateIntEnabledTherLog": text.day(start),
        "EndDateIntEnabledTherLog": text.day(stop),
        "IntEnabledTherProg": text.constant(PROGRAMMES[0], len(pathway)),
        "DurationIntEnabledTher": text.number(np.minimum(9_999, (stop - start) * 4)),
        "CarePersLocalId": staff_id(block, contact),
        "IntegratedSoftwareInd": text.constant("N", len(pathway)),
    }
    return rows.table(rows.again(once))


def _scores(block: Block, scores: Scores) -> pa.Table:
    values = np.column_stack([scores.phq9, scores.gad7, scores.wsas, scores.anxiety])
    contact, tool = np.nonzero(~np.isnan(values))
    rows: Rows = of_contacts(block, contact)
    measures = (measure for measure, _ in a.ANXIETY_MEASURES.values())
    once = {
        "CareActId": text.identifier("A", block.contacts.activity[contact], width=7),
        "CodedAssToolType": text.code((a.PHQ9, a.GAD7, *a.WSAS, *measures), tool),
        "PersScore": text.number(values[contact, tool]),
    }
    return rows.table(rows.again(once))


def staff_table(block: Block) -> pa.Table:
    """IDS902CarePersQual: qualifications of all staff, in every submission."""
    staff, months = block.staff, block.months
    index = np.repeat(np.arange(len(staff.service)), months.count)
    month = np.tile(np.arange(months.count), len(staff.service))
    service, trainee = staff.service[index], staff.trainee[index]
    years = a.YEARS_SINCE_QUALIFIED[0] * np.exp(a.YEARS_SINCE_QUALIFIED[1] * staff.experience)
    awarded = np.rint(months.starts[0] - 365.25 * years).astype(np.int64)[index]
    return pa.table(
        {
            "CarePersLocalId": text.identifier("S", staff.number[index], width=3),
            "QualAttainLevelIAPT": text.either(staff.therapist[index], ("11", "10")),
            "QualAwardedDate": text.day(awarded, trainee),
            "QualPlannedCompletionDate": text.day(np.full(len(index), months.ends[-1] + 200), ~trainee),
            "OrgID_Provider": text.code(block.services.provider, service),
            "UniqueSubmissionID": text.number(submission_id(service, month)),
        }
    )
