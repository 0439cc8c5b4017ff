"""How long fuzz tests run: ``HYPOTHESIS_PROFILE=nightly`` makes them long."""

import os

from hypothesis import settings

settings.register_profile("quick", deadline=None)
settings.register_profile("nightly", deadline=None, max_examples=100_000)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "quick"))
