"""Makes net_benefit.json with dcurves, in an environment of its own: dcurves needs lifelines, which pins pandas<3.

    python -m venv dcurves-environment && dcurves-environment/bin/pip install dcurves==1.1.7
    dcurves-environment/bin/python tests/golden/make_net_benefit.py

The rows are drawn here, so that the test holds the very numbers that dcurves saw.
"""

from __future__ import annotations

import json
from importlib import metadata
from pathlib import Path

import numpy as np
import pandas as pd

ROWS, SEED = 400, 7
THRESHOLDS = [0.05, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.8]
PACKAGES = ("dcurves", "lifelines", "numpy", "pandas", "statsmodels")


def main() -> None:
    """Draw the rows, ask dcurves, write both beside this file."""
    from dcurves import dca

    draw = np.random.default_rng(SEED)
    risk = np.round(np.clip(draw.beta(2, 3, ROWS), 0.005, 0.995), 3)
    rows = pd.DataFrame({"outcome": (draw.random(ROWS) < risk**1.3).astype(int), "risk": risk})
    found = dca(data=rows, outcome="outcome", modelnames=["risk"], thresholds=THRESHOLDS)
    kept = found[found["threshold"].round(2).isin(THRESHOLDS)]
    answer = {
        "versions": {name: metadata.version(name) for name in PACKAGES},
        "outcome": rows["outcome"].tolist(),
        "risk": rows["risk"].tolist(),
        "net_benefit": [
            {
                "threshold": round(float(row.threshold), 2),
                "policy": row.model,
                "value": float(row.net_benefit),
            }
            for row in kept.itertuples()
        ],
    }
    text = json.dumps(answer) + "\n"
    Path(__file__).with_name("net_benefit.json").write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
