"""When a caller who fell silent has finished.

Silence counts from the true end of speech. How much of it ends a turn depends on the words (``completeness``), on what
was asked (``questions``, or what the brain announced), and on how this caller pauses (``pauses``).
"""

from dataclasses import dataclass, field

from switchroom.conversation.completeness import looks_complete
from switchroom.conversation.languages import language_of
from switchroom.conversation.moves import Commit, Expected
from switchroom.conversation.pauses import SOON, Pauses
from switchroom.conversation.questions import patience_after
from switchroom.conversation.timing import Timing
from switchroom.conversation.utterance import Utterance
from switchroom.conversation.words import is_plain_answer, tokens
from switchroom.ports import Patience

_FEW_WORDS = 3
_SOUNDS_WHOLE = 0.5
_NO_COUGH = 0.3
"""A voice of which nothing is understood yet may be nobody's if it was shorter."""


@dataclass(slots=True)
class Endpoint:
    """The end of this caller's turns."""

    timing: Timing
    language: str
    pauses: Pauses = field(default_factory=Pauses)
    digits: int | None = None
    """How many are awaited."""
    patience: Patience = Patience.NORMAL
    _last: tuple[float, float] | None = None  # when the last turn ended, and how long was waited for it

    def expect(self, expected: Expected) -> None:
        """Know what is awaited next."""
        self.digits = expected.digits
        self.patience = expected.patience or patience_after(expected.said, self.language)

    def due(self, utterance: Utterance) -> float:
        """Return when the caller has been silent long enough."""
        timing = self.timing
        if not utterance.final:
            return utterance.ended + timing.transcript
        ready = utterance.ended + (0.0 if utterance.cut else self._wait(utterance))
        if utterance.asked and utterance.understood is not None:
            newer = max(utterance.understood, utterance.asked[-1] + utterance.lag) + timing.afterthought
            ready = max(ready, min(newer, utterance.ended + timing.transcript))
        return ready

    def overdue(self, utterance: Utterance, now: float) -> bool:
        """Whether the caller has finished, by what is understood so far, and only the transcript is late.

        Not if they may be thinking of what comes next: after words that call for more, amid what is dictated.
        """
        if utterance.whole or utterance.ours or utterance.cut or now < utterance.ended + self._wait(utterance):
            return False
        if self.digits is not None or self.patience is Patience.LONG:
            return False
        if not utterance.text:
            return utterance.ended - utterance.started >= _NO_COUGH
        return language_of(self.language).grammar is None or looks_complete(utterance.text, self.language)

    def went_on(self, utterance: Utterance, at: float) -> None:
        """Learn from a pause inside a turn, before the utterance is told of its end."""
        self.pauses = self.pauses.inside_a_turn(at - utterance.ended)

    def committed(self, turn: Commit, utterance: Utterance) -> None:
        """Remember when the caller was taken to have finished. Keys and writing are no speech."""
        if self._last is not None:
            self.pauses = self.pauses.finished()
        spoken = bool(turn.text) and not turn.digits and not utterance.cut
        self._last = (turn.ended, self._wait(utterance) / self.pauses.scale) if spoken else None

    def interrupted(self, utterance: Utterance) -> None:
        """Learn from words that took the floor from the agent: if they came soon after the turn before, it was no end."""
        last, self._last = self._last, None
        if last is None:
            return
        pause, wait = utterance.started - last[0], last[1]
        if pause <= wait * self.pauses.scale + SOON:
            self.pauses = self.pauses.cut_off(pause, wait)

    def _wait(self, utterance: Utterance) -> float:
        timing = self.timing
        if timing.fixed is not None:
            return timing.fixed
        return self._silence(utterance) * timing.scale(self._patience(utterance.text)) * self.pauses.scale

    def _silence(self, utterance: Utterance) -> float:
        """Words that call for more are believed; a whole sentence that sounds unfinished waits for half of the difference."""
        timing, sound = self.timing, utterance.finished
        if self.patience is Patience.DICTATED:
            return timing.incomplete
        complete = looks_complete(utterance.text, self.language, digits=self.digits)
        if sound is not None and language_of(self.language).grammar is None:
            complete = sound >= _SOUNDS_WHOLE
        elif sound is not None and complete and sound < _SOUNDS_WHOLE:
            return (timing.complete + timing.incomplete) / 2
        return timing.complete if complete else timing.incomplete

    def _patience(self, text: str) -> Patience:
        """What was asked for; but who was asked for a yes or no and says more is given the usual time."""
        if (
            self.patience is Patience.SHORT
            and len(tokens(text)) > _FEW_WORDS
            and not is_plain_answer(text, self.language)
        ):
            return Patience.NORMAL
        return self.patience
