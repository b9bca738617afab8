"""One small service for all tests, and the national standard."""

from dataclasses import dataclass
from pathlib import Path

import pandas as pd
import pytest

import data
from benchmarks.second_service import write_second_service

SIZES: dict[str, int] = {"pathways": 1500, "services": 3, "months": 24}
STANDARD = Path(data.__file__).parent / "standard"


@dataclass(frozen=True)
class Written:
    """Paths of a written service."""

    folder: Path
    truth: Path

    def table(self, name: str) -> pd.DataFrame:
        """One table."""
        return pd.read_parquet(self.folder / f"{name}.parquet")


@pytest.fixture(scope="session")
def written(tmp_path_factory: pytest.TempPathFactory) -> Written:
    """A service of 1,500 pathways."""
    place = tmp_path_factory.mktemp("second")
    service = Written(place / "service", place / "truth.parquet")
    write_second_service(service.folder, **SIZES, seed=5, truth=service.truth)
    return service


@pytest.fixture(scope="session")
def standard() -> Path:
    """Folder of tables.csv and codes.csv."""
    return STANDARD
