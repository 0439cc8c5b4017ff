"""Messages as Anthropic streams them (docs.anthropic.com, streaming messages): named events around blocks of content."""

import json
from collections.abc import Mapping, Sequence

from tests.providers.models.server import Answer

PING = 'event: ping\ndata: {"type": "ping"}\n\n'


def started() -> str:
    """Return the first event."""
    message: dict[str, object] = {
        "id": "msg_1",
        "type": "message",
        "role": "assistant",
        "content": [],
        "model": "claude-sonnet-4-6",
        "stop_reason": None,
        "stop_sequence": None,
        "usage": {
            "input_tokens": 25,
            "cache_creation_input_tokens": 0,
            "cache_read_input_tokens": 0,
            "output_tokens": 1,
        },
    }
    return event("message_start", {"message": message})


def text_block(index: int, words: Sequence[str]) -> list[str | float]:
    """Return a block of text, a delta for each of ``words``."""
    return [
        event("content_block_start", {"index": index, "content_block": {"type": "text", "text": ""}}),
        *(
            event("content_block_delta", {"index": index, "delta": {"type": "text_delta", "text": word}})
            for word in words
        ),
        event("content_block_stop", {"index": index}),
    ]


def tool_block(index: int, identity: str, name: str, parts: Sequence[str]) -> list[str | float]:
    """Return a block that wants a tool, its arguments in ``parts``."""
    head = {"type": "tool_use", "id": identity, "name": name, "input": {}}
    return [
        event("content_block_start", {"index": index, "content_block": head}),
        *(
            event("content_block_delta", {"index": index, "delta": {"type": "input_json_delta", "partial_json": part}})
            for part in parts
        ),
        event("content_block_stop", {"index": index}),
    ]


def ended(why: str, tokens_out: int) -> list[str | float]:
    """Return the last events."""
    return [
        event(
            "message_delta",
            {"delta": {"stop_reason": why, "stop_sequence": None}, "usage": {"output_tokens": tokens_out}},
        ),
        event("message_stop", {}),
    ]


def said(words: Sequence[str]) -> list[str | float]:
    """Return the stream of a text."""
    return [started(), PING, *text_block(0, words), *ended("end_turn", len(words))]


def called(text: Sequence[str], *calls: tuple[str, str, Sequence[str]]) -> list[str | float]:
    """Return the stream of a text and the tools wanted after it."""
    blocks = [piece for index, call in enumerate(calls, 1) for piece in tool_block(index, *call)]
    return [started(), PING, *text_block(0, text), *blocks, *ended("tool_use", 40)]


def failed(status: str, kind: str, message: str, **headers: str) -> Answer:
    """Return an error."""
    body = json.dumps({"type": "error", "error": {"type": kind, "message": message}, "request_id": "req_1"})
    return Answer([body], status, {"content-type": "application/json", **headers})


def event(name: str, data: Mapping[str, object]) -> str:
    """Return one event."""
    return f"event: {name}\ndata: {json.dumps({'type': name, **data})}\n\n"
