"""The kinds of events by their topics, ephemeral ones included."""

from collections.abc import Mapping
from typing import Final

from switchroom.events import catalogue
from switchroom.events.catalogue import Event

TOPICS: Final[Mapping[str, type[Event]]] = {
    kind.topic: kind
    for kind in vars(catalogue).values()
    if isinstance(kind, type) and issubclass(kind, Event) and kind.topic
}
