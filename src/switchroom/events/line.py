"""What happens on the line beside speech: messages that callers leave, keys that we press, music for who waits."""

from dataclasses import dataclass
from typing import Literal

from switchroom.events.event import Event

MessageEnd = Literal["silence", "key", "limit", "left", "nothing"]
"""Why a message was complete: the caller fell silent, pressed ``#``, said too much, or left; or they said nothing at all."""


@dataclass(frozen=True, slots=True, kw_only=True)
class VoicemailTaken(Event):
    """The caller left a message: ``path`` is its file, empty if none is kept; ``text`` what was understood of it."""

    topic = "call.voicemail.taken"
    personal = frozenset({"text"})
    path: str
    duration: float
    text: str
    why: MessageEnd


@dataclass(frozen=True, slots=True, kw_only=True)
class KeysPressed(Event):
    """We pressed keys towards the other side."""

    topic = "call.keys"
    personal = frozenset({"digits"})
    digits: str


@dataclass(frozen=True, slots=True, kw_only=True)
class MusicStarted(Event):
    """The caller hears music while they wait."""

    topic = "music.started"
    turn: int
