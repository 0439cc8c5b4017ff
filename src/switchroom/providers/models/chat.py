"""A vendor's language model as ours: one request, streamed, through pydantic-ai.

Retrying and failing over are not done here: a caller waits, so whoever asked decides at once what to try next.
"""

from collections.abc import AsyncGenerator, Iterator, Mapping
from contextlib import AsyncExitStack, aclosing
from typing import cast

import httpx2
from pydantic_ai.direct import model_request_stream
from pydantic_ai.exceptions import AgentRunError, UserError
from pydantic_ai.messages import PartDeltaEvent, PartStartEvent, TextPart, TextPartDelta, ToolCallPart
from pydantic_ai.models import Model, StreamedResponse
from pydantic_ai.settings import ModelSettings

from switchroom.errors import Unavailable
from switchroom.ports import Ask, ModelPart, Spent, ToolWanted, Wrote
from switchroom.providers.models.faults import ours
from switchroom.providers.models.messages import history, offered
from switchroom.providers.models.wire import noting

_FAILURES = (AgentRunError, UserError, httpx2.HTTPError, ValueError)
_MISUSED = (TypeError, LookupError, OverflowError, ExceptionGroup)
"""What libraries raise for an option or an address of an entry that makes no sense to them."""


class VendorModel:
    """Implements ports.LanguageModel. ``settings`` are pydantic-ai's, by name."""

    def __init__(self, name: str, model: Model, settings: Mapping[str, object]) -> None:
        self._name = name
        self._model = model
        self._settings = settings

    @property
    def name(self) -> str:
        """What the installation calls it."""
        return self._name

    async def answer(self, ask: Ask) -> AsyncGenerator[ModelPart, None]:
        """Yield the answer as it is written; tools and cost at the end. Closing it closes the connection."""
        begun = False
        try:
            async with aclosing(self._stream(ask)) as parts:
                async for part in parts:
                    begun = True
                    yield part
        except (*_FAILURES, *_MISUSED) as error:
            raise ours(error, self._name, begun=begun) from error

    async def _stream(self, ask: Ask) -> AsyncGenerator[ModelPart, None]:
        request = model_request_stream(
            self._model,
            history(ask),
            model_settings=self._settings_of(ask),
            model_request_parameters=offered(ask.functions),
        )
        answers: list[httpx2.Response] = []
        try:
            async with AsyncExitStack() as stack:
                with noting(answers):
                    stream = await stack.enter_async_context(request)
                async for event in stream:
                    match event:
                        case PartStartEvent(part=TextPart(content=text)) if text:
                            yield Wrote(text)
                        case PartDeltaEvent(delta=TextPartDelta(content_delta=text)) if text:
                            yield Wrote(text)
                for part in self._end(stream):
                    yield part
        finally:
            for answer in answers:
                await answer.aclose()

    def _end(self, stream: StreamedResponse) -> Iterator[ModelPart]:
        """Return what is known at the end of the answer; a vendor that did not say why it stopped was cut off."""
        response = stream.get()
        if response.finish_reason is None:
            raise Unavailable(f"{self._name} stopped in the middle of an answer", code="model_broke_off")
        for part in response.parts:
            if isinstance(part, ToolCallPart):
                yield ToolWanted(part.tool_call_id, part.tool_name, _arguments(part))
        usage = stream.usage
        yield Spent(response.model_name or self._model.model_name, usage.input_tokens, usage.output_tokens)

    def _settings_of(self, ask: Ask) -> ModelSettings:
        # We have no system messages in mid-conversation, so the model is not told what they would look like.
        settings = cast("ModelSettings", {"framing_announcement": "never", **self._settings})
        if ask.temperature is not None:
            settings["temperature"] = ask.temperature
        if ask.most_tokens is not None:
            settings["max_tokens"] = ask.most_tokens
        return settings


def _arguments(part: ToolCallPart) -> Mapping[str, object]:
    """Return what the model wrote; what is no JSON object is kept, so that it can be told what is wrong with it."""
    try:
        return part.args_as_dict()
    except (ValueError, AssertionError):
        return {"not_a_json_object": str(part.args)}
