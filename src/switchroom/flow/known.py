"""Which variables a flow can know: slots, what its nodes leave behind, and what came with the conversation."""

from collections.abc import Iterator

from switchroom.flow.graph import Agent, Flow, Node, Queue, Tool, Transfer, Voicemail
from switchroom.flow.tools import Tools
from switchroom.ports import FACTS

_EXCHANGE = frozenset(
    f"exchange.{name}" for name in ("user_message", "intent", "channel.source_type", "caller", "call", *FACTS)
)
_OPEN = (
    "exchange.headers.",  # what the caller's system may send is not for us to know beforehand
    "exchange.variables.",  # nor what whoever asks for a call gives along
)


def is_known(name: str, flow: Flow, tools: Tools) -> bool:
    """Return whether something can set variable ``name``."""
    return name in known(flow, tools) or name.startswith(_OPEN)


def known(flow: Flow, tools: Tools) -> frozenset[str]:
    """Return every variable that some node can set."""
    left = {f"{node.name}.{result}" for node in flow.nodes.values() for result in leaves(node, tools)}
    return frozenset(flow.slots) | left | _EXCHANGE


def leaves(node: Node, tools: Tools) -> Iterator[str]:
    """Yield what ``node`` leaves behind under its own name."""
    match node:
        case Tool(tool=tool) if tool in tools:
            yield from (*tools[tool].declared.returns, "error")
        case Transfer() | Queue() | Agent():
            yield "outcome"
        case Voicemail():
            yield from ("seconds", "text")
        case _:
            return
