"""Benchmarks: each module is run by ``python -m bench.NAME --json`` and prints one object of named figures with units."""

import switchroom  # noqa: F401 - it says how many threads numpy may use, so it comes before numpy
