"""How many come, and what they are called.

Recognisers hear "for" for "four" and "to" for "two"; both are taken as figures where only a figure can stand.
"""

import re
from collections.abc import Iterator

from switchroom.flow.names import NAMES
from switchroom.flow.words import CARDINALS, any_of, number

_FIGURES = {word: n for word, n in CARDINALS.items() if 0 < n < 100}
_N = rf"(?:{any_of(_FIGURES)}|\d{{1,3}})"
_MISHEARD = {"for": 4, "to": 2, "too": 2, "won": 1, "ate": 8, "fore": 4, "tree": 3, "sex": 6}
_M = rf"(?:{_N}|{any_of(_MISHEARD)})"
_PEOPLE = r"(?:people|persons?|guests?|of us|diners|adults?|grown ups|heads|folks|places|seats|pax)"
_EDGE = r"(?![\w:'/])"

_PARTIES = (
    re.compile(
        rf"\b(?P<n>{_N}) (?:adults?|people|grown ups) and (?P<more>{_N}|a) (?:children|child|kids?|babies|baby)\b"
    ),
    re.compile(rf"\b(?:for (?:a |the )?)?(?P<n>{_N}) {_PEOPLE}\b"),
    re.compile(r"\b(?P<n>to|for|too) (?:people|persons|guests|of us)\b"),
    re.compile(rf"\b(?:a |the )?(?:party|group|family) of (?P<n>{_M}){_EDGE}"),
    re.compile(rf"\b(?:a )?(?:table|reservation|booking|dinner|lunch) for (?P<n>{_M}){_EDGE}"),
    re.compile(
        rf"\b(?:we are|we're|we'll be|we will be|there are|there'll be|there will be|only|just) (?P<n>{_N}){_EDGE}"
    ),
    re.compile(r"\b(?P<one>(?:just|only) (?:me|myself)|by myself|on my own|alone)\b"),
    re.compile(r"\b(?P<two>(?:the|just the|us) two of us|me and my \w+|my \w+ and (?:i|me|myself)|a couple)\b"),
)
_WEAK = re.compile(rf"\bfor (?P<n>{_N}){_EDGE}")
_BARE = re.compile(rf"(?<!')\b(?P<n>{_N}){_EDGE}")
_LONE = re.compile(rf"^(?:for |a |uh |um |just |be )*(?P<n>{any_of(_MISHEARD)})(?: please| guests?)?$")


def read_parties(text: str) -> Iterator[tuple[int, int, int]]:
    """Yield party sizes that stand on their own, and where, in plain ``text``."""
    for pattern in _PARTIES:
        for match in pattern.finditer(text):
            yield _size(match.groupdict()), match.start(), match.end()


def weak_party(text: str) -> Iterator[tuple[int, int, int]]:
    """Yield "for six": a party unless a time was asked for."""
    for match in _WEAK.finditer(text):
        yield _size(match.groupdict()), match.start(), match.end()


def bare_party(text: str) -> Iterator[tuple[int, int, int]]:
    """Yield party sizes given as an answer: a figure anywhere, or what a figure is misheard as, alone."""
    for match in (*_BARE.finditer(text), *_LONE.finditer(text)):
        yield _size(match.groupdict()), match.start(), match.end()


def _size(said: dict[str, str | None]) -> int:
    if said.get("one"):
        return 1
    if said.get("two"):
        return 2
    more = said.get("more")
    return _figure(said.get("n") or "") + (_figure(more) if more else 0)


def _figure(word: str) -> int:
    return 1 if word == "a" else number(word) or _MISHEARD.get(word, 0)


_NAME_MARK = re.compile(
    r"\b(?:(?:my |the )?(?:last |first |sur)?name(?: is| was| would be|'s| should be| to)|under(?: the)?(?: name)?(?: of)?|"
    r"in the name(?: of)?|on the name(?: of)?|for the name(?: of)?|name of|call me)"
    r" (?!of\b|is\b)"
)
_NAME_HINT = re.compile(
    r"\b(?:it's|it is|this is|i'm|i am|for|that's|it'll be|mr|mrs|ms|miss|mister)(?: (?:mr|mrs|ms|miss|mister))? "
)
_STOP = frozenset(
    "a an and at about actually but by can could day do for from four five six seven eight nine ten one two three guests "  # noqa: SIM905
    "have hello hi i i'd i'm if in is it it's just last like make me my name no not of oh okay on or our people please right "
    "reservation said so sorry spelled spelt sure table thank thanks that that's the then there they this to today tomorrow "
    "tonight uh um under us want was we well what when which who with yes yeah yep you your monday tuesday wednesday thursday "
    "friday saturday sunday half quarter past person party booking somebody someone something cancel change calling looking "
    "would will be okay ok speak talk repeat goodbye bye new different wrong again know don't sir ma'am surname first should "
    "hear open closed late early fine good great busy here coming going afraid same repeat again start over mind never".split()
) - {"will"}
_FILLERS = re.compile(
    r"^(?:(?:yes|yeah|sure|ok|okay|of course|certainly|well|oh|uh|um|so|it's|it is|this is|that's|i'm|i am|the|my|name is|"
    r"last|first|name|hello|hi|please|no|actually|sorry|mr|mrs|ms|miss|mister|that would be|it'll be|is) )*"
)
_LETTERS = re.compile(r"\b(?:double )?[a-z](?: (?:double )?[a-z]){2,}\b")


def read_names(text: str) -> Iterator[tuple[str, int, int]]:
    """Yield names that the caller marked as such, and where, in plain ``text``."""
    for match in _NAME_MARK.finditer(text):
        yield from _name_at(text, match.start(), match.end(), known=False)
    for match in _NAME_HINT.finditer(text):
        yield from _name_at(text, match.start(), match.end(), known=True)


def bare_name(text: str) -> Iterator[tuple[str, int, int]]:
    """Yield the name that answers "what is your name?"."""
    spelled = _LETTERS.search(text)
    if spelled:
        yield _spelled(spelled.group()), spelled.start(), spelled.end()
        return
    match = _FILLERS.match(text)
    start = match.end() if match else 0
    yield from _name_at(text, start, start, known=False)
    for known in re.finditer(r"[^\W\d_]+(?:'[^\W\d_]+)?", text):
        if known.group() in NAMES and known.group() not in _STOP:
            yield from _name_at(text, known.start(), known.start(), known=True)


def is_only_a_name(text: str) -> bool:
    """Return whether plain ``text`` is a known name and nothing else."""
    words = text.split()
    return 0 < len(words) <= 2 and all(word in NAMES and word not in _STOP for word in words)


def _name_at(text: str, start: int, first: int, *, known: bool) -> Iterator[tuple[str, int, int]]:
    spelled = _LETTERS.match(text, first)
    if spelled:
        yield _spelled(spelled.group()), start, spelled.end()
        return
    end, words = first, list[str]()
    for match in re.finditer(r"[^\W\d_]+(?:'[^\W\d_]+)?", text[first:]):
        word = match.group()
        spelled = _LETTERS.match(text, first + match.start())
        if spelled and words:
            yield _spelled(spelled.group()), start, spelled.end()
            return
        if word in _STOP or len(words) == 3 or text[end : first + match.start()].strip():
            break
        words.append(word)
        end = first + match.end()
    if words and (not known or words[0] in NAMES):
        yield " ".join(_titled(word) for word in words), start, end


def _spelled(letters: str) -> str:
    letters = re.sub(r"double (\w)", r"\1 \1", letters)
    return letters.replace(" ", "").capitalize()


def _titled(word: str) -> str:
    return "'".join(part.capitalize() for part in word.split("'"))
