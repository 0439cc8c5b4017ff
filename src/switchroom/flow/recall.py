"""What a language model is shown: the conversation as it was heard, and the tools it called where it called them.

It is put together anew for every request, from what was really heard, so that an interruption needs no mending: a sentence nobody
heard is not in it, and a tool that came back after all is. What stands in brackets was not said but happened on the line.
"""

import json
import re
from collections.abc import Sequence
from datetime import date, time
from itertools import takewhile
from typing import assert_never

from switchroom import ports
from switchroom.flow.state import Called
from switchroom.ports import Message, Outcome, TheySaid, ToolResult, ToolWanted, Utterance, WeSaid

ON_THE_LINE = "[on the line]"
"""Stands where nobody said anything yet."""
BROKE_IN = "[breaking in on you]"
NOTED = "[from your colleagues, for you alone; the caller does not hear it:"
"""Stands before a note."""
_NoWords = (
    ports.CallOpened
    | ports.CallerSilent
    | ports.CallerUnheard
    | ports.TransferFailed
    | ports.MessageTaken
    | ports.ToolFinished
)
STILL_WORKING = "still working: there is no result yet, and calling it again would not help"
LONGEST = 4000
"""So many letters of a result are shown."""

_NOT_IN_NAMES = re.compile(r"[^A-Za-z0-9_-]")


def recall(heard: Sequence[Utterance], prompt: ports.Prompt, calls: Sequence[Called]) -> list[Message]:
    """Return the conversation up to ``prompt``, with the ``calls`` of the turns before it."""
    lines = _lines(heard, prompt)
    places = [_place(lines, call.after) for call in calls]
    messages: list[Message] = []
    for place, (_, line) in enumerate(lines):
        for call, at in zip(calls, places, strict=True):
            if at == place:
                messages += shown(call)
        messages.append(line)
    if not isinstance(messages[0], TheySaid):
        messages.insert(0, TheySaid(ON_THE_LINE))  # a conversation begins with the other side, for all vendors
    return _joined(messages)


def _place(lines: Sequence[tuple[float, Message]], after: float) -> int:
    """Return before which line a call stands that was made when nothing later than ``after`` had been said.

    What was wanted while the agent's words were the last is told behind the caller's that followed: they are why.
    """
    place = sum(end <= after for end, _ in lines[:-1])
    waits = 0 < place < len(lines) - 1 and isinstance(lines[place - 1][1], WeSaid)
    return place + 1 if waits else place


def shown(call: Called) -> tuple[ToolWanted, ToolResult]:
    """Return a call and what came back."""
    name = function_name(call.tool)
    return ToolWanted(call.id, name, call.arguments), ToolResult(call.id, name, call.content or STILL_WORKING)


def function_name(tool: str) -> str:
    """Return what a model calls ``tool``: all vendors take letters, digits, _ and -, 64 at most."""
    return _NOT_IN_NAMES.sub("_", tool)[:64]


def content(outcome: Outcome) -> str:
    """Return how a tool came back, for a model to read."""
    if outcome.error is not None:
        return f"error ({outcome.error.code}): {outcome.error}"[:LONGEST]
    return json.dumps(dict(outcome.result), ensure_ascii=False, default=_written)[:LONGEST] or "done"


def _written(value: object) -> str:
    return value.isoformat() if isinstance(value, date | time) else str(value)


def _lines(heard: Sequence[Utterance], prompt: ports.Prompt) -> list[tuple[float, Message]]:
    """Return what was said, each with when it ended, the prompt last."""
    told, words = _told(prompt)
    said = list(heard)
    run = [utterance.text for utterance in takewhile(lambda utterance: utterance.who == "caller", reversed(said))][::-1]
    if words and " ".join(run).endswith(words):  # the turn is in the minutes already, perhaps in several pieces
        told = run[-1] if told == words else told
        said.pop()
    elif told == words:
        told = _beyond(run, words)
    lines: list[tuple[float, Message]] = []
    interrupted = False
    for utterance in said:
        if utterance.who == "agent":
            lines.append((utterance.end, WeSaid(utterance.text)))
        elif utterance.who == "note":
            lines.append((utterance.end, TheySaid(f"{NOTED} {utterance.text}]")))
        else:
            lines.append((utterance.end, TheySaid(_marked(utterance.text, interrupted=interrupted))))
        interrupted = utterance.interrupted
    lines.append((heard[-1].end if heard else 0.0, TheySaid(_marked(told, interrupted=interrupted))))
    return lines


def _beyond(run: Sequence[str], words: str) -> str:
    """Return ``words`` without those that the last of ``run`` say already."""
    for begin in range(len(run)):
        known = " ".join(run[begin:])
        if words.startswith(f"{known} "):
            return words.removeprefix(known).strip()
    return words


def _marked(text: str, *, interrupted: bool) -> str:
    return f"{BROKE_IN} {text}" if interrupted else text


def _told(prompt: ports.Prompt) -> tuple[str, str]:
    """Return ``prompt`` as the model is told of it, and the words in the minutes that it stands for."""
    match prompt:
        case ports.CallerSaid(text=text):
            return text, text
        case ports.CallerTyped(digits=digits):
            return f"[pressing the keys {' '.join(digits)}]", digits
        case _:
            return f"[{_happened(prompt)}]", ""


def _happened(prompt: _NoWords) -> str:
    """Return what happened on the line that was nobody's words."""
    match prompt:
        case ports.CallOpened():
            return "The call was just answered. Begin."
        case ports.ToolFinished():
            return "A tool that had not come back has come back now. Tell the caller what it gave."
        case ports.CallerSilent():
            return "silence"
        case ports.CallerUnheard():
            return "something that could not be understood"
        case ports.TransferFailed(outcome=outcome):
            return f"Nobody took the call over: {outcome}. The caller is with you again."
        case ports.MessageTaken(seconds=seconds, text=text):
            message = f"a message of {seconds:.0f} seconds: {text or 'not understood'}" if seconds else "no message"
            return f"The caller left {message}."
        case _:
            assert_never(prompt)


def _joined(messages: Sequence[Message]) -> list[Message]:
    """Return ``messages`` with what one side said in one go as one message."""
    joined: list[Message] = []
    for message in messages:
        last = joined[-1] if joined else None
        if isinstance(message, TheySaid) and isinstance(last, TheySaid):
            joined[-1] = TheySaid(f"{last.text} {message.text}")
        elif isinstance(message, WeSaid) and isinstance(last, WeSaid):
            joined[-1] = WeSaid(f"{last.text} {message.text}")
        else:
            joined.append(message)
    return joined
