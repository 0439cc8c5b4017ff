"""How a call came to us: whom it was meant for first, and why it went on from there.

Diversion (RFC 5806) names who sent the call on, the latest first; History-Info (RFC 7044, and RFC 4244 before it) names every
target in order, and a target that replaced another says which one and why (RFC 4458). Either becomes the same list, oldest
first. What cannot be read is passed over.
"""

import re
from dataclasses import dataclass
from typing import Literal
from urllib.parse import unquote as unescape

from switchroom.sip.callers.identity import addresses, number_of
from switchroom.sip.messages.headers import Headers
from switchroom.sip.messages.uri import NameAddr

Why = Literal["unconditional", "busy", "no_answer", "unavailable", "deflected", "unknown"]

_REASONS: dict[str, Why] = {
    "unconditional": "unconditional",
    "user-busy": "busy",
    "no-answer": "no_answer",
    "unavailable": "unavailable",
    "out-of-service": "unavailable",
    "do-not-disturb": "busy",
    "deflection": "deflected",
    "away": "no_answer",
    "time-of-day": "unconditional",
    "follow-me": "unconditional",
}
_CAUSES: dict[int, Why] = {
    302: "unconditional",
    404: "unavailable",
    408: "no_answer",
    480: "deflected",
    486: "busy",
    487: "deflected",
    503: "unavailable",
    600: "busy",
    603: "deflected",
}
_CAUSE = re.compile(r"(?i)cause\s*=\s*(\d{3})")
_INDEX = re.compile(r"\d{1,4}(?:\.\d{1,4}){0,20}")


@dataclass(frozen=True, slots=True)
class Diversion:
    """Somebody the call was for before it was sent on. ``number`` is "" if the address is none; a ``withheld`` one is not shown."""

    address: str
    why: Why
    number: str = ""
    withheld: bool = False


def diversions(headers: Headers) -> tuple[Diversion, ...]:
    """Return who sent the call on, in order; the first is whom the caller dialled."""
    return _diverted(headers) or _from_history(headers)


def _diverted(headers: Headers) -> tuple[Diversion, ...]:
    latest_first = [
        Diversion(
            _address(party),
            _REASONS.get((party.params.get("reason") or "").lower(), "unknown"),
            number_of(party.uri),
            (party.params.get("privacy") or "off").lower() != "off",
        )
        for party in addresses(headers, "diversion")
    ]
    return tuple(reversed(latest_first))


def _from_history(headers: Headers) -> tuple[Diversion, ...]:
    entries = sorted(
        ((index, entry) for entry in addresses(headers, "history-info") if (index := _index(entry, "index"))),
        key=lambda item: item[0],
    )
    by_index = dict(entries)
    replaced: dict[tuple[int, ...], Why] = {}
    for index, entry in entries:
        before = _index(entry, "mp")  # §10.1.2: the entry that this one was mapped from, for another user
        if before in by_index and before != index:
            replaced.setdefault(before, _why(entry, by_index[before]))
    if not replaced:  # RFC 4244 marks no mapping: whoever answered with a reason and has a successor was replaced
        replaced = {
            index: why for index, entry in entries[:-1] if (why := _cause(unescape(entry.uri.headers))) != "unknown"
        }
    return tuple(
        Diversion(
            _address(by_index[index]),
            why,
            number_of(by_index[index].uri),
            "privacy" in unescape(by_index[index].uri.headers).lower(),
        )
        for index, why in sorted(replaced.items())
    )


def _why(entry: NameAddr, before: NameAddr) -> Why:
    said = _cause(f"cause={entry.uri.params.get('cause') or ''}")
    return said if said != "unknown" else _cause(unescape(before.uri.headers))


def _cause(text: str) -> Why:
    found = _CAUSE.search(text)
    return "unknown" if found is None else _CAUSES.get(int(found.group(1)), "unknown")


def _index(entry: NameAddr, name: str) -> tuple[int, ...]:
    text = entry.params.get(name) or ""
    return tuple(int(part) for part in text.split(".")) if _INDEX.fullmatch(text) is not None else ()


def _address(party: NameAddr) -> str:
    return f"{party.uri.scheme}:{party.uri.rest}" if party.uri.rest else f"{party.uri.scheme}:{_at(party)}"


def _at(party: NameAddr) -> str:
    user = party.uri.user.partition(";")[0]
    return f"{user}@{party.uri.host}" if user else party.uri.host
