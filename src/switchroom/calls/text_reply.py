"""One reply in writing: what a brain says put together, its tools noted, and whatever breaks answered by an apology."""

import asyncio
from collections.abc import Callable, Sequence
from contextlib import aclosing
from dataclasses import dataclass, field
from functools import partial
from typing import assert_never

import structlog

from switchroom.calls.chronicle import Chronicle
from switchroom.calls.work import Work
from switchroom.errors import Bug, SwitchroomError, Unavailable
from switchroom.events import catalogue as happened
from switchroom.identity import CallId
from switchroom.ports import (
    Began,
    Brain,
    EndCall,
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
    Utterance,
)

log = structlog.get_logger()

LONGEST = 60.0
"""Seconds a reply may take; what is written by then, and an apology, is the reply."""
_UNFINISHED = "unfinished"


@dataclass(frozen=True, slots=True)
class ToolUse:
    """A tool that the agent called; ``error`` is the code of what went wrong, "" if nothing did. ``took`` is in seconds."""

    tool: str
    arguments: dict[str, object]
    result: dict[str, object]
    took: float
    error: str = ""


@dataclass(slots=True)
class TextReply:
    """The reply to one prompt. ``first`` and ``took`` are seconds from the prompt to the first words and to the last."""

    call: CallId
    turn: int
    text: str = ""
    tools: list[ToolUse] = field(default_factory=list)
    transfer: str = ""
    over: bool = False
    first: float | None = None
    took: float = 0.0


Follow = Callable[[str | ToolUse], None]
"""Told of each sentence and each tool of a reply as it comes; never waits."""


def unfollowed(_part: str | ToolUse) -> None:
    """A Follow for who waits for the whole reply."""


class TextReplier:
    """Makes one reply."""

    def __init__(self, reply: TextReply, chronicle: Chronicle, follow: Follow, since: float) -> None:
        self.reply = reply
        self._tell = chronicle.tell
        self._entry = chronicle.tools.entry
        self._follow = follow
        self._since = since
        self._clock = asyncio.get_running_loop().time

    async def think(self, brain: Brain, prompt: Prompt, heard: Sequence[Utterance], apology: str) -> None:
        """Have the brain answer ``prompt``. Safe to cancel."""
        failure: SwitchroomError
        try:
            async with asyncio.timeout(LONGEST), aclosing(brain.reply(prompt, heard)) as parts:
                async for part in parts:
                    self._take(part)
        except TimeoutError:
            failure = Unavailable(f"the reply took longer than {LONGEST:g} seconds", code="late")
        except SwitchroomError as error:
            failure = error
        except Exception as error:
            log.exception("brain broke", call=self.reply.call)
            failure = Bug(repr(error))
        else:
            return
        log.error("reply failed", call=self.reply.call, code=failure.code, message=str(failure))
        failed = partial(happened.ProviderFailed, provider="brain", capability="brain")
        self._tell(partial(failed, code=failure.code, message=str(failure)))
        self.write(apology)

    def write(self, text: str) -> None:
        """Add a sentence."""
        if not text:
            return
        if self.reply.first is None:
            self.reply.first = self._clock() - self._since
        self.reply.text = f"{self.reply.text} {text}".strip()
        self._follow(text)

    def _take(self, part: ReplyPart) -> None:
        match part:
            case Say(text, filler=False):
                self.write(text)
            case EndCall():
                self.reply.over = True
            case TransferTo(target):
                self.reply.transfer = target
            case ToolCalled() | ToolAnswered() | ModelAnswered() | ModelFailed():
                self._tell(self._entry(part, self.reply.turn))
                self._note(part)
            case Say() | Began() | PressKeys() | PlayMusic() | TakeMessage():
                pass  # a filler bridges silence, music, keys and messages need a line: writing has none of them
            case _:
                assert_never(part)

    def _note(self, work: Work) -> None:
        """Put a tool among those of the reply."""
        if isinstance(work, ToolCalled):
            self.reply.tools.append(ToolUse(work.tool, dict(work.arguments), {}, 0.0, _UNFINISHED))
        elif isinstance(work, ToolAnswered):
            self._follow(self._answered(work))

    def _answered(self, answer: ToolAnswered) -> ToolUse:
        tool, result = answer.tool, dict(answer.result)
        code = "" if answer.error is None else answer.error.code
        for place, use in enumerate(self.reply.tools):
            if use.tool == tool and use.error == _UNFINISHED:
                self.reply.tools[place] = ToolUse(tool, use.arguments, result, answer.took, code)
                return self.reply.tools[place]
        self.reply.tools.append(ToolUse(tool, {}, result, answer.took, code))  # of a reply that was broken off
        return self.reply.tools[-1]
