"""What a tenant has from those above it: a value said nearer to it counts before one said further up, field by field."""

from collections.abc import Iterable, Mapping
from typing import TypeVar

V = TypeVar("V")


def inherited(chain: Iterable[Mapping[str, V]], key: str) -> tuple[int, V] | None:
    """Return the value that counts and how many levels up it is said, 0 for one's own; None if nobody says it.

    ``chain`` is what a tenant and those above it say, the nearest first; a key that is not there is not said.
    """
    return next(((level, said[key]) for level, said in enumerate(chain) if key in said), None)
