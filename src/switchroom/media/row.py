"""One party's place in the plane, and who is told about it."""

from dataclasses import dataclass, field
from typing import Protocol

from switchroom.media.frame import Encoding, Samples
from switchroom.media.playout import Playout


class Wire(Protocol):
    """The part of a leg that the plane needs."""

    @property
    def encoding(self) -> Encoding: ...
    @property
    def keys_in_sound(self) -> bool:
        """Whether to listen for keys; asked once a second."""
        ...

    @property
    def delay(self) -> float:
        """Seconds for which what ``hear`` gives has waited here; times that listeners are told leave them out."""
        ...

    def hear(self, now: float) -> bytes | None:
        """Return 20 ms of what the party said; None if they are missing."""
        ...

    def speak(self, payload: bytes, now: float) -> None:
        """Send 20 ms to the party."""
        ...


class Listener(Protocol):
    """Who is told what a row's party does. Called inside the tick: it must not block or raise, and copies what it keeps."""

    def voice_started(self, at: float, now: float, before: Samples) -> None:
        """The party speaks since ``at``; ``before`` is the last half second, this tick included."""
        ...

    def voice(self, samples: Samples, now: float) -> None:
        """20 ms more, while the voice is on and until it is told to have stopped."""
        ...

    def voice_stopped(self, at: float, now: float) -> None:
        """The party fell silent at ``at``."""
        ...

    def digit(self, digit: str, now: float) -> None:
        """A key was heard in the sound."""
        ...

    def playing(self, playing: bool, now: float) -> None:  # noqa: FBT001 - an edge is a truth value
        """The row's playout began to sound, or has nothing more to say; a pause is neither."""
        ...

    def ticked(self, now: float) -> None:
        """The tick is over: see to deadlines."""
        ...


class Tap(Protocol):
    """Who gets a copy of everything, such as a recorder."""

    def write(self, heard: Samples, spoken: Samples) -> None:
        """Take one tick of what the party said and of what it was given, at the wire's own rate. Copy what is kept."""
        ...


@dataclass(slots=True, eq=False)
class Row:
    """One party's place in the plane."""

    number: int
    wire: Wire
    listener: Listener
    tap: Tap | None
    listen: bool
    playout: Playout = field(default_factory=Playout)
    """The agent's voice towards this party."""
    live: bool = True
    sounding: bool = False
    """The listener was told that the playout sounds."""
    breaks: int = 0
    """The playout's, when the listener was told."""
    sounded: bool = False
    """The playout gave samples in the last tick."""

    voice: int = field(init=False)
    """What this party says, as a speaker in ``Plane.gains``; as a listener the party is ``number``."""
    speech: int = field(init=False)
    """What this row's playout says, as a speaker in ``Plane.gains``."""

    def __post_init__(self) -> None:
        self.voice, self.speech = 2 * self.number, 2 * self.number + 1
