"""Settings of the synthetic service: what is planted, what is switched off, what is not recorded.

No published figure supports any of these; the defaults are the project's assumptions and plant nothing.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from features.errors import InputError, nearest
from features.standard import ethnic_categories
from pipelines.synthetic.mechanism import BY_NAME, Mechanism

LOCAL_TABLES = ("BSW001", "BSW002", "BSW003", "BSW004")
SIZES = ("planning", "tailoring", "recording", "biased_pwp", "completion")


@dataclass(frozen=True)
class Inequities:
    """What is planted against `groups`, named as in data/standard/ethnicity.csv; a size of 0 plants nothing.

    `planning`: standard deviations by which work is planned less carefully with them. `tailoring`: log-odds
    by which it is adapted to them, or given in their language, less often. `recording`: share of the reviews
    of their work that is never written down. `biased_pwp`: chance that a biased PWP writes down their done
    work as not done; `biased_pwps`: share of PWPs who are biased. `completion`: log-odds by which they do
    the work less often with equal care.
    """

    groups: tuple[str, ...] = (
        "Mixed", "Asian or Asian British", "Black or Black British", "Other Ethnic Groups",
    )  # fmt: skip
    planning: float = 0.0
    tailoring: float = 0.0
    recording: float = 0.0
    biased_pwp: float = 0.0
    completion: float = 0.0
    biased_pwps: float = 0.15

    def __post_init__(self) -> None:
        _known("ethnic group", self.groups, sorted({group for _, group in ethnic_categories().values()}))
        for name in ("recording", "biased_pwp", "biased_pwps"):
            if not 0 <= getattr(self, name) <= 1:
                raise ValueError(f"{name} is a share from 0 to 1; it is {getattr(self, name)}")
        for name in ("planning", "tailoring", "completion"):
            if not -5 <= getattr(self, name) <= 5:
                raise ValueError(f"{name} must be between -5 and 5; it is {getattr(self, name)}")

    def planted(self) -> dict[str, float]:
        """The switches that are on, with their sizes."""
        return {name: size for name in SIZES if (size := float(getattr(self, name)))}


@dataclass(frozen=True)
class SyntheticSettings:
    """How a synthetic service differs from the default one.

    `without`: local tables that it does not keep (no tasks means no reviews of them). `late_entry`: share of
    contacts entered some weeks late. `derived_anew`: columns derived over a whole pathway stand in each of its
    submissions as they end up, which a refreshed extract has, instead of as they stood. `old_names_months`:
    first months, which still carry v2.0 names. `off`: nodes of the mechanism that move nothing, so that their
    constructs are null. `effects`: other sizes than the mechanism's, by "node.cause" or "node.always".
    """

    without: tuple[str, ...] = ()
    inequities: Inequities = field(default_factory=Inequities)
    late_entry: float = 0.02
    derived_anew: bool = False
    old_names_months: int = 3
    off: tuple[str, ...] = ()
    effects: Mapping[str, float] = field(default_factory=dict)

    def __post_init__(self) -> None:
        _known("local table", self.without, LOCAL_TABLES)
        if not 0 <= self.late_entry <= 1:
            raise ValueError(f"late_entry is a share from 0 to 1; it is {self.late_entry}")
        if self.old_names_months < 0:
            raise ValueError(f"old_names_months must be 0 or more; it is {self.old_names_months}")
        _known("node", self.off, tuple(BY_NAME))
        sizes = [f"{name}.{cause}" for name, node in BY_NAME.items() for cause in (*node.causes, "always")]
        _known("effect", tuple(self.effects), sizes)

    def mechanism(self) -> Mechanism:
        """The causal graph as this service has it."""
        return Mechanism(self.off, self.effects)

    def keeps(self, table: str) -> bool:
        """Whether the service keeps a table, named as in the standard."""
        gone = {*self.without, *(("BSW002",) if "BSW001" in self.without else ())}
        return table[:6] not in gone


def _known(kind: str, names: Sequence[str], known: Sequence[str]) -> None:
    for name in names:
        if name not in known:
            raise ValueError(f"unknown {kind} '{name}': {nearest(name, known)}")


DEFAULT = SyntheticSettings()


def as_called(
    settings: SyntheticSettings,
    *,
    without: Sequence[str] = (),
    off: Sequence[str] = (),
    plant: Sequence[str] = (),
) -> SyntheticSettings:
    """The configuration's settings with what the command line adds: tables left out, nodes off, inequities.

    Errors: InputError with every switch that is none, or whose size cannot be.
    """
    faults: list[str] = []
    sizes: dict[str, float] = {}
    for asked in plant:
        name, _, size = asked.partition("=")
        try:
            if name not in SIZES:
                raise ValueError(nearest(name, SIZES))
            sizes[name] = float(size)
        except ValueError as error:
            faults.append(f"--plant {asked}: must be NAME=SIZE, as in completion=0.5 ({error})")
    if faults:
        raise InputError(*faults)
    try:
        inequities = replace(settings.inequities, **sizes)  # type: ignore[arg-type]
        return replace(
            settings,
            without=(*settings.without, *without),
            off=(*settings.off, *off),
            inequities=inequities,
        )
    except ValueError as error:
        raise InputError(f"--without, --off, --plant or [synthetic]: {error}") from None
