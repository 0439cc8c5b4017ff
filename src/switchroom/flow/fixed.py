"""The sentences of a flow that have no gaps: they are said word for word in every call, and are about nobody."""

from collections.abc import Iterator

from switchroom.flow.graph import Agent, Ask, Classify, Flow, HangUp, Node, Say, Start, Transfer
from switchroom.flow.templates import variables


def fixed_sentences(flow: Flow) -> list[str]:
    """Return them, each once."""
    own = flow.sentences
    said = [*own.silence, own.unheard, own.stuck, own.goodbye, *own.waiting, own.late, own.blank]
    for node in flow.nodes.values():
        said += _said(node)
    return list(dict.fromkeys(text for text in said if text and not variables(text)))


def _said(node: Node) -> Iterator[str]:
    match node:
        case Start(greeting=text) | Say(text=text) | HangUp(text=text) | Transfer(text=text) | Agent(opening=text):
            yield text
        case Classify(prompts=prompts) | Ask(prompts=prompts):
            yield from prompts
        case _:
            return
