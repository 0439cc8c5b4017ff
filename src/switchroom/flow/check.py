"""Whether a flow can run, and if not, where and what to do about it.

Everything that could surprise a caller is found before the flow is published: targets that do not exist, nodes nobody reaches,
circles that never ask, sentences about things nobody knows, tools called with what they do not take.
"""

import re
from collections.abc import Iterator, Mapping
from datetime import date, time
from typing import get_args
from zoneinfo import available_timezones

from switchroom.errors import SwitchroomError
from switchroom.flow.graph import (
    WORDS,
    Agent,
    Ask,
    Assign,
    Branch,
    Classify,
    Flow,
    HangUp,
    Node,
    Queue,
    Say,
    Start,
    SubFlow,
    Tool,
    Transfer,
    Voicemail,
    needs_model,
    targets,
)
from switchroom.flow.known import is_known, known
from switchroom.flow.linking import needed
from switchroom.flow.problems import Problem
from switchroom.flow.recall import function_name
from switchroom.flow.slots import Kind, Slot
from switchroom.flow.templates import variables
from switchroom.flow.tools import Tools, ToolSpec
from switchroom.flow.ways import circles, unreachable
from switchroom.flow.words import plain
from switchroom.ports import Models

_ADDRESS = re.compile(r"sips?:(?:[^@\s<>\"]+@)?[^@\s<>\"]+", re.IGNORECASE)
_TYPES: Mapping[Kind, object] = {
    "party": int,
    "day": date,
    "time": time,
    "name": str,
    "yes_no": bool,
    "phone": str,
    "text": str,
    "number": int,
    "digits": str,
    "email": str,
    "choice": str,
}


def check(flow: Flow, tools: Tools) -> Iterator[Problem]:
    """Yield everything that is wrong with ``flow``, given the tools it may call."""
    yield from _ends(flow)
    yield from _address("", "person", flow.person)
    if flow.zone not in available_timezones():
        yield Problem("", "zone", f"{flow.zone!r} is no time zone; write one like Europe/London")
    yield from _pieces(flow)
    for intent, target in flow.everywhere.items():
        yield from _target(flow, "", f"everywhere.{intent}", target)
        yield from _intent(flow, "", f"everywhere.{intent}", intent)
    for key, intent in flow.keys.items():
        if intent not in flow.everywhere:
            yield Problem(
                "", f"keys.{key}", f"there is no intent {intent!r} in everywhere; add it there or remove the key"
            )
    for node in flow.nodes.values():
        for field, target in targets(node):
            yield from _target(flow, node.name, field, target)
        yield from _node(flow, tools, node)
        yield from _sentences(flow, tools, node)
    yield from unreachable(flow)
    yield from circles(flow)


def _pieces(flow: Flow) -> Iterator[Problem]:
    for slot in flow.slots.values():
        yield from _bounds(slot)
    for name in sorted(needed(flow)):
        yield Problem("", "nodes", f"flow {name!r} is not here; only a published flow or a file can run it")


def _bounds(slot: Slot) -> Iterator[Problem]:
    if slot.kind == "choice" and len(slot.choices) < 2:
        yield Problem("", f"slots.{slot.name}.choices", "write at least two things to choose from")
    if slot.choices and slot.kind != "choice":
        yield Problem("", f"slots.{slot.name}.choices", "only a slot of kind choice has choices")
    if slot.length and slot.kind != "digits":
        yield Problem("", f"slots.{slot.name}.length", "only digits have a length; use least and most")
    if slot.least > slot.most:
        yield Problem("", f"slots.{slot.name}.least", f"{slot.least} is more than most, {slot.most}")
    words = [wording for name, more in slot.choices for wording in {plain(name), *map(plain, more)}]
    for word in sorted({word for word in words if words.count(word) > 1}):
        yield Problem("", f"slots.{slot.name}.choices", f"{word!r} stands for two things; tell them apart")


def check_models(flow: Flow, models: Models | None) -> Iterator[Problem]:
    """Yield every node that needs a language model and has none to think with."""
    for node in flow.nodes.values():
        if not needs_model(node):
            continue
        if models is None:
            yield Problem(node.name, "model", "there is no language model here; choose one for the agent of this flow")
            continue
        named = {"model": node.model if isinstance(node, Agent | Classify) else ""}
        if isinstance(node, Agent) and node.quick:
            named["quick"] = node.quick
        for field, name in named.items():
            try:
                models(name)
            except SwitchroomError as error:
                yield Problem(node.name, field, str(error))


def _ends(flow: Flow) -> Iterator[Problem]:
    if not isinstance(flow.nodes.get(flow.start), Start):
        yield Problem("", "start", f"{flow.start!r} is not a start node; add one or name the right one")
    for start in flow.starts:
        for receiver in sorted(start.receivers):
            other = flow.entry(receiver)
            if other is not None and other.name != start.name:
                yield Problem(start.name, "receivers", f"{other.name!r} receives {receiver} already; take it from one")
    for name, desk in flow.queues.items():
        yield from _address("", f"queues.{name}.to", desk.to)
    if not isinstance(flow.nodes.get(flow.home), Classify | Agent):
        yield Problem(
            "",
            "home",
            f"{flow.home!r} is not a classify or agent node; name the one to which lost conversations return",
        )


def _target(flow: Flow, node: str, field: str, target: str) -> Iterator[Problem]:
    if target == "repeat" and "routes." not in field and "everywhere." not in field:
        yield Problem(node, field, "'repeat' can only follow an intent; use 'back'")
    elif target not in flow.nodes and target not in WORDS:
        yield Problem(node, field, f"there is no node {target!r}{_near(target, flow.nodes)}")


def _near(name: str, known: Mapping[str, object]) -> str:
    """Return a hint at the name that was probably meant."""
    letters = set(name)
    ranked = sorted(known, key=lambda other: (-len(letters & set(other)) / len(letters | set(other)), other))
    return f"; did you mean {ranked[0]!r}?" if ranked else ""


def _intent(flow: Flow, node: str, field: str, intent: str) -> Iterator[Problem]:
    if intent not in flow.intents and intent not in {"yes", "no"}:
        yield Problem(node, field, f"there is no intent {intent!r}; give it examples under intents")


def _slot(flow: Flow, node: str, field: str, slot: str) -> Iterator[Problem]:
    if slot not in flow.slots:
        yield Problem(node, field, f"there is no slot {slot!r}{_near(slot, flow.slots)}; or declare it under slots")


def _node(flow: Flow, tools: Tools, node: Node) -> Iterator[Problem]:
    match node:
        case Classify() | Ask() | Agent():
            yield from _listens(flow, tools, node)
        case Tool():
            yield from _tool(flow, tools, node)
        case Branch():
            if not is_known(node.by, flow, tools):
                yield Problem(node.name, "by", f"nothing sets {node.by!r}; use a slot, node.result or exchange....")
        case Transfer() | Queue():
            yield from _hands_over(flow, node)
        case Assign():
            yield from _assign(flow, tools, node)
        case SubFlow() | Start() | Say() | Voicemail() | HangUp():
            return


def _listens(flow: Flow, tools: Tools, node: Classify | Ask | Agent) -> Iterator[Problem]:
    match node:
        case Classify():
            yield from _classify(flow, node)
        case Ask():
            yield from _ask(flow, tools, node)
        case Agent():
            yield from _agent(tools, node)


def _hands_over(flow: Flow, node: Transfer | Queue) -> Iterator[Problem]:
    match node:
        case Transfer():
            yield from _address(node.name, "to", node.to)
        case Queue():
            if node.queue not in flow.queues:
                hint = _near(node.queue, flow.queues)
                yield Problem(node.name, "queue", f"there is no queue {node.queue!r}{hint}; declare it under queues")


def _assign(flow: Flow, tools: Tools, node: Assign) -> Iterator[Problem]:
    for slot, source in node.values.items():
        yield from _slot(flow, node.name, f"values.{slot}", slot)
        if not is_known(source, flow, tools):
            yield Problem(node.name, f"values.{slot}", f"nothing sets {source!r}")
        elif slot in flow.slots and source in flow.slots and flow.slots[slot].kind != flow.slots[source].kind:
            kinds = flow.slots[slot].kind, flow.slots[source].kind
            yield Problem(node.name, f"values.{slot}", f"{slot!r} is a {kinds[0]} and {source!r} a {kinds[1]}")
    yield from _forget(flow, node)


def _forget(flow: Flow, node: Assign | Classify) -> Iterator[Problem]:
    for name in node.forget:
        if not isinstance(flow.nodes.get(name), Tool):
            yield from _slot(flow, node.name, "forget", name)


def _address(node: str, field: str, address: str) -> Iterator[Problem]:
    if address and not _ADDRESS.fullmatch(address):
        yield Problem(node, field, f"{address!r} is no SIP address; write sip:user@host")


def _classify(flow: Flow, node: Classify) -> Iterator[Problem]:
    for intent in node.routes:
        yield from _intent(flow, node.name, f"routes.{intent}", intent)
    for slot in node.slots:
        yield from _slot(flow, node.name, "slots", slot)
    yield from _forget(flow, node)
    yield from _one_per_kind(flow, node.name, node.slots)
    for key, intent in node.digits.items():
        if intent not in node.routes and intent not in flow.everywhere:
            yield Problem(node.name, f"digits.{key}", f"{intent!r} leads nowhere from here; add it to routes")


def _ask(flow: Flow, tools: Tools, node: Ask) -> Iterator[Problem]:
    for slot in (node.slot, *node.also):
        yield from _slot(flow, node.name, "slot" if slot == node.slot else "also", slot)
    yield from _one_per_kind(flow, node.name, (node.slot, *node.also))
    for intent in node.routes:
        yield from _intent(flow, node.name, f"routes.{intent}", intent)
    if node.agree and not is_known(node.agree, flow, tools):
        yield Problem(node.name, "agree", f"nothing sets {node.agree!r}")


def _agent(tools: Tools, node: Agent) -> Iterator[Problem]:
    if not node.prompt.strip():
        yield Problem(
            node.name, "prompt", "write the model's instructions: who it is, what it does, what it may not do"
        )
    for name in node.tools:
        if name not in tools:
            yield Problem(node.name, "tools", f"there is no tool {name!r}{_near(name, tools)}")
    functions = [function_name(tool) for tool in node.tools]
    for name in sorted({name for name in functions if functions.count(name) > 1}):
        yield Problem(node.name, "tools", f"two tools look like {name!r} to a model; offer it one of them")
    for name in node.routes:
        if function_name(name) != name or not name:
            yield Problem(node.name, f"routes.{name}", "a model calls it like a function: use letters, digits, _ and -")
        elif name in functions:
            yield Problem(node.name, f"routes.{name}", "a tool has the same name; give the route another")


def _one_per_kind(flow: Flow, node: str, slots: tuple[str, ...]) -> Iterator[Problem]:
    kinds = [flow.slots[slot].kind for slot in slots if slot in flow.slots]
    for kind in sorted({kind for kind in kinds if kinds.count(kind) > 1}):
        yield Problem(
            node, "slots", f"two slots of kind {kind!r} cannot be told apart in one answer; ask for them one by one"
        )


def _tool(flow: Flow, tools: Tools, node: Tool) -> Iterator[Problem]:
    spec = tools.get(node.tool)
    if spec is None:
        yield Problem(node.name, "tool", f"there is no tool {node.tool!r}{_near(node.tool, tools)}")
        return
    for name in node.arguments.keys() - spec.parameters.keys():
        yield Problem(
            node.name, f"arguments.{name}", f"tool {node.tool!r} takes {', '.join(spec.parameters) or 'nothing'}"
        )
    for name in spec.parameters:
        yield from _argument(flow, tools, node, spec, name)
    for slot in node.fill:
        yield from _slot(flow, node.name, "fill", slot)
        if node.result(slot) not in spec.declared.returns:
            yield Problem(node.name, "fill", f"tool {node.tool!r} does not return {slot!r}")


def _argument(flow: Flow, tools: Tools, node: Tool, spec: ToolSpec, name: str) -> Iterator[Problem]:
    source = node.source(name)
    if source in flow.slots:
        expected, kind = spec.parameters[name], flow.slots[source].kind
        if _TYPES[kind] not in (expected, *get_args(expected)):
            yield Problem(
                node.name, f"arguments.{name}", f"tool {node.tool!r} wants {expected}, slot {source!r} is a {kind}"
            )
    elif not is_known(source, flow, tools) and (name in spec.required or name in node.arguments):
        yield Problem(
            node.name, f"arguments.{name}", f"tool {node.tool!r} needs it and nothing sets {source!r}; map it to a slot"
        )


def _sentences(flow: Flow, tools: Tools, node: Node) -> Iterator[Problem]:
    here = known(flow, tools)
    for field, text in _texts(node):
        for name in variables(text):
            if isinstance(node, Start):
                yield Problem(node.name, field, f"{{{name}}} is not known before the call; write it out")
            elif not is_known(name, flow, tools):
                yield Problem(node.name, field, f"nothing sets {{{name}}}{_near(name, dict.fromkeys(here))}")
    if isinstance(node, Ask | Classify) and not (node.prompts and all(node.prompts)):
        yield Problem(node.name, "prompts", "write at least one question, and a different wording for each retry")


def _texts(node: Node) -> tuple[tuple[str, str], ...]:
    match node:
        case Say() | Transfer() | Queue() | Voicemail() | HangUp():
            return (("text", node.text),)
        case Start():
            return (("greeting", node.greeting),)
        case Ask() | Classify():
            return tuple(("prompts", prompt) for prompt in node.prompts)
        case Agent():
            return (("prompt", node.prompt), ("opening", node.opening))
        case Tool() | Branch() | Assign() | SubFlow():
            return ()
