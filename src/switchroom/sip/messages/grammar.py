"""The lexical rules that every header shares (RFC 3261 §25.1): tokens, quoted strings, parameters, comma lists.

Every expression here is linear: alternatives begin with different characters and repeats are possessive, so that no input,
however hostile, makes one backtrack. What does not fit raises Malformed, which never leaves ``message.parse``.
"""

import re
from dataclasses import dataclass

MAX_ITEMS = 128
"""How many elements a list, or parameters an address, may have: enough for any network, too few to keep us busy."""

TOKEN = r"[A-Za-z0-9\-.!%*_+`'~]++"  # noqa: S105 - a grammar's token, no secret
QUOTED = r'"(?:[^"\\\x00-\x08\x0a-\x1f\x7f]++|\\[^\r\n])*+"'
HOST = r"(?:[A-Za-z0-9_](?:[A-Za-z0-9_.\-]*+)|\[[0-9A-Fa-f:.]++\])"

_TOKEN = re.compile(TOKEN)
_ITEM = re.compile(r'(?:"(?:[^"\\]++|\\.)*+"|<[^<>]*+>|[^,"<]++)++', re.DOTALL)
_PARAMETER = re.compile(rf"[ \t]*+;[ \t]*+({TOKEN})(?:[ \t]*+=[ \t]*+({QUOTED}|[^\s;,\"<>=@?]++))?[ \t]*+")
_ESCAPED_PAIR = re.compile(r"\\(.)", re.DOTALL)


class Malformed(ValueError):
    """The peer broke the grammar; ``status`` is what to answer."""

    def __init__(self, reason: str, status: int = 400) -> None:
        super().__init__(reason)
        self.status = status


def is_token(text: str) -> bool:
    """Return whether ``text`` is one token."""
    return _TOKEN.fullmatch(text) is not None


def split_list(text: str) -> list[str]:
    """Split at the commas that are outside quotes and angle brackets."""
    if "," not in text:
        return [text.strip()]
    items: list[str] = []
    position = 0
    while True:
        match = _ITEM.match(text, position)
        if match is None:
            raise Malformed("Bad comma list")
        if len(items) >= MAX_ITEMS:
            raise Malformed("Too many list elements")
        items.append(match.group().strip())
        position = match.end()
        if position == len(text):
            return items
        if text[position] != ",":
            raise Malformed("Unbalanced quotes or brackets")
        position += 1


def unquote(text: str) -> str:
    """Return what a quoted string says; other text as it is."""
    if len(text) < 2 or text[0] != '"':
        return text
    inner = text[1:-1]
    return _ESCAPED_PAIR.sub(r"\1", inner) if "\\" in inner else inner


def quote(text: str) -> str:
    """Return ``text`` as a quoted string; what a header may not hold becomes a space."""
    clean = "".join(" " if ord(char) < 32 or ord(char) == 127 else char for char in text)
    return '"' + clean.replace("\\", "\\\\").replace('"', '\\"') + '"'


def number(text: str, limit: int, what: str) -> int:
    """Return a decimal number below ``limit``."""
    if not (text.isascii() and text.isdigit()) or len(text) > 12 or int(text) >= limit:
        raise Malformed(f"Bad {what}")
    return int(text)


@dataclass(frozen=True, slots=True)
class Params:
    """The ``;name=value`` tail of a header, in order. Names are case-blind; values stay as they are on the wire."""

    pairs: tuple[tuple[str, str | None], ...] = ()

    def get(self, name: str) -> str | None:
        """Return the unquoted value; "" for a parameter without one; None for no such parameter."""
        for key, value in self.pairs:
            if key == name or key.lower() == name:
                return "" if value is None else unquote(value)
        return None

    def __contains__(self, name: str) -> bool:
        return any(key.lower() == name for key, _ in self.pairs)

    def put(self, name: str, value: str | None) -> "Params":
        """Return these parameters with one set, in its old place if it had one."""
        if name in self:
            return Params(tuple((key, value if key.lower() == name else old) for key, old in self.pairs))
        return Params((*self.pairs, (name, value)))

    def without(self, name: str) -> "Params":
        """Return these parameters less one."""
        return Params(tuple(pair for pair in self.pairs if pair[0].lower() != name))

    def __str__(self) -> str:
        return "".join(f";{key}" if value is None else f";{key}={value}" for key, value in self.pairs)


NO_PARAMS = Params()


def params(text: str) -> Params:
    """Parse header parameters: ``;tag=abc;lr``."""
    if not text or text.isspace():
        return NO_PARAMS
    pairs: list[tuple[str, str | None]] = []
    if text.count(";") > MAX_ITEMS:
        raise Malformed("Too many parameters")
    position = 0
    while position < len(text):
        match = _PARAMETER.match(text, position)
        if match is None:
            raise Malformed("Bad parameter")
        pairs.append((match.group(1), match.group(2)))
        position = match.end()
    return Params(tuple(pairs))
