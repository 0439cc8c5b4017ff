"""Which intent a sentence has, judged by a language model.

The model is shown what may be meant, each with some of its examples, and names one by calling it like a function: nothing it could
write can be mistaken for an intent that is not there. Nobody waits long for it: late or down, the examples decide as without it.
"""

from collections.abc import Iterator
from contextlib import aclosing

from switchroom.flow.graph import Classify, Flow
from switchroom.flow.recall import function_name
from switchroom.ports import (
    Ask,
    Function,
    LanguageModel,
    Message,
    Spent,
    TheySaid,
    ToolWanted,
    Utterance,
    Values,
    WeSaid,
    Wrote,
)

LIMIT = 1.5
"""Seconds that a model may take; longer, and the caller would hear the wait."""

NONE = "none_of_these"

_SHOWN = 8  # examples of an intent
_BEFORE = 6  # utterances before the sentence
_INSTRUCTIONS = (
    "You sort what callers say on the telephone. Call the one function that says what the caller wants with their last words, and "
    f"write nothing. Speech recognition makes mistakes: go by the sense. If no function fits, call {NONE}."
)
_NOTHING = {"type": "object", "properties": {}}


def question(flow: Flow, node: Classify, text: str, heard: tuple[Utterance, ...]) -> Ask:
    """Return what a model is asked about ``text``, said at ``node`` after what was ``heard``."""
    functions = tuple(Function(function_name(name), told, _NOTHING) for name, told in _meanings(flow, node))
    before = [utterance for utterance in heard if utterance.text != text][-_BEFORE:]
    talk = [TheySaid(said.text) if said.who == "caller" else WeSaid(said.text) for said in before if said.who != "note"]
    messages: tuple[Message, ...] = (TheySaid("[on the line]"), *talk, TheySaid(text))
    return Ask(_INSTRUCTIONS, messages, functions, temperature=0.0, most_tokens=60)


def _meanings(flow: Flow, node: Classify) -> Iterator[tuple[str, str]]:
    for name in dict.fromkeys((*node.routes, *flow.everywhere)):
        if name in flow.intents:
            examples = "; ".join(flow.intents[name].examples[:_SHOWN])
            yield name, f"Callers who want this say: {examples}."
        else:
            yield name, f"The caller says {name}."
    yield NONE, "Nothing of all this, or it cannot be told."


async def judged(model: LanguageModel, ask: Ask, flow: Flow, node: Classify) -> Values:
    """Return the ``intent`` that the model names, empty for none, and what it has spent. Raises as the model does."""
    names = {function_name(name): name for name in (*node.routes, *flow.everywhere)}
    intent, written, spent = "", "", Spent(model.name, 0, 0)
    async with aclosing(model.answer(ask)) as answer:
        async for part in answer:
            match part:
                case ToolWanted(name=name):
                    intent = intent or names.get(name, "")
                case Wrote(text):
                    written += text
                case Spent():
                    spent = part
    intent = intent or names.get(function_name(written.strip().strip(".\"'").replace(" ", "_")), "")
    return {"intent": intent, "model": spent.model, "in": spent.tokens_in, "out": spent.tokens_out}
