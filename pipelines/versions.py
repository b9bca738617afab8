"""Which version of this software runs, on which versions of the packages that can change a number."""

from __future__ import annotations

import platform
import subprocess
from functools import cache
from importlib import metadata
from pathlib import Path

PACKAGES = ("duckdb", "ibis-framework", "lightgbm", "mlflow", "numpy", "pandas", "scikit-learn", "shap")


@cache
def code_version() -> str:
    """The distribution's version and, in a checkout, the commit (with + where files were changed)."""
    version = metadata.version("bsw-engagement")
    root = Path(__file__).resolve().parents[1]
    try:
        ask = ["git", "-C", str(root), "describe", "--always", "--dirty=+", "--exclude=*"]
        commit = subprocess.run(ask, capture_output=True, text=True, check=True).stdout.strip()
    except (OSError, subprocess.CalledProcessError):
        return version
    return f"{version} at {commit}"


def versions() -> dict[str, str]:
    """Python and the packages whose versions can change a number."""
    return {"python": platform.python_version(), **{name: metadata.version(name) for name in PACKAGES}}
