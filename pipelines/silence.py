"""What a build cannot tell, though it is no error, so that whoever made it knows."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from pathlib import Path

from features.predictor import unmeasured
from pipelines.feature_file import never_known
from pipelines.gaps import Gaps


@dataclass(frozen=True)
class Silence:
    """`gaps` of the records, predictors without any value, and constructs without a predictor that has one."""

    gaps: Gaps
    never_known: list[str]
    unmeasured: tuple[str, ...]

    @classmethod
    def of(cls, gaps: Gaps, asked: Collection[str], left_out: Collection[str], features: Path) -> Silence:
        """Read from the predictors worked out."""
        never = never_known(features, [name for name in asked if name not in left_out])
        return cls(gaps, never, unmeasured({*left_out, *never}))

    @property
    def lines(self) -> Iterator[str]:
        """In words."""
        yield from self.gaps.lines
        if self.never_known:
            yield f"no value at any point: {', '.join(self.never_known)}"
        yield from (f"not measured at all: {title}" for title in self.unmeasured)
