"""What was really heard of what the agent said.

Sentences are entered as they are queued, with their place in the playout; the played position then says how far the
caller has heard, in whole words. Where the voice does not tell when each word ends, a word ends at its share of the
letters. While a sentence is still being made its length is guessed from the letters of those before.
"""

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import accumulate

from switchroom.ports import Utterance

_SAMPLES_PER_LETTER = 1100  # 16 kHz, about fifteen letters a second


@dataclass(slots=True)
class _Sentence:
    words: list[str]
    start: int
    samples: int
    ends: Sequence[int] | None
    made: bool
    letters: Sequence[int] = ()
    shares: list[int] = field(default_factory=list)  # letters up to the end of each word

    def __post_init__(self) -> None:
        letters = self.letters if len(self.letters) == len(self.words) else [len(word) for word in self.words]
        self.shares = list(accumulate(count + 1 for count in letters))

    def heard(self, played: int, samples_per_letter: float) -> int:
        """Return how many words were heard by position ``played``."""
        past = played - self.start
        if not self.words or past <= 0:
            return 0
        if self.made and past >= self.samples:
            return len(self.words)
        if self.ends is not None:
            return min(bisect_right(self.ends, past), len(self.words))
        letters = self.shares[-1]
        length = self.samples if self.made else max(self.samples, letters * samples_per_letter)
        return bisect_right(self.shares, past * letters / length)


class Ledger:
    """One agent's. Positions are samples since the call began, as the playout counts those that were played."""

    def __init__(self) -> None:
        self._sentences: list[_Sentence] = []
        self._samples_per_letter = float(_SAMPLES_PER_LETTER)

    def said(
        self, text: str, start: int, samples: int, ends: Sequence[int] | None = None, letters: Sequence[int] = ()
    ) -> None:
        """Enter ``text``, queued at ``start`` for ``samples``.

        Without ``samples`` it is still being made: tell with ``grow`` and ``complete``. ``ends`` are the samples from
        ``start`` after which each of its words, as divided by white space, has been said; ascending. ``letters`` are how
        many each of them has as it is said, if that is not how it is written.
        """
        self._sentences.append(_Sentence(text.split(), start, samples, ends, samples > 0, letters))

    def precede(self, text: str, start: int, samples: int) -> None:
        """Enter ``text``, queued at ``start``, in front of the last sentence, of which there is no sound yet."""
        last = self._sentences.pop()
        self.said(text, start, samples)
        last.start += samples
        self._sentences.append(last)

    def grow(self, samples: int) -> None:
        """The last sentence has ``samples`` by now, and may get more."""
        if self._sentences:
            self._sentences[-1].samples = samples
            self._sentences[-1].made = False

    def complete(self) -> None:
        """The last sentence has all its samples."""
        if not self._sentences:
            return
        sentence = self._sentences[-1]
        sentence.made = True
        if sentence.words and sentence.samples:
            self._samples_per_letter = sentence.samples / sentence.shares[-1]

    def broke(self) -> None:
        """The last sentence gets no more samples than it has: what they do not reach was never said."""
        if self._sentences and not self._sentences[-1].made:
            sentence = self._sentences[-1]
            reached = sentence.heard(sentence.start + sentence.samples, self._samples_per_letter)
            sentence.words, sentence.made = sentence.words[:reached], True

    def take_back(self, played: int) -> str:
        """What was not heard of the last sentence will be said anew, from where a sentence begins: return it.

        So much of it as was heard stays in the book, though it may be heard twice.
        """
        if not self._sentences:
            return ""
        sentence = self._sentences[-1]
        count = sentence.heard(played, self._samples_per_letter)
        start = max((i for i in range(1, count + 1) if _ends(sentence.words[i - 1])), default=0)
        rest = " ".join(sentence.words[start:])
        sentence.words, sentence.made = sentence.words[:count], True
        sentence.samples = max(played - sentence.start, 0)
        return rest

    def heard(self, played: int) -> str:
        """Return what was heard since the last cut."""
        return self._divide(played)[0]

    def unheard(self, played: int) -> str:
        """Return what was not."""
        return self._divide(played)[1]

    def cut(self, played: int) -> tuple[str, str]:
        """The reply is over: return what was heard of it and what was not, and forget both."""
        divided = self._divide(played)
        self._sentences.clear()
        return divided

    def utterance(self, played: int, start: float, end: float) -> Utterance | None:
        """Return what was heard from ``start`` to ``end`` (seconds since the call was connected); None if nothing."""
        heard, unheard = self._divide(played)
        return Utterance("agent", heard, start, end, interrupted=bool(unheard)) if heard else None

    def _divide(self, played: int) -> tuple[str, str]:
        heard: list[str] = []
        unheard: list[str] = []
        for sentence in self._sentences:
            count = sentence.heard(played, self._samples_per_letter)
            heard += sentence.words[:count]
            unheard += sentence.words[count:]
        return " ".join(heard), " ".join(unheard)


def _ends(word: str) -> bool:
    return word.rstrip("\"'”’)]").endswith((".", "!", "?", "…"))
