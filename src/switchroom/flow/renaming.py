"""A node as it is called inside another flow: its own name and all the names it uses."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import assert_never

from switchroom.flow.graph import (
    RETURN,
    WORDS,
    Agent,
    Ask,
    Assign,
    Branch,
    Classify,
    HangUp,
    Node,
    Queue,
    Route,
    Say,
    Start,
    SubFlow,
    Tool,
    Transfer,
    Voicemail,
)

_GAP = re.compile(r"\{([^{}]*)\}")


@dataclass(frozen=True, slots=True)
class Names:
    """How things of a flow are called inside another: its ``slots`` and ``nodes`` under ``prefix``, its intents as given."""

    prefix: str
    slots: frozenset[str]
    nodes: frozenset[str]
    intents: Mapping[str, str]
    person: str

    def of(self, name: str) -> str:
        """Return what a thing of the flow is called."""
        return self.prefix + name

    def target(self, target: str) -> str:
        """Return where a target leads; empty stays empty."""
        if target == RETURN:
            return self.of("return")
        return target if not target or target in WORDS else self.of(target)

    def targets(self, targets: Mapping[str, str]) -> dict[str, str]:
        """Return where each leads."""
        return {name: self.target(target) for name, target in targets.items()}

    def slot(self, name: str) -> str:
        """Return what a slot is called; empty stays empty."""
        return self.of(name) if name in self.slots else name

    def variable(self, name: str) -> str:
        """Return what a variable is called: a slot, or what a node left; others are nobody's own."""
        return self.of(name) if name in self.slots or name.partition(".")[0] in self.nodes else name

    def variables(self, named: Mapping[str, str]) -> dict[str, str]:
        """Return what each variable is called."""
        return {name: self.variable(variable) for name, variable in named.items()}

    def text(self, template: str) -> str:
        """Return a sentence with its gaps renamed."""
        return _GAP.sub(lambda gap: f"{{{self.variable(gap.group(1).strip())}}}", template)

    def intent(self, name: str) -> str:
        """Return what an intent is called."""
        return self.intents.get(name, name)

    def routes(self, routes: Mapping[str, str]) -> dict[str, str]:
        """Return intents and where they lead."""
        return {self.intent(intent): self.target(target) for intent, target in routes.items()}

    def all(self, names: tuple[str, ...]) -> tuple[str, ...]:
        """Return what slots and nodes are called."""
        return tuple(self.of(name) if name in self.slots or name in self.nodes else name for name in names)


def renamed(node: Node, names: Names) -> Node:
    """Return ``node`` under its name inside the other flow."""
    match node:
        case Classify() | Ask() | Agent():
            return _listening(node, names)
        case Transfer() | Queue() | Voicemail() | HangUp():
            return _leaving(node, names)
        case Say():
            return Say(names.of(node.name), names.text(node.text), names.target(node.next), node.protected)
        case Tool():
            return replace(
                node,
                name=names.of(node.name),
                next=names.target(node.next),
                failed=names.target(node.failed),
                arguments=names.variables(node.arguments),
                fill=names.all(node.fill),
                within=names.prefix + node.within,
            )
        case _:
            return _passing(node, names)


def _passing(node: Start | Branch | Assign | SubFlow, names: Names) -> Node:
    match node:
        case Start():
            return replace(node, name=names.of(node.name), next=names.target(node.next))
        case Branch():
            return Branch(
                names.of(node.name), names.variable(node.by), names.targets(node.cases), names.target(node.otherwise)
            )
        case Assign():
            values = {names.slot(slot): names.variable(source) for slot, source in node.values.items()}
            return Assign(names.of(node.name), names.target(node.next), values, names.all(node.forget))
        case SubFlow():
            return node  # replaced before
        case _:
            assert_never(node)


def _listening(node: Classify | Ask | Agent, names: Names) -> Node:
    match node:
        case Classify():
            return replace(
                node,
                name=names.of(node.name),
                prompts=tuple(map(names.text, node.prompts)),
                routes=names.routes(node.routes),
                digits={key: names.intent(intent) for key, intent in node.digits.items()},
                slots=names.all(node.slots),
                forget=names.all(node.forget),
                filled=names.target(node.filled),
                lost=names.target(node.lost),
            )
        case Ask():
            return replace(
                node,
                name=names.of(node.name),
                slot=names.slot(node.slot),
                prompts=tuple(map(names.text, node.prompts)),
                next=names.target(node.next),
                also=names.all(node.also),
                changed=names.target(node.changed),
                routes=names.routes(node.routes),
                agree=names.variable(node.agree),
                unfit=names.target(node.unfit),
                lost=names.target(node.lost),
            )
        case Agent():
            return replace(
                node,
                name=names.of(node.name),
                prompt=names.text(node.prompt),
                routes={name: Route(names.target(route.to), route.when) for name, route in node.routes.items()},
                opening=names.text(node.opening),
                failed=names.target(node.failed),
                lost=names.target(node.lost),
            )


def _leaving(node: Transfer | Queue | Voicemail | HangUp, names: Names) -> Node:
    text = names.text(node.text)
    match node:
        case Transfer():
            return Transfer(names.of(node.name), names.target(node.failed), node.to or names.person, text)
        case Queue():
            return Queue(names.of(node.name), names.of(node.queue), names.target(node.failed), text)
        case Voicemail():
            return replace(node, name=names.of(node.name), next=names.target(node.next), text=text)
        case HangUp():
            return HangUp(names.of(node.name), text)
