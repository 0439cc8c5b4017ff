"""What a call of the past has in its journal, in the order and with the timing of the line: the raw material of a rehearsal.

Times are seconds since the call was connected. Each thing that the caller did knows how it lay to the agent's speech: so long into
it, or so long after it. That is what is kept when a new version of the agent says something longer or shorter.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Literal

from switchroom.errors import Invalid
from switchroom.events.catalogue import (
    CallConnected,
    CallEnded,
    CallHeld,
    CallResumed,
    CallStarted,
    DigitPressed,
    Event,
    ReplyInterrupted,
    ReplySpoken,
    ToolFailed,
    ToolFinished,
    ToolStarted,
    TranscriptFinal,
    TurnEnded,
)

DRAIN = 0.15
"""Seconds by which a call outlives a caller who hangs up: what they said last is still on its way."""
_SAME_ANSWER = 2.5  # seconds between two keys of one answer

Kind = Literal["say", "digits", "hold"]


@dataclass(frozen=True, slots=True)
class Deed:
    """Something the caller did. ``over``: so long into the agent's speech; else ``after``: so long after the word before."""

    kind: Kind
    start: float
    end: float
    text: str = ""
    turn: int = 0
    confidence: float = 1.0
    more: tuple[tuple[float, str], ...] = ()
    """What they said after pauses for which the agent said nothing: the pause, and the words."""
    over: float | None = None
    after: float | None = None


@dataclass(frozen=True, slots=True)
class Tool:
    """A call of a tool and what came of it: a result, or the code of an error; None: it never came back."""

    turn: int
    name: str
    arguments: dict[str, object]
    result: dict[str, object] | None = None
    code: str = ""


@dataclass(frozen=True, slots=True)
class Answer:
    """What the agent was heard to say."""

    turn: int
    start: float
    end: float
    heard: str


@dataclass(slots=True)
class Recorded:
    """One call."""

    started: CallStarted
    ended: str = ""
    duration: float = 0.0
    deeds: list[Deed] = field(default_factory=list)
    answers: list[Answer] = field(default_factory=list)
    tools: list[Tool] = field(default_factory=list)


def recorded(events: Sequence[Event]) -> Recorded:
    """Put a call together from its events, in order. Raises Invalid: it was never answered, or is not over."""
    started = next((event for event in events if isinstance(event, CallStarted)), None)
    connected = next((event.at for event in events if isinstance(event, CallConnected)), None)
    over = next((event for event in events if isinstance(event, CallEnded)), None)
    if started is None or connected is None or over is None:
        raise Invalid("only a call that was answered and is over becomes a rehearsal", code="call_not_over")
    drained = DRAIN if over.reason == "caller_hangup" else 0.0
    call = Recorded(started, over.reason, over.at - connected - drained)
    for event in events:
        _take(call, event, event.at - connected)
    call.deeds = _in_one_breath(sorted(call.deeds, key=lambda deed: deed.start), call.answers)
    call.deeds = [_placed(deed, call) for deed in call.deeds]
    return call


def _in_one_breath(deeds: Sequence[Deed], answers: Sequence[Answer]) -> list[Deed]:
    """Return the deeds with what was said before the agent got a word in as one."""
    joined: list[Deed] = []
    for deed in deeds:
        last = joined[-1] if joined else None
        if (
            last is None
            or {last.kind, deed.kind} != {"say"}
            or any(last.end <= one.start <= deed.start for one in answers)
        ):
            joined.append(deed)
        else:
            more = (*last.more, (max(deed.start - last.end, 0.0), deed.text))
            confidence = min(last.confidence, deed.confidence)
            joined[-1] = replace(last, end=deed.end, turn=deed.turn, confidence=confidence, more=more)
    return joined


def _take(call: Recorded, event: Event, at: float) -> None:
    match event:
        case (
            ReplySpoken(turn=turn, heard=heard, start=start, end=end)
            | ReplyInterrupted(turn=turn, heard=heard, start=start, end=end)
        ):
            call.answers.append(Answer(turn, start, end, heard))
        case TranscriptFinal(turn=turn, text=text, confidence=confidence, start=start, end=end):
            call.deeds.append(Deed("say", start, end, text, turn, confidence))
        case DigitPressed(digit=digit):
            _press(call, digit, at)
        case TurnEnded(turn=turn, text=text):
            _number(call, turn, text, at)
        case _:
            _take_other(call, event, at)


def _take_other(call: Recorded, event: Event, at: float) -> None:
    match event:
        case CallHeld():
            call.deeds.append(Deed("hold", at, call.duration))
        case CallResumed():
            held = max((n for n, deed in enumerate(call.deeds) if deed.kind == "hold"), default=None)
            if held is not None:
                call.deeds[held] = replace(call.deeds[held], end=at)
        case ToolStarted(turn=turn, tool=tool, arguments=arguments):
            call.tools.append(Tool(turn, tool, dict(arguments)))
        case ToolFinished(tool=tool, result=result):
            _came_back(call, tool, dict(result), "")
        case ToolFailed(tool=tool, code=code):
            _came_back(call, tool, None, code)
        case _:
            pass


def _press(call: Recorded, digit: str, at: float) -> None:
    last = call.deeds[-1] if call.deeds else None
    if last is not None and last.kind == "digits" and not last.turn and at - last.end < _SAME_ANSWER:
        call.deeds[-1] = replace(last, end=at, text=last.text + digit)
    else:
        call.deeds.append(Deed("digits", at, at, digit))


def _number(call: Recorded, turn: int, text: str, at: float) -> None:
    """Say of what was typed, by keys or in writing, which turn it was."""
    if any(deed.turn == turn for deed in call.deeds) or not text:
        return
    last = call.deeds[-1] if call.deeds else None
    if last is not None and last.kind == "digits" and not last.turn:
        call.deeds[-1] = replace(last, turn=turn)
    else:
        call.deeds.append(Deed("say", max(at - 1.0, 0.0), at, text, turn))


def _came_back(call: Recorded, name: str, result: dict[str, object] | None, code: str) -> None:
    for number, tool in enumerate(call.tools):
        if tool.name == name and tool.result is None and not tool.code:
            call.tools[number] = replace(tool, result=result, code=code)
            return


def _placed(deed: Deed, call: Recorded) -> Deed:
    """Return the deed with its place in the agent's speech."""
    before = [answer for answer in call.answers if answer.start <= deed.start]
    if not before:
        return deed
    last = max(before, key=lambda answer: answer.start)
    if deed.start < last.end:
        return replace(deed, over=deed.start - last.start)
    since = max([last.end, *(other.end for other in call.deeds if other.end <= deed.start and other is not deed)])
    return replace(deed, after=deed.start - since)
