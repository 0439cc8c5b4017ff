"""Chat completions as OpenAI streams them (platform.openai.com/docs/api-reference/chat-streaming): deltas, then usage."""

import json
from collections.abc import Mapping, Sequence

from tests.providers.models.server import Answer

DONE = "data: [DONE]\n\n"


def chunk(delta: Mapping[str, object], finish: str | None = None) -> str:
    """Return one event."""
    return _event([{"index": 0, "delta": dict(delta), "logprobs": None, "finish_reason": finish}], None)


def usage(tokens_in: int, tokens_out: int) -> str:
    """Return the event that ends the stream when usage was asked for."""
    counted = {"prompt_tokens": tokens_in, "completion_tokens": tokens_out, "total_tokens": tokens_in + tokens_out}
    return _event([], counted)


def said(words: Sequence[str]) -> list[str | float]:
    """Return the stream of a text, a delta for each of ``words``."""
    return [
        chunk({"role": "assistant", "content": "", "refusal": None}),
        *(chunk({"content": word}) for word in words),
        chunk({}, "stop"),
        usage(11, len(words)),
        DONE,
    ]


def called(*calls: tuple[str, str, Sequence[str]]) -> list[str | float]:
    """Return the stream of calls, each an id, a name and the pieces in which its arguments come."""
    pieces: list[str | float] = [chunk({"role": "assistant", "content": None})]
    for index, (identity, name, parts) in enumerate(calls):
        head = {"index": index, "id": identity, "type": "function", "function": {"name": name, "arguments": ""}}
        pieces.append(chunk({"tool_calls": [head]}))
        pieces += [chunk({"tool_calls": [{"index": index, "function": {"arguments": part}}]}) for part in parts]
    return [*pieces, chunk({}, "tool_calls"), usage(20, 8), DONE]


def failed(status: str, code: str, message: str, **headers: str) -> Answer:
    """Return an error."""
    body = json.dumps({"error": {"message": message, "type": "error", "param": None, "code": code}})
    return Answer([body], status, {"content-type": "application/json", **headers})


def _event(choices: Sequence[Mapping[str, object]], counted: Mapping[str, object] | None) -> str:
    content = {
        "id": "chatcmpl-1",
        "object": "chat.completion.chunk",
        "created": 1764000000,
        "model": "gpt-4o-mini-2024-07-18",
        "service_tier": "default",
        "system_fingerprint": "fp_1",
        "choices": list(choices),
        "usage": counted,
    }
    return f"data: {json.dumps(content)}\n\n"
