"""What the trees of a model lean on, and how their settings were searched for."""

from __future__ import annotations

import numpy as np
from matplotlib.figure import Figure

from models.risk_model import RiskModel
from models.tuning import Tuned
from pipelines.plots import BLUE, house_style

MOST = 20


def leaning(model: RiskModel) -> Figure:
    """Each predictor's share of the gain over all splits, the strongest at the top. Gain is not effect."""
    gain = np.asarray(model.booster.feature_importance("gain"), dtype=np.float64)
    share = gain / max(gain.sum(), 1e-12)
    strongest = np.argsort(share)[::-1][:MOST][::-1]
    with house_style():
        drawing = Figure(figsize=(7, 0.28 * len(strongest) + 1), layout="constrained")
        axes = drawing.subplots()
        axes.barh([model.predictors[at] for at in strongest], share[strongest], color=BLUE, height=0.7)
        axes.set_xlabel("share of the trees' gain")
        axes.grid(axis="y", visible=False)
    return drawing


def search(tuned: Tuned) -> Figure:
    """The log loss of every trial on patients held aside, in the order tried; the best one ringed."""
    trials = tuned.trials
    best = trials[trials["best"]]
    with house_style():
        drawing = Figure(figsize=(7, 3.2), layout="constrained")
        axes = drawing.subplots()
        axes.plot(trials["trial"], trials["loss"].cummin(), color=BLUE, linewidth=1, label="best so far")
        axes.scatter(
            trials["trial"], trials["loss"], color=BLUE, s=18, label="trial (the first: as configured)"
        )
        axes.scatter(best["trial"], best["loss"], s=110, facecolors="none", edgecolors=BLUE)
        axes.set_xlabel("trial")
        axes.set_ylabel("log loss, patients held aside")
        axes.legend(frameon=False)
    return drawing
