"""What is sent: one event as JSON, the same bytes at every attempt and for every endpoint that hears as much."""

import json
from datetime import UTC, datetime

from switchroom.events.topics import TOPICS
from switchroom.storage.journal import Entry

API_VERSION = "1"
"""Of the form below; of an event itself it is ``version``, which grows when the meaning of a field changes."""


def message(entry: Entry, *, personal: bool) -> dict[str, object]:
    """Return an event as it is told; without ``personal``, what a person said, typed or is called is left out."""
    return {
        "id": entry.id,
        "type": entry.topic,
        "version": entry.version,
        "timestamp": datetime.fromtimestamp(entry.at, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z"),
        "tenant": entry.tenant,
        "call": entry.call or None,
        "sequence": entry.sequence,
        "data": dict(entry.data) if personal else _impersonal(entry),
    }


def body(entry: Entry, *, personal: bool) -> bytes:
    """Return the bytes of the message."""
    return json.dumps(message(entry, personal=personal), ensure_ascii=False, separators=(",", ":")).encode()


def _impersonal(entry: Entry) -> dict[str, object]:
    kind = TOPICS.get(entry.topic)
    if kind is None:  # of another version of the program: who knows what is personal in it
        return {}
    return {name: value for name, value in entry.data.items() if name not in kind.personal}
