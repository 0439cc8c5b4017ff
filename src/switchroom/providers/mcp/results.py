"""What a server's tool gives back, as values that a flow and a model can use; and what went wrong, in our words.

Fields of structured content are values by their names, nested ones as JSON; ``text`` is what was said in text, unless that is only
the same once more. Pictures and sound are named, not carried: a conversation has no use for them.
"""

import json
from collections.abc import Iterator, Mapping, Sequence

import mcp_types as wire
from mcp import MCPError
from mcp_types import CallToolResult, ContentBlock

from switchroom.errors import Invalid, NotFound, SwitchroomError, Unavailable
from switchroom.ports import Value, Values
from switchroom.providers.mcp.specs import TEXT


def values_of(result: CallToolResult, most: int) -> Values:
    """Return the values of a result, cut to ``most`` characters in all. Raises Unavailable (``tool_error``) if it is an error."""
    text = "\n".join(_texts(result.content))
    if result.is_error:
        raise Unavailable(_cut(text, most) or "the tool failed without a word", code="tool_error", retryable=False)
    structured = result.structured_content
    fields: Mapping[str, object] = structured if isinstance(structured, dict) else {}
    values = {str(name): _value(value) for name, value in fields.items()}
    if text and not _repeats(text, fields):
        values.setdefault(TEXT, text)
    return dict(_within(values, most))


def _texts(content: Sequence[ContentBlock]) -> Iterator[str]:
    for block in content:
        match block.type:
            case "text":
                yield block.text
            case "resource":
                yield getattr(block.resource, "text", f"[file {block.resource.uri}]")
            case "resource_link":
                yield f"[link {block.uri}]"
            case "image" | "audio":
                yield f"[{block.type}, {block.mime_type}]"


def _value(value: object) -> Value:
    return (
        value if value is None or isinstance(value, str | int | float | bool) else json.dumps(value, ensure_ascii=False)
    )


def _repeats(text: str, fields: Mapping[str, object]) -> bool:
    """Return whether a text is only the structured content as JSON, which the protocol asks servers to send beside it."""
    if not fields:
        return False
    try:
        said = json.loads(text)
    except ValueError:
        return any(text == value for value in fields.values())
    return bool(said == fields) or any(said == value for value in fields.values())


def _within(values: Values, most: int) -> Iterator[tuple[str, Value]]:
    left = most
    for name, value in values.items():
        if isinstance(value, str):
            value = _cut(value, max(left, 0))
            left -= len(value)
        yield name, value


def _cut(text: str, most: int) -> str:
    return text if len(text) <= most else f"{text[:most]} [cut: {most} of {len(text)} characters]"


def failure(error: MCPError, server: str, tool: str, limit: float) -> SwitchroomError:
    """Return what an error of the protocol means to whoever called ``tool``."""
    match error.code:
        case wire.REQUEST_TIMEOUT:
            return Unavailable(f"tool {tool!r} of {server!r} took longer than {limit:g} seconds", code="tool_timeout")
        case wire.CONNECTION_CLOSED:
            return Unavailable(f"{server!r} went away while {tool!r} worked", code="tool_server_down")
        case wire.INVALID_PARAMS:
            return Invalid(f"tool {tool!r} of {server!r} does not take that: {error.message}")
        case wire.METHOD_NOT_FOUND:
            return NotFound(f"{server!r} has no tool {tool!r} any more")
        case wire.PARSE_ERROR:
            return Unavailable(
                f"{server!r} answered {tool!r} with what cannot be read: {error.message}", code="bad_result"
            )
        case _:
            return Unavailable(f"tool {tool!r} of {server!r} failed: {error.message}", code="tool_error")
