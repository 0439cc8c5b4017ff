"""Queues as they are written, and the flow by which a call to one is answered until there are places with people who log in.

That flow greets, hands the caller over to ``person`` with the tenant's hold music, and goes to the overflow when nobody takes
them. ``skills`` and ``max_wait`` are kept for the contact centre; nothing reads them yet.
"""

import json
from collections.abc import Callable
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator
from pydantic.config import JsonDict

from switchroom.catalogue.model import QueueRow
from switchroom.catalogue.named_forms import NamedForms, Noun
from switchroom.errors import Invalid
from switchroom.flow.yaml_file import read
from switchroom.storage.db import Database

EXAMPLE: JsonDict = {
    "name": "sales",
    "greeting": "Welcome to Acme sales.",
    "hold": "One moment, I am putting you through.",
    "person": "sip:sales@192.0.2.10",
    "skills": ["sales", "german"],
    "max_wait": 120,
    "overflow": {"kind": "voicemail", "text": "Nobody is free. Please leave a message."},
}

_PEOPLE, _WAIT = "people_of_the_queue", "wait_in_the_queue"

_SIP = r"^sips?:[^\s@]+@[^\s@]+$"


class Overflow(BaseModel):
    """Where a caller goes whom nobody took: a message is taken, another person called, or an ``agent`` talks to them."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    kind: Literal["voicemail", "person", "agent", "goodbye"] = "goodbye"
    text: str = Field("I am sorry, nobody is free at the moment. Please call again later. Goodbye.", max_length=1000)
    person: str = Field("", max_length=255)
    agent: str = Field("", max_length=64, description="id of an agent whose flow is published")

    @model_validator(mode="after")
    def _complete(self) -> "Overflow":
        if self.kind == "person" and not self.person.startswith(("sip:", "sips:")):
            raise ValueError("person: write the SIP address of whoever is called, such as sip:night@192.0.2.10")
        if self.kind == "agent" and not self.agent:
            raise ValueError("agent: say which")
        return self


class QueueForm(BaseModel):
    """Where callers wait for people. ``person`` is the SIP address that takes its calls; without one they overflow at once."""

    model_config = ConfigDict(extra="forbid", frozen=True, json_schema_extra={"example": EXAMPLE})

    name: str = Field(min_length=1, max_length=100)
    greeting: str = Field("Hello.", min_length=1, max_length=1000)
    hold: str = Field("One moment, please.", min_length=1, max_length=1000)
    person: str = Field("", max_length=255, pattern=rf"^$|{_SIP}")
    skills: tuple[str, ...] = Field((), max_length=20)
    max_wait: float = Field(300.0, ge=5.0, le=7200.0, description="seconds; kept for the contact centre")
    overflow: Overflow = Overflow()


QUEUES: Noun[QueueForm] = Noun("que", "queue", QueueRow, QueueForm)  # type: ignore[arg-type]


def queues_of(database: Database, wall: Callable[[], float]) -> NamedForms[QueueForm]:
    """Return the queues of all tenants."""
    return NamedForms(database, QUEUES, wall)


def flow_text(queue: QueueForm, language: str) -> str:
    """Return the flow that answers a call to the queue."""
    nodes: dict[str, object] = {
        "start": {"type": "start", "greeting": queue.greeting, "next": "wait"},
        "wait": {"type": "queue", "queue": _PEOPLE, "failed": "over"},
        "over": {"type": "hang_up", "text": queue.overflow.text},
        "again": {
            "type": "classify",
            "prompts": ["Shall I try to reach somebody once more?"],
            "routes": {"yes": "wait", "no": "over"},
            "lost": "over",
        },
    }
    if queue.overflow.kind == "voicemail":
        nodes["over"] = {"type": "voicemail", "text": queue.overflow.text, "next": "end"}
        nodes["end"] = {"type": "hang_up", "text": "Thank you. Goodbye."}
    if queue.overflow.kind == "person":
        nodes["over"] = {"type": "transfer", "text": queue.overflow.text, "to": queue.overflow.person, "failed": "end"}
        nodes["end"] = {"type": "hang_up", "text": Overflow().text}
    flow = {"flow": f"queue {queue.name}", "language": language, "home": "again", "queues": _desks(queue)}
    return json.dumps({**flow, "nodes": nodes})


def flow_before(queue: QueueForm, agents: str) -> str:
    """Return the flow of the agent that a queue overflows to, with the queue in front of it. Raises Invalid."""
    flow = read(agents)
    if not isinstance(flow, dict) or not isinstance(flow.get("nodes"), dict):
        raise Invalid(f"the queue {queue.name!r} overflows to an agent whose flow cannot be read")
    nodes: dict[str, object] = dict(flow["nodes"])
    for name, node in flow["nodes"].items():
        if isinstance(node, dict) and node.get("type") == "start":
            nodes[name] = {**node, "greeting": queue.greeting, "next": f"{_WAIT}_{name}"}
            nodes[f"{_WAIT}_{name}"] = {"type": "queue", "queue": _PEOPLE, "failed": node.get("next", "")}
    queues = {**(flow.get("queues") or {}), **_desks(queue)}
    return json.dumps({**flow, "queues": queues, "nodes": nodes})


def _desks(queue: QueueForm) -> dict[str, dict[str, str]]:
    return {_PEOPLE: {"to": queue.person, "hold": queue.hold}}
