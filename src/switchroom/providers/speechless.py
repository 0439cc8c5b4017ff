"""The local recogniser and voice of a process that carries no calls by voice: there are none, and whoever asks is told so."""

from collections.abc import AsyncGenerator, Callable
from typing import NoReturn

from switchroom.errors import Unavailable
from switchroom.media.frame import Samples
from switchroom.ports import Heard, HearingFailed, Hints, Voice


class Speechless:
    """Implements ports.SpeechToText and ports.TextToSpeech by refusing."""

    name = "none"

    def listen(
        self, language: str, hints: Callable[[], Hints], report: Callable[[Heard | HearingFailed], None]
    ) -> NoReturn:
        """Raise Unavailable."""
        del language, hints, report
        raise Unavailable("this process has no recogniser: calls are the engines' affair", code="not_running")

    async def speak(self, text: str, voice: Voice) -> AsyncGenerator[Samples, None]:
        """Raise Unavailable."""
        del text, voice
        raise Unavailable("this process has no voice: calls are the engines' affair", code="not_running")
        yield  # what makes it a generator
