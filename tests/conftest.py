"""How long fuzz tests run (``HYPOTHESIS_PROFILE=nightly`` makes them long), and that no test sets up the log for the next."""

import os
from collections.abc import Iterator

import pytest
import structlog
from hypothesis import settings

pytest_plugins = ("tests.servers.fixtures",)

settings.register_profile("quick", deadline=None)
settings.register_profile("nightly", deadline=None, max_examples=100_000)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "quick"))


@pytest.fixture(autouse=True)
def _a_log_of_its_own() -> Iterator[None]:
    """Forget how the test set up the log: its stream is closed by now."""
    yield
    structlog.reset_defaults()
