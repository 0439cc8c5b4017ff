"""One call's ear at a streaming recogniser.

A vendor does not know our utterances: it hears one stream and cuts it as it likes. At a pause it is told to finish, and
the utterance is over by the first of these:

==================================================  ====================================================================
what comes after the pause                          what is reported
==================================================  ====================================================================
the vendor's own mark, or its end of speech          all that was heard of the utterance, as final
a final text, and nothing more for a moment          the same; the line is not trusted with the next utterance
the speech had ended before, nothing for a moment    the same
nothing for too long, but it had understood words    the words as they are, for what is there is better than nothing
nothing for too long, but it is alive                no words; a vendor without a mark is taken to be, once
nothing at all for too long; an error                HearingFailed
==================================================  ====================================================================

A line that is lost in the middle of an utterance is opened anew, once, and told the utterance from its beginning. A line
of which something might still come is dropped before the next utterance begins; so is that of a vendor that neither
marks its end nor says when its words were spoken.
"""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import NamedTuple, Protocol

import numpy as np

from switchroom.errors import SwitchroomError, Unavailable
from switchroom.media.frame import RATE, Samples
from switchroom.observability import get_logger
from switchroom.ports import Heard, HearingFailed, Hints
from switchroom.providers.vendors.failures import LOST
from switchroom.providers.vendors.line import Line, Listener, Words
from switchroom.providers.vendors.shapes import SpeechEvent
from switchroom.providers.vendors.transcript import Transcript

log = get_logger(__name__)

Report = Callable[[Heard | HearingFailed], None]

TURNS = 12
"""Turns of the event loop in which a plugin has passed on whatever it has understood."""

SETTLED = 0.15
"""Seconds after a final text in which no other comes."""

LINGER = 0.3
"""Seconds to wait for more when the vendor had heard the end before we did."""

PATIENCE = 3.0
"""Seconds after a pause when the vendor is given up."""

LONGEST = 60.0
"""Seconds of an utterance that are kept to be told again."""

MOST_WORDS = 100

_COUGH = 0.7
"""Seconds; of a shorter sound a vendor may say nothing at all."""


class Mark(NamedTuple):
    """How a vendor's message says that it has done what ``flush`` asked for, and that it has no words of its own."""

    done: str
    empty: str


class Lines(Protocol):
    """What opens lines; ``mark`` None: the vendor says nothing when it is done. ``detects``: it finds out the language."""

    @property
    def who(self) -> str: ...
    @property
    def mark(self) -> Mark | None: ...
    @property
    def detects(self) -> bool: ...
    def open(self, language: str, words: Words, listener: Listener) -> Line: ...


class StreamingEar:
    """Implements ``ports.Listening``."""

    def __init__(
        self, lines: Lines, language: str, hints: Callable[[], Hints], report: Report, patience: float = PATIENCE
    ) -> None:
        self._lines = lines
        self._language = language
        self._hints = hints
        self._report: Report | None = report
        self._patience = patience
        self._words: Words = ()
        self._utterance = _Utterance(Transcript(language), over=True, clean=True)
        self._timer: asyncio.Handle | None = None
        self._line: Line | None = None
        self._spoke = self._doubted = False
        self._learn()
        self._connect()

    def begin(self) -> None:
        """An utterance begins."""
        self._wait(None)
        if not self._utterance.clean or self._learn():
            self._disconnect()
        self._utterance = _Utterance(Transcript(self._language))
        if self._line is None or not self._line.open:
            self._connect()
        self._utterance.start = self._line.sent if self._line is not None else 0.0

    def hear(self, samples: Samples) -> None:
        """Take more of it."""
        self._wait(None)
        self._utterance.goes_on(samples)
        if self._line is not None:
            self._line.push(samples)

    def pause(self) -> None:
        """Have it understood."""
        utterance = self._utterance
        if self._report is None:
            return
        if utterance.error is not None:
            self._report(HearingFailed(utterance.error))
        elif not utterance.pieces:
            self._report(Heard("", final=True, confidence=0.0))
        else:
            self._finish()

    def close(self) -> None:
        """Report nothing more."""
        self._report = None
        self._wait(None)
        self._disconnect()

    # What comes over the line.

    def understood(self, event: SpeechEvent) -> None:
        """The vendor understood something."""
        utterance, kind = self._utterance, str(getattr(event.type, "value", event.type))
        if kind == "end_of_speech":
            utterance.ended = True
            if utterance.asked and not utterance.transcript.open and not utterance.clean:
                utterance.clean = self._lines.mark is None and utterance.timed
                self._wait(SETTLED if self._lines.mark else 0.0)
        elif event.alternatives and kind in _TRANSCRIPTS:
            best = event.alternatives[0]
            if 0 < best.end_time <= utterance.start:
                return  # of the utterance before
            utterance.ended, utterance.timed = False, best.end_time > 0
            if self._lines.detects and best.text:
                utterance.transcript.heard = str(best.language)
            self._take(best.text, best.confidence, final=kind == "final_transcript")

    def answered(self, message: str) -> None:
        """The vendor said something, whatever it is."""
        utterance = self._utterance
        sense = message.lstrip()[:1] == "{"
        utterance.alive = utterance.alive or sense
        self._spoke = self._spoke or sense
        mark, said = self._lines.mark, message.replace(" ", "")
        if mark is not None and utterance.asked and mark.done in said:
            utterance.clean, utterance.due = True, mark.empty not in said
            if not utterance.due:
                self._soon()

    def failed(self, error: SwitchroomError) -> None:
        """The line is lost."""
        utterance = self._utterance
        self._line = None
        if utterance.over:
            return  # the next utterance opens another
        if error.code == LOST and not utterance.retried and utterance.length <= LONGEST:
            self._again()
        else:
            self._lose(error)

    def _take(self, text: str, confidence: float, *, final: bool) -> None:
        utterance, transcript = self._utterance, self._utterance.transcript
        if self._report is None or not utterance.pieces:
            return
        before = transcript.text
        if final:
            transcript.final(text, confidence)
        else:
            transcript.interim(text, confidence)
        if utterance.over:
            if transcript.text != before:
                self._tell()  # a late word, but before the next utterance
            return
        if transcript.text != before:
            self._report(transcript.report(final=False))
        if utterance.asked and utterance.due and final:
            self._soon()
        elif utterance.asked and not utterance.clean:
            self._wait(SETTLED if final else utterance.deadline - asyncio.get_running_loop().time())

    # Finishing an utterance.

    def _finish(self) -> None:
        utterance = self._utterance
        settled = utterance.ended and bool(utterance.transcript.text) and not utterance.transcript.open
        utterance.asked, utterance.over, utterance.clean, utterance.due = True, False, False, False
        utterance.deadline = asyncio.get_running_loop().time() + self._patience
        if self._line is not None:
            self._line.flush()
        self._wait(LINGER if settled else self._patience)

    def _wait(self, seconds: float | None) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        if seconds is not None:
            self._timer = asyncio.get_running_loop().call_later(seconds, self._conclude)

    def _soon(self, turns: int = TURNS) -> None:
        """Conclude when everything that is on its way through the plugin is here."""
        self._wait(None)
        if turns:
            self._timer = asyncio.get_running_loop().call_soon(self._soon, turns - 1)
        else:
            self._conclude()

    def _conclude(self) -> None:
        utterance = self._utterance
        alive = utterance.alive or self._doubtful()
        if utterance.transcript.text or alive or utterance.length < _COUGH:
            self._doubted = self._doubted and not utterance.alive
            self._tell()
        else:
            self._lose(Unavailable(f"{self._lines.who} did not answer within {self._patience} s", code="too_late"))
        if not utterance.clean:
            self._disconnect()
            self._connect()
            utterance.clean, utterance.start = True, 0.0

    def _doubtful(self) -> bool:
        """Say whether silence may mean that there were no words: from a vendor that does not mark its end, once."""
        doubtful = self._spoke and self._lines.mark is None and not self._doubted
        self._doubted = True
        return doubtful

    def _tell(self) -> None:
        self._utterance.over, self._utterance.asked = True, False
        transcript = self._utterance.transcript
        if self._report is not None:
            self._report(transcript.report(final=True))

    def _lose(self, error: SwitchroomError) -> None:
        self._wait(None)
        log.warning("an utterance was lost", provider=self._lines.who, code=error.code)
        self._utterance.error, self._utterance.over, self._utterance.clean = error, True, False
        self._disconnect()
        if self._report is not None:
            self._report(HearingFailed(error))

    # The line.

    def _again(self) -> None:
        utterance = self._utterance
        utterance.retried, utterance.start, utterance.ended = True, 0.0, False
        utterance.transcript = Transcript(self._language)
        self._connect()
        if self._line is None:
            return
        self._line.push(np.concatenate([np.zeros(0, np.int16), *utterance.pieces]))
        if utterance.asked:
            self._finish()

    def _learn(self) -> bool:
        """Take up what the recogniser may expect; return whether there is anything new in it."""
        words = self._hints().words[:MOST_WORDS]
        if set(words) <= set(self._words):
            return False
        self._words = tuple(dict.fromkeys((*words, *self._words)))[:MOST_WORDS]
        return True

    def _connect(self) -> None:
        self._spoke = False
        try:
            self._line = self._lines.open(self._language, self._words, self)
        except SwitchroomError as error:
            self._line = None
            if not self._utterance.over:
                self._lose(error)

    def _disconnect(self) -> None:
        if self._line is not None:
            self._line.close()
            self._line = None


_TRANSCRIPTS = {"final_transcript", "interim_transcript"}


@dataclass(slots=True)
class _Utterance:
    """What is known of the utterance: ``asked`` for at a pause, ``over`` once that is answered, ``clean`` if nothing can follow.

    ``due``: the words of the vendor's last message are still to come; ``ended``: it heard the end; ``alive``: it said
    something; ``timed``: it says when words were spoken. ``start`` is in seconds of its line's sound.
    """

    transcript: Transcript
    over: bool = False
    clean: bool = False
    asked: bool = False
    ended: bool = False
    due: bool = False
    alive: bool = False
    timed: bool = False
    retried: bool = False
    start: float = 0.0
    deadline: float = 0.0
    length: float = 0.0
    pieces: list[Samples] = field(default_factory=list)
    error: SwitchroomError | None = None

    def goes_on(self, samples: Samples) -> None:
        """More of it was heard, so that whatever was asked for is asked for anew."""
        self.asked = self.over = self.clean = self.ended = self.due = False
        self.length += len(samples) / RATE
        if self.length <= LONGEST:
            self.pieces.append(np.array(samples, np.int16))
