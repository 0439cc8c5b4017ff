"""The messages of the browser's voice socket, both ways, as values.

    browser -> us    authenticate, start, audio, interrupt, digits, text, end; binary frames are audio
    us -> browser    authenticated, started, greeting, transcript_partial, transcript_final, agent_partial, agent_final,
                     audio_chunk, clear, status, tool, ended, error

What the browser is told about the conversation is what happened to it: each message is one event in other words.
"""

import base64
import binascii
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Literal, assert_never

from switchroom.errors import Invalid, Limited, SwitchroomError
from switchroom.events.catalogue import (
    CallEnded,
    Event,
    LegAdded,
    ReplyInterrupted,
    ReplySpoken,
    ReplyStarted,
    ToolFailed,
    ToolFinished,
    ToolStarted,
    TranscriptFinal,
    TranscriptPartial,
)
from switchroom.media.converter import check_rate
from switchroom.media.frame import RATE
from switchroom.transports.browser.outbox import Message, Sound

LARGEST = 8_000_000
"""Characters or bytes of one message: a minute of sound at 48 kHz in base 64."""

LONGEST_TEXT = 1000
MOST_DIGITS = 32
_KEYS = frozenset("0123456789*#ABCD")
_FORMATS = {"pcm_s16le": False, "base64": False, "json": False, "binary": True}

Fields = Mapping[str, object]


@dataclass(frozen=True, slots=True)
class Authenticate:
    """Who calls: by PIN, or by a token that this web site handed out."""

    pin: str = ""
    token: str = ""


@dataclass(frozen=True, slots=True)
class Start:
    """Place the call. ``binary``: send sound as binary frames. ``agent`` empty: whoever answers for the tenant."""

    agent: str = ""
    language: str = ""
    rate: int = RATE
    binary: bool = False


@dataclass(frozen=True, slots=True)
class Audio:
    """What the caller said: 16-bit PCM at the rate given in ``Start``."""

    pcm: bytes


@dataclass(frozen=True, slots=True)
class Interrupt:
    """The caller wants the agent to stop speaking."""


@dataclass(frozen=True, slots=True)
class Digits:
    """Keys the caller pressed."""

    digits: str


@dataclass(frozen=True, slots=True)
class Text:
    """What the caller says in writing, having no microphone."""

    text: str


@dataclass(frozen=True, slots=True)
class End:
    """The caller hangs up."""


Inbound = Authenticate | Start | Audio | Interrupt | Digits | Text | End


def read(message: str) -> Inbound:
    """Return what a text frame says. Raises Invalid with a code that says what is wrong with it."""
    if len(message) > LARGEST:
        raise Invalid(f"a message has at most {LARGEST} characters: send sound in smaller pieces", code="too_large")
    try:
        fields = json.loads(message)
    except (ValueError, RecursionError) as error:
        raise Invalid("this is not JSON", code="bad_json") from error
    kind = fields.get("type") if isinstance(fields, dict) else None
    if not isinstance(kind, str) or kind not in _READERS:
        raise Invalid(f"a message is an object whose type is one of {', '.join(_READERS)}", code="unknown_type")
    return _READERS[kind](fields)


def read_binary(frame: bytes) -> Audio:
    """Return what a binary frame says. Raises Invalid."""
    if len(frame) > LARGEST:
        raise Invalid(f"a frame has at most {LARGEST} bytes: send sound in smaller pieces", code="too_large")
    if len(frame) % 2:
        raise Invalid("16-bit sound has an even number of bytes", code="bad_audio")
    return Audio(frame)


def _text(fields: Fields, name: str, most: int = 4096) -> str:
    value = fields.get(name)
    if value is None:
        return ""
    if isinstance(value, int) and not isinstance(value, bool):
        value = str(value)  # a PIN or a digit is easily sent as a number
    if not isinstance(value, str) or len(value) > most:
        raise Invalid(f"{name} is a text of at most {most} characters", code="bad_field")
    return value


def _authenticate(fields: Fields) -> Authenticate:
    read_ = Authenticate(_text(fields, "pin", 64).strip(), _text(fields, "token"))
    if not (read_.pin or read_.token):
        raise Invalid("authenticate needs a pin or a token", code="bad_field")
    return read_


def _start(fields: Fields) -> Start:
    rate, format_ = fields.get("rate", RATE), fields.get("format", "pcm_s16le")
    if not isinstance(rate, int) or isinstance(rate, bool):
        raise Invalid("rate is a whole number of samples per second", code="bad_rate")
    if not isinstance(format_, str) or format_ not in _FORMATS:
        raise Invalid(f"format is one of {', '.join(_FORMATS)}; sound is always 16-bit PCM", code="bad_format")
    return Start(_text(fields, "agent", 320), _text(fields, "language", 35), check_rate(rate), _FORMATS[format_])


def _audio(fields: Fields) -> Audio:
    chunk = fields.get("chunk")
    if not isinstance(chunk, str):
        raise Invalid("audio needs a chunk: 16-bit PCM in base 64", code="bad_audio")
    try:
        return read_binary(base64.b64decode(chunk, validate=True))
    except (binascii.Error, ValueError) as error:
        raise Invalid("chunk is not base 64", code="bad_audio") from error


def _digits(fields: Fields) -> Digits:
    digits = _text(fields, "digits", MOST_DIGITS).upper()
    if not digits or not _KEYS.issuperset(digits):
        raise Invalid("digits are some of 0-9 * # A-D", code="bad_digits")
    return Digits(digits)


def _typed(fields: Fields) -> Text:
    text = _text(fields, "text", LONGEST_TEXT).strip()
    if not text:
        raise Invalid("text must not be empty", code="bad_field")
    return Text(text)


_READERS: Mapping[str, Callable[[Fields], Inbound]] = {
    "authenticate": _authenticate,
    "start": _start,
    "audio": _audio,
    "interrupt": lambda _: Interrupt(),
    "digits": _digits,
    "text": _typed,
    "end": lambda _: End(),
}


def about(event: Event) -> Message | None:
    """Return what a browser is told about an event of its call; None if nothing."""
    match event:
        case TranscriptPartial(turn=turn, text=text):
            return {"type": "transcript_partial", "turn": turn, "text": text}
        case TranscriptFinal():
            return {
                "type": "transcript_final",
                "turn": event.turn,
                "text": event.text,
                "confidence": event.confidence,
                "start": event.start,
                "end": event.end,
            }
        case ReplyStarted(turn=turn, text=text):
            return {"type": "agent_partial" if turn else "greeting", "turn": turn, "text": text}
        case ReplySpoken() | ReplyInterrupted():
            return _reply(event)
        case ToolStarted() | ToolFinished() | ToolFailed():
            return _tool(event)
        case LegAdded(call=call):
            return {"type": "started", "call": call}
        case CallEnded(reason=reason):
            return {"type": "ended", "reason": reason}
        case _:
            return None


def _reply(event: ReplySpoken | ReplyInterrupted) -> Message:
    unheard = event.unheard if isinstance(event, ReplyInterrupted) else ""
    return {
        "type": "agent_final",
        "turn": event.turn,
        "text": event.heard + unheard,
        "heard": event.heard,
        "interrupted": isinstance(event, ReplyInterrupted),
        "timings": dict(event.timings),
    }


def _tool(event: ToolStarted | ToolFinished | ToolFailed) -> Message:
    state: Literal["started", "finished", "failed"]
    match event:
        case ToolStarted():
            return {"type": "tool", "name": event.tool, "state": "started"}
        case ToolFinished():
            state = "finished"
        case ToolFailed():
            state = "failed"
        case _:
            assert_never(event)
    return {"type": "tool", "name": event.tool, "state": state, "took": event.took}


def complaint(error: SwitchroomError) -> Message:
    """Return an error as the browser is told of it."""
    told: dict[str, object] = {"type": "error", "code": error.code, "message": str(error)}
    if isinstance(error, Limited):
        told["retry_after"] = error.retry_after
    return told


def chunk(sound: Sound, rate: int) -> Message:
    """Return sound as a message, for browsers that did not ask for binary frames."""
    return {
        "type": "audio_chunk",
        "sequence": sound.sequence,
        "chunk": base64.b64encode(sound.pcm).decode(),
        "rate": rate,
    }
