"""How single values stand in rehearsal files."""

import re

BOOLEANS = {"true": True, "false": False}
NO_VALUE = frozenset({"", "null", "~"})

_PLAIN = re.compile(r"^[\w-]+$")


def written(text: str) -> str:
    """Return ``text`` as a scalar of YAML that reads as itself."""
    if _PLAIN.match(text) and text not in BOOLEANS and text not in NO_VALUE:
        return text
    shown = "".join(letter if letter.isprintable() else " " for letter in text)
    return '"' + shown.replace("\\", "\\\\").replace('"', '\\"') + '"'
