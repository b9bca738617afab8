"""Tables about the pathway beside its referral and contacts: IDS105, IDS108, IDS602, IDS603, IDS606."""

from __future__ import annotations

import numpy as np
import pyarrow as pa

from pipelines.synthetic import assumptions as a
from pipelines.synthetic import text
from pipelines.synthetic.calendar import Array
from pipelines.synthetic.chance import pick
from pipelines.synthetic.phases import NOT_TREATED
from pipelines.synthetic.questionnaires import score, wsas_items
from pipelines.synthetic.record_keeping import Block
from pipelines.synthetic.submissions import of_pathways
from pipelines.synthetic.text import Text

COMPLAINTS = tuple(a.COMPLAINTS)
CONDITIONS = tuple(a.LONG_TERM_CONDITIONS)
SATISFACTION = "747891000000106"  # the assessment's questionnaire on the patient's experience
# Fitted: of referrals, 15% have a condition recorded and 14% that there is none (England, 2023-24).
CONDITIONS_RECORDED, NO_CONDITION_RECORDED = 0.51, 0.195
FORM_AT_REFERRAL, SECOND_COMPLAINT, PAUSED = 0.3, 0.12, 0.04  # assumptions


def pathway_tables(block: Block) -> dict[str, pa.Table]:
    """Every table about pathways, by its name in the standard."""
    return {
        "IDS105OnwardReferral": _onward(block),
        "IDS108WaitingTimePauses": _pauses(block),
        "IDS602LongTermCondition": _conditions(block),
        "IDS603PresentingComplaints": _complaints(block),
        "IDS606CodedScoreAssessmentRefer": _scores_at_referral(block),
    }


def complaint_of(block: Block) -> Array:
    """The primary complaint of each pathway, an index into COMPLAINTS."""
    return pick(block.chance("complaint"), a.COMPLAINTS, size=len(block.pathways.person))


def _table(block: Block, pathway: Array, *, since: Array, once: dict[str, Text]) -> pa.Table:
    rows = of_pathways(block, pathway, since=since)
    named = {"ServiceRequestId": text.identifier("R", block.referral_number[pathway])}
    return rows.table(rows.again(named | once))


def _onward(block: Block) -> pa.Table:
    chance, size = block.chance("onward"), len(block.pathways.person)
    drawn = chance.random(size)
    sent = drawn < np.where(block.episodes.ending == NOT_TREATED, 0.4, 0.03)
    sent &= block.episodes.discharged <= block.months.ends[-1]
    pathway = np.flatnonzero(sent)
    day = block.episodes.discharged[pathway] - 1
    once = {
        "OnwardReferDate": text.day(day),
        "OnwardReferReason": text.code(("01", "02", "03"), chance.integers(0, 3, len(pathway))),
    }
    return _table(block, pathway, since=day, once=once)


def _pauses(block: Block) -> pa.Table:
    chance, plan = block.chance("pauses"), block.pathways
    first = block.happened.day[:, 0]
    seen = block.happened.booked[:, 0] & (first <= block.months.ends[-1])
    pathway = np.flatnonzero(seen & (first - plan.received > 12) & (chance.random(len(first)) < PAUSED))
    start = plan.received[pathway] + chance.integers(2, 5, len(pathway))
    stop = np.minimum(start + chance.integers(3, 15, len(pathway)), first[pathway] - 1)
    once = {
        "PauseID": text.number(block.referral_number[pathway] % 100_000),
        "PauseStartDate": text.day(start),
        "PauseEndDate": text.day(stop),
        "PauseReason": text.code(("01", "02", "03"), chance.integers(0, 3, len(pathway))),
    }
    return _table(block, pathway, since=stop, once=once)


def _conditions(block: Block) -> pa.Table:
    """Up to three conditions, or the code that says there is none, or nothing recorded."""
    chance, plan = block.chance("conditions"), block.pathways
    count, size = block.people.conditions[plan.person], len(plan.person)
    drawn = chance.random(size)
    recorded = drawn < CONDITIONS_RECORDED
    first = pick(chance, a.LONG_TERM_CONDITIONS, size=size)
    none = (count == 0) & (drawn < NO_CONDITION_RECORDED)
    parts = [np.flatnonzero(recorded & (count > place)) for place in range(3)]
    kinds = [(first[part] + 3 * place) % len(CONDITIONS) for place, part in enumerate(parts)]
    pathway = np.concatenate([*parts, np.flatnonzero(none)])
    kind = np.concatenate([*kinds, np.full(none.sum(), len(CONDITIONS))])
    once = {
        "FindSchemeInUse": text.constant("04", len(pathway)),
        "LongTermCondition": text.code((*CONDITIONS, a.NO_LONG_TERM_CONDITION), kind),
    }
    return _table(block, pathway, since=plan.received[pathway], once=once)


def _complaints(block: Block) -> pa.Table:
    chance, contacts = block.chance("complaints"), block.contacts
    at = np.flatnonzero(contacts.attended & (block.of(block.happened.phase) == 0))
    drawn = chance.random(len(at))
    first, second = at[drawn < 0.95], at[drawn < SECOND_COMPLAINT]
    contact = np.concatenate([first, second])
    pathway, primary = contacts.pathway[contact], np.arange(len(contact)) < len(first)
    kind = complaint_of(block)[pathway]
    kind = np.where(primary, kind, (kind + 1 + chance.integers(0, 5, len(contact))) % len(COMPLAINTS))
    once = {
        "FindSchemeInUse": text.constant("01", len(contact)),
        "PresComp": text.code(COMPLAINTS, kind),
        "PresCompCodSig": text.either(primary, ("1", "2")),
        "PresCompDate": text.day(contacts.day[contact], chance.random(len(contact)) < 0.1),
    }
    return _table(block, pathway, since=contacts.day[contact], once=once)


def _scores_at_referral(block: Block) -> pa.Table:
    """Questionnaires on the form of those who refer themselves, and on the experience of assessment."""
    chance, plan, happened = block.chance("form"), block.pathways, block.happened
    filled = np.flatnonzero(chance.random(len(plan.person)) < FORM_AT_REFERRAL)
    true = (happened.phq9[filled, 0], happened.gad7[filled, 0], happened.wsas[filled, 0])
    items = wsas_items(chance, true[2])
    values = [score(chance, true[0], top=27), score(chance, true[1], top=21), *items.T]
    contacts = block.contacts
    rated = np.flatnonzero(
        contacts.attended & (block.of(happened.phase) == 0) & (chance.random(len(contacts.day)) < 0.15)
    )
    pathway = np.concatenate([np.tile(filled, len(values)), contacts.pathway[rated]])
    day = np.concatenate([np.tile(plan.received[filled], len(values)), contacts.day[rated]])
    tool = np.repeat(np.arange(len(values) + 1), [*[len(filled)] * len(values), len(rated)])
    points = np.concatenate([*values, chance.integers(1, 6, len(rated))])  # 5 stands for not applicable
    once = {
        "CodedAssToolType": text.code((a.PHQ9, a.GAD7, *a.WSAS, SATISFACTION), tool),
        "PersScore": _score_text(points, tool == len(values)),
        "AssToolCompDate": text.day(day),
        "AssToolCompTime": text.clock(
            chance.integers(7 * 60, 22 * 60, len(day)), chance.random(len(day)) < 0.5
        ),
    }
    return _table(block, pathway, since=day, once=once)


def _score_text(points: Array, satisfaction: Array) -> Text:
    whole = points.astype(np.int64)
    words = (*map(str, range(28)), "NA")
    return text.code(words, np.where(satisfaction & (whole == 5), 28, whole))
