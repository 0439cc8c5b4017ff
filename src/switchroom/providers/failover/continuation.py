"""A model goes on where another broke off, and repeats nothing that was said.

What a broken-off model wrote is released in whole words, so that the next one never has to finish half of one. It is told
what was said and asked to go on from there; many begin again all the same. What it writes is therefore held against what
was said until it is clear where the new part begins.
"""

from dataclasses import replace

from switchroom.ports import Ask, WeSaid

GO_ON = (
    "You were cut off in the middle of your answer. What you had said so far is your last message. "
    "Go on from exactly there. Repeat nothing of it, and do not mention the interruption."
)

_ENDS_ALONE = "。！？，、；\n"


def continuing(ask: Ask, said: str) -> Ask:
    """Return what to ask a model that is to go on after ``said``."""
    if not said.strip():
        return ask
    instructions = f"{ask.instructions}\n\n{GO_ON}".strip()
    return replace(ask, instructions=instructions, messages=(*ask.messages, WeSaid(said.strip())))


class WholeWords:
    """Releases text up to the last white space; the rest waits for more."""

    def __init__(self) -> None:
        self._rest = ""

    def feed(self, delta: str) -> str:
        """Take more text, return what is whole."""
        text = self._rest + delta
        end = next((i + 1 for i in range(len(text) - 1, -1, -1) if text[i].isspace() or text[i] in _ENDS_ALONE), 0)
        self._rest = text[end:]
        return text[:end]

    def flush(self) -> str:
        """There is no more: return what is left."""
        rest, self._rest = self._rest, ""
        return rest


class Seam:
    """Drops from the beginning of a continuation what repeats ``said``."""

    def __init__(self, said: str) -> None:
        self._said = said.split()
        self._held = ""
        self._open = bool(self._said)

    def feed(self, delta: str) -> str:
        """Take more whole words, return what is new."""
        if not self._open:
            return delta
        self._held += delta
        words = self._held.split()
        if self._may_repeat(words):
            return ""
        return self.flush()

    def flush(self) -> str:
        """There is no more: return what is new of what was held."""
        held, self._held = self._held, ""
        if not self._open:
            return held
        self._open = False
        words = held.split()
        repeated = next((n for n in range(len(words), 0, -1) if self._is_repetition(words[:n])), 0)
        if not repeated:
            return held
        rest = held.split(maxsplit=repeated)
        return rest[repeated] if len(rest) > repeated else ""

    def _may_repeat(self, words: list[str]) -> bool:
        """Whether all of ``words`` could be the beginning of a repetition that goes on."""
        count = len(words)
        begins = range(len(self._said) - count)
        return any(self._same(self._said[i : i + count], words) and self._counts(i) for i in begins)

    def _is_repetition(self, words: list[str]) -> bool:
        """Whether ``words`` are how what was said ends, or all of it."""
        start = len(self._said) - len(words)
        return start >= 0 and self._same(self._said[start:], words) and self._counts(start)

    def _counts(self, start: int) -> bool:
        """One or two words may be alike by chance; what begins where a sentence began is a repetition however short."""
        return start == 0 or len(self._said) - start >= 3 or self._said[start - 1][-1] in ".!?…"

    @staticmethod
    def _same(said: list[str], words: list[str]) -> bool:
        return [_bare(word) for word in said] == [_bare(word) for word in words]


def _bare(word: str) -> str:
    return word.strip(".,;:!?…\"'()").casefold()
