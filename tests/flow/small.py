"""A flow that is small enough to reason about, and a counter whose tool can be made to fail, hang, or wait for a sign."""

import asyncio
from collections.abc import Mapping
from contextlib import aclosing
from datetime import datetime
from zoneinfo import ZoneInfo

from switchroom.errors import Unavailable
from switchroom.flow.errands import DirectErrands
from switchroom.flow.file import parse
from switchroom.flow.graph import Exchange
from switchroom.flow.plan import Plan
from switchroom.flow.runner import FlowBrain
from switchroom.flow.tools import Occasion, tool, tools_of
from switchroom.ports import (
    Began,
    EndCall,
    Errands,
    ModelAnswered,
    ModelFailed,
    PlayMusic,
    PressKeys,
    Prompt,
    ReplyPart,
    Say,
    TakeMessage,
    ToolAnswered,
    ToolCalled,
    TransferTo,
    Values,
)

SMALL = """
flow: counter
home: menu
slots:
  party: {kind: party, least: 1, most: 8}
  day: {kind: day}
  agreed: {kind: yes_no}
intents:
  count: [count us please, "{party}", i want to be counted]
  weather: [what is the weather like, does it rain]
  repeat: [say that again, repeat]
  bye: [goodbye, bye bye]
everywhere: {weather: weather, repeat: repeat, bye: bye}
keys: {"*": repeat}
nodes:
  start: {type: start, greeting: "Good day.", next: menu}
  menu:
    type: classify
    prompts: ["What is it?", "Pardon, what is it?", Press 1 to be counted.]
    slots: [party, day]
    forget: [party, day, count]
    routes: {count: party}
    digits: {"1": count}
    filled: party
    lost: bye
  party: {type: ask, slot: party, also: [day], prompts: ["How many?", "Sorry, how many?"], next: day, unfit: too_many}
  too_many: {type: say, text: That is too many., next: menu}
  day: {type: ask, slot: day, also: [party], prompts: ["Which day?", "Sorry, which day?"], next: confirm}
  confirm:
    type: ask
    slot: agreed
    fresh: true
    also: [party, day]
    changed: confirm
    prompts: ["{party} on {day}, right?", "Yes or no?"]
    next: agreed
  agreed: {type: branch, by: agreed, cases: {"yes": note}, otherwise: party_again}
  party_again: {type: ask, slot: party, fresh: true, prompts: ["How many then?"], next: confirm}
  note: {type: say, text: I am writing it down., next: count}
  count: {type: tool, tool: count, next: counted, failed: failed}
  counted: {type: say, text: "You are number {count.number}.", next: menu}
  failed: {type: say, text: My pencil broke., next: menu}
  weather: {type: say, text: "It rains.", next: back}
  bye: {type: hang_up, text: Goodbye.}
"""

NOW = datetime(2026, 11, 24, 15, 0, tzinfo=ZoneInfo("Europe/London"))


class Counter:
    """Counts. ``broken`` makes it fail; ``gate`` makes it wait."""

    def __init__(self) -> None:
        self.calls: list[tuple[str, int]] = []
        self.called = asyncio.Event()
        self.broken = False
        self.gate: asyncio.Event | None = None
        self.report = ""

    @tool(returns=("number",), filler="One moment.")
    async def count(self, occasion: Occasion, party: int) -> Values:
        """Count a party."""
        self.calls.append((occasion.key, party))
        self.called.set()
        if self.report:
            await asyncio.sleep(1.0)
            occasion.progress(self.report)
            await asyncio.sleep(1.0)
        if self.gate is not None:
            await self.gate.wait()
        if self.broken:
            raise Unavailable("no pencil")
        return {"number": len(self.calls)}


def brain(
    counter: Counter,
    *,
    errands: Errands | None = None,
    text: str = SMALL,
    greeted: bool = True,
    facts: Mapping[str, str] | None = None,
) -> FlowBrain:
    """Return a brain of the small flow."""
    plan = Plan(parse(text), tools_of(counter))
    exchange = Exchange("tenant", "call", "+44123", "phone_gateway", facts or {})
    return FlowBrain(plan, exchange, errands or DirectErrands(), lambda: NOW, greeted=greeted)


async def parts(talker: FlowBrain, prompt: Prompt) -> list[ReplyPart]:
    """Return the whole reply to ``prompt``."""
    async with aclosing(talker.reply(prompt, ())) as reply:
        return [part async for part in reply]


async def said(talker: FlowBrain, prompt: Prompt) -> str:
    """Return what is spoken in reply to ``prompt``; ``[name]`` for tools, ``.`` at the end of the call."""
    return " ".join(map(_line, await parts(talker, prompt)))


def _line(part: ReplyPart) -> str:
    match part:
        case Say(text=text):
            return text
        case EndCall():
            return "[end]"
        case TransferTo(target=target, queue=queue):
            return f"[to {queue or target}]"
        case ToolCalled(tool=name):
            return f"[{name}"
        case ToolAnswered(error=error):
            return f"{error.code}]" if error else "ok]"
        case Began() | ModelAnswered() | ModelFailed():
            return _of_model(part)
        case _:
            return _on_the_line(part)


def _of_model(part: Began | ModelAnswered | ModelFailed) -> str:
    match part:
        case Began():
            return "("
        case ModelAnswered(model=name):
            return f"{name})"
        case ModelFailed(error=failure):
            return f"{failure.code})"


def _on_the_line(part: TakeMessage | PressKeys | PlayMusic) -> str:
    match part:
        case TakeMessage():
            return "[beep]"
        case PressKeys(digits=digits):
            return f"[keys {digits}]"
        case PlayMusic():
            return "[music]"
