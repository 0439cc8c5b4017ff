"""One utterance of the caller while it lasts: when, what was understood of it, what was typed.

The recogniser is asked for a final transcript each time the voice stops, and each covers the whole utterance so far. So
the transcript is whole when the voice is silent and every final that was asked for has come.
"""

from dataclasses import dataclass, field, replace

from switchroom.conversation.moves import Commit
from switchroom.conversation.timing import Timing
from switchroom.conversation.words import Weight, tokens, weigh
from switchroom.ports import Heard


@dataclass(slots=True)
class Utterance:
    """What the caller is saying or typing now."""

    started: float
    voiced: float
    """When the voice began for the last time."""
    ended: float
    ours: bool = False
    """So far it is the agent's own voice that comes back."""
    answers: bool = False
    """It began when the agent had no more than its last words to say."""
    took_floor: bool = False
    """The agent was stopped for it, or it was written: so it is a turn, whatever its final transcript says."""
    text: str = ""
    confidence: float = 1.0
    digits: str = ""
    typed: bool = False
    """The typed answer is complete."""
    missed: str | None = None
    understood: float | None = None
    cut: bool = False
    """It was ended by its length, not by a silence."""
    finished: float | None = None
    """How likely it is a whole turn by its sound."""
    asked: list[float] = field(default_factory=list)
    """When the final transcripts were asked for that have not come; they come in this order."""
    lag: float = 0.0
    """How long the last one took that came."""
    final: bool = False

    @property
    def whole(self) -> bool:
        """Whether nothing more will be understood unless the voice starts again."""
        return self.final and not self.asked

    def resume(self, at: float) -> None:
        """The caller was only thinking."""
        self.voiced = at
        self.final = self.cut = False

    def stop(self, at: float) -> None:
        """The voice fell silent, and a final transcript was asked for."""
        self.ended = max(at, self.voiced)
        self.asked.append(at)
        self.final = False

    def hear(self, heard: Heard, now: float, *, silent: bool) -> None:
        """Take a transcript; while the voice goes on, a final one is of the past and more is to come."""
        if heard.final:
            self._answered(now)
            self.final = silent
            self.confidence, self.missed, self.understood = heard.confidence, None, now
            text = heard.text.strip()
            if not (self.asked and self.text.startswith(text)):  # one of the past takes nothing back
                self.text = text
        elif heard.text.strip() and not self.final:
            self.text, self.confidence = heard.text.strip(), heard.confidence

    def miss(self, code: str, now: float, *, silent: bool) -> None:
        """The recogniser failed."""
        self._answered(now)
        self.final = silent
        self.missed, self.understood = code, now

    def _answered(self, now: float) -> None:
        if self.asked:
            self.lag = max(now - self.asked.pop(0), 0.0)

    def press(self, digit: str, now: float, expected: int | None) -> bool:
        """Take a key; return whether it made the answer complete by its length."""
        self.ended = now
        if digit == "#" and self.digits:
            self.typed = True
            return False
        self.digits += digit
        counted = len(self.digits) == expected
        self.typed = self.typed or counted or digit == "#"
        return counted

    def write(self, text: str, now: float) -> None:
        """Take a turn in writing; what was being said at the time comes before it."""
        self.text = f"{self.text} {text.strip()}".strip()
        self.ended, self.missed = now, None
        self.final = self.typed = self.took_floor = True

    def takes_floor(self, language: str, timing: Timing, *, unheard: bool) -> bool:
        """Whether what is understood so far ends the agent's reply; ``unheard``: it has not begun to be heard."""
        if self.took_floor:
            return True
        if self.confidence < timing.belief:
            return False
        match weigh(self.text, language, final=self.final):
            case Weight.WORDS:
                return self.final or len(tokens(self.text)) >= timing.words
            case Weight.NOD:
                return self.answers or unheard
            case Weight.HUM:
                return self.answers
            case Weight.NOTHING | Weight.FAINT:
                return False

    def content(self, language: str, carried: Commit | None) -> Commit | None:
        """Return what the turn consists of, after what an earlier, withdrawn one did; None if it is nothing."""
        nothing = weigh(self.text, language, final=self.final) is Weight.NOTHING
        if nothing and self.ours and carried is None and not self.digits:
            return None
        text = "" if nothing and not self.took_floor else self.text
        missed = self.missed if self.missed or not self.took_floor else "unclear"
        if not (self.final or text):
            missed = missed or "late"
        commit = Commit(0, text, self.digits, self.confidence, self.started, self.ended, missed, self.understood)
        if carried is not None:
            commit = _joined(carried, commit)
        if commit.text or commit.digits:
            return replace(commit, missed=None)
        return commit if commit.missed else None


def _joined(first: Commit, second: Commit) -> Commit:
    return Commit(
        0,
        f"{first.text} {second.text}".strip(),
        first.digits + second.digits,
        min(first.confidence, second.confidence),
        first.started,
        max(first.ended, second.ended),
        second.missed or first.missed,
        second.understood or first.understood,
        continues=first.turn,
        carried=first.text,
    )
