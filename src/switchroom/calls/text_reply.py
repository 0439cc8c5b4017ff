"""One reply in writing: what a brain says put together, its tools noted, and whatever breaks answered by an apology."""

import asyncio
from collections.abc import Callable, Sequence
from contextlib import aclosing
from dataclasses import dataclass, field
from functools import partial

import structlog

from switchroom.calls.chronicle import Chronicle
from switchroom.errors import Bug, SwitchroomError, Unavailable
from switchroom.events import catalogue as happened
from switchroom.identity import CallId
from switchroom.ports import (
    Brain,
    EndCall,
    Prompt,
    ReplyPart,
    Say,
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
            case ToolCalled(tool, arguments):
                started = partial(happened.ToolStarted, turn=self.reply.turn, tool=tool, arguments=dict(arguments))
                self._tell(started)
                self.reply.tools.append(ToolUse(tool, dict(arguments), {}, 0.0, _UNFINISHED))
            case ToolAnswered():
                self._follow(self._answered(part))
            case _:
                pass  # a filler bridges silence, music and keys need a line: writing has none of them

    def _answered(self, answer: ToolAnswered) -> ToolUse:
        turn, tool, error, result = self.reply.turn, answer.tool, answer.error, dict(answer.result)
        if error is None:
            self._tell(partial(happened.ToolFinished, turn=turn, tool=tool, result=result, took=answer.took))
        else:
            failed = partial(happened.ToolFailed, turn=turn, tool=tool, took=answer.took)
            self._tell(partial(failed, code=error.code, message=str(error)))
        code = "" if error is None else error.code
        for place, use in enumerate(self.reply.tools):
            if use.tool == tool and use.error == _UNFINISHED:
                self.reply.tools[place] = ToolUse(tool, use.arguments, result, answer.took, code)
                return self.reply.tools[place]
        self.reply.tools.append(ToolUse(tool, {}, result, answer.took, code))  # of a reply that was broken off
        return self.reply.tools[-1]
