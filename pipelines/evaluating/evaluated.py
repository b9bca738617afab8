"""What one evaluation found: for the page, for metrics.json and for MLflow."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from models.abstention import Abstention
from models.ascertainment import Ascertainment
from models.by_service import ByService
from models.instability import Instability
from models.outcome_words import OutcomeWords
from models.sample_size import Had
from models.splits import Split
from pipelines.registry.model_card import CardField
from pipelines.registry.tracking import LoadedModel

BOOSTED = "boosted model"
LOGISTIC = "logistic regression"
OTHER_WAY = {"unknown": "not_completed", "not_completed": "unknown"}


@dataclass(frozen=True)
class Footing:
    """What the evaluation rests on.

    `learnt_here`: the model learnt from this very build. `labels`: outcomes of all points. `patients`: held out,
    with a known outcome. `had`: what was learnt from; None where that is not known here. `first`, `last`: days of
    the held-out points, `learnt_first` and `learnt_last` of those learnt from. `draws`: of patients, for the
    intervals. `months`: points of each month by what they served, counts under 5 left out, others rounded.
    """

    learnt_here: bool
    cut: Split
    labels: NDArray[np.float64]
    patients: int
    had: Had | None
    first: pd.Timestamp
    last: pd.Timestamp
    learnt_first: pd.Timestamp
    learnt_last: pd.Timestamp
    records_up_to: str
    synthetic: bool
    draws: int
    months: pd.DataFrame


@dataclass(frozen=True)
class Study:
    """One of the heavier studies: its table and the seconds it took. `says`: how it was done."""

    table: pd.DataFrame
    seconds: float
    says: str
    summary: pd.DataFrame | None = None


@dataclass(frozen=True)
class Evaluation:
    """What was measured; frames as the modules of models/ give them.

    `outcome` and `risks`: of held-out points with a known outcome; `histogram`: of those risks, in bands that may be
    shown. `ascertainment`: why outcomes of held-out points are known or not; `ascertained`: the same of all mature
    points, by group. `sample_size`: Riley's criteria, empty where it is not known what was learnt from.
    `meaning`: what "not completed" means. `count_dropout_as`: what a patient who did not come again in time counts
    as; `other_dropout`: the boosted model's figures if it were the other way, empty where all came again. `told`:
    sentences on what the model reads and what no predictor measures.
    `performance`, `gains`, `flags` and `benefit`, the decision curve: as they may be published, but for their digits.
    `abstention`: where no chance is stated. `studies`: the heavier ones, by name; none but with --full.
    """

    model: LoadedModel
    footing: Footing
    performance: pd.DataFrame
    gains: pd.DataFrame
    verdict: str
    curve: pd.DataFrame
    benefit: pd.DataFrame
    flags: pd.DataFrame
    flags_a_week: tuple[float, float, float]
    outcome: NDArray[np.float64]
    risks: NDArray[np.float64]
    histogram: pd.DataFrame
    instability: Instability
    services: ByService
    sample_size: pd.DataFrame
    ascertainment: pd.DataFrame
    ascertained: Ascertainment
    meaning: OutcomeWords
    count_dropout_as: str
    other_dropout: pd.DataFrame
    told: tuple[str, ...]
    abstention: Abstention
    studies: Mapping[str, Study] = field(default_factory=dict)
    card: tuple[CardField, ...] = ()

    @property
    def own(self) -> dict[str, float]:
        """The boosted model's figures by metric."""
        of_it = self.performance[self.performance["model"] == BOOSTED]
        return dict(zip(of_it["metric"], of_it["value"].astype(float), strict=True))

    @property
    def rivals(self) -> set[str]:
        """The names of what it was compared with."""
        return set(self.gains["rival"])

    @property
    def left_out(self) -> ByService | None:
        """Each service by a model that learnt nothing from it, which alone tells of a new one; None where not made."""
        study = self.studies.get("leave_one_service_out")
        return None if study is None or study.summary is None else ByService(study.table, study.summary)

    @property
    def cut(self) -> Split:
        """The cut in time, with the rows on either side."""
        return self.footing.cut

    @property
    def labels(self) -> NDArray[np.float64]:
        """Outcomes of all points."""
        return self.footing.labels

    @property
    def synthetic(self) -> bool:
        """Whether the records were invented."""
        return self.footing.synthetic

    @property
    def records_up_to(self) -> str:
        """The last day that the records cover."""
        return self.footing.records_up_to
