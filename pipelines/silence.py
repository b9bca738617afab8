"""What a build cannot tell, though it is no error, so that whoever made it knows."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from pathlib import Path

from features.predictor import unmeasured
from features.records import Records, SourceSettings
from pipelines.feature_file import never_known
from pipelines.gaps import Gaps
from pipelines.quality import other_scales
from pipelines.quality.values_used import values_used


@dataclass(frozen=True)
class Silence:
    """`gaps` of the records, predictors without any value, constructs without a predictor that has one, and numbers
    that look as if on another scale, in words.
    """

    gaps: Gaps
    never_known: list[str]
    unmeasured: tuple[str, ...]
    scales: tuple[str, ...]

    @classmethod
    def of(
        cls,
        records: Records,
        settings: SourceSettings,
        *,
        asked: Collection[str],
        left_out: Collection[str],
        features: Path,
    ) -> Silence:
        """Read from the records and the predictors worked out."""
        never = never_known(features, [name for name in asked if name not in left_out])
        scales = tuple(other_scales.lines(values_used(records)))
        return cls(Gaps.of(records, settings), never, unmeasured({*left_out, *never}), scales)

    @property
    def lines(self) -> Iterator[str]:
        """In words."""
        yield from self.gaps.lines
        if self.never_known:
            yield f"no value at any point: {', '.join(self.never_known)}"
        yield from (f"not measured at all: {title}" for title in self.unmeasured)
        yield from self.scales
