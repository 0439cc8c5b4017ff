"""The catalogue of events, described: what each says, in words and as JSON Schema."""

import inspect
from collections.abc import Mapping
from dataclasses import dataclass, fields
from functools import cache
from typing import Any

from pydantic import TypeAdapter

from switchroom.events.event import Event
from switchroom.events.topics import TOPICS

_ENVELOPE = frozenset(field.name for field in fields(Event))


@dataclass(frozen=True, slots=True)
class Kind:
    """One topic. ``schema`` is of its data; ``personal`` names what is left out of it unless it is asked for."""

    topic: str
    version: int
    ephemeral: bool
    description: str
    personal: tuple[str, ...]
    schema: Mapping[str, object]


@cache
def kinds() -> tuple[Kind, ...]:
    """Return every topic, by name."""
    return tuple(_kind(TOPICS[topic]) for topic in sorted(TOPICS))


def _kind(event: type[Event]) -> Kind:
    words = inspect.cleandoc(event.__doc__ or "")
    return Kind(event.topic, event.version, event.ephemeral, words, tuple(sorted(event.personal)), _schema(event))


def _schema(event: type[Event]) -> Mapping[str, object]:
    """Return the schema of the data: what all events share is around it, not in it."""
    whole: dict[str, Any] = TypeAdapter(event).json_schema(mode="serialization")
    properties = {name: part for name, part in whole["properties"].items() if name not in _ENVELOPE}
    for part in properties.values():
        part.pop("title", None)
    required = [name for name in properties if name not in event.personal]
    schema: dict[str, object] = {"type": "object", "properties": properties, "required": required}
    return {**schema, "$defs": whole["$defs"]} if "$defs" in whole else schema
