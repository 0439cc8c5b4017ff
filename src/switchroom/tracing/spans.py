"""A call's events become spans, each once what it tells of is over.

    call ─┬─ turn ─┬─ endpointing · stt · endpointing · llm · tts · wire      one after the other: who was awaited until when
          │        ├─ tool <name>                                             beside them
          │        └─ reply                                                   from its first sound to its last
          └─ turn ...

The identifiers follow from the call's, so processes that see parts of a call tell of one trace. Nothing that anybody said, typed or
is called is in a span.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from hashlib import sha256
from typing import TypeAlias

from switchroom.conversation.latency import ROAD
from switchroom.events.catalogue import (
    CallCompleted,
    CallConnected,
    CallFailed,
    CallStarted,
    Event,
    ModelAnswered,
    ProviderFailed,
    ReplyInterrupted,
    ReplySpoken,
    ReplyStarted,
    ToolFailed,
    ToolFinished,
    TurnEnded,
    TurnStarted,
    TurnTimed,
)
from switchroom.identity import CallId

Value: TypeAlias = str | bool | int | float

MOST = 10_000
"""Calls that are followed at once; of more, the oldest are forgotten: their ends were never told."""


@dataclass(frozen=True, slots=True)
class Span:
    """Something that took time. ``trace`` and ``id`` are numbers of 128 and 64 bits; times are seconds since 1970.

    ``parent`` 0: it is the call itself. ``error`` is a code, empty if all went well.
    """

    trace: int
    id: int
    parent: int
    name: str
    begin: float
    end: float
    attributes: Mapping[str, Value] = field(default_factory=dict)
    error: str = ""


@dataclass(slots=True)
class _Turn:
    began: float
    last: float
    attributes: dict[str, Value] = field(default_factory=dict)
    sounded: float | None = None


@dataclass(slots=True)
class _Call:
    began: float
    attributes: dict[str, Value]
    turns: dict[int, _Turn] = field(default_factory=dict)


class Spans:
    """Follows all calls of a process."""

    def __init__(self) -> None:
        self._calls: dict[CallId, _Call] = {}

    def take(self, event: Event) -> list[Span]:
        """Return what is over by this event."""
        if isinstance(event, CallStarted):
            self._begin(event)
            return []
        call = self._calls.get(event.call)
        if call is None:
            return []
        match event:
            case CallCompleted() | CallFailed():
                return list(self._over(event, call))
            case CallConnected(after=after):
                call.attributes["switchroom.ringing"] = after
                return []
            case _:
                return list(_in_turn(event, call))

    def _begin(self, event: CallStarted) -> None:
        if len(self._calls) >= MOST:
            del self._calls[next(iter(self._calls))]
        about: dict[str, Value] = {
            "switchroom.call": event.call,
            "switchroom.tenant": event.tenant,
            "switchroom.agent": event.agent,
            "switchroom.direction": event.direction,
            "switchroom.source": event.source,
            "switchroom.flow": event.flow,
        }
        self._calls[event.call] = _Call(event.at, about)

    def _over(self, event: CallCompleted | CallFailed, call: _Call) -> Iterator[Span]:
        for number in tuple(call.turns):
            yield _turn_over(event.call, call, number)
        reason, error = ("error", event.code) if isinstance(event, CallFailed) else (event.reason, "")
        told = {**call.attributes, "switchroom.reason": reason, "switchroom.duration": event.duration}
        del self._calls[event.call]
        yield Span(trace_of(event.call), _id(event.call, "call"), 0, "call", call.began, event.at, told, error)


def trace_of(call: CallId) -> int:
    """Return the number of a call's trace."""
    return int.from_bytes(sha256(call.encode()).digest()[:16], "big")


def _id(call: CallId, name: str) -> int:
    return int.from_bytes(sha256(f"{call} {name}".encode()).digest()[:8], "big") or 1


def _in_turn(event: Event, call: _Call) -> Iterator[Span]:
    match event:
        case ToolFinished() | ToolFailed():
            yield _tool(event)
        case TurnTimed():
            yield from _waits(event)
        case ReplySpoken(turn=turn) | ReplyInterrupted(turn=turn):
            yield _reply(event, call, turn)
        case TurnStarted(turn=turn):
            for earlier in [number for number in call.turns if number < turn]:
                yield _turn_over(event.call, call, earlier)
            _turn(call, turn, event.at)
        case _:
            _note(event, call)


def _note(event: Event, call: _Call) -> None:
    """Put down what a turn's span will tell."""
    match event:
        case TurnEnded(turn=turn, waited=waited):
            _turn(call, turn, event.at).attributes["switchroom.waited"] = waited
        case ModelAnswered():
            _count(_turn(call, event.turn, event.at), event)
        case ProviderFailed(provider=provider, code=code):
            for turn_ in list(call.turns.values())[-1:]:
                turn_.attributes[f"switchroom.failed.{provider}"] = code
        case ReplyStarted(turn=turn):
            _turn(call, turn, event.at).sounded = event.at
        case _:
            return


def _turn(call: _Call, number: int, at: float) -> _Turn:
    turn = call.turns.setdefault(number, _Turn(at, at, {"switchroom.turn": number}))
    turn.last = max(turn.last, at)
    return turn


def _count(turn: _Turn, event: ModelAnswered) -> None:
    told = turn.attributes
    told["gen_ai.request.model"] = event.model
    for name, tokens in (("input", event.tokens_in), ("output", event.tokens_out)):
        key = f"gen_ai.usage.{name}_tokens"
        told[key] = int(told.get(key, 0)) + tokens


def _tool(event: ToolFinished | ToolFailed) -> Span:
    trace, parent = trace_of(event.call), _id(event.call, f"turn {event.turn}")
    error = event.code if isinstance(event, ToolFailed) else ""
    own, begin = _id(event.call, f"tool {event.sequence}"), event.at - event.took
    return Span(trace, own, parent, f"tool {event.tool}", begin, event.at, {"gen_ai.tool.name": event.tool}, error)


def _waits(event: TurnTimed) -> Iterator[Span]:
    """Yield who was awaited, one after the other, from the end of speech to the first sound."""
    trace, parent = trace_of(event.call), _id(event.call, f"turn {event.turn}")
    ended = event.at - event.whole
    at = 0.0
    for stage, owner in ROAD:
        then = min(event.stages.get(stage, at), event.whole)
        if then > at:
            own = _id(event.call, f"turn {event.turn} {stage}")
            yield Span(trace, own, parent, owner, ended + at, ended + then, {"switchroom.until": stage})
            at = then


def _reply(event: ReplySpoken | ReplyInterrupted, call: _Call, number: int) -> Span:
    turn = _turn(call, number, event.at)
    begin = turn.sounded if turn.sounded is not None else event.at
    told = {"switchroom.interrupted": isinstance(event, ReplyInterrupted), "switchroom.answers": event.answers}
    own, parent = _id(event.call, f"reply {event.sequence}"), _id(event.call, f"turn {number}")
    return Span(trace_of(event.call), own, parent, "reply", begin, event.at, told)


def _turn_over(call: CallId, about: _Call, number: int) -> Span:
    turn = about.turns.pop(number)
    return Span(
        trace_of(call), _id(call, f"turn {number}"), _id(call, "call"), "turn", turn.began, turn.last, turn.attributes
    )
