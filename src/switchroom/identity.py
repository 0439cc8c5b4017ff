"""The names of things: who owns a call, which call, which leg of it.

Identifiers are opaque strings with a readable prefix. They sort by the time they were made (a millisecond
clock in front, 60 random bits behind), so a table keyed by them stays in the order things happened.
"""

import secrets
import time
from typing import NewType

TenantId = NewType("TenantId", str)
AgentId = NewType("AgentId", str)
UserId = NewType("UserId", str)
CallId = NewType("CallId", str)
LegId = NewType("LegId", str)
EventId = NewType("EventId", str)

_DIGITS = "0123456789abcdefghjkmnpqrstvwxyz"  # Crockford's base 32: no letter is mistaken for a digit


def new_id(prefix: str) -> str:
    """Return a fresh identifier such as ``call_01kaz3v8g2v4m0x1q7rj3n5t6b``."""
    return _spelled(prefix, (int(time.time() * 1000) << 60) | secrets.randbits(60))


def least_id(prefix: str, at: float) -> str:
    """Return what no identifier made at or after ``at`` sorts below: where a stretch of time begins in a table of them."""
    return _spelled(prefix, max(0, int(at * 1000)) << 60)


def _spelled(prefix: str, value: int) -> str:
    letters = []
    for _ in range(22):
        value, digit = divmod(value, 32)
        letters.append(_DIGITS[digit])
    return f"{prefix}_{''.join(reversed(letters))}"
