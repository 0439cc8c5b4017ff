"""Keys for media inside a session description (SDES, RFC 4568): ``a=crypto:`` lines, and what two sides make of them.

Each side names the key it will send with, so a session has a key each way. A line that asks for anything this program does
not do (an MKI, a key derivation rate, half of SRTP switched off) is passed over as if it were not there: to use it in part
would be to send what the far side cannot read. What becomes of an offer under each policy is a table of docs/sip.md. Keys
come from outside and are shown by nothing but ``CryptoLine.value``.
"""

import base64
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Literal

from switchroom.sip.description.policy import Security
from switchroom.sip.description.sdp import Media

Suite = Literal["AES_CM_128_HMAC_SHA1_80", "AEAD_AES_256_GCM", "AEAD_AES_128_GCM", "AES_CM_128_HMAC_SHA1_32"]

LENGTHS: Mapping[Suite, int] = {
    "AES_CM_128_HMAC_SHA1_80": 16 + 14,  # RFC 4568 §6.2
    "AEAD_AES_256_GCM": 32 + 12,  # RFC 7714
    "AEAD_AES_128_GCM": 16 + 12,
    "AES_CM_128_HMAC_SHA1_32": 16 + 14,
}
"""Bytes of master key and master salt together."""

OFFERED: tuple[Suite, ...] = ("AES_CM_128_HMAC_SHA1_80", "AEAD_AES_256_GCM", "AEAD_AES_128_GCM")
"""In our order: first what every carrier has. A tag of 32 bits is taken from who asks for it and not proposed."""

_PLAIN = ("RTP/AVP", "RTP/AVPF")
_SAFE = ("RTP/SAVP", "RTP/SAVPF")
PROFILES = frozenset(_PLAIN + _SAFE)

_LEAST_WINDOW = 64  # RFC 4568 §6.3.6


@dataclass(frozen=True, slots=True)
class Key:
    """A master key with its salt, for one suite and one direction."""

    suite: Suite
    material: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class CryptoLine:
    """One ``a=crypto:`` attribute that can be used as it stands."""

    tag: int
    key: Key

    @property
    def value(self) -> str:
        """The value of the attribute."""
        return f"{self.tag} {self.key.suite} inline:{base64.b64encode(self.key.material).decode()}"


@dataclass(frozen=True, slots=True)
class KeyPair:
    """The key that each side sends with; ``tag`` is the number of their line."""

    tag: int
    ours: Key
    theirs: Key


@dataclass(frozen=True, slots=True)
class Unsafe:
    """A section that the policy does not allow; ``reason`` is for the Warning of the refusal."""

    reason: str


def read_crypto(value: str) -> CryptoLine | None:
    """Read the value of an ``a=crypto:`` attribute; None for one that is broken or wants what we do not do."""
    fields = value.split()
    if len(fields) < 3 or not (fields[0].isascii() and fields[0].isdigit() and len(fields[0]) < 10):
        return None
    suite = next((suite for suite in LENGTHS if suite == fields[1].upper()), None)
    if suite is None or not all(_is_harmless(parameter) for parameter in fields[3:]):
        return None
    material = _material(fields[2])
    return CryptoLine(int(fields[0]), Key(suite, material)) if len(material) == LENGTHS[suite] else None


def offered(media: Media, security: Security, keys: tuple[Key, ...], using: Key | None) -> Media:
    """Return a section of our offer with ``keys`` in it, first the one in use.

    ``require`` asks for RTP/SAVP. ``offer`` goes on as agreed and begins with RTP/AVP, so that who knows nothing of SRTP
    answers without it (RFC 8643 §3.1); of two m-lines in its place some take both, or none.
    """
    if security == "never":
        return media
    others = [key for suite in OFFERED for key in keys if key.suite == suite and key != using]
    ours = others if using is None else [using, *others]
    lines = tuple(("crypto", CryptoLine(tag, key).value) for tag, key in enumerate(ours, start=1))
    protocol = "RTP/SAVP" if security == "require" and media.protocol not in _SAFE else media.protocol
    return replace(media, protocol=protocol, attributes=media.attributes + lines)


def accepted(media: Media, pair: KeyPair | None) -> Media:
    """Return a section of our answer with one key, under the tag of theirs (§5.1.2)."""
    lines = () if pair is None else (("crypto", CryptoLine(pair.tag, pair.ours).value),)
    return replace(media, attributes=media.attributes + lines)


def pair_up(media: Media, security: Security, keys: tuple[Key, ...]) -> KeyPair | Unsafe | None:
    """Return what ``media`` of theirs and ``keys`` of ours come to under a policy; None for media in the clear.

    The first of their lines wins whose suite we have a key for: they are in the order of their preference.
    """
    pair = None if security == "never" else _first_pair(media, keys)
    safe = media.protocol.upper() in _SAFE
    if safe and security == "never":
        return Unsafe("SRTP is not used here")
    if pair is None and safe:
        return Unsafe("No usable key for SRTP")
    if pair is None and security == "require":
        return Unsafe("SRTP is required here")
    return pair


def _first_pair(media: Media, keys: tuple[Key, ...]) -> KeyPair | None:
    ours = {key.suite: key for key in keys}
    for name, value in media.attributes:
        line = read_crypto(value or "") if name == "crypto" else None
        if line is not None and line.key.suite in ours:
            return KeyPair(line.tag, ours[line.key.suite], line.key)
    return None


def _material(parameters: str) -> bytes:
    """Return key and salt, nothing if it is not one key without an MKI (§6.1).

    How long a key lives is not looked at: the shortest life that anybody names is longer than a call.
    """
    method, _, rest = parameters.partition(":")
    text, *others = rest.split("|")
    if method.lower() != "inline" or ";" in rest or any(":" in other for other in others):
        return b""
    try:
        return base64.b64decode(text.rstrip("=") + "=" * (-len(text.rstrip("=")) % 4), validate=True)
    except ValueError:
        return b""


def _is_harmless(parameter: str) -> bool:
    """Whether a session parameter can be passed over: a hint (§6.3.6), or marked as one that may be (§6.3.7)."""
    name, _, value = parameter.partition("=")
    if name.upper() == "WSH":
        return value.isascii() and value.isdigit() and len(value) < 6 and int(value) >= _LEAST_WINDOW
    return name.startswith("-")
