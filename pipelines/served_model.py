"""The model as MLflow serves it: logged as code, so that nothing is unpickled to load it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import mlflow
import pandas as pd

from models.risk_model import RiskModel, from_texts


def read_texts(folder: Path) -> RiskModel:
    """The risk model whose text files lie in `folder`."""
    return from_texts({path.name: path.read_text(encoding="utf-8") for path in folder.iterdir()})


class ServedModel(mlflow.pyfunc.PythonModel):  # type: ignore[misc]
    """Answers `risk, risk_low, risk_high` for rows of predictors."""

    def load_context(self, context: Any) -> None:
        """Read the model's text files."""
        self.model = read_texts(Path(context.artifacts["risk_model"]))

    def predict(self, model_input: pd.DataFrame) -> pd.DataFrame:
        """See `RiskModel.predict`."""
        return self.model.predict(model_input)


mlflow.models.set_model(ServedModel())
