"""Text deltas become chunks worth speaking.

The first chunk is a clause, so that the voice can begin while the model still writes; later ones are sentences, for
their melody. A stop only counts when white space follows it, and a comma then or after a letter, so decimals,
times, addresses and names of machines stay whole. Where the text is divided does not depend on how it was cut into deltas.
"""

import re

_ABBREVIATIONS = frozenset(
    {"mr", "mrs", "ms", "dr", "prof", "st", "jr", "sr", "nr", "vs", "e.g", "i.e", "approx", "dept", "ext", "z.b", "bzw"}
)
_BY_WHAT_FOLLOWS = frozenset(  # end a sentence only if a capital comes next: "at 7 a.m. on", "No. 5", "No. I can't"
    {"a.m", "p.m", "no", "etc", "co", "inc", "ltd", "u.s", "u.k", "ave", "ca"}
    | {"jan", "feb", "mar", "apr", "jun", "jul", "aug", "sep", "sept", "oct", "nov", "dec"}
    | {"mon", "tue", "wed", "thu", "fri", "sat", "sun"}
)
_BREAK = re.compile(
    r"(?P<stop>[.!?…]+[\"'”’)\]]*(?=\s)|[。！？])|(?P<clause>(?<=[^\W\d_])[,;]|[,;:—–](?=\s)|[，、；])|(?P<line>\n)"
)
_LAST_WORD = re.compile(r"(\S+)$")
_NEXT = re.compile(r"\s*(\S)")
_MARKUP = re.compile(r"[*`]+|^\s*(?:#+|[-•])\s+|(?<=\s)#+\s", re.MULTILINE)
_WORD_AFTER = re.compile(r"\s*(\S+)(?=\s)")
_WORD_BEFORE = re.compile(r"(\w+)\s+\d+$")
_MONTHS = frozenset(
    {
        "januar",
        "februar",
        "märz",
        "april",
        "mai",
        "juni",
        "juli",
        "august",
        "september",
        "oktober",
        "november",
        "dezember",
    }
)
_BEFORE_ORDINALS = frozenset(
    {"der", "die", "das", "dem", "den", "des", "am", "im", "vom", "zum", "beim", "jeder", "jede", "jedes"}
)
_DAY = 2  # digits
_FIRST_WORDS = 2
_SHORT = 24


class Chunker:
    """Feed it what a model writes, speak what it returns; ``flush`` when the model is done."""

    def __init__(self, longest: int = 220) -> None:
        """No chunk has more than ``longest`` letters."""
        self._longest = longest
        self._text = ""
        self._first = True

    def feed(self, delta: str) -> list[str]:
        """Take more text; return the chunks that are complete now."""
        self._text += delta
        chunks: list[str] = []
        while (end := self._end()) is not None:
            chunks += self._take(end)
        return chunks

    def flush(self) -> list[str]:
        """There is no more text: return what is left, and be ready for another reply."""
        chunks = self.feed("\n")
        chunks += self._take(len(self._text))
        self._first = True
        return chunks

    def _take(self, end: int) -> list[str]:
        chunk = " ".join(_MARKUP.sub("", self._text[:end]).split())
        self._text = self._text[end:]
        if not any(letter.isalnum() for letter in chunk):
            return []
        self._first = False
        return [chunk]

    def _end(self) -> int | None:
        """Return where the next chunk ends, None if that is not known yet."""
        clause = 0
        for found in _BREAK.finditer(self._text, 0, self._longest + 1):
            end = found.end()
            if end > self._longest:
                break
            verdict = self._is_stop(found.start()) if found["stop"] else self._is_clause(found)
            if verdict is None:
                return None
            if not verdict:
                continue
            if self._is_enough(found, end):
                return end
            clause = end
        if len(self._text) <= self._longest:
            return None
        return clause or self._text.rfind(" ", 1, self._longest) + 1 or self._longest

    def _is_enough(self, found: re.Match[str], end: int) -> bool:
        """Whether what ends here is worth speaking by itself."""
        said = self._text[:end].strip()
        if found["clause"]:
            return self._first and len(said.split()) >= _FIRST_WORDS
        return self._first or found["line"] is not None or len(said) >= _SHORT

    def _is_stop(self, at: int) -> bool | None:
        """Whether the full stop at ``at`` ends a sentence; None if what follows must be seen first."""
        if self._text[at] != ".":
            return True
        last = _LAST_WORD.search(self._text, 0, at)
        word = last[1].lower().lstrip("(\"'") if last else ""
        if word in _ABBREVIATIONS or (len(word) == 1 and word.isalpha() and word != "i"):
            return False
        if word.isdecimal() and len(word) <= _DAY:
            if not self._text[: last.start() if last else 0].strip():
                return False  # the number of a list's item
            return self._ends_at_number(at)
        if word in _BY_WHAT_FOLLOWS:
            after = _NEXT.match(self._text, at + 1)
            return after[1].isupper() if after else None
        return True

    def _ends_at_number(self, at: int) -> bool | None:
        """Whether the stop after a small number ends a sentence: "am 3. März" and "der 2. Versuch" go on."""
        after = _WORD_AFTER.match(self._text, at + 1)
        if after is None:
            return None
        if after[1].lower() in _MONTHS or after[1][0].islower():
            return False
        before = _WORD_BEFORE.search(self._text, 0, at)
        return before is None or before[1].lower() not in _BEFORE_ORDINALS

    def _is_clause(self, found: re.Match[str]) -> bool | None:
        """Whether what is not a stop divides: not between a day and its year, nor in "10 – 12"; None if more must be seen first."""
        if not found["clause"] or not self._text[: found.start()].rstrip()[-1:].isdigit():
            return True
        after = _WORD_AFTER.match(self._text, found.end())
        return None if after is None else not after[1][0].isdigit()
