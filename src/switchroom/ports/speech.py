"""Hearing and speaking: recognisers and voices."""

from collections.abc import AsyncGenerator, Callable
from dataclasses import dataclass
from typing import Protocol

from switchroom.errors import SwitchroomError
from switchroom.media.frame import Samples


@dataclass(frozen=True, slots=True)
class Hints:
    """What a recogniser may expect to hear now.

    ``sentences`` are what callers say here, one string of lower-case words each, more frequent ones more often; a local recogniser
    builds its language model and dictionary from them, a hosted one takes ``words`` as key terms. Equal ``id`` means equal content.
    """

    id: str
    sentences: tuple[str, ...] = ()
    words: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Heard:
    """What a recogniser understood of the utterance so far; ``final`` once it will not change.

    ``confidence`` is 0..1. An empty final text means: sound, but no words. ``language`` is given by recognisers that know several
    and tell which they heard.
    """

    text: str
    final: bool
    confidence: float = 1.0
    language: str = ""
    whole: float | None = None
    """How likely it is a whole turn by its sound, 0..1; None: nobody listened for that, or no answer yet."""


@dataclass(frozen=True, slots=True)
class HearingFailed:
    """The recogniser could not do this utterance (it died, it was too late); the audio is lost to it."""

    error: SwitchroomError


class Listening(Protocol):
    """One call's ear at a recogniser. Utterances follow one another; none of these methods waits."""

    def begin(self) -> None:
        """An utterance begins; what was unfinished is forgotten."""
        ...

    def hear(self, samples: Samples) -> None:
        """Take more of the utterance: PCM at 16 kHz, any length."""
        ...

    def pause(self) -> None:
        """The caller fell silent: understand what there is and report it as final. More ``hear`` may follow and report anew."""
        ...

    def close(self) -> None:
        """The call is over; nothing more is reported."""
        ...


class SpeechToText(Protocol):
    """A recogniser."""

    @property
    def name(self) -> str: ...

    def listen(
        self, language: str, hints: Callable[[], Hints], report: Callable[[Heard | HearingFailed], None]
    ) -> Listening:
        """Open an ear. ``hints`` is asked at each utterance; ``report`` is called on the event loop."""
        ...


@dataclass(frozen=True, slots=True)
class Voice:
    """How the agent sounds. ``name`` is the provider's (``slt``, ``en-us`` ...); ``speed`` 1.0 is the voice's own."""

    name: str = ""
    speed: float = 1.0
    language: str = "en"


class TextToSpeech(Protocol):
    """A voice."""

    @property
    def name(self) -> str: ...

    def speak(self, text: str, voice: Voice) -> AsyncGenerator[Samples, None]:
        """Yield ``text`` as PCM at 16 kHz in pieces of any length, the first as soon as it exists.

        Closing the generator (use ``aclosing``) abandons the rest. Raises Unavailable if the provider fails.
        """
        ...
