"""Tables about the patient: IDS001 to IDS012, IDS601 and IDS803."""

from __future__ import annotations

import numpy as np
import pyarrow as pa

from pipelines.synthetic import text
from pipelines.synthetic.calendar import Array, age
from pipelines.synthetic.chance import pick
from pipelines.synthetic.people import DECILES, ETHNICITIES, GENDERS, LANGUAGES, ORIENTATIONS, RELIGIONS
from pipelines.synthetic.record_keeping import Block
from pipelines.synthetic.submissions import Rows, of_patients

LEARNED_LATER = 0.04  # assumption: patients whose ethnicity is asked again and then recorded
EARLIER_DIAGNOSES_EACH = 0.22  # assumption: on average, more with severe symptoms
DISABILITIES = ("NN", "01", "02", "04", "05", "08", "XX", "ZZ")
ADDICTIONS = {"15167005": 0.03, "191816009": 0.015, "18085000": 0.006}  # alcohol, drugs, gambling; assumption
EARLIER_DIAGNOSES = ("F320", "F321", "F330", "F331", "F410", "F411", "F412", "F419")


def person_tables(block: Block) -> dict[str, pa.Table]:
    """Every table about patients, by its name in the standard."""
    return {
        "IDS001MPI": _patients(block),
        "IDS002GP": _practices(block),
        "IDS003AccommStatus": _accommodation(block),
        "IDS007DisabilityType": _disabilities(block),
        "IDS011SocPerCircumstances": _circumstances(block),
        "IDS012OverseasVisitorChargCat": _visitors(block),
        "IDS601MedHistPrevDiag": _earlier_diagnoses(block),
        "IDS803CareCluster": _clusters(block),
    }


def first_received(block: Block) -> Array:
    """The day of each patient's first referral."""
    days = np.full(len(block.people.service), block.months.ends[-1])
    np.minimum.at(days, block.pathways.person, block.pathways.received)
    return days


def patient_id(block: Block, person: Array) -> text.Text:
    """LocalPatientId of each row."""
    return text.identifier("P", block.patient_number[person])


def _patients(block: Block) -> pa.Table:
    people, chance = block.people, block.chance("patients")
    size = len(people.service)
    received = first_received(block)
    rows = of_patients(block, np.arange(size), since=received)
    born = np.floor(received - people.age * 365.25 - 1).astype(np.int64)
    language = text.code(LANGUAGES, people.language, missing=chance.random(size) < 0.06)
    once = {
        "LocalPatientId": patient_id(block, np.arange(size)),
        "OrgIDLocalPatientId": text.code(block.services.provider, people.service),
        "NHSNumberStatus": text.constant("01", size),
        "PersonBirthDate": text.day(born),
        "Gender": text.code(GENDERS, people.gender),
        "GenderIdentity": text.code(("2", "1", "3", "X"), people.gender, missing=chance.random(size) < 0.1),
        "ExBAFIndicator": text.code(
            ("03", "02", "UU"), pick(chance, {"03": 90, "02": 3, "UU": 7}, size=size)
        ),
        "LanguageCodePreferred": language,
    }
    decile = text.code(DECILES, people.decile)
    moved = chance.random(size) < 0.01
    elsewhere = text.code(DECILES, np.where(people.decile == 10, 10, (people.decile + 2) % 10))
    ethnicity = text.code(ETHNICITIES, people.ethnicity)
    asked_again = chance.random(size) < LEARNED_LATER
    recorded = rows.changed(text.constant("99", size), ethnicity, rows=asked_again)
    columns = rows.again(once) | {
        "EthnicCategory": recorded,
        "Validated_EthnicCategory": recorded,
        "IndicesOfDeprivationDecile": rows.changed(elsewhere, decile, rows=moved),
        "Age_RP_StartDate": text.number(age(born[rows.index], block.months.starts[rows.month])),
        "Age_RP_EndDate": text.number(age(born[rows.index], block.months.ends[rows.month])),
    }
    return rows.table(columns)


def _some(block: Block, part: str, *, share: float | Array) -> tuple[np.random.Generator, Array]:
    """The random numbers of a table, and the patients it has a row for."""
    chance = block.chance(part)
    return chance, np.flatnonzero(chance.random(len(block.people.service)) < share)


def _about(block: Block, person: Array, *, since: Array | None = None) -> Rows:
    return of_patients(block, person, since=first_received(block)[person] if since is None else since)


def _practices(block: Block) -> pa.Table:
    chance, person = _some(block, "practices", share=0.97)
    registered = first_received(block)[person] - chance.integers(100, 7_000, len(person))
    once = {
        "LocalPatientId": patient_id(block, person),
        "GMPCodeReg": text.identifier(
            "Y", 10 * block.people.service[person] + chance.integers(0, 10, len(person)), width=5
        ),
        "StartDateGMPRegistration": text.day(registered),
    }
    rows = _about(block, person)
    return rows.table(rows.again(once))


def _accommodation(block: Block) -> pa.Table:
    chance, person = _some(block, "accommodation", share=0.35)
    size = len(person)
    settled = chance.random(size) > np.where(block.people.debt[person], 0.2, 0.04)
    since = first_received(block)[person] + chance.integers(0, 30, size)
    once = {
        "LocalPatientId": patient_id(block, person),
        "AccommodationType": text.constant("01", size),
        "SettledAccommodationInd": text.either(settled, missing=chance.random(size) < 0.1),
        "AccommodationTypeDate": text.day(since),
    }
    rows = _about(block, person, since=since)
    return rows.table(rows.again(once))


def _disabilities(block: Block) -> pa.Table:
    chance, person = _some(block, "disabilities", share=0.4)
    kind = pick(
        chance, {"NN": 60, "01": 8, "02": 3, "04": 7, "05": 8, "08": 8, "XX": 3, "ZZ": 3}, size=len(person)
    )
    once = {"LocalPatientId": patient_id(block, person), "DisabCode": text.code(DISABILITIES, kind)}
    rows = _about(block, person)
    return rows.table(rows.again(once))


def _circumstances(block: Block) -> pa.Table:
    """Religion, orientation, debt, smoking, a new child: several rows per patient at times."""
    people, chance = block.people, block.chance("circumstances")
    draw = chance.random((5, len(people.service)))
    small = (people.age > 22) & (people.age < 42) & (people.gender == 0)
    asked = (
        (draw[0] < 0.25, np.array(RELIGIONS)[people.religion]),
        (draw[1] < 0.22, np.array(ORIENTATIONS)[people.orientation]),
        (people.debt & (draw[2] < 0.6), np.full(len(people.service), "160933000")),
        (people.smoker & (draw[3] < 0.4), np.full(len(people.service), "77176002")),
        (small & (draw[4] < 0.06), np.full(len(people.service), "224123004")),
        *(
            (chance.random(len(people.service)) < share, np.full(len(people.service), code))
            for code, share in ADDICTIONS.items()
        ),
    )
    person = np.concatenate([np.flatnonzero(yes) for yes, _ in asked])
    words = np.concatenate([word[yes] for yes, word in asked])
    since = first_received(block)[person] + chance.integers(0, 35, len(person))
    once = {
        "LocalPatientId": patient_id(block, person),
        "SocPerCircumstance": pa.array(words, pa.string()),
        "SocPerCircumstanceRecDate": text.day(since),
    }
    rows = _about(block, person, since=since)
    return rows.table(rows.again(once))


def _visitors(block: Block) -> pa.Table:
    chance, person = _some(block, "visitors", share=0.004)
    since = first_received(block)[person]
    once = {
        "LocalPatientId": patient_id(block, person),
        "OvsVisChCat": text.code(("A", "B", "P"), chance.integers(0, 3, len(person))),
        "OvsVisChCatAppDate": text.day(since),
    }
    rows = _about(block, person)
    return rows.table(rows.again(once))


def _earlier_diagnoses(block: Block) -> pa.Table:
    chance = block.chance("earlier diagnoses")
    count = chance.poisson(EARLIER_DIAGNOSES_EACH * np.exp(0.35 * block.people.severity))
    person = np.repeat(np.arange(len(count)), np.minimum(count, 4))
    made = first_received(block)[person] - chance.integers(200, 5_000, len(person))
    once = {
        "LocalPatientId": patient_id(block, person),
        "DiagSchemeInUse": text.constant("01", len(person)),
        "PrevDiag": text.code(EARLIER_DIAGNOSES, chance.integers(0, len(EARLIER_DIAGNOSES), len(person))),
        "DiagDate": text.day(made, chance.random(len(person)) < 0.3),
    }
    rows = _about(block, person)
    return rows.table(rows.again(once))


def _clusters(block: Block) -> pa.Table:
    chance, person = _some(block, "clusters", share=0.05)
    since = first_received(block)[person]
    once = {
        "LocalPatientId": patient_id(block, person),
        "AMHCareClustCodeFin": text.code(
            ("01", "02", "03"), pick(chance, {1: 3, 2: 4, 3: 3}, size=len(person))
        ),
        "StartDateCareClust": text.day(since),
    }
    rows = _about(block, person)
    return rows.table(rows.again(once))
