"""A vendor's model that embeds, as ours."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import Literal

import httpx2
import numpy as np
from pydantic_ai.embeddings import EmbeddingModel
from pydantic_ai.exceptions import AgentRunError, UserError

from switchroom.errors import Invalid, Unavailable
from switchroom.ports import Embedder, Vectors
from switchroom.providers.choices import Choice
from switchroom.providers.models.faults import ours
from switchroom.providers.models.opening import google_provider, openai_provider
from switchroom.providers.models.wire import open_client

_SILENCE = 20.0
_FAILURES = (AgentRunError, UserError, httpx2.HTTPError, ValueError)


class VendorEmbedder:
    """Implements ports.Embedder."""

    def __init__(self, choice: Choice, model: EmbeddingModel) -> None:
        self._choice = choice
        self._model = model

    @property
    def name(self) -> str:
        """The model's name at its vendor: another name in the providers file changes no vector."""
        return self._choice.model

    async def embed(self, texts: Sequence[str], role: Literal["question", "passage"]) -> Vectors:
        """Return one row per text. Safe to cancel. Raises Unavailable, Denied."""
        kind: Literal["query", "document"] = "query" if role == "question" else "document"
        try:
            result = await self._model.embed(list(texts), input_type=kind)
        except _FAILURES as error:
            raise ours(error, self._choice.name, begun=False) from error
        vectors = np.asarray(result.embeddings, np.float32)
        if vectors.ndim != 2 or len(vectors) != len(texts):
            raise Unavailable(
                f"{self._choice.name} gave {vectors.shape} for {len(texts)} texts", code="model_broke_off"
            )
        return vectors


@asynccontextmanager
async def open_embedder(choice: Choice) -> AsyncIterator[Embedder]:
    """Yield the embedder of ``choice``. Raises Invalid where the entry lacks something."""
    if not choice.model:
        raise Invalid(f"embedders.{choice.name}: say which model of {choice.kind} it is: model: ...", code="providers")
    async with open_client(_SILENCE) as client:
        yield VendorEmbedder(choice, await asyncio.to_thread(_model, choice, client))


def _model(choice: Choice, client: httpx2.AsyncClient) -> EmbeddingModel:
    if choice.kind == "google":
        from pydantic_ai.embeddings.google import GoogleEmbeddingModel  # noqa: PLC0415 - most of a second

        return GoogleEmbeddingModel(choice.model, provider=google_provider(choice, client))
    from pydantic_ai.embeddings.openai import OpenAIEmbeddingModel  # noqa: PLC0415

    return OpenAIEmbeddingModel(choice.model, provider=openai_provider(choice, client))
