"""The words of one utterance, put together from what a vendor says of its parts. Pure.

A vendor cuts an utterance as it likes: each part is heard as interim text that changes, then as final text that does
not. What the engine wants is one text for all of it.
"""

from dataclasses import dataclass, field

from switchroom.ports import Heard

_UNSPACED = {"ja", "zh", "yue", "th", "lo", "km", "my"}


@dataclass(slots=True)
class Transcript:
    """What was understood so far."""

    language: str = ""
    heard: str = ""
    """The language that was heard last, where the vendor was told to find out."""
    _final: list[tuple[str, float]] = field(default_factory=list)
    _interim: tuple[str, float] = ("", 1.0)

    @property
    def open(self) -> bool:
        """Whether something was heard of which the final text is still to come."""
        return bool(self._interim[0])

    @property
    def text(self) -> str:
        """All of it, final or not."""
        space = "" if (self.heard or self.language).partition("-")[0].lower() in _UNSPACED else " "
        return space.join(text for text, _ in self._parts() if text)

    @property
    def confidence(self) -> float:
        """0..1, of the parts as they are long; 0.0 for no words. A vendor that gives none is believed."""
        parts = [(len(text), sure) for text, sure in self._parts() if text]
        letters = sum(length for length, _ in parts)
        return round(sum(length * sure for length, sure in parts) / letters, 3) if letters else 0.0

    def report(self, *, final: bool) -> Heard:
        """Return what is reported of it."""
        return Heard(self.text, final, self.confidence, self.heard)

    def interim(self, text: str, confidence: float) -> None:
        """The part that is being heard is ``text`` for now."""
        self._interim = (text.strip(), confidence or 1.0)

    def final(self, text: str, confidence: float) -> None:
        """A part is ``text`` for good."""
        self._final.append((text.strip(), confidence or 1.0))
        self._interim = ("", 1.0)

    def _parts(self) -> list[tuple[str, float]]:
        return [*self._final, self._interim]
