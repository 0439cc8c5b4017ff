"""RTCP: compound packets to and from bytes (RFC 3550 section 6).

Whatever arrives is either a list of what a compound packet says or a reason why it is none; nothing raises. Kinds that
nobody here acts on (APP, feedback, extended reports) are passed over by their length.
"""

import struct
from enum import Enum
from typing import NamedTuple

_VERSION = 2
_SENDER, _RECEIVER, _SOURCE, _BYE = 200, 201, 202, 203
_CNAME = 1
_HEAD = struct.Struct("!BBH")
_SSRC = struct.Struct("!I")
_SENDER_INFO = struct.Struct("!QIII")
_BLOCK = struct.Struct("!IIIIII")
_KINDS = range(192, 224)  # RFC 5761 section 4
_MOST = 31  # blocks in a report, sources in a BYE
_LOST_MOST, _LOST_LEAST = 0x7FFFFF, -0x800000


class RtcpFault(Enum):
    """Why some bytes are no compound packet (RFC 3550 appendix A.2)."""

    SHORT = "short"
    VERSION = "version"
    KIND = "kind"
    LENGTH = "length"
    PADDING = "padding"
    CONTENT = "content"


class Block(NamedTuple):
    """What somebody heard of one source (section 6.4.1).

    ``fraction`` is in 1/256 and of the time since the report before, ``lost`` of the whole time. ``jitter`` is in units of
    the RTP clock, ``last_report`` the middle of an NTP time, ``delay`` in 1/65536 s.
    """

    ssrc: int
    fraction: int
    lost: int
    highest: int
    jitter: int
    last_report: int = 0
    delay: int = 0


class SenderInfo(NamedTuple):
    """What the sender of a report has sent; ``ntp`` and ``timestamp`` are the same moment on two clocks."""

    ntp: int
    timestamp: int
    packets: int
    octets: int


class Report(NamedTuple):
    """A sender report, or a receiver report if there is no ``sender``."""

    ssrc: int
    sender: SenderInfo | None = None
    blocks: tuple[Block, ...] = ()

    def build(self) -> bytes:
        """Return the packet as bytes. Numbers are taken modulo their field, ``lost`` is cut to it."""
        content = _SSRC.pack(self.ssrc & 0xFFFFFFFF)
        if self.sender is not None:
            ntp, *rest = self.sender
            content += _SENDER_INFO.pack(ntp & 0xFFFFFFFFFFFFFFFF, *(number & 0xFFFFFFFF for number in rest))
        content += b"".join(_block_bytes(block) for block in self.blocks[:_MOST])
        kind = _RECEIVER if self.sender is None else _SENDER
        return _packet(kind, len(self.blocks[:_MOST]), content)


class Description(NamedTuple):
    """Who a source is: its canonical name (section 6.5.1), which every compound packet carries."""

    ssrc: int
    name: str

    def build(self) -> bytes:
        """Return the packet as bytes."""
        name = self.name.encode("utf-8", "replace")[:255]
        item = bytes((_CNAME, len(name))) + name + b"\0"
        return _packet(_SOURCE, 1, _SSRC.pack(self.ssrc & 0xFFFFFFFF) + item + b"\0" * (-len(item) % 4))


class Bye(NamedTuple):
    """These sources say no more (section 6.6)."""

    ssrcs: tuple[int, ...]

    def build(self) -> bytes:
        """Return the packet as bytes."""
        ssrcs = self.ssrcs[:_MOST]
        return _packet(_BYE, len(ssrcs), b"".join(_SSRC.pack(ssrc & 0xFFFFFFFF) for ssrc in ssrcs))


Control = Report | Description | Bye


def parse(data: bytes) -> list[Control] | RtcpFault:
    """Return what a compound packet says, in its order; the first CNAME of each description.

    It need not begin with a report: some phones open their NAT with an APP packet alone (and RFC 5506 allows more).
    """
    if len(data) < _HEAD.size:
        return RtcpFault.SHORT
    said: list[Control] = []
    while data:
        content = _content(data)
        if isinstance(content, RtcpFault):
            return content
        read = _read(data[1], data[0] & 0x1F, content)
        if read is None:
            return RtcpFault.CONTENT
        said += read
        data = data[4 + 4 * int.from_bytes(data[2:4], "big") :]
    return said


def _content(data: bytes) -> bytes | RtcpFault:
    """Return what the first packet of ``data`` holds, without its padding."""
    if len(data) < _HEAD.size:
        return RtcpFault.LENGTH
    if data[0] >> 6 != _VERSION:
        return RtcpFault.VERSION
    if data[1] not in _KINDS:
        return RtcpFault.KIND
    end = 4 + 4 * int.from_bytes(data[2:4], "big")
    if end > len(data):
        return RtcpFault.LENGTH
    if data[0] & 0x20:
        padding = data[end - 1]
        if end != len(data) or padding == 0 or padding % 4 or 4 + padding > end:
            return RtcpFault.PADDING
        end -= padding
    return data[4:end]


def _read(kind: int, count: int, content: bytes) -> list[Control] | None:
    match kind:
        case 200 | 201:
            return _read_report(content, count, sends=kind == _SENDER)
        case 202:
            return _read_description(content, count)
        case 203:
            if len(content) < 4 * count:
                return None
            return [Bye(struct.unpack_from(f"!{count}I", content))]
        case _:
            return []


def _read_report(content: bytes, count: int, *, sends: bool) -> list[Control] | None:
    start = _SSRC.size + (_SENDER_INFO.size if sends else 0)
    if len(content) < start + count * _BLOCK.size:
        return None
    sender = SenderInfo._make(_SENDER_INFO.unpack_from(content, 4)) if sends else None
    blocks = tuple(_block(content, start + i * _BLOCK.size) for i in range(count))
    return [Report(int.from_bytes(content[:4], "big"), sender, blocks)]


def _block(content: bytes, at: int) -> Block:
    ssrc, loss, *rest = _BLOCK.unpack_from(content, at)
    lost = loss & 0xFFFFFF
    return Block(ssrc, loss >> 24, lost - 0x1000000 if lost > _LOST_MOST else lost, *rest)


def _block_bytes(block: Block) -> bytes:
    lost = max(_LOST_LEAST, min(block.lost, _LOST_MOST)) & 0xFFFFFF
    loss = (max(0, min(block.fraction, 255)) << 24) | lost
    numbers = (block.highest, block.jitter, block.last_report, block.delay)
    return _BLOCK.pack(block.ssrc & 0xFFFFFFFF, loss, *(number & 0xFFFFFFFF for number in numbers))


def _read_description(content: bytes, count: int) -> list[Control] | None:
    said: list[Control] = []
    at = 0
    for _ in range(count):
        if at + 4 > len(content):
            return None
        (ssrc,) = _SSRC.unpack_from(content, at)
        read = _read_items(content, at + 4)
        if read is None:
            return None
        name, at = read
        if name is not None:
            said.append(Description(ssrc, name))
    return said


def _read_items(content: bytes, at: int) -> tuple[str | None, int] | None:
    """Return the name in the items of one source, and where the next source begins."""
    name: str | None = None
    while at < len(content) and content[at] != 0:
        if at + 2 > len(content) or (end := at + 2 + content[at + 1]) > len(content):
            return None
        if content[at] == _CNAME and name is None:
            name = content[at + 2 : end].decode("utf-8", "replace")
        at = end
    return name, at // 4 * 4 + 4  # at least one null octet ends the list, more fill the word


def _packet(kind: int, count: int, content: bytes) -> bytes:
    return _HEAD.pack(_VERSION << 6 | count, kind, len(content) // 4) + content
