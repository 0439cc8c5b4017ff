"""Language models of vendors against servers that stream as they do: the same conversation with each."""

import asyncio
import gc
from collections.abc import AsyncIterator, Callable, Coroutine, Sequence
from contextlib import aclosing, asynccontextmanager
from dataclasses import dataclass
from typing import TypeVar

import pytest

from switchroom.errors import Denied, SwitchroomError, Unavailable
from switchroom.ports import (
    Ask,
    Function,
    LanguageModel,
    ModelPart,
    Spent,
    TheySaid,
    ToolResult,
    ToolWanted,
    WeSaid,
    Wrote,
)
from switchroom.providers.choices import Choice
from switchroom.providers.models.opening import open_model
from tests.providers.models import anthropic, google, openai
from tests.providers.models.server import Answer, Request, ScriptedServer, serving
from tests.virtual_time import run_real

SCHEMA = {"type": "object", "properties": {"item": {"type": "string"}}, "required": ["item"]}
ASK = Ask(
    "You sell pies.",
    (
        TheySaid("hello"),
        WeSaid("Good day."),
        TheySaid("are there eggs"),
        WeSaid("I will look."),
        ToolWanted("call_1_0", "stock", {"item": "eggs"}),
        ToolResult("call_1_0", "stock", '{"left": 4}'),
        TheySaid("[breaking in on you] and flour"),
    ),
    (Function("stock", "Say how much is left.", SCHEMA),),
    temperature=0.3,
    most_tokens=200,
)


@dataclass(frozen=True)
class Vendor:
    """How one vendor streams."""

    kind: str
    model: str
    path: str
    said: Callable[[Sequence[str]], list[str | float]]
    called: list[str | float]
    failed: Callable[..., Answer]
    garbage: str
    first: int
    """So many pieces of ``said`` come before the first word."""

    def __str__(self) -> str:
        return self.kind

    def choice(self, server: ScriptedServer, **changes: object) -> Choice:
        path = self.path if self.kind in {"openai", "compatible"} else ""
        return Choice("mine", self.kind, self.model, "sk-secret", server.url + path, **changes)  # type: ignore[arg-type]


T = TypeVar("T")


def finish(talk: Coroutine[object, object, T]) -> T:
    """Run to the end, and let be done what the vendors' libraries leave to be done when they are collected."""

    async def tidied() -> T:
        result = await talk
        for _ in range(3):
            gc.collect()
            await asyncio.sleep(0.01)
        return result

    return run_real(tidied())


ARGUMENTS = ['{"it', 'em": "fl', 'our"}']
OPENAI = Vendor(
    "openai", "gpt-4o-mini", "/v1", openai.said,
    openai.called(("call_a", "stock", ARGUMENTS), ("call_b", "stock", ['{"item": "salt"}'])),
    openai.failed, "data: {not json\n\n", 1,
)  # fmt: skip
COMPATIBLE = Vendor(
    "compatible", "qwen3", "/v1", openai.said, OPENAI.called, openai.failed, "data: {not json\n\n", 1,
)  # fmt: skip
ANTHROPIC = Vendor(
    "anthropic", "claude-sonnet-4-6", "", anthropic.said,
    anthropic.called([], ("toolu_a", "stock", ARGUMENTS), ("toolu_b", "stock", ['{"item": "salt"}'])),
    anthropic.failed, "event: content_block_delta\ndata: {not json\n\n", 3,
)  # fmt: skip
GOOGLE = Vendor(
    "google", "gemini-2.5-flash", "", google.said, google.called(("stock", {"item": "flour"}), ("stock", {"item": "salt"})),
    google.failed, "data: {not json\n\n", 0,
)  # fmt: skip
VENDORS = [OPENAI, COMPATIBLE, ANTHROPIC, GOOGLE]


@asynccontextmanager
async def at(
    vendor: Vendor, *answers: Answer, **changes: object
) -> AsyncIterator[tuple[LanguageModel, ScriptedServer]]:
    """Open the vendor's model at a server that gives ``answers``."""
    async with serving(*answers) as server, open_model(vendor.choice(server, **changes)) as model:
        yield model, server


async def heard(model: LanguageModel, ask: Ask = ASK) -> list[ModelPart]:
    """Return the whole answer."""
    async with aclosing(model.answer(ask)) as parts:
        return [part async for part in parts]


def words(parts: Sequence[ModelPart]) -> list[str]:
    """Return the pieces of text."""
    return [part.text for part in parts if isinstance(part, Wrote)]


async def fails(model: LanguageModel) -> tuple[list[str], SwitchroomError]:
    """Return what was written until the answer failed, and with what."""
    written: list[str] = []
    try:
        async with aclosing(model.answer(ASK)) as parts:
            async for part in parts:
                written += [part.text] if isinstance(part, Wrote) else []
    except SwitchroomError as error:
        return written, error
    raise AssertionError(f"it did not fail, and wrote {written}")


@pytest.mark.parametrize("vendor", VENDORS, ids=str)
def test_an_answer_comes_word_by_word_and_its_cost_at_the_end(vendor: Vendor) -> None:
    async def talk() -> None:
        async with at(vendor, Answer(vendor.said(["We ", "have ", "flour."]))) as (model, _):
            parts = await heard(model)
            assert words(parts) == ["We ", "have ", "flour."]
            assert isinstance(parts[-1], Spent)
            assert parts[-1].tokens_in > 0 and parts[-1].tokens_out > 0
            assert model.name == "mine"

    finish(talk())


@pytest.mark.parametrize("vendor", VENDORS, ids=str)
def test_tools_wanted_are_whole_however_their_arguments_were_cut(vendor: Vendor) -> None:
    async def talk() -> None:
        async with at(vendor, Answer(vendor.called)) as (model, _):
            wanted = [part for part in await heard(model) if isinstance(part, ToolWanted)]
            assert [(each.name, each.arguments) for each in wanted] == [
                ("stock", {"item": "flour"}),
                ("stock", {"item": "salt"}),
            ]
            assert len({each.id for each in wanted}) == 2

    finish(talk())


@pytest.mark.parametrize("vendor", VENDORS, ids=str)
def test_the_first_word_does_not_wait_for_the_second(vendor: Vendor) -> None:
    async def talk() -> None:
        stream = vendor.said(["One ", "two."])
        stream.insert(vendor.first + 1, 60.0)
        async with at(vendor, Answer(stream)) as (model, server):
            async with aclosing(model.answer(ASK)) as parts:
                assert await anext(parts) == Wrote("One ")
            async with asyncio.timeout(5.0):
                await server.left.wait()  # the vendor sees that nobody listens any more, and stops counting
            assert server.gone == 1

    finish(talk())


@pytest.mark.parametrize("vendor", VENDORS, ids=str)
def test_cancelling_whoever_waits_for_the_first_byte_closes_the_connection(vendor: Vendor) -> None:
    async def talk() -> None:
        async with at(vendor, Answer([60.0, *vendor.said(["late"])])) as (model, server):
            async with asyncio.timeout(5.0), asyncio.TaskGroup() as tasks:
                waiting = tasks.create_task(heard(model))
                while not server.requests:
                    await asyncio.sleep(0.01)
                waiting.cancel()
                await server.left.wait()
            assert waiting.cancelled()

    finish(talk())


@pytest.mark.parametrize("vendor", VENDORS, ids=str)
def test_calls_share_a_warm_connection(vendor: Vendor) -> None:
    async def talk() -> None:
        async with at(vendor, Answer(vendor.said(["Yes."]))) as (model, server):
            for _ in range(3):
                await heard(model)
            assert (len(server.requests), server.connections) == (3, 1)

    finish(talk())


@pytest.mark.parametrize("vendor", VENDORS, ids=str)
def test_a_first_byte_that_does_not_come_is_given_up(vendor: Vendor) -> None:
    async def talk() -> None:
        async with at(vendor, Answer([30.0]), options={"silence": 0.2}) as (model, server):
            written, error = await fails(model)
            assert (written, error.code, error.retryable) == ([], "model_silent", True)
            assert len(server.requests) == 1

    finish(talk())


@pytest.mark.parametrize("vendor", VENDORS, ids=str)
def test_a_stream_that_falls_silent_is_given_up(vendor: Vendor) -> None:
    async def talk() -> None:
        stream = vendor.said(["One ", "two."])
        stream.insert(vendor.first + 1, 30.0)
        async with at(vendor, Answer(stream), options={"silence": 0.2}) as (model, _):
            written, error = await fails(model)
            assert (written, error.code) == (["One "], "model_silent")

    finish(talk())


@pytest.mark.parametrize("vendor", VENDORS, ids=str)
def test_a_connection_dropped_in_mid_stream_is_told(vendor: Vendor) -> None:
    async def talk() -> None:
        stream = [*vendor.said(["One ", "two."])[: vendor.first + 1], 0.05]
        async with at(vendor, Answer(stream, cut=True)) as (model, server):
            written, error = await fails(model)
            assert isinstance(error, Unavailable)
            assert (written, error.code, error.retryable) == (["One "], "model_broke_off", True)
            assert len(server.requests) == 1

    finish(talk())


@pytest.mark.parametrize("vendor", VENDORS, ids=str)
def test_a_stream_that_ends_without_an_end_is_told(vendor: Vendor) -> None:
    async def talk() -> None:
        async with at(vendor, Answer(vendor.said(["One ", "two."])[: vendor.first + 1])) as (model, _):
            written, error = await fails(model)
            assert (written, error.code) == (["One "], "model_broke_off")

    finish(talk())


@pytest.mark.parametrize("vendor", VENDORS, ids=str)
def test_garbage_in_a_stream_is_told(vendor: Vendor) -> None:
    async def talk() -> None:
        stream = [*vendor.said(["One ", "two."])[: vendor.first + 1], vendor.garbage]
        async with at(vendor, Answer(stream)) as (model, _):
            written, error = await fails(model)
            assert (written, error.code) == (["One "], "model_broke_off")

    finish(talk())


@pytest.mark.parametrize("vendor", VENDORS, ids=str)
@pytest.mark.parametrize(
    ("status", "headers", "kind", "code", "retryable", "after"),
    [
        ("401 Unauthorized", {}, Denied, "model_denied", False, None),
        ("403 Forbidden", {}, Denied, "model_denied", False, None),
        ("429 Too Many Requests", {"retry-after": "7"}, Unavailable, "model_limited", True, 7.0),
        ("429 Too Many Requests", {}, Unavailable, "model_limited", True, None),
        ("404 Not Found", {}, Unavailable, "model_refused", False, None),
        ("400 Bad Request", {}, Unavailable, "model_refused", False, None),
        ("500 Internal Server Error", {}, Unavailable, "model_down", True, None),
        ("503 Service Unavailable", {"retry-after": "2"}, Unavailable, "model_down", True, 2.0),
        ("529 Overloaded", {}, Unavailable, "model_down", True, None),
    ],
)
def test_a_refusal_is_ours_and_is_not_tried_again_behind_our_back(
    vendor: Vendor, status: str, headers: dict[str, str], kind: type, code: str, retryable: bool, after: float | None
) -> None:
    async def talk() -> None:
        async with at(vendor, vendor.failed(status, "some_code", "sorry about that", **headers)) as (model, server):
            _, error = await fails(model)
            assert isinstance(error, kind)
            assert (error.code, error.retryable) == (code, retryable)
            assert getattr(error, "retry_after", None) == after
            assert "mine answered" in str(error) and "sorry about that" in str(error)
            assert "sk-secret" not in str(error)
            assert len(server.requests) == 1

    finish(talk())


@pytest.mark.parametrize("vendor", VENDORS, ids=str)
def test_nobody_there_is_told(vendor: Vendor) -> None:
    async def talk() -> None:
        async with at(vendor, Answer()) as (_, server):
            gone = server
        async with open_model(vendor.choice(gone)) as model:
            _, error = await fails(model)
            assert (error.code, error.retryable) == ("model_down", True)

    finish(talk())


def _asked(vendor: Vendor) -> Request:
    async def talk() -> Request:
        async with at(vendor, Answer(vendor.said(["Yes."]))) as (model, server):
            await heard(model)
            return server.requests[0]

    return finish(talk())


def test_openai_is_asked_as_it_wants_to_be() -> None:
    request = _asked(OPENAI)
    assert request.path == "/v1/chat/completions"
    assert request.headers["authorization"] == "Bearer sk-secret"
    body = request.body
    assert (body["model"], body["stream"], body["temperature"]) == ("gpt-4o-mini", True, 0.3)
    assert body["stream_options"] == {"include_usage": True}
    assert body["messages"] == [
        {"role": "system", "content": "You sell pies."},
        {"role": "user", "content": "hello"},
        {"role": "assistant", "content": "Good day."},
        {"role": "user", "content": "are there eggs"},
        {
            "role": "assistant",
            "content": "I will look.",
            "tool_calls": [
                {"id": "call_1_0", "type": "function", "function": {"name": "stock", "arguments": '{"item":"eggs"}'}}
            ],
        },
        {"role": "tool", "tool_call_id": "call_1_0", "content": '{"left": 4}'},
        {"role": "user", "content": "[breaking in on you] and flour"},
    ]


def test_anthropic_is_asked_as_it_wants_to_be() -> None:
    request = _asked(ANTHROPIC)
    assert request.path.partition("?")[0] == "/v1/messages"
    assert "sk-secret" in request.headers.get("x-api-key", request.headers.get("authorization", ""))
    body = request.body
    assert (body["model"], body["stream"], body["max_tokens"]) == ("claude-sonnet-4-6", True, 200)
    messages = body["messages"]
    assert isinstance(messages, list)
    assert [message["role"] for message in messages] == ["user", "assistant", "user", "assistant", "user"]
    assert [block["type"] for block in messages[-1]["content"]] == ["tool_result", "text"]
    assert body["system"] == [{"type": "text", "text": "You sell pies."}]
    assert body["tools"] == [{"name": "stock", "description": "Say how much is left.", "input_schema": SCHEMA}]


def test_google_is_asked_as_it_wants_to_be() -> None:
    request = _asked(GOOGLE)
    assert request.path.partition("?")[0] == "/v1beta/models/gemini-2.5-flash:streamGenerateContent"
    assert request.headers["x-goog-api-key"] == "sk-secret"
    contents = request.body["contents"]
    assert isinstance(contents, list)
    assert [content["role"] for content in contents] == ["user", "model", "user", "model", "user", "user"]
