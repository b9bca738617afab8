"""How the model does in a service that it learnt nothing from: each service left out of training in turn."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from models.by_service import FEWEST, ByService, by_service
from models.evaluation import EvaluationSettings
from models.splits import LEAST_IN_A_SLICE, leave_one_service_out
from models.studies import Advance, Procedure


def left_out(
    procedure: Procedure,
    services: NDArray[np.object_],
    *,
    settings: EvaluationSettings,
    advance: Advance = str,
) -> ByService:
    """As `by_service`, each service measured by a model learnt from the others before the cut.

    `services`: per point. A service is not measured where the others hold too few outcomes, or it does itself.
    """
    parts = []
    for service, split in leave_one_service_out(procedure.split, services):
        alone = replace(procedure, split=split)
        if _enough(alone):
            risk = alone.risk(alone.learnt(), alone.tested)
            parts.append(pd.DataFrame({"row": alone.tested, "risk": risk}))
        advance(service)
    found = pd.concat(parts, ignore_index=True) if parts else pd.DataFrame({"row": [], "risk": []})
    rows = found["row"].to_numpy(dtype=np.int64)
    return by_service(
        procedure.outcome[rows],
        found["risk"].to_numpy(dtype=np.float64),
        services=services[rows],
        patients=procedure.patients[rows],
        settings=settings,
    )


def _enough(procedure: Procedure) -> bool:
    split, outcome = procedure.split, procedure.outcome
    asked = [(rows, LEAST_IN_A_SLICE) for rows in (split.fit, split.stop, split.calibrate)]
    asked.append((procedure.tested, FEWEST))
    return all(min(outcome[rows].sum(), (1 - outcome[rows]).sum()) >= least for rows, least in asked)
