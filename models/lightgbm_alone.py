"""LightGBM, imported by itself.

Where scikit-learn is installed LightGBM imports it, and with it all of SciPy's statistics, for wrappers that
nobody here uses: half a second at the start of every command.
"""

from __future__ import annotations

import sys

if "sklearn" not in sys.modules:
    sys.modules["sklearn"] = None  # type: ignore[assignment] # Python's way to say that it is not to be found
    try:
        import lightgbm as lgb
    finally:
        del sys.modules["sklearn"]
else:
    import lightgbm as lgb

__all__ = ["lgb"]
