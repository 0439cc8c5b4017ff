"""Events as JSON between processes, ephemeral ones too: what the journal keeps no row of has to travel as well."""

from collections.abc import Mapping
from dataclasses import MISSING, fields

from switchroom.events.catalogue import Event
from switchroom.events.topics import TOPICS


def written(event: Event) -> dict[str, object]:
    """Return an event as JSON has it."""
    return {"topic": event.topic, **{field.name: _plain(getattr(event, field.name)) for field in fields(event)}}


def read(data: Mapping[str, object]) -> Event | None:
    """Return the event that was written; None if this version of the program does not know it, or not all it needs."""
    kind = TOPICS.get(str(data.get("topic")))
    if kind is None:
        return None
    known = fields(kind)
    needed = {field.name for field in known if field.default is MISSING and field.default_factory is MISSING}
    if not data.keys() >= needed:
        return None
    values: dict[str, object] = {field.name: data[field.name] for field in known if field.name in data}
    return kind(**values)  # type: ignore[arg-type]  # each as it was written


def _plain(value: object) -> object:
    match value:
        case None | bool() | int() | float() | str():
            return value
        case Mapping():
            return {str(key): _plain(item) for key, item in value.items()}
        case list() | tuple() | set() | frozenset():
            return [_plain(item) for item in value]
        case _:
            return str(value)
