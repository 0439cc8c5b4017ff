"""When a delivery that failed is tried again: ever later, for three days.

    attempt failed    1     2      3      4       5        6          7 and later
    next one after    5 s   20 s   80 s   5 min   21 min   85 min     5.7 h, then 6 h each

Each wait is up to a fifth shorter or longer, so that what failed together does not come back together. A receiver that says
when to come back (Retry-After) is left alone until then, at most a day; a wait beyond the three days is none.
"""

FIRST = 5.0
FACTOR = 4.0
LONGEST = 6 * 3600.0
SPREAD = 0.2
SPAN = 3 * 86400.0
"""How long a delivery is tried, seconds."""

FURTHEST = 86400.0


def wait(failed: int, chance: float, retry_after: float | None = None) -> float:
    """Return how long to wait after so many failures; ``chance`` is in [0, 1)."""
    plain = min(FIRST * FACTOR ** min(failed - 1, 16), LONGEST)
    spread = plain * (1.0 + SPREAD * (2.0 * chance - 1.0))
    return max(spread, min(max(retry_after or 0.0, 0.0), FURTHEST))


def next_attempt(
    failed: int, began: float, now: float, chance: float, retry_after: float | None = None
) -> float | None:
    """Return when to try again what is tried since ``began``; None to give it up."""
    due = now + wait(failed, chance, retry_after)
    return due if due <= began + SPAN else None
