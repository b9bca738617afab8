"""The model as MLflow serves it: logged as code, so that nothing is unpickled to load it.

MLflow keeps a copy of this file with the model and runs that copy. Everything else comes from the environment
that serves: it must be the very code that made the model, and `read_model` refuses any other.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import mlflow
import pandas as pd
from mlflow.exceptions import MlflowException


class ServedModel(mlflow.pyfunc.PythonModel):  # type: ignore[misc]
    """Answers for rows of predictors: the risk, its interval, what speaks against stating it, and what moved it."""

    def load_context(self, context: Any) -> None:
        """Read the model's files. Errors: MlflowException where other code than made them would run."""
        folder = Path(context.artifacts["risk_model"])
        try:
            from features.errors import InputError
            from pipelines.registry.model_files import read_model
        except ImportError as error:
            made_by = json.loads((folder / "code.json").read_text(encoding="utf-8"))["version"]
            raise MlflowException(
                f"the model needs bsw-engagement {made_by}, which is not what is imported here ({error})"
            ) from None
        try:
            self.model = read_model(folder)
        except InputError as error:
            raise MlflowException(f"the model {'; '.join(error.faults)}") from None

    def predict(self, model_input: pd.DataFrame, params: dict[str, Any] | None = None) -> pd.DataFrame:
        """See `models.answers`; a `point_id` among the columns comes back in front.

        params: `contributions`, whether to explain. Errors: MlflowException naming the columns at fault.
        """
        from features.errors import InputError
        from models.answers import answers

        try:
            found = answers(self.model, model_input, contributions=bool((params or {}).get("contributions")))
        except InputError as error:
            raise MlflowException.invalid_parameter_value("; ".join(error.faults)) from None
        return pd.concat([model_input[["point_id"]], found], axis=1) if "point_id" in model_input else found


mlflow.models.set_model(ServedModel())
