"""Content as Gemini streams it (ai.google.dev, streamGenerateContent with alt=sse): whole parts, usage with each."""

import json
from collections.abc import Mapping, Sequence

from tests.providers.models.server import Answer


def said(words: Sequence[str]) -> list[str | float]:
    """Return the stream of a text."""
    last = len(words) - 1
    return [piece([{"text": word}], "STOP" if number == last else None) for number, word in enumerate(words)]


def called(*calls: tuple[str, Mapping[str, object]]) -> list[str | float]:
    """Return the stream of calls, each a name and its arguments."""
    return [piece([{"functionCall": {"name": name, "args": dict(args)}} for name, args in calls], "STOP")]


def piece(parts: Sequence[Mapping[str, object]], finish: str | None) -> str:
    """Return one event."""
    candidate: dict[str, object] = {"content": {"parts": list(parts), "role": "model"}, "index": 0}
    if finish:
        candidate["finishReason"] = finish
    content = {
        "candidates": [candidate],
        "usageMetadata": {"promptTokenCount": 9, "candidatesTokenCount": 4, "totalTokenCount": 13},
        "modelVersion": "gemini-2.5-flash",
        "responseId": "r1",
    }
    return f"data: {json.dumps(content)}\r\n\r\n"


def failed(status: str, kind: str, message: str, **headers: str) -> Answer:
    """Return an error."""
    body = json.dumps({"error": {"code": int(status[:3]), "message": message, "status": kind}})
    return Answer([body], status, {"content-type": "application/json", **headers})
