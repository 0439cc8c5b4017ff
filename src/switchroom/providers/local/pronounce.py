"""How words sound, as the phones of the recogniser's English model.

A word is looked up in the dictionary that comes with the recogniser; one that is not in it is taken apart (``'s``,
two known words); the rest is read letter by letter with a few rules of English spelling. That is crude, and good
enough: a name that is nearly right is found, because the language model knows it is a name that is said here.
"""

import re
from collections.abc import Collection, Iterable, Mapping
from pathlib import Path

Sounds = dict[str, list[str]]
"""Each word with all its pronunciations, phones separated by blanks."""

OWN: Mapping[str, tuple[str, ...]] = {
    "mhm": ("M HH M", "AH M HH AH M", "M HH AH M"),
    "mm": ("M", "M M"),
    "hmm": ("HH M", "HH AH M"),
    "huh": ("HH AH",),
    "uh": ("AH",),
    "ok": ("OW K EY",),
    "yep": ("Y EH P",),
    "nope": ("N OW P",),
    "p.m.": ("P IY EH M",),
    "a.m.": ("EY EH M",),
}
"""Said to every agent, and written otherwise or not at all in the dictionary."""

_SPELLING: tuple[tuple[str, str], ...] = (
    ("tion", "SH AH N"), ("sion", "ZH AH N"), ("ough", "AO"), ("augh", "AO"), ("eigh", "EY"), ("igh", "AY"), ("tch", "CH"),
    ("sch", "SH"), ("dge", "JH"), ("que", "K"), ("ch", "CH"), ("sh", "SH"), ("th", "TH"), ("ph", "F"), ("wh", "W"), ("ck", "K"),
    ("ng", "NG"), ("qu", "K W"), ("kn", "N"), ("wr", "R"), ("gh", "G"), ("ee", "IY"), ("ea", "IY"), ("oo", "UW"), ("ou", "AW"),
    ("ow", "OW"), ("oa", "OW"), ("oi", "OY"), ("oy", "OY"), ("ai", "EY"), ("ay", "EY"), ("ei", "AY"), ("ey", "IY"), ("ie", "IY"),
    ("au", "AO"), ("aw", "AO"), ("ew", "UW"), ("er", "ER"), ("ir", "ER"), ("ur", "ER"), ("ar", "AA R"), ("or", "AO R"),
    ("ce", "S"), ("ci", "S IH"), ("cy", "S IY"), ("ge", "JH"), ("bb", "B"), ("cc", "K"), ("dd", "D"), ("ff", "F"), ("gg", "G"),
    ("ll", "L"), ("mm", "M"), ("nn", "N"), ("pp", "P"), ("rr", "R"), ("ss", "S"), ("tt", "T"), ("zz", "Z"),
    ("a", "AE"), ("b", "B"), ("c", "K"), ("d", "D"), ("e", "EH"), ("f", "F"), ("g", "G"), ("h", "HH"), ("i", "IH"), ("j", "JH"),
    ("k", "K"), ("l", "L"), ("m", "M"), ("n", "N"), ("o", "AA"), ("p", "P"), ("q", "K"), ("r", "R"), ("s", "S"), ("t", "T"),
    ("u", "AH"), ("v", "V"), ("w", "W"), ("x", "K S"), ("y", "Y"), ("z", "Z"),
)  # fmt: skip
_VOICELESS = frozenset({"P", "T", "K", "F", "TH"})
_HISSING = frozenset({"S", "Z", "SH", "ZH", "CH", "JH"})
_WORD = re.compile(r"[a-z][a-z'.]*")


def pronounce(words: Iterable[str], dictionary: Path) -> Sounds:
    """Return how each of ``words`` (lower case) sounds; what is not a word of English letters is left out."""
    wanted = {word for word in words if _WORD.fullmatch(word)}
    parts = {part for word in wanted for part in _parts(word)}
    known = _look_up(wanted | parts, dictionary)
    return {word: list(OWN.get(word, ())) or known.get(word) or [_guess(word, known)] for word in sorted(wanted)}


def _look_up(words: Collection[str], dictionary: Path) -> Sounds:
    """Return what the dictionary (``word phones``, further ones as ``word(2) phones``) knows of ``words``."""
    found: Sounds = {}
    with dictionary.open(encoding="utf-8") as lines:
        for line in lines:
            word, _, phones = line.partition(" ")
            bare = word[:-3] if word.endswith(")") else word
            if bare in words:
                found.setdefault(bare, []).append(phones.strip())
    return found


def _parts(word: str) -> list[str]:
    """Return the words that ``word`` might be made of."""
    stem = word.removesuffix("'s").removesuffix("s")
    return [
        stem,
        word.removesuffix("'s"),
        *(part for cut in range(3, len(stem) - 2) for part in (stem[:cut], stem[cut:])),
    ]


def _guess(word: str, known: Sounds) -> str:
    for ending in ("'s", "s"):
        stem = word.removesuffix(ending)
        if stem != word and (whole := _together(stem, known)):
            return f"{whole} {_plural(whole)}"
    return _together(word, known) or _spell(word)


def _together(word: str, known: Sounds) -> str:
    if word in known:
        return known[word][0]
    cuts = [cut for cut in range(3, len(word) - 2) if word[:cut] in known and word[cut:] in known]
    if not cuts:
        return ""
    cut = max(cuts, key=lambda at: min(at, len(word) - at))  # two halves are likelier than a word and a crumb
    return f"{known[word[:cut]][0]} {known[word[cut:]][0]}"


def _plural(phones: str) -> str:
    last = phones.split()[-1]
    if last in _HISSING:
        return "IH Z"
    return "S" if last in _VOICELESS else "Z"


def _spell(word: str) -> str:
    letters = re.sub(r"[^a-z]", "", word)
    if len(letters) > 3 and letters.endswith("e") and letters[-2] not in "aeiou":
        letters = letters[:-1]
    phones: list[str] = []
    while letters:
        spelling, sound = next(rule for rule in _SPELLING if letters.startswith(rule[0]))
        if spelling == "y" and len(letters) == 1:
            sound = "IY"
        phones.append(sound)
        letters = letters[len(spelling) :]
    return " ".join(phones) or "AH"
