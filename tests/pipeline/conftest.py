"""A scored service in memory and a browser, made once for the tests of tables and pages."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import pytest

from features.predictor import catalogue
from models.outcome_words import outcome_words
from models.suggestions import packaged_suggestions, read_suggestions
from pipelines.config import Config
from pipelines.flags.occasion import Occasion
from pipelines.flags.scored import Scored, find_flags
from tests.pipeline.browser import Reader, reader_with
from tests.pipeline.made_service import AS_OF, model, service


@pytest.fixture(scope="session")
def scored() -> Scored:
    """The flags of a made service of 120 pathways."""
    suggestions = read_suggestions(packaged_suggestions(), catalogue())
    return find_flags(service(), model(), as_of=AS_OF, config=Config(), suggestions=suggestions)


@pytest.fixture(scope="session")
def occasion() -> Occasion:
    """When and with what they were made."""
    up_to = service().records_up_to
    meaning = outcome_words({service().kind}, Config().as_table())
    return Occasion(
        AS_OF,
        up_to,
        "1",
        model().threshold,
        synthetic=True,
        meaning=meaning,
        data="0123456789abcdef",
        last_days={"RX1": up_to},
    )


@pytest.fixture(scope="session")
def names(scored: Scored) -> Mapping[str, str]:
    """What pages call each patient, told from the records' own id at sight."""
    return {patient: patient.replace("RX1:P", "NAME-") for patient in scored.patients}


@pytest.fixture(scope="module")
def reader(chromium: str) -> Iterator[Reader]:
    """One browser for a module's pages: while it is open, nothing else may use asyncio."""
    with reader_with(chromium) as opened:
        yield opened
