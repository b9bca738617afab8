"""Labels of groups and of clusters as codes; what is not recorded is a group of its own."""

from __future__ import annotations

import re

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from features.protected import NOT_STATED

NOT_RECORDED = "Not recorded"
EVERYONE = "All"
BAND = re.compile(r"(?P<under>under |below |less than )?(?P<number>\d+(\.\d+)?)", re.IGNORECASE)


def group_codes(by: pd.Series) -> tuple[NDArray[np.int64], tuple[str, ...]]:
    """Codes and labels in the order of bands and of the alphabet, what is not recorded last."""
    labels = by.astype(object).where(by.notna(), NOT_RECORDED).astype(str).str.strip()
    labels = labels.mask(labels == "", NOT_RECORDED).mask(labels == EVERYONE, f"{EVERYONE} (a label)")
    groups = sorted(set(labels), key=_place)
    codes = pd.Categorical(labels, categories=groups).codes
    return np.asarray(codes, dtype=np.int64), tuple(groups)


def _place(label: str) -> tuple[bool, float, bool, str]:
    """Bands stand in the order of their numbers, "under 18" before "18 to 25"; words come after them."""
    band = BAND.match(label)
    number = float(band["number"]) if band else float("inf")
    return label in (NOT_RECORDED, NOT_STATED), number, not (band and band["under"]), label


def cluster_codes_of(cluster: ArrayLike | None, rows: int) -> NDArray[np.int64]:
    """Codes of clusters; a row without one is a cluster of its own."""
    if cluster is None:
        return np.arange(rows, dtype=np.int64)
    codes, found = pd.factorize(pd.Series(cluster), use_na_sentinel=True)
    codes = codes.astype(np.int64)
    alone = codes < 0
    codes[alone] = len(found) + np.arange(int(alone.sum()))
    return codes
