"""The messages of the voice socket as JSON Schema, for documents; ``transports/browser/messages.py`` reads and writes them."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from switchroom.transports.browser.messages import LARGEST, LONGEST_TEXT, MOST_DIGITS

Schema = Mapping[str, object]

_TEXT: Schema = {"type": "string"}
_NUMBER: Schema = {"type": "number"}
_WHOLE: Schema = {"type": "integer"}
_FLAG: Schema = {"type": "boolean"}
_RATE: Schema = {"type": "integer", "description": "samples per second of 16-bit PCM, mono", "examples": [16000]}
_SOUND: Schema = {"type": "string", "contentEncoding": "base64", "maxLength": LARGEST, "description": "16-bit PCM"}


@dataclass(frozen=True, slots=True)
class SocketMessage:
    """One message: its ``type``, what it says, its fields, and which of them are always there."""

    name: str
    words: str
    fields: Mapping[str, Schema] = field(default_factory=dict)
    required: tuple[str, ...] = ()

    def schema(self) -> dict[str, object]:
        """Return it as JSON Schema."""
        return {
            "type": "object",
            "description": self.words,
            "properties": {"type": {"const": self.name}, **self.fields},
            "required": ["type", *self.required],
        }


INBOUND = (
    SocketMessage(
        "authenticate",
        "Who calls: by PIN, or by a token. Three wrong ones close the socket.",
        {"pin": _TEXT, "token": _TEXT},
    ),
    SocketMessage(
        "start",
        "Place the call; without an agent, to whoever answers for the tenant.",
        {
            "agent": _TEXT,
            "language": _TEXT,
            "rate": _RATE,
            "format": {
                "enum": ["pcm_s16le", "base64", "json", "binary"],
                "description": "binary: send sound as frames",
            },
        },
    ),
    SocketMessage(
        "audio",
        "What the caller said; binary frames are taken too, and preferred.",
        {"chunk": _SOUND},
        ("chunk",),
    ),
    SocketMessage("interrupt", "Let the agent stop speaking."),
    SocketMessage(
        "digits", "Keys that the caller pressed.", {"digits": {"type": "string", "maxLength": MOST_DIGITS}}, ("digits",)
    ),
    SocketMessage(
        "text", "What the caller says in writing.", {"text": {"type": "string", "maxLength": LONGEST_TEXT}}, ("text",)
    ),
    SocketMessage("end", "Hang up."),
)

_SAID: Mapping[str, Schema] = {"turn": _WHOLE, "text": _TEXT}

OUTBOUND = (
    SocketMessage("authenticated", "You are known: start."),
    SocketMessage("started", "The call is placed.", {"call": _TEXT}, ("call",)),
    SocketMessage("greeting", "The agent begins its greeting.", _SAID, ("turn", "text")),
    SocketMessage(
        "transcript_partial", "What the caller seems to be saying; will be replaced.", _SAID, ("turn", "text")
    ),
    SocketMessage(
        "transcript_final",
        "What the caller said; times are seconds since the call was connected.",
        {**_SAID, "confidence": _NUMBER, "start": _NUMBER, "end": _NUMBER},
        ("turn", "text", "confidence", "start", "end"),
    ),
    SocketMessage("agent_partial", "The agent begins to say this.", _SAID, ("turn", "text")),
    SocketMessage(
        "agent_final",
        "What the agent said, and what of it was heard.",
        {**_SAID, "heard": _TEXT, "interrupted": _FLAG, "timings": {"type": "object", "additionalProperties": _NUMBER}},
        ("turn", "text", "heard", "interrupted", "timings"),
    ),
    SocketMessage(
        "audio_chunk",
        "The agent's voice, unless binary frames were asked for.",
        {"sequence": _WHOLE, "chunk": _SOUND, "rate": _RATE},
        ("sequence", "chunk", "rate"),
    ),
    SocketMessage("clear", "Drop the sound that is not played yet, now."),
    SocketMessage(
        "status",
        "Who is doing what now, and seconds since the call began.",
        {"status": {"enum": ["listening", "thinking", "speaking", "transferring"]}, "elapsed": _NUMBER},
        ("status",),
    ),
    SocketMessage(
        "tool",
        "A tool is at work, or was.",
        {"name": _TEXT, "state": {"enum": ["started", "finished", "failed"]}, "took": _NUMBER},
        ("name", "state"),
    ),
    SocketMessage("ended", "The call is over.", {"reason": _TEXT}, ("reason",)),
    SocketMessage(
        "error",
        "Something could not be taken; nothing else happened.",
        {"code": _TEXT, "message": _TEXT, "retry_after": _NUMBER},
        ("code", "message"),
    ),
)
