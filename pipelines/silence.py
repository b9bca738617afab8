"""What a build cannot tell, though it is no error, so that whoever made it knows."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from pathlib import Path

from features.facts import FACTS
from features.predictor import unmeasured
from features.records import Records
from features.records.silence import silent_services
from pipelines.feature_file import never_known

# The tables that any fact reads: what stands in others changes no number.
READ = frozenset(table for fact in FACTS.values() for table in fact.reads)


@dataclass(frozen=True)
class Silence:
    """Predictors without any value, constructs without a predictor that has one, by table the services that never fill
    it in where others do, and how many rows were set aside.
    """

    never_known: list[str]
    unmeasured: tuple[str, ...]
    services: dict[str, list[str]]
    set_aside: int

    @classmethod
    def of(
        cls, records: Records, asked: Collection[str], left_out: Collection[str], features: Path
    ) -> Silence:
        """Read from the records and the predictors worked out."""
        never = never_known(features, [name for name in asked if name not in left_out])
        silent = silent_services(records, READ)
        return cls(never, unmeasured({*left_out, *never}), silent, records.rows_set_aside)

    @property
    def lines(self) -> Iterator[str]:
        """In words."""
        if self.set_aside:
            yield f"rows set aside: {self.set_aside:,}; `bsw check` says why"
        if self.never_known:
            yield f"no value at any point: {', '.join(self.never_known)}"
        yield from (f"not measured at all: {title}" for title in self.unmeasured)
        for table, services in self.services.items():
            yield f"no row of {table}: {', '.join(services)}; what is counted there is 0, and not unknown"
