"""When to think ahead: what the caller seems to have said is answered in private before their turn is over.

Told what the turn machine is told and what it decided. Only words of a caller who speaks to a silent agent are guessed from:

    words are there    final transcript                                                   Speculate at once
                       partial, voice silent for ``settled``, complete                    Speculate
                       partial, voice heard, unchanged for ``stable``, complete           Speculate
                       a partial one that sounds whole (``Heard.whole``)                  Speculate at once
    being answered     other words, keys, hold, any other reply, the caller leaves        Drop
                       Commit of the same words                                           Adopt
                       Commit of others, Dismiss                                          Drop

At most ``most`` times per turn, the last time from a final transcript. Nothing that is decided here is heard: Adopt comes only
with a Commit, so one turn still has one reply.
"""

from dataclasses import dataclass
from typing import Literal

from switchroom.conversation import moves
from switchroom.conversation.completeness import looks_complete
from switchroom.conversation.moves import Commit
from switchroom.conversation.words import Weight, tokens, weigh
from switchroom.ports import Heard, Held, Resumed

DropReason = Literal["changed", "dismissed", "keys", "held", "left", "reply"]
"""Why a guess was given up: the words were others, the sound was no turn, keys were pressed, the line was put on hold, the caller
left, or the agent had something else to say."""


@dataclass(frozen=True, slots=True)
class Speculate:
    """Answer ``turn`` in private: what would be committed if it were now, but for its number. The ``attempt``-th guess at it."""

    turn: Commit
    attempt: int


@dataclass(frozen=True, slots=True)
class Drop:
    """The guess was wrong: forget what was prepared."""

    why: DropReason


@dataclass(frozen=True, slots=True)
class Adopt:
    """The guess was right: what was prepared is the reply."""


@dataclass(frozen=True, slots=True)
class Eagerness:
    """How soon and how often to guess. Seconds."""

    most: int = 3
    """Guesses per turn; 0: never."""
    settled: float = 0.1
    """The voice fell silent and a partial transcript stayed the same for so long."""
    stable: float = 0.45
    """A partial transcript stayed the same for so long while the voice went on."""
    words: int = 2
    """Fewer words are not guessed from while the voice goes on."""
    whole: float = 0.7
    """What is so likely to be whole by its sound is answered at once, whatever its words look like."""
    doubt: float = 0.3
    """A turn that is less certain than its guess by more than this is another turn."""


@dataclass(slots=True)
class _Words:
    """What is understood of the utterance so far."""

    text: str = ""
    confidence: float = 1.0
    final: bool = False
    since: float = 0.0
    started: float = 0.0
    ended: float | None = None


_Told = moves.Input | moves.Decision


class Speculation:
    """Takes what happened and what was decided, says what to do in private. ``expire`` it whenever ``deadline`` has passed."""

    def __init__(self, eagerness: Eagerness | None = None, *, language: str = "en") -> None:
        self._eagerness = eagerness or Eagerness()
        self._language = language
        self._busy = False  # the agent speaks or owes a reply
        self._speaking = False  # the caller has begun a turn
        self._barred: DropReason | None = None  # no guessing in this turn, or ever
        self._words = _Words()
        self._before: Commit | None = None  # the turn that was committed last
        self._carried: Commit | None = None  # it was withdrawn: the next begins with its words
        self._guess: Commit | None = None  # what is being answered
        self.attempts = 0
        """How often this turn was guessed."""
        self.deadline: float | None = None

    def change_language(self, language: str) -> None:
        """The caller speaks ``language`` from now on: what was begun in another is not what they are to hear."""
        self._language, self._guess = language, None

    def handle(self, told: _Told, now: float) -> list[Drop | Adopt]:
        """Take what happened, or what the turn machine decided."""
        decided = self._take(told, now)
        sound = told.whole if isinstance(told, Heard) else None
        self.deadline = self._due(now, predicted=sound is not None and sound >= self._eagerness.whole)
        return decided

    def expire(self, now: float) -> list[Speculate]:
        """Say what to guess now. Harmless when called early."""
        if self.deadline is None or now < self.deadline:
            return []
        self.deadline = None
        self.attempts += 1
        self._guess = self._said(now)
        return [Speculate(self._guess, self.attempts)]

    def _take(self, told: _Told, now: float) -> list[Drop | Adopt]:
        match told:
            case moves.VoiceStarted() | moves.VoiceStopped():
                self._voice(told)
                return []
            case Heard():
                return self._hear(told, now)
            case Held() | Resumed() | moves.CallerLeft() | moves.DigitPressed():
                return self._bar(told)
            case Commit() | moves.Dismiss():
                return self._end(told)
            case _:
                return self._follow_agent(told)

    def _voice(self, told: moves.VoiceStarted | moves.VoiceStopped) -> None:
        if isinstance(told, moves.VoiceStopped):
            self._words.ended = told.at
            return
        if not self._speaking:
            self._words.started = told.at
        self._speaking, self._words.ended = True, None

    def _hear(self, heard: Heard, now: float) -> list[Drop | Adopt]:
        text = heard.text.strip()
        if not self._speaking or (not text and not heard.final):
            return []
        if tokens(text) != tokens(self._words.text):
            self._words.since = now
        self._words.text, self._words.confidence = text, heard.confidence
        self._words.final = heard.final and self._words.ended is not None
        return self._drop("changed") if not self._same(self._said(now)) else []

    def _bar(self, told: Held | Resumed | moves.CallerLeft | moves.DigitPressed) -> list[Drop | Adopt]:
        match told:
            case Held():
                self._barred = self._barred or "held"
            case Resumed():
                self._barred = None if self._barred == "held" else self._barred
            case moves.CallerLeft():
                self._barred = "left"
            case moves.DigitPressed():
                self._barred = "keys" if self._barred != "left" else "left"
        return [] if self._barred is None else self._drop(self._barred)

    def _end(self, told: Commit | moves.Dismiss) -> list[Drop | Adopt]:
        """The utterance is over."""
        guess, same = self._guess, isinstance(told, Commit) and self._same(told)
        self._guess = None
        self._words, self._carried, self.attempts = _Words(), None, 0
        self._speaking = False
        self._barred = None if self._barred == "keys" else self._barred
        if isinstance(told, moves.Dismiss):
            return [] if guess is None else [Drop("dismissed")]
        self._before, self._busy = told, True
        if guess is None:
            return []
        certain = told.confidence >= guess.confidence - self._eagerness.doubt
        return [Adopt() if same and certain else Drop("changed")]

    def _follow_agent(self, told: _Told) -> list[Drop | Adopt]:
        match told:
            case moves.ReplyOwed() | moves.AgentStarted() | moves.Nudge() | moves.GiveUp():
                self._busy = True
                return self._drop("reply")
            case moves.AgentStopped() | moves.StopSpeech():
                self._busy = False
            case moves.Withdraw(turn):
                self._busy = False
                if turn is not None and self._before is not None and self._before.turn == turn:
                    self._carried = self._before
            case _:
                pass
        return []

    def _drop(self, why: DropReason) -> list[Drop | Adopt]:
        if self._guess is None:
            return []
        self._guess = None
        return [Drop(why)]

    def _said(self, now: float) -> Commit:
        """Return the turn as it would be committed now."""
        words, carried = self._words, self._carried
        ended = now if words.ended is None else words.ended
        if carried is None:
            return Commit(0, words.text, "", words.confidence, words.started, ended)
        text, confidence = f"{carried.text} {words.text}".strip(), min(carried.confidence, words.confidence)
        return Commit(0, text, "", confidence, carried.started, ended, continues=carried.turn, carried=carried.text)

    def _same(self, turn: Commit) -> bool:
        """Whether ``turn`` has the words that are being answered."""
        return self._guess is not None and tokens(self._guess.text) == tokens(turn.text) and not turn.digits

    def _due(self, now: float, *, predicted: bool) -> float | None:
        """When to guess, unless something happens before."""
        words, eager = self._words, self._eagerness
        left = eager.most - self.attempts
        if self._busy or not self._speaking or self._barred or left <= 0 or self._guess is not None:
            return None
        typed = self._carried is not None and bool(self._carried.digits)
        if typed or weigh(words.text, self._language, final=words.final) in {Weight.NOTHING, Weight.FAINT}:
            return None
        if words.final or predicted:
            return now
        if left == 1 or not looks_complete(words.text, self._language):
            return None
        if words.ended is not None:
            return max(now, words.since + eager.settled)
        enough = len(tokens(words.text)) >= eager.words
        return max(now, words.since + eager.stable) if enough else None
