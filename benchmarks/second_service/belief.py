"""What can be known of the hidden state from the records alone: an exact forward filter.

Axes of a belief: contact, work not done (0, 1), disposition, engagement, mood. The filter multiplies in
the chance of every recorded thing that depends on the hidden state, and nothing else depends on it.
"""

import numpy as np

from benchmarks.second_service.arrays import Bools, Floats, Ints
from benchmarks.second_service.mechanism import BURSTING, FIRST_ENGAGEMENT, FIRST_MOOD, MOOD, NEXT, WORK


def first_belief(long_wait: Bools) -> Floats:
    """Before anything is recorded."""
    n = long_wait.size
    belief = np.zeros((n, 2, 2, 3, 4))
    disposition = np.array([1 - BURSTING, BURSTING])
    engagement = FIRST_ENGAGEMENT[long_wait.astype(int)]
    belief[:, 0] = np.einsum("d,ne,m->ndem", disposition, engagement, FIRST_MOOD)
    return belief


def normalised(belief: Floats) -> Floats:
    """The same belief, summing to 1 for each contact."""
    result: Floats = belief / belief.sum(axis=(1, 2, 3, 4), keepdims=True)
    return result


def by_engagement(belief: Floats, likelihood: Floats, where: Bools) -> None:
    """Multiply in a likelihood [contact, engagement] of something seen `where`."""
    belief[where] *= likelihood[where][:, None, None, :, None]


def by_mood(belief: Floats, likelihood: Floats, where: Bools) -> None:
    """Multiply in a likelihood [contact, mood]."""
    belief[where] *= likelihood[where][:, None, None, None, :]


def by_both(belief: Floats, likelihood: Floats, where: Bools) -> None:
    """Multiply in a likelihood [contact, engagement, mood]."""
    belief[where] *= likelihood[where][:, None, None, :, :]


def by_work(belief: Floats, likelihood: Floats, where: Bools) -> None:
    """Multiply in a likelihood [contact, work not done, engagement]."""
    belief[where] *= likelihood[where][:, :, None, :, None]


def talked_over(belief: Floats, lift: Floats, where: Bools) -> None:
    """Move engagement by `lift` (3 x 3) where a failure was talked over."""
    belief[where] = np.einsum("nydem,ef->nydfm", belief[where], lift)


def set_work(belief: Floats, failing: Floats, dip: Ints, where: Bools) -> Floats:
    """Enter the week of new work; return the chance that it is not done, 0 where none was set."""
    chance = np.zeros(where.size)
    before = belief[where].sum(axis=1)
    before = before / before.sum(axis=(1, 2, 3), keepdims=True)
    step = WORK[:, dip[where]].transpose(1, 0, 2, 3)
    week = np.einsum("ndem,ndef->ndfm", before, step)
    failed = week * failing[where][:, None]
    belief[where] = np.stack([week - failed, failed], axis=1)
    chance[where] = failed.sum(axis=(1, 2, 3))
    return chance


def step_to_next(belief: Floats, weeks: Ints, work: Ints, dip: Ints) -> Floats:
    """Move to the next appointment. `work` [contact, 2] is the row of NEXT for done and not done."""
    chains = NEXT[:, weeks[:, None] - 1, work, dip[:, None]].transpose(1, 2, 0, 3, 4)
    moods = MOOD[work]
    moved: Floats = np.einsum("nydem,nydef->nydfm", belief, chains)
    return np.asarray(np.einsum("nydfm,nymk->nydfk", moved, moods), dtype=np.float64)
