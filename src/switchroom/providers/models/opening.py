"""Opening a language model: one HTTP client per model, kept warm between calls and closed at the end.

What is imported here takes seconds, so this module is imported beside the event loop (``providers/kinds.py``), and a vendor's
library in a thread when the first model of its kind is opened.
"""

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

import httpx2
from pydantic import JsonValue
from pydantic_ai.models import Model

from switchroom.errors import Invalid
from switchroom.ports import LanguageModel
from switchroom.providers.choices import Choice
from switchroom.providers.models.chat import VendorModel
from switchroom.providers.models.wire import open_client

if TYPE_CHECKING:
    from google.genai import Client
    from openai import AsyncOpenAI
    from pydantic_ai.providers import Provider

SILENCE = 15.0
"""Seconds without a byte after which a model has broken off; a model that thinks first needs them (option ``silence``)."""

_URLS = {
    "anthropic": "https://api.anthropic.com",
    "openai": "https://api.openai.com/v1",
    "ollama": "http://127.0.0.1:11434/v1",
    "vllm": "http://127.0.0.1:8000/v1",
}
"""Where a kind is to be found. An entry's ``url`` goes before it; a variable of the environment never does."""


@asynccontextmanager
async def open_model(choice: Choice) -> AsyncIterator[LanguageModel]:
    """Yield the model of ``choice``. Raises Invalid where the entry lacks something."""
    if not choice.model:
        raise Invalid(f"models.{choice.name}: say which model of {choice.kind} it is: model: ...", code="providers")
    silence, settings = _options(choice)
    async with open_client(silence) as client:
        yield VendorModel(choice.name, await asyncio.to_thread(_model, choice, client), settings)


def _options(choice: Choice) -> tuple[float, Mapping[str, JsonValue]]:
    """Return the seconds of silence allowed, and the settings that are passed on as they are."""
    settings = dict(choice.options)
    silence = settings.pop("silence", SILENCE)
    if not isinstance(silence, int | float) or silence <= 0:
        raise Invalid(f"models.{choice.name}.options.silence: a number of seconds, not {silence!r}", code="providers")
    return float(silence), settings


def _model(choice: Choice, client: httpx2.AsyncClient) -> Model:
    match choice.kind:
        case "anthropic":
            return _anthropic(choice, client)
        case "google":
            return _google(choice, client)
        case _:
            return _openai(choice, client)


def _url(choice: Choice) -> str:
    if url := choice.url or _URLS.get(choice.kind, ""):
        return url
    raise Invalid(f"models.{choice.name}: say where the server is: url: http://...", code="providers")


def _anthropic(choice: Choice, client: httpx2.AsyncClient) -> Model:
    from anthropic import AsyncAnthropic  # noqa: PLC0415 - a second and a half
    from pydantic_ai.models.anthropic import AnthropicModel  # noqa: PLC0415
    from pydantic_ai.providers.anthropic import AnthropicProvider  # noqa: PLC0415

    vendor = AsyncAnthropic(
        api_key=choice.key, base_url=_url(choice), http_client=client, timeout=client.timeout, max_retries=0
    )
    return AnthropicModel(choice.model, provider=AnthropicProvider(anthropic_client=vendor))


def openai_provider(choice: Choice, client: httpx2.AsyncClient) -> "Provider[AsyncOpenAI]":
    """Return OpenAI, or a server that speaks as it does."""
    from openai import AsyncOpenAI  # noqa: PLC0415 - most of a second
    from pydantic_ai.providers.openai import OpenAIProvider  # noqa: PLC0415
    from pydantic_ai.providers.openai_compatible import OpenAICompatibleProvider  # noqa: PLC0415

    vendor = AsyncOpenAI(
        api_key=choice.key or "none", base_url=_url(choice), http_client=client, timeout=client.timeout, max_retries=0
    )
    if choice.kind == "openai":
        return OpenAIProvider(openai_client=vendor)
    return OpenAICompatibleProvider(choice.kind, openai_client=vendor)


def _openai(choice: Choice, client: httpx2.AsyncClient) -> Model:
    from pydantic_ai.models.openai import OpenAIChatModel  # noqa: PLC0415 - most of a second
    from pydantic_ai.profiles.openai import OpenAIModelProfile  # noqa: PLC0415

    ends = OpenAIModelProfile(openai_chat_streaming_requires_finish_reason=True)  # else a cut answer looks whole
    return OpenAIChatModel(choice.model, provider=openai_provider(choice, client), profile=ends)


def google_provider(choice: Choice, client: httpx2.AsyncClient) -> "Provider[Client]":
    """Return Google's."""
    from pydantic_ai.providers.google import GoogleProvider  # noqa: PLC0415 - most of a second

    return GoogleProvider(api_key=choice.key, http_client=client, base_url=choice.url or None)


def _google(choice: Choice, client: httpx2.AsyncClient) -> Model:
    from pydantic_ai.models.google import GoogleModel  # noqa: PLC0415 - most of a second

    return GoogleModel(choice.model, provider=google_provider(choice, client))
