"""A caller who listens: says the next line when the agent has asked for it, and chooses it by what was asked.

Misheard answers are asked for again in other words, so a question is told by its words, not by its turn.
"""

import asyncio
import re
from collections.abc import Callable, Mapping
from pathlib import Path

from switchroom.events.catalogue import CallEnded, ReplySpoken, ToolFinished
from tests.end_to_end.house import House
from tests.interop.peers import Baresip
from tests.interop.sound import audible

QUESTIONS: Mapping[str, re.Pattern[str]] = {
    name: re.compile(words, re.IGNORECASE)
    for name, words in {
        "more": r"anything else",
        "callback": r"call you back on|may we call you",
        "number": r"number can we reach|say your number",
        "message": r"tell me what it is about|say your message",
        "agreed": r"is that right|say yes, or|if it's right",
        "party": r"how many|number of people, for example",
        "day": r"which (other )?day|weekday",
        "time": r"what time|which time|a time like",
        "name": r"what name|your name|last name",
        "wish": r"help you|can I do for you|book, change or cancel",
    }.items()
}
"""What the agent asks for, the most telling words first."""

Lines = Mapping[str, Path | Callable[[str], Path]]
"""The file to answer with, or what chooses it by the agent's words."""


def asked(text: str) -> str:
    """Return what ``text`` asks for; empty if it asks for nothing."""
    last = text.rsplit(". ", 1)[-1] if text.rstrip().endswith("?") else text
    for part in (last, text):
        for name, words in QUESTIONS.items():
            if words.search(part):
                return name
    return ""


def if_right(words: str, agreed: Path, otherwise: Path) -> Callable[[str], Path]:
    """Return what says ``agreed`` if the agent repeats all of ``words``, as people do who listen."""
    return lambda told: agreed if all(word in told for word in words.split()) else otherwise


async def converse(house: House, phone: Baresip, lines: Lines, *, until: str = "") -> None:
    """Answer with ``lines`` until the call ends, or until the agent asks for ``until`` or has used that tool."""
    while True:
        event = await house.witness.until(ReplySpoken, ToolFinished, CallEnded)
        match event:
            case CallEnded():
                assert not until, f"the call ended before {until!r}"
                return
            case ToolFinished(tool=tool) if tool == until:
                return
            case ReplySpoken(heard=told):
                topic = asked(told)
                if until and topic == until:
                    return
                if topic:
                    assert topic in lines, f"nothing to answer to {told!r}"
                    line = lines[topic]
                    await phone.say(line if isinstance(line, Path) else line(told))


async def hears(phone: Baresip, seconds: float, *, within: float = 15.0) -> None:
    """Wait until the phone has heard that much of the agent's voice since the call began."""
    async with asyncio.timeout(within):
        while audible(phone.heard()) < seconds:
            await asyncio.sleep(0.05)
