"""Who calls: From, unless somebody whom we trust asserts more.

A trusted peer (a carrier, our PBX) vouches for the caller in P-Asserted-Identity (RFC 3325) or, as FreeSWITCH and many carriers
still do, in Remote-Party-ID; from anybody else both are ignored (RFC 3325 §5) and what remains is the caller's own word. Who
asks for privacy (RFC 3323) is shown to people as anonymous, whatever we know. What cannot be read is passed over.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal
from urllib.parse import unquote as unescape

from switchroom.sip.messages.grammar import Malformed, Params, params, split_list
from switchroom.sip.messages.headers import Headers
from switchroom.sip.messages.uri import NameAddr, Uri, parse_address

ANONYMOUS = "sip:anonymous@anonymous.invalid"  # RFC 3323 §4.1.1.3

Word = Literal["asserted", "remote_party", "from"]
"""Whose word it is: the trusted network's, or the caller's own."""

_NUMBER = re.compile(r"\+?[0-9*#][0-9*#().\-]*")
_SEPARATORS = str.maketrans("", "", "().-")  # RFC 3966 §5.1.1
_HIDING = frozenset({"id", "user", "header", "session"})
_NOBODY = frozenset({"anonymous", "restricted", "unavailable", "private"})


@dataclass(frozen=True, slots=True)
class Caller:
    """Who calls. ``number`` is the telephone number in ``address``, "" if that is no number.

    If ``withheld``, address, number and name are for the engine alone: people see ``shown`` and ``shown_name``.
    ``verification`` is what the network found of the number's signature (``TN-Validation-Passed-A``), "" if it does not say.
    """

    address: str
    number: str = ""
    name: str = ""
    word: Word = "from"
    withheld: bool = False
    verification: str = ""

    @property
    def shown(self) -> str:
        """The address that people may see."""
        return ANONYMOUS if self.withheld else self.address

    @property
    def shown_name(self) -> str:
        """The name that people may see."""
        return "" if self.withheld else self.name


NOBODY = Caller("")


def identify(from_: NameAddr, headers: Headers, *, trusted: bool) -> Caller:
    """Return who calls by an INVITE."""
    said = _caller((from_,), "from", withheld=_asks_for_privacy(headers) or _is_nobody(from_.uri))
    vouched = (_asserted(headers) or _remote_party(headers)) if trusted else None
    if vouched is None:
        return Caller(said.address, said.number, said.name, "from", said.withheld)
    return Caller(
        vouched.address,
        vouched.number,
        vouched.name or said.name,
        vouched.word,
        vouched.withheld or said.withheld,
        vouched.verification or said.verification,
    )


def addresses(headers: Headers, name: str) -> list[NameAddr]:
    """Return the addresses that can be read of a header that lists some."""
    return list(_read(headers, name))


def number_of(uri: Uri) -> str:
    """Return the telephone number of a tel: URI, or of a SIP URI whose user is one; "" if there is none."""
    if not uri.is_sip and uri.scheme != "tel":
        return ""
    user = unescape((uri.user if uri.is_sip else uri.rest).partition(";")[0])
    return user.translate(_SEPARATORS) if _NUMBER.fullmatch(user) is not None else ""


def _read(headers: Headers, name: str) -> Iterator[NameAddr]:
    for value in headers.all(name):
        try:
            items = split_list(value)
        except Malformed:
            continue
        for item in items:
            try:
                yield parse_address(item)
            except Malformed:
                continue


def _asserted(headers: Headers) -> Caller | None:
    """One SIP and one tel URI, in either order (RFC 3325 §9.1); together they are one caller."""
    found = tuple(address for address in _read(headers, "p-asserted-identity") if address.uri.scheme in _USABLE)
    return _caller(found, "asserted", withheld=False) if found else None


def _remote_party(headers: Headers) -> Caller | None:
    """The calling party of draft-ietf-sip-privacy-04, with its own word on privacy."""
    for address in _read(headers, "remote-party-id"):
        if (address.params.get("party") or "calling").lower() != "calling" or address.uri.scheme not in _USABLE:
            continue
        privacy = (address.params.get("privacy") or "off").lower().split("-")[0]
        return _caller((address,), "remote_party", withheld=privacy in ("full", "uri"))
    return None


_USABLE = frozenset({"sip", "sips", "tel"})


def _caller(found: tuple[NameAddr, ...], word: Word, *, withheld: bool) -> Caller:
    best = sorted(found, key=lambda address: address.uri.scheme == "tel")[0].uri
    number = next((number for address in found if (number := number_of(address.uri))), "")
    name = next((address.name for address in found if address.name), "")
    checked = next((verdict for address in found if (verdict := _verdict(address))), "")
    return Caller(_plain(best), number, name, word, withheld, checked)


def _plain(uri: Uri) -> str:
    """Return a URI without what the network wrote into its user part."""
    if not uri.is_sip:
        return f"{uri.scheme}:{uri.rest.partition(';')[0]}"
    port = "" if uri.port is None else f":{uri.port}"
    user = uri.user.partition(";")[0]
    return f"{uri.scheme}:{user}@{uri.host}{port}" if user else f"{uri.scheme}:{uri.host}{port}"


def _verdict(address: NameAddr) -> str:
    """The ``verstat`` parameter (3GPP TS 24.229 §7.2A.20): of the number in the user part, else of the URI or the header."""
    uri = address.uri
    inside = _params(";" + (uri.user if uri.is_sip else uri.rest).partition(";")[2])
    return inside.get("verstat") or uri.params.get("verstat") or address.params.get("verstat") or ""


def _params(text: str) -> Params:
    try:
        return params(text) if len(text) > 1 else Params()
    except Malformed:
        return Params()


def _asks_for_privacy(headers: Headers) -> bool:
    asked = {part.strip().lower() for value in headers.listed("privacy") for part in value.split(";")}
    return bool(asked & _HIDING)


def _is_nobody(uri: Uri) -> bool:
    return uri.host.lower() == "anonymous.invalid" or uri.user.lower() in _NOBODY
