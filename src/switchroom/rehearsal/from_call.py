"""A call of the past as a rehearsal: what its caller did, when; what its tools gave; what was said in reply.

Tools answer as they did then, so that no books have to be rebuilt. That they are called as they were is expected; that the agent
says the same is only compared: a new version is made to say something else.
"""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from switchroom.events.catalogue import Event
from switchroom.rehearsal.comparing import as_text
from switchroom.rehearsal.recorded import Answer, Deed, Recorded, Tool, recorded
from switchroom.rehearsal.scalars import written

NUMBER, NAME = "+441632960123", "Taylor"
"""Who an anonymous caller is: a number that Ofcom gives to nobody, and a name that recognisers know."""

_IDENTIFIER = re.compile(r"^[a-z]{2,6}_[0-9a-z]{16,}$")
_HEARD_AGAIN = 0.25  # seconds; a caller who fell silent this shortly before the end was cut off by hanging up
_MARGIN = 0.1  # seconds of a recording around what was said
_LEAST_NUMBER = 6
_NAMED = frozenset({"name", "caller", "caller_name", "customer"})


@dataclass(frozen=True, slots=True)
class Source:
    """A call to be rehearsed: its events, its agent's name and tenant, and where its recording is, if there is one."""

    events: Sequence[Event]
    agent: str
    tenant: str
    recording: str = ""


def as_rehearsal(source: Source, *, anonymise: bool = False) -> str:
    """Return the text of a rehearsal file. Raises Invalid for a call that was not answered or is not over."""
    call = recorded(source.events)
    lines = list(_file(call, source if not anonymise else replace(source, recording="")))
    text = "\n".join(lines) + "\n"
    return _anonymous(text, call) if anonymise else text


def _file(call: Recorded, source: Source) -> Iterator[str]:
    started, at = call.started, datetime.fromtimestamp(call.started.at, UTC)
    yield f"# Call {started.call}, {call.duration:.1f} s. Tools answer as they did; what the agent says is only compared."
    yield f"rehearsal: {written(f'Call {started.call} of {at:%d %B %Y}')}"
    yield f"agent: {{name: {written(source.agent)}, tenant: {written(source.tenant)}}}"
    yield f"now: {at.isoformat(timespec='seconds')}"
    name = f", name: {written(started.caller_name)}" if started.caller_name else ""
    transport = "browser" if started.source == "browser" else "phone_gateway"
    yield f"caller: {{number: {written(started.caller)}{name}, transport: {transport}}}"
    yield from _tools(call.tools)
    yield "script:" if call.deeds or call.ended in ("caller_hangup", "timeout") else "script: []"
    for deed in call.deeds:
        yield from _deed(deed, call, source.recording)
    yield from _end(call)
    yield "expect:"
    yield f"  - ended: {call.ended}"
    yield "  - replies: 1"


def _tools(tools: Sequence[Tool]) -> Iterator[str]:
    """Yield what each tool gave, call by call."""
    names = dict.fromkeys(tool.name for tool in tools)
    if names:
        yield "tools:"
    for name in names:
        yield f"  {written(name)}:"
        for tool in tools:
            if tool.name == name:
                what = f"fails: {written(tool.code)}" if tool.code else f"returns: {_flow(tool.result or {})}"
                yield f"    - {what}"


def _deed(deed: Deed, call: Recorded, recording: str) -> Iterator[str]:
    seconds = deed.end - deed.start
    match deed.kind:
        case "hold":
            yield f"  - hold: {seconds:.2f}"
            return
        case "digits":
            yield f"  - digits: {written(deed.text)}"
            if len(deed.text) > 1:
                yield f"    every: {seconds / (len(deed.text) - 1):.2f}"
        case "say":
            yield f"  - say: {_said(deed)}"
            yield f"    seconds: {max(seconds, 0.3):.2f}"
            if deed.confidence < 1:
                yield f"    confidence: {deed.confidence:.2f}"
            if recording:
                place = f"channel: left, start: {max(deed.start - _MARGIN, 0):.2f}, end: {deed.end + _MARGIN:.2f}"
                yield f"    clip: {{file: {written(recording)}, {place}}}"
            if _cut_off(deed, call):
                yield f"    hang_up: {max(seconds, 0.3):.2f}"
    yield from _when(deed)
    yield from _came_of_it(deed, call)


def _said(deed: Deed) -> str:
    if not deed.more:
        return written(deed.text)
    more = "".join(f", {{pause: {pause:.2f}}}, {written(text)}" for pause, text in deed.more)
    return f"[{written(deed.text)}{more}]"


def _when(deed: Deed) -> Iterator[str]:
    if deed.over is not None:
        yield f"    over: {deed.over:.2f}"
    elif deed.after is not None:
        yield f"    after: {deed.after:.2f}"
    else:
        yield f"    at: {deed.start:.2f}"


def _came_of_it(deed: Deed, call: Recorded) -> Iterator[str]:
    last_of_turn = deed is [other for other in call.deeds if other.turn == deed.turn][-1]
    if not deed.turn or not last_of_turn or _cut_off(deed, call):
        return
    tools = [tool for tool in call.tools if tool.turn == deed.turn]
    if tools:
        yield "  - expect:"
        for tool in tools:
            arguments = {name: value for name, value in tool.arguments.items() if not _IDENTIFIER.match(as_text(value))}
            yield f"      - {{tool: {written(tool.name)}, with: {_flow(arguments)}}}"
    said = [answer for answer in call.answers if answer.turn == deed.turn and answer.heard]
    if said:
        yield "  - compare:"
        for answer in said:
            yield f"      - said: {written(answer.heard)}"


def _end(call: Recorded) -> Iterator[str]:
    """Yield how the caller left: by hanging up, or by saying nothing more."""
    last = max([0.0, *(deed.end for deed in call.deeds)])
    if call.ended == "timeout":
        yield f"  - silence: {call.duration - last + 5:.0f}"
    if call.ended != "caller_hangup" or (call.deeds and _cut_off(call.deeds[-1], call)):
        return
    yield "  - hang_up: true"
    speaking = _speaking_at(call.duration - _HEARD_AGAIN, call.answers)
    if speaking is not None:
        yield f"    over: {call.duration - speaking.start:.2f}"
    else:
        yield f"    after: {call.duration - max([last, *(answer.end for answer in call.answers)]):.2f}"


def _speaking_at(at: float, answers: Sequence[Answer]) -> Answer | None:
    return next((answer for answer in answers if answer.start <= at < answer.end), None)


def _cut_off(deed: Deed, call: Recorded) -> bool:
    return call.ended == "caller_hangup" and deed is call.deeds[-1] and call.duration - deed.end < _HEARD_AGAIN


def _flow(values: Mapping[str, object]) -> str:
    return "{" + ", ".join(f"{written(name)}: {_value(value)}" for name, value in values.items()) + "}"


def _value(value: object) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return written(as_text(value) if not isinstance(value, list | dict) else json.dumps(value))


def _anonymous(text: str, call: Recorded) -> str:
    """Replace the caller's number and name, wherever they are known to stand."""
    names = {call.started.caller_name}
    for tool in call.tools:
        names |= {str(value) for name, value in tool.arguments.items() if name in _NAMED}
        names |= {str(value) for name, value in (tool.result or {}).items() if name in _NAMED}
    for word in sorted({word for name in names for word in name.split() if len(word) > 1}, key=len, reverse=True):
        text = re.sub(rf"\b{re.escape(word)}\b", NAME, text, flags=re.IGNORECASE)
    if call.started.caller:
        text = text.replace(call.started.caller, NUMBER)
    digits = re.sub(r"\D", "", call.started.caller)
    for start in range(max(len(digits) - _LEAST_NUMBER, 0)):
        text = text.replace(digits[start:], NUMBER.lstrip("+"))
    return text
