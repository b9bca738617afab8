"""One block of pathways from first referral to tables: the whole model in the order things happen."""

from __future__ import annotations

import pyarrow as pa

from pipelines.synthetic import assumptions as a
from pipelines.synthetic.calendar import Months
from pipelines.synthetic.contact_tables import contact_tables, staff_table
from pipelines.synthetic.dirt import with_dirt
from pipelines.synthetic.employment_table import employment_table
from pipelines.synthetic.episodes import run_episodes
from pipelines.synthetic.pathway_tables import complaint_of, pathway_tables
from pipelines.synthetic.pathways import draw_pathways
from pipelines.synthetic.person_tables import person_tables
from pipelines.synthetic.platform_table import platform_table
from pipelines.synthetic.questionnaires import scores_at_contacts
from pipelines.synthetic.record_keeping import Block, Numbering, contacts_on_record
from pipelines.synthetic.referral_table import referral_table
from pipelines.synthetic.review_table import review_table, reviews_on_record
from pipelines.synthetic.services import Services, Staff
from pipelines.synthetic.session_tables import rating_table
from pipelines.synthetic.settings import DEFAULT, SyntheticSettings
from pipelines.synthetic.task_tables import task_table, tasks_on_record
from pipelines.synthetic.truth import ADDED, truth_tables


def draw_block(
    seed: int, number: int, *, size: int, services: Services, staff: Staff, months: Months,
    numbers: Numbering, settings: SyntheticSettings = DEFAULT,
) -> Block:  # fmt: skip
    """What happens to the pathways of one block, and which of it is on record."""
    people, pathways = draw_pathways(
        seed, number, size=size, services=services, staff=staff, months=months, settings=settings
    )
    episodes = run_episodes(
        seed, number, people=people, pathways=pathways, services=services, staff=staff, settings=settings
    )
    contacts = contacts_on_record(
        seed,
        number,
        pathways=pathways,
        episodes=episodes,
        months=months,
        numbers=numbers,
        correct=a.CORRECTED,
        late=settings.late_entry,
    )
    return Block(
        seed=seed, number=number, months=months, services=services, staff=staff, people=people,
        pathways=pathways, episodes=episodes, contacts=contacts,
        patient_number=numbers.next("patient", people.service),
        referral_number=numbers.next("referral", pathways.service), settings=settings,
    )  # fmt: skip


def tables_of(block: Block, numbers: Numbering) -> dict[str, pa.Table]:
    """Every table of the block, by its name; what nobody records among them, under truth/."""
    scores = scores_at_contacts(block)
    tasks = tasks_on_record(block, numbers, complaint=complaint_of(block))
    reviews = reviews_on_record(block, tasks)
    tables = {
        **person_tables(block),
        "IDS004EmpStatus": employment_table(block),
        "IDS101Referral": referral_table(block, scores),
        **pathway_tables(block),
        **contact_tables(block, scores),
        "BSW001TaskSet": task_table(block, tasks),
        "BSW002TaskReview": review_table(block, tasks, reviews),
        "BSW003SessionRating": rating_table(block),
        "BSW004PlatformSession": platform_table(block),
    }
    if block.number == 0:
        tables["IDS902CarePersQual"] = staff_table(block)
    tables, added = with_dirt(block, {name: t for name, t in tables.items() if block.settings.keeps(name)})
    return tables | truth_tables(block, tasks, reviews) | {ADDED: added}
