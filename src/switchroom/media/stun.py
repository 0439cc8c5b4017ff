"""STUN messages (RFC 8489), as far as checks of connectivity go: parsed from any bytes, built with integrity and fingerprint.

What MESSAGE-INTEGRITY covers depends on where it stands, so a parsed message keeps that part of its bytes and says later
whether a password signed it. What stands behind it, but for FINGERPRINT, is as if it were not there (§14.5).
"""

import hashlib
import hmac
import ipaddress
import struct
import zlib
from collections.abc import Iterable
from dataclasses import dataclass, field
from enum import StrEnum

REQUEST, INDICATION, SUCCESS, ERROR = 0x0001, 0x0011, 0x0101, 0x0111
"""Types of binding messages."""

USERNAME, INTEGRITY, ERROR_CODE, UNKNOWN, XOR_MAPPED_ADDRESS = 0x0006, 0x0008, 0x0009, 0x000A, 0x0020
PRIORITY, USE_CANDIDATE, CONTROLLED, CONTROLLING, FINGERPRINT = 0x0024, 0x0025, 0x8029, 0x802A, 0x8028

FIRST_BYTES = range(4)
"""What a STUN message begins with where it shares a port (RFC 7983 §7)."""

_COOKIE = 0x2112A442
_COOKIE_BYTES = struct.pack("!I", _COOKIE)
_ASKS, _KEEPS_OPEN = struct.pack("!H", REQUEST), struct.pack("!H", INDICATION)
_HEADER = struct.Struct("!HHI12s")
_ATTRIBUTE = struct.Struct("!HH")
_MASK = 0x5354554E
_LONGEST = 600  # a check of a browser has about 100, with the longest name that RFC 8839 allows 400
_ATTRIBUTES = 24  # a browser says eight
_SIGNED = 24  # bytes of MESSAGE-INTEGRITY as a whole
_MARKED = 8  # bytes of FINGERPRINT as a whole

Attribute = tuple[int, bytes]


class StunFault(StrEnum):
    """Why bytes are no STUN message."""

    HEADER = "header"
    LENGTH = "length"
    ATTRIBUTE = "attribute"
    FINGERPRINT = "fingerprint"


@dataclass(frozen=True, slots=True)
class StunMessage:
    """A message; ``attributes`` in order, without integrity and fingerprint."""

    kind: int
    transaction: bytes
    attributes: tuple[Attribute, ...] = ()
    covered: bytes = field(default=b"", repr=False)
    digest: bytes = field(default=b"", repr=False)

    def first(self, kind: int) -> bytes | None:
        """Return the value of the first attribute of that type, None if there is none (§14)."""
        return next((value for found, value in self.attributes if found == kind), None)

    def is_signed_by(self, password: str) -> bool:
        """Whether it carries the integrity that this password gives (short-term credentials, §9.1)."""
        return bool(self.digest) and hmac.compare_digest(self.digest, _digest(self.covered, password))


def is_indication(data: bytes) -> bool:
    """Whether it begins like an indication, which wants nothing."""
    return data[:2] == _KEEPS_OPEN


def is_request_to(user: bytes, data: bytes) -> bool:
    """Whether it may be a request with that USERNAME: a test that costs next to nothing, before anything is parsed."""
    return _HEADER.size <= len(data) <= _LONGEST and data[:2] == _ASKS and data[4:8] == _COOKIE_BYTES and user in data


def parse_stun(data: bytes) -> StunMessage | StunFault:
    """Parse a datagram."""
    if not _HEADER.size <= len(data) <= _LONGEST:
        return StunFault.HEADER
    kind, length, cookie, transaction = _HEADER.unpack_from(data)
    if kind > 0x3FFF or cookie != _COOKIE:
        return StunFault.HEADER
    if length % 4 or length != len(data) - _HEADER.size:
        return StunFault.LENGTH
    reader = _Reader(data)
    while reader.at < len(data):
        if (fault := reader.step()) is not None:
            return fault
    return StunMessage(kind, transaction, tuple(reader.found), reader.covered, reader.digest)


class _Reader:
    """Goes from attribute to attribute."""

    def __init__(self, data: bytes) -> None:
        self.found: list[Attribute] = []
        self.covered = self.digest = b""
        self.at = _HEADER.size
        self._left = _ATTRIBUTES
        self._data = data

    def step(self) -> StunFault | None:
        """Take the next attribute; return what is wrong with it. There are four bytes at least, all is padded to that."""
        at, data = self.at, self._data
        self._left -= 1
        if self._left < 0:
            return StunFault.ATTRIBUTE
        name, size = _ATTRIBUTE.unpack_from(data, at)
        value = data[at + 4 : at + 4 + size]
        self.at += 4 + size + -size % 4
        if len(value) < size:
            return StunFault.ATTRIBUTE
        if name == FINGERPRINT:
            right = at + _MARKED == len(data) and value == _fingerprint(data[:at])
            return None if right else StunFault.FINGERPRINT
        if self.digest:
            return None
        if name != INTEGRITY:
            self.found.append((name, value))
        elif size == _SIGNED - 4:
            self.covered, self.digest = _with_length(data[:at], at + _SIGNED), value
        else:
            return StunFault.ATTRIBUTE
        return None


def build_stun(kind: int, transaction: bytes, attributes: Iterable[Attribute], password: str | None = None) -> bytes:
    """Return a message with its fingerprint, signed if there is a password."""
    body = b"".join(_attribute(name, value) for name, value in attributes)
    message = _HEADER.pack(kind, len(body), _COOKIE, transaction) + body
    if password is not None:
        message = _with_length(message, len(message) + _SIGNED)
        message += _attribute(INTEGRITY, _digest(message, password))
    message = _with_length(message, len(message) + _MARKED)
    return message + _attribute(FINGERPRINT, _fingerprint(message))


def mapped(address: tuple[str, int], transaction: bytes) -> Attribute:
    """Return XOR-MAPPED-ADDRESS: where a request came from (§14.2)."""
    host = ipaddress.ip_address(address[0])
    mask = struct.pack("!I", _COOKIE) + transaction
    masked = bytes(one ^ other for one, other in zip(host.packed, mask, strict=False))
    family = 1 if host.version == 4 else 2
    return XOR_MAPPED_ADDRESS, struct.pack("!HH", family, address[1] ^ _COOKIE >> 16) + masked


def error(status: int, reason: str) -> Attribute:
    """Return ERROR-CODE (§14.8)."""
    return ERROR_CODE, struct.pack("!HBB", 0, status // 100, status % 100) + reason.encode()


def _attribute(name: int, value: bytes) -> bytes:
    return _ATTRIBUTE.pack(name, len(value)) + value + bytes(-len(value) % 4)


def _with_length(message: bytes, end: int) -> bytes:
    return message[:2] + struct.pack("!H", end - _HEADER.size) + message[4:]


def _digest(message: bytes, password: str) -> bytes:
    return hmac.new(password.encode(), message, hashlib.sha1).digest()


def _fingerprint(message: bytes) -> bytes:
    return struct.pack("!I", zlib.crc32(message) ^ _MASK)
