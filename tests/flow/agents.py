"""A flow with one agent node, a kitchen full of tools for it, and a caller whose every word is written down."""

import asyncio
from collections.abc import Mapping, Sequence
from contextlib import aclosing
from dataclasses import dataclass, field

from switchroom.errors import Unavailable
from switchroom.flow.errands import DirectErrands
from switchroom.flow.file import parse
from switchroom.flow.graph import Exchange, Receiver
from switchroom.flow.plan import Plan
from switchroom.flow.runner import FlowBrain
from switchroom.flow.tools import Occasion, tool, tools_of
from switchroom.ports import CallerSaid, CallerTyped, Errands, Prompt, ReplyPart, Say, ToolWanted, Utterance, Values
from switchroom.providers.scripted import Bit, ScriptedModel
from tests.flow.small import NOW

KITCHEN = """
flow: kitchen
home: cook
intents:
  bye: [goodbye, bye bye]
everywhere: {bye: bye}
keys: {"0": bye}
nodes:
  start: {type: start, greeting: "Hello.", next: cook}
  cook:
    type: agent
    prompt: |
      You cook for {exchange.caller}.
      Be brief.
    tools: [stock, cook, roast]
    routes:
      person: {to: person, when: the caller wants a person}
      done: bye
    temperature: 0.2
  person: {type: say, text: I will get somebody., next: bye}
  bye: {type: hang_up, text: Goodbye.}
"""


def no_soup(occasion: Occasion, arguments: Mapping[str, object]) -> str:
    """Say that soup is off."""
    return "there is no soup on Tuesdays" if arguments.get("dish") == "soup" else ""


class Kitchen:
    """Cooks. ``slow`` are seconds a tool takes, by its name; ``broken`` tools fail."""

    def __init__(self, slow: Mapping[str, float] | None = None, broken: Sequence[str] = ()) -> None:
        self.calls: list[tuple[str, Mapping[str, object]]] = []
        self.at: list[float] = []
        self.keys: list[str] = []
        self._slow = slow or {}
        self._broken = broken

    @tool(returns=("left",), read_only=True)
    async def stock(self, occasion: Occasion, item: str) -> Values:
        """Say how much of an item is left."""
        await self._work(occasion, "stock", {"item": item})
        return {"left": len(item)}

    @tool(returns=("minutes",), filler="Let me ask the cook.", precondition=no_soup)
    async def cook(self, occasion: Occasion, dish: str, portions: int = 1) -> Values:
        """Cook a dish."""
        await self._work(occasion, "cook", {"dish": dish, "portions": portions})
        return {"minutes": 10 * portions}

    @tool(returns=("done",), limit=60.0)
    async def roast(self, occasion: Occasion, kilos: float) -> Values:
        """Roast, which takes long."""
        await self._work(occasion, "roast", {"kilos": kilos})
        return {"done": True}

    async def _work(self, occasion: Occasion, name: str, given: Mapping[str, object]) -> None:
        self.calls.append((name, given))
        self.keys.append(occasion.key)
        self.at.append(asyncio.get_running_loop().time())
        half = self._slow.get(name, 0.0) / 2
        await asyncio.sleep(half)
        if name == "roast":
            occasion.progress("It is in the oven.")
        await asyncio.sleep(half)
        if name in self._broken:
            raise Unavailable("the stove is cold", code="stove")


def wants(name: str, **arguments: object) -> ToolWanted:
    """Return what a model says that wants a tool."""
    return ToolWanted("from the vendor", name, arguments)


@dataclass
class Call:
    """A conversation with the kitchen, its minutes kept as a call keeps them: what was heard, and nothing else."""

    brain: FlowBrain
    model: ScriptedModel
    heard: list[Utterance] = field(default_factory=list)
    now: float = 0.0

    async def says(self, text: str, *, hears: int | None = None) -> list[ReplyPart]:
        """The caller says ``text`` and hears so many sentences of the reply, all of it if None; then they break in."""
        self._note("caller", text)
        return await self.prompt(CallerSaid(text), hears=hears)

    async def presses(self, digits: str) -> list[ReplyPart]:
        """The caller presses keys."""
        self._note("caller", digits)
        return await self.prompt(CallerTyped(digits))

    async def prompt(self, prompt: Prompt, *, hears: int | None = None) -> list[ReplyPart]:
        """Something happens, and the caller hears the reply."""
        parts: list[ReplyPart] = []
        said: list[str] = []
        broken_off = False
        async with aclosing(self.brain.reply(prompt, tuple(self.heard))) as reply:
            async for part in reply:
                if isinstance(part, Say):
                    if len(said) == hears:
                        broken_off = True
                        break
                    said.append(part.text)
                parts.append(part)
        if said:
            self._note("agent", " ".join(said), interrupted=broken_off)
        return parts

    def greeted(self, text: str) -> None:
        """The caller hears a sentence that was not the brain's."""
        self._note("agent", text)

    def _note(self, who: str, text: str, *, interrupted: bool = False) -> None:
        start, self.now = self.now, self.now + 1.0
        side = "agent" if who == "agent" else "caller"
        self.heard.append(Utterance("agent" if side == "agent" else "caller", text, start, self.now, interrupted))


def call(
    *script: Sequence[Bit],
    kitchen: Kitchen | None = None,
    errands: Errands | None = None,
    text: str = KITCHEN,
    source: Receiver = "phone_gateway",
) -> Call:
    """Return a call whose model follows ``script``, a line for each request."""
    model = ScriptedModel(script)
    plan = Plan(parse(text), tools_of(kitchen or Kitchen()), lambda _: model)
    exchange = Exchange("tenant", "call", "+44123", source)
    return Call(FlowBrain(plan, exchange, errands or DirectErrands(), lambda: NOW), model)


def spoken(parts: Sequence[ReplyPart]) -> list[str]:
    """Return the sentences of a reply."""
    return [part.text for part in parts if isinstance(part, Say)]
