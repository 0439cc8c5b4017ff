"""Meaning as numbers: texts in, vectors out, near each other when they mean the same."""

from collections.abc import Sequence
from typing import Literal, Protocol

import numpy as np
import numpy.typing as npt

Vectors = npt.NDArray[np.float32]
"""One row per text."""


class Embedder(Protocol):
    """A model that embeds."""

    @property
    def name(self) -> str:
        """The model's; vectors of different models cannot be compared."""
        ...

    async def embed(self, texts: Sequence[str], role: Literal["question", "passage"]) -> Vectors:
        """Return the vectors of ``texts``, shape (texts, dimensions). Safe to cancel. Raises Unavailable, Denied."""
        ...
