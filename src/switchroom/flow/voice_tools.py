"""What a language model on a telephone can do with the line, without any flow having to say so.

Each is a tool like others: what the model wrote is checked, the call is in the conversation's state and told of. It does nothing by
itself; ``deeds`` says what the reply does because of it. Whom a caller can be handed over to is a choice among the people and
queues that the flow names: a model is never let near a number of its own making.

    tool             offered                     then
    hang_up          always                      the call ends when everything has been said
    transfer         somebody can be called      the caller is handed over; if nobody takes them, the model is told why
    take_voicemail   always                      the caller leaves a message; the model is told what was understood
    hold_music       always                      music, until somebody speaks or for a time
    send_digits      on a telephone line         keys are pressed when everything has been said
"""

import inspect
from collections.abc import Mapping
from typing import Annotated, Literal

from pydantic import Field

from switchroom.flow.arguments import arguments_model
from switchroom.flow.graph import Flow, Receiver, Transfer
from switchroom.flow.tools import Declaration, Occasion, Tools, ToolSpec
from switchroom.ports import EndCall, PlayMusic, PressKeys, TakeMessage, TransferTo, Values

Deed = EndCall | TransferTo | TakeMessage | PlayMusic | PressKeys

PERSON = "person"
"""The name under which the flow's own person is offered."""

_NEEDED = inspect.Parameter.empty
_KEYS = Annotated[str, Field(pattern=r"^[0-9*#A-D]{1,32}$")]
_SECONDS = Annotated[float, Field(ge=1, le=300)]


def voice_tools(flow: Flow, receiver: Receiver) -> Tools:
    """Return the tools that are there by themselves in conversations over ``receiver``; in writing there is no line."""
    if receiver == "text":
        return {}
    found = [
        _tool("hang_up", "End the call. Say goodbye first.", {}),
        _tool(
            "take_voicemail",
            "Let the caller leave a recorded message. Ask them to speak after the tone first.",
            {"limit": (_SECONDS, 120.0)},
        ),
        _tool(
            "hold_music",
            "Play music while the caller waits, until somebody speaks. Ask them to hold first.",
            {"seconds": (_SECONDS, 60.0)},
        ),
    ]
    if receiver == "phone_gateway":
        found.append(
            _tool("send_digits", "Press keys on the line, such as to reach an extension.", {"digits": (_KEYS, _NEEDED)})
        )
    if receiver == "phone_gateway" and (names := tuple(people(flow))):
        told = f"Hand the caller over to somebody. Say so first. There are: {', '.join(names)}."
        found.append(_tool("transfer", told, {"to": (Literal[names], _NEEDED)}))
    return {spec.name: spec for spec in found}


def people(flow: Flow) -> Mapping[str, TransferTo]:
    """Return whom a caller can be handed over to, by the name under which a model knows them."""
    known = {PERSON: TransferTo(flow.person)} if flow.person else {}
    for node in flow.nodes.values():
        if isinstance(node, Transfer) and node.to:
            known[node.name] = TransferTo(node.to)
    for name, desk in flow.queues.items():
        if desk.to or flow.person:
            known[name] = TransferTo(desk.to or flow.person, name)
    return known


def deeds(flow: Flow, tool: str, given: Mapping[str, object]) -> Deed:
    """Return what the reply does because a model called ``tool`` with arguments that were accepted."""
    match tool, given:
        case "hang_up", _:
            return EndCall()
        case "transfer", {"to": str(name)}:
            return people(flow)[name]
        case "take_voicemail", _:
            return TakeMessage(limit=_figure(given, "limit", 120.0))
        case "hold_music", _:
            return PlayMusic(_figure(given, "seconds", 60.0))
        case _, {"digits": str(digits)}:
            return PressKeys(digits)
    raise AssertionError(f"{tool!r} is no tool of the line")


def _figure(given: Mapping[str, object], name: str, usual: float) -> float:
    value = given.get(name, usual)
    return float(value) if isinstance(value, int | float) else usual


def _tool(name: str, description: str, parameters: Mapping[str, tuple[object, object]]) -> ToolSpec:
    async def run(_occasion: Occasion, **_given: object) -> Values:
        return {"done": True}

    schema, accept = arguments_model(parameters)
    needed = frozenset(parameter for parameter, (_, default) in parameters.items() if default is _NEEDED)
    kinds = {parameter: kind for parameter, (kind, _) in parameters.items()}
    return ToolSpec(name, description, run, kinds, needed, Declaration(("done",)), schema, accept)
