"""The scorecard as an MLflow model ("models from code"): the registry holds this file and a JSON table, no
pickle.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import mlflow
import pandas as pd
from scorecard import Scorecard, checked


class RegisteredScorecard(mlflow.pyfunc.PythonModel):  # type: ignore[misc]
    """Rows of applications in, one assessment a row out."""

    def load_context(self, context: Any) -> None:
        self.scorecard = Scorecard.load(Path(context.artifacts["scorecard"]))

    def predict(
        self, context: Any, model_input: pd.DataFrame, params: dict[str, Any] | None = None
    ) -> pd.DataFrame:
        rows = [
            {name: int(value) if hasattr(value, "item") else value for name, value in row.items()}
            for row in model_input.to_dict(orient="records")
        ]
        assessed = [self.scorecard.assess(checked(row)) for row in rows]
        return pd.DataFrame(
            {
                "score": [one.score for one in assessed],
                "recommendation": [one.recommendation for one in assessed],
                "confidence": [one.confidence for one in assessed],
            }
        )


mlflow.models.set_model(RegisteredScorecard())
