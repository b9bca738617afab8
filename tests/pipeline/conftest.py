"""A scored service in memory, made once for the tests of tables and pages."""

from __future__ import annotations

import pytest

from features.predictor import catalogue
from models.suggestions import packaged_suggestions, read_suggestions
from pipelines.config import Config
from pipelines.flag_pages import Occasion
from pipelines.scored import Scored, find_flags
from tests.pipeline.made_service import AS_OF, model, service


@pytest.fixture(scope="session")
def scored() -> Scored:
    """The flags of a made service of 120 pathways."""
    suggestions = read_suggestions(packaged_suggestions(), catalogue())
    return find_flags(service(), model(), as_of=AS_OF, config=Config(), suggestions=suggestions)


@pytest.fixture(scope="session")
def occasion() -> Occasion:
    """When and with what they were made."""
    return Occasion(AS_OF, service().records_up_to, "1", model().threshold, synthetic=True)
