"""Switchroom: an open, white-label voice AI contact centre."""

import os

# The tick multiplies small matrices; with a second BLAS thread to wait for, one tick in a hundred took 100 ms and more.
# numpy reads this when it is first imported, so it stands before everything else.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
