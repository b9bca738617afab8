"""Which therapy a contact holds, by the codes of IDS202."""

from __future__ import annotations

import numpy as np

from pipelines.synthetic.calendar import Array
from pipelines.synthetic.record_keeping import Block

THERAPIES = ("748051000000105", "748041000000107", "702545008", "304891004")
BOOK, COMPUTER, GROUP, CBT = range(4)
PROGRAMMES = ("SilverCloud", "Minddistrict")


def therapy_of(block: Block) -> Array:
    """Index into THERAPIES per contact; -1 where no treatment was given."""
    pathway = block.contacts.pathway
    route = np.select(
        [block.pathways.group[pathway], block.pathways.computer[pathway]], [GROUP, COMPUTER], BOOK
    )
    route = np.where(block.of(block.happened.high_intensity), CBT, route)
    return np.where(treatment_of(block), route, -1)


def treatment_of(block: Block) -> Array:
    """Whether a contact was attended and held treatment."""
    phase = block.of(block.happened.phase)
    with_assessment = (phase == 0) & block.pathways.assessment_treats[block.contacts.pathway]
    return np.asarray(block.contacts.attended & ((phase == 1) | with_assessment))
