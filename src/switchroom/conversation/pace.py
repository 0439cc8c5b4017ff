"""How long the stages of a reply take lately: what a new one may be expected to take.

The last ``SPAN`` values of each stage count, so that a provider which became slow is noticed within a few turns.
"""

from collections import deque

from switchroom.conversation.latency import percentile

SPAN = 50
_AT_FIRST = {"endpointing": 0.2, "llm": 0.7, "tts": 0.3}
"""Seconds; as long as nothing is known."""


class Pace:
    """The stages of one agent's replies."""

    def __init__(self) -> None:
        self._took: dict[str, deque[float]] = {}

    def note(self, stage: str, seconds: float) -> None:
        """A stage took so long."""
        self._took.setdefault(stage, deque(maxlen=SPAN)).append(seconds)

    def takes(self, stage: str, share: float = 0.75) -> float:
        """Return what ``share`` of the last ones did not exceed."""
        took = self._took.get(stage)
        return percentile(sorted(took), share) if took else _AT_FIRST.get(stage, 0.0)

    def late(self, promised: float) -> bool:
        """Whether a reply is likely to be heard later than ``promised`` after the end of the caller's speech."""
        return self.takes("endpointing") + self.reply > promised

    @property
    def reply(self) -> float:
        """Seconds from the decision to the first sound, likely."""
        return self.takes("llm") + self.takes("tts")
