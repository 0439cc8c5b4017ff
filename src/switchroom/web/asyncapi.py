"""Print the AsyncAPI document: what travels by webhooks, the voice socket and the stream of changes.

``python -m switchroom.web.asyncapi``. Events come from the catalogue, so what is journaled is documented.
"""

import json
from collections.abc import Mapping
from importlib.metadata import version

from switchroom.hooks.kinds import Kind, kinds
from switchroom.web.socket_messages import INBOUND, OUTBOUND, SocketMessage

Json = dict[str, object]

_HEADERS: Json = {
    "type": "object",
    "properties": {
        "webhook-id": {"type": "string", "description": "the event's id: the same at every attempt"},
        "webhook-timestamp": {"type": "string", "description": "seconds since 1970, of this attempt"},
        "webhook-signature": {"type": "string", "description": "Standard Webhooks: v1,BASE64, parted by spaces"},
    },
    "required": ["webhook-id", "webhook-timestamp", "webhook-signature"],
}

_CHANGE: Json = {
    "type": "object",
    "description": "Something of a call changed; what is to be asked for.",
    "properties": {"call": {"type": "string"}, "topic": {"type": "string"}},
    "required": ["call", "topic"],
}


def asyncapi() -> Json:
    """Return the document."""
    told = [kind for kind in kinds() if not kind.ephemeral]
    messages: Json = {_name(kind.topic): _event(kind) for kind in told}
    messages |= {f"in_{one.name}": _spoken(one) for one in INBOUND}
    messages |= {f"out_{one.name}": _spoken(one) for one in OUTBOUND}
    messages["change"] = {"name": "change", "summary": "A call changed", "payload": _CHANGE}
    shared: Json = {}
    for kind in told:
        defined = kind.schema.get("$defs", {})
        assert isinstance(defined, Mapping)
        shared |= {name: _rooted(part) for name, part in defined.items()}
    heard, spoken = [f"in_{one.name}" for one in INBOUND], [f"out_{one.name}" for one in OUTBOUND]
    return {
        "asyncapi": "3.0.0",
        "info": {
            "title": "Switchroom",
            "version": version("switchroom"),
            "description": "Events as webhooks and streams, and the browser's voice socket.",
        },
        "defaultContentType": "application/json",
        "channels": {
            "webhooks": _channel(
                None, "What happened, POSTed to a tenant's endpoints.", map(_name, (k.topic for k in told))
            ),
            "voice": _channel("/webrtc/ws", "A call over a WebSocket.", [*heard, *spoken], ws={"method": "GET"}),
            "changes": _channel("/api/v1/calls/changes", "Server-sent events of the tenant's calls.", ["change"]),
        },
        "operations": {
            "tell": _operation("send", "webhooks", [_name(kind.topic) for kind in told]),
            "listen": _operation("receive", "voice", heard),
            "speak": _operation("send", "voice", spoken),
            "follow": _operation("send", "changes", ["change"]),
        },
        "components": {"messages": messages, "schemas": shared},
    }


def document() -> str:
    """Return the document as JSON, the same for the same events."""
    return json.dumps(asyncapi(), indent=1, ensure_ascii=False, sort_keys=True) + "\n"


def _name(topic: str) -> str:
    return topic.replace(".", "_")


def _event(kind: Kind) -> Json:
    data = {name: part for name, part in kind.schema.items() if name != "$defs"}
    return {
        "name": kind.topic,
        "title": kind.topic,
        "summary": kind.description.split("\n\n")[0].replace("\n", " "),
        "description": kind.description,
        "headers": _HEADERS,
        "payload": {
            "type": "object",
            "properties": {
                "id": {"type": "string"},
                "type": {"const": kind.topic},
                "version": {"const": kind.version},
                "timestamp": {"type": "string", "format": "date-time"},
                "tenant": {"type": "string"},
                "call": {"type": ["string", "null"]},
                "sequence": {"type": "integer", "description": "counts within the call"},
                "data": _rooted(data),
            },
            "required": ["id", "type", "version", "timestamp", "tenant", "call", "sequence", "data"],
        },
    }


def _spoken(message: SocketMessage) -> Json:
    return {"name": message.name, "summary": message.words, "payload": message.schema()}


def _channel(address: str | None, words: str, messages: "map[str] | list[str]", **bindings: object) -> Json:
    channel: Json = {
        "address": address,
        "description": words,
        "messages": {name: {"$ref": f"#/components/messages/{name}"} for name in messages},
    }
    return {**channel, "bindings": bindings} if bindings else channel


def _operation(action: str, channel: str, messages: list[str]) -> Json:
    return {
        "action": action,
        "channel": {"$ref": f"#/channels/{channel}"},
        "messages": [{"$ref": f"#/channels/{channel}/messages/{name}"} for name in messages],
    }


def _rooted(part: object) -> object:
    """Return a schema whose shared parts are those of the document."""
    if isinstance(part, Mapping):
        return {name: _rooted(inner) for name, inner in part.items()}
    if isinstance(part, list):
        return [_rooted(inner) for inner in part]
    return part.replace("#/$defs/", "#/components/schemas/") if isinstance(part, str) else part


if __name__ == "__main__":
    print(document(), end="")  # noqa: T201 - its only purpose
