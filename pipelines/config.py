"""The one configuration: a TOML file into frozen dataclasses, each defined beside the code that it steers."""

from __future__ import annotations

import tomllib
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from features.errors import InputError, nearest
from features.facts import FACTS, FactSettings
from features.points import PointSettings
from features.protected import ProtectedSettings
from features.records import SourceSettings
from models.audit_settings import AuditSettings
from models.boosting import BoostingSettings
from models.evaluation import EvaluationSettings
from models.explanation import ExplanationSettings
from models.flags import FlagSettings
from models.leakage import LeakageSettings
from models.outcome import OutcomeSettings
from models.promotion import PromotionSettings
from models.splits import SplitSettings
from models.stability import StabilitySettings
from models.studies import StudySettings
from models.tuning import TuningSettings
from pipelines.addresses import without_password
from pipelines.flags.settings import ScoreSettings
from pipelines.registry.model_card import ModelCardSettings
from pipelines.settings import from_table
from pipelines.synthetic.settings import SyntheticSettings


@dataclass(frozen=True)
class TrackingSettings:
    """Where MLflow keeps runs and models. MLFLOW_TRACKING_URI, where set, is used instead of `uri`.

    artefacts: the folder or address for the files of a new experiment; without it they lie beside a SQLite
    file, and a database server needs it.
    """

    uri: str = "sqlite:///mlflow.db"
    artefacts: str = ""
    experiment: str = "bsw"
    registered_model: str = "bsw"


@dataclass(frozen=True)
class ReadinessSettings:
    """The project's own rule of thumb for enough to learn from, before the cut: `events` outcomes of each kind,
    and over all mature points `months` calendar months.
    """

    events: int = 200
    months: int = 12


@dataclass(frozen=True)
class Config:
    """Every setting of the project. A field's default is the default everywhere."""

    tracking: TrackingSettings = field(default_factory=TrackingSettings)
    source: SourceSettings = field(default_factory=SourceSettings)
    readiness: ReadinessSettings = field(default_factory=ReadinessSettings)
    protected: ProtectedSettings = field(default_factory=ProtectedSettings)
    facts: FactSettings = field(default_factory=FactSettings)
    points: PointSettings = field(default_factory=PointSettings)
    outcome: OutcomeSettings = field(default_factory=OutcomeSettings)
    split: SplitSettings = field(default_factory=SplitSettings)
    leakage: LeakageSettings = field(default_factory=LeakageSettings)
    model: BoostingSettings = field(default_factory=BoostingSettings)
    tuning: TuningSettings = field(default_factory=TuningSettings)
    evaluation: EvaluationSettings = field(default_factory=EvaluationSettings)
    studies: StudySettings = field(default_factory=StudySettings)
    model_card: ModelCardSettings = field(default_factory=ModelCardSettings)
    explanation: ExplanationSettings = field(default_factory=ExplanationSettings)
    stability: StabilitySettings = field(default_factory=StabilitySettings)
    flags: FlagSettings = field(default_factory=FlagSettings)
    score: ScoreSettings = field(default_factory=ScoreSettings)
    audit: AuditSettings = field(default_factory=AuditSettings)
    promotion: PromotionSettings = field(default_factory=PromotionSettings)
    synthetic: SyntheticSettings = field(default_factory=SyntheticSettings)

    def as_table(self) -> dict[str, Any]:
        """All settings as plain nested tables, for manifests and tracking, without a password."""
        table = asdict(self)
        for name in ("uri", "artefacts"):
            table["tracking"][name] = without_password(table["tracking"][name])
        return table


def read_config(path: Path | None) -> Config:
    """The configuration in `path`, or the defaults where there is none.

    Errors: InputError with one line per unknown key, wrong type or unreadable file.
    """
    if path is None:
        return Config()
    try:
        table = tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise InputError(f"configuration {path}: there is no such file") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, IsADirectoryError) as error:
        raise InputError(f"configuration {path}: not readable as TOML ({error})") from None
    faults: list[str] = []
    config = from_table(Config, table, faults)
    if config is not None:
        faults += [
            f"setting 'facts.arrival_lag_days' names no fact '{name}'; {nearest(name, FACTS)}"
            for name in config.facts.arrival_lag_days
            if name not in FACTS
        ]
    if config is None or faults:
        raise InputError(*(f"configuration {path}: {fault}" for fault in faults))
    return config
