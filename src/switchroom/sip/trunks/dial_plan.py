"""Numbers as people, carriers and tables write them, and which of them may be called.

Inside there is one form, E.164 with its plus sign; a ``DialPlan`` reads what a trunk sends into it and writes it as the trunk
wants it. What is no number (``demo``, an extension) passes unchanged. Among allowed and denied beginnings the longest that
fits decides, and a tie is a denial; what fits none is denied.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Literal

Writing = Literal["e164", "bare", "00", "national"]
"""``+44…``; ``44…``; ``0044…``; as dialled within the plan's country, abroad with ``00``."""

_SPACING = re.compile(r"[\s().\-/]")
_E164 = re.compile(r"\+[1-9][0-9]{5,14}")
_ANY_NUMBER = re.compile(r"\+.*|[+0-9*#,]{7,}", re.DOTALL)
_DIGITS = re.compile(r"[0-9]{3,18}")

COSTLY = (
    "+870",
    "+878",
    "+881",
    "+882",
    "+883",
    "+979",
    "+1900",
    "+1976",
    "+247",
    "+290",
    "+675",
    "+677",
    "+678",
    "+685",
)
"""Satellites, premium rates and islands, which is where stolen lines are made to call: to be allowed by name."""


@dataclass(frozen=True, slots=True)
class DialPlan:
    """``country`` is the calling code without a plus, ``trunk_digit`` what one dials before a number of the same country.

    ``bare`` says that long digits without any prefix are E.164 that has lost its plus.
    """

    country: str = ""
    trunk_digit: str = "0"
    writing: Writing = "e164"
    bare: bool = False

    def read(self, dialled: str) -> str:
        """Return a number as E.164 if it can be made one, else what was dialled."""
        number = _SPACING.sub("", dialled)
        international = self._international(number)
        return international if is_e164(international) else dialled

    def write(self, number: str) -> str:
        """Return an E.164 number as the trunk wants it; anything else unchanged."""
        if not is_e164(number):
            return number
        match self.writing:
            case "e164":
                return number
            case "bare":
                return number[1:]
            case "00":
                return f"00{number[1:]}"
            case "national":
                home = f"+{self.country}"
                at_home = bool(self.country) and number.startswith(home)
                return f"{self.trunk_digit}{number[len(home) :]}" if at_home else f"00{number[1:]}"

    def _international(self, number: str) -> str:
        if _DIGITS.fullmatch(number) is None:
            return number
        if number.startswith("00"):
            return f"+{number[2:]}"
        digit = self.trunk_digit
        if self.country and digit and number.startswith(digit):
            return f"+{self.country}{number[len(digit) :]}"
        if self.bare and len(number) > 7:
            return f"+{number}"
        return number


def is_e164(text: str) -> bool:
    """Return whether ``text`` is an international number with its plus sign (ITU-T E.164)."""
    return _E164.fullmatch(text) is not None


def may_be_number(text: str) -> bool:
    """Return whether ``text`` may be a telephone number in whatever writing; what is shorter is an extension."""
    return _ANY_NUMBER.fullmatch(_SPACING.sub("", text.partition(";")[0])) is not None


def longest(number: str, prefixes: Iterable[str]) -> str | None:
    """Return the longest of ``prefixes`` that ``number`` begins with."""
    return max((prefix for prefix in prefixes if number.startswith(prefix)), key=len, default=None)


@dataclass(frozen=True, slots=True)
class Destinations:
    """Beginnings of numbers that may be called (``+44``; ``+`` is the world) and that may not."""

    allow: tuple[str, ...] = ()
    deny: tuple[str, ...] = COSTLY

    def allows(self, number: str) -> bool:
        """Return whether ``number`` may be called."""
        allowed, denied = longest(number, self.allow), longest(number, self.deny)
        return allowed is not None and (denied is None or len(allowed) > len(denied))


def rate_of(number: str, rates: Mapping[str, int]) -> int | None:
    """Return what a minute to ``number`` costs: the rate of the longest prefix, None if there is none."""
    prefix = longest(number, rates)
    return None if prefix is None else rates[prefix]
