"""A recogniser for a caller who may speak any of several languages: it listens in the one that the providers file says, if it does.

Many recognisers have a word for "find out yourself" (``multi``, ``auto``), which is the entry's ``language``. One without is told
what is spoken, and opened anew when that changes.
"""

from collections.abc import Callable
from dataclasses import dataclass

from switchroom.ports import Heard, HearingFailed, Hints, Listening, SpeechToText


@dataclass(frozen=True, slots=True)
class SeveralLanguages:
    """Implements ports.SpeechToText."""

    stt: SpeechToText
    language: str = ""

    @property
    def name(self) -> str:
        """The recogniser's."""
        return self.stt.name

    def listen(
        self, language: str, hints: Callable[[], Hints], report: Callable[[Heard | HearingFailed], None]
    ) -> Listening:
        """Open an ear. Raises Unavailable if the recogniser does not know the language."""
        return self.stt.listen(self.language or language, hints, report)
