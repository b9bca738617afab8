"""What one evaluation found: for the page, for metrics.json and for MLflow."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from models.splits import Split
from pipelines.tracking import LoadedModel

BOOSTED = "boosted model"
OTHER_WAY = {"unknown": "not_completed", "not_completed": "unknown"}


@dataclass(frozen=True)
class Evaluation:
    """What was measured; frames as models/evaluation.py gives them.

    `learnt_here`: the model learnt from this very build. `labels`: outcomes of all points. `outcome` and
    `risks`: of held-out points with a known outcome. `count_dropout_as`: what a patient who left before the
    review counts as; `other_dropout`: the boosted model's figures if it were the other way. `told`: sentences
    on what the model reads and what no predictor measures.
    """

    model: LoadedModel
    learnt_here: bool
    cut: Split
    labels: NDArray[np.float64]
    performance: pd.DataFrame
    gains: pd.DataFrame
    verdict: str
    curve: pd.DataFrame
    benefit: pd.DataFrame
    flags: pd.DataFrame
    flags_a_week: float
    outcome: NDArray[np.float64]
    risks: NDArray[np.float64]
    ascertainment: pd.DataFrame
    count_dropout_as: str
    other_dropout: pd.DataFrame
    synthetic: bool
    records_up_to: str
    patients: int
    told: tuple[str, ...]

    @property
    def own(self) -> dict[str, float]:
        """The boosted model's figures by metric."""
        of_it = self.performance[self.performance["model"] == BOOSTED]
        return dict(zip(of_it["metric"], of_it["value"].astype(float), strict=True))

    @property
    def rivals(self) -> set[str]:
        """The names of what it was compared with."""
        return set(self.gains["rival"])

    def as_json(self) -> dict[str, Any]:
        """Every figure for another program; missing is null."""
        frames = {
            "performance": self.performance,
            "gain_in_auroc": self.gains,
            "at_the_flag": self.flags,
            "ascertainment": self.ascertainment,
            "calibration_curve": self.curve,
            f"dropout_as_{OTHER_WAY[self.count_dropout_as]}": self.other_dropout,
            "net_benefit": self.benefit,
        }
        cleaned = {name: frame.astype(object).where(frame.notna(), None) for name, frame in frames.items()}
        return {
            "verdict": self.verdict,
            "synthetic": self.synthetic,
            "model": self.model.uri,
            "model_version": self.model.version,
            "learnt_from_this_build": self.learnt_here,
            "cut": f"{self.cut.cut:%Y-%m-%d}",
            "horizon_days": self.cut.horizon_days,
            "points": {
                "fit": len(self.cut.fit),
                "early_stopping": len(self.cut.stop),
                "calibration": len(self.cut.calibrate),
                "test": len(self.cut.test),
                "test_with_known_outcome": len(self.risks),
                "left_out_of_training": self.cut.dropped,
                "left_out_of_test": self.cut.set_apart,
            },
            "threshold": self.model.model.threshold,
            "count_dropout_as": self.count_dropout_as,
            "flags_per_practitioner_and_week": None if np.isnan(self.flags_a_week) else self.flags_a_week,
            **{name: frame.to_dict("records") for name, frame in cleaned.items()},
        }
