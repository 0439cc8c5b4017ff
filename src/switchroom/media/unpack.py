"""Packets as they come, made into packets of the plane's own encoding, on its clock.

    G.711    as it is, or in the other law
    G.722    decoded; a gap leaves the decoder where it was, which it gets over within a few ms
    Opus     decoded in the order of the numbers; the packet after a gap also carries the one before it (in-band FEC), and
             what else is missing is concealed by the decoder, so that its state goes on with the voice

A packet that the decoder has no more use for, as it was restored already, comes out empty: it still counts as received.
"""

from collections.abc import Callable
from typing import NamedTuple

from G722 import G722

from switchroom.media.codec import Codec
from switchroom.media.convert import converter
from switchroom.media.frame import RATE, Encoding
from switchroom.media.opus import OpusDecoder, OpusError, samples_in
from switchroom.media.rtp import RtpPacket, Unwrapper

_RESTORED = 3  # packets before this one; a longer gap is left to the plane, which lets the voice fade


class Unpacked(NamedTuple):
    """What became of a packet; ``restored`` are those before it that were lost."""

    packet: RtpPacket
    restored: tuple[RtpPacket, ...] = ()


Unpack = Callable[[RtpPacket], Unpacked]


def unpacker(codec: Codec, encoding: Encoding) -> Unpack | None:
    """Return what unpacks one stream's packets of ``codec``, in their order of arrival; None if they are right as they are.

    Raises Unavailable for Opus without its library.
    """
    if codec.encoding is encoding and codec.clock == encoding.rate:
        return None
    return _Clocked(_decoder(codec, encoding.rate), codec, encoding).take


def _decoder(codec: Codec, clock: int) -> Unpack:
    match codec:
        case Codec.PCMU | Codec.PCMA:
            return Unpacked
        case Codec.G722:
            return _G722().take
        case Codec.OPUS:
            return _Opus(clock).take


class _Clocked:
    """Puts what a decoder gives on the plane's clock and into its encoding."""

    def __init__(self, decode: Unpack, codec: Codec, encoding: Encoding) -> None:
        self._decode = decode
        self._rates = encoding.rate, codec.clock
        self._clock = Unwrapper(32)
        self._convert = converter(codec.encoding, encoding)

    def take(self, packet: RtpPacket) -> Unpacked:
        wanted, clock = self._rates
        timestamp = packet.timestamp
        if wanted != clock:
            timestamp = self._clock.unwrap(timestamp) * wanted // clock & 0xFFFFFFFF
        unpacked = self._decode(packet._replace(timestamp=timestamp))
        if self._convert is None:
            return unpacked
        restored = tuple(lost._replace(payload=self._convert(lost.payload)) for lost in unpacked.restored)
        return Unpacked(unpacked.packet._replace(payload=self._convert(unpacked.packet.payload)), restored)


class _G722:
    def __init__(self) -> None:
        self._decoder = G722(RATE, 64_000)

    def take(self, packet: RtpPacket) -> Unpacked:
        return Unpacked(packet._replace(payload=self._decoder.decode(packet.payload).tobytes()))


class _Opus:
    def __init__(self, clock: int) -> None:
        self._clock = clock
        self._decoder = OpusDecoder()
        self._next: tuple[int, int] | None = None  # SSRC and number

    def take(self, packet: RtpPacket) -> Unpacked:
        ssrc, due = self._next or (packet.ssrc, packet.sequence)
        if ssrc != packet.ssrc:
            self._decoder, due = OpusDecoder(), packet.sequence
        ahead = (packet.sequence - due) & 0xFFFF
        if ahead >= 0x8000:
            return Unpacked(packet._replace(payload=b""))
        try:
            restored = self._restored(packet, ahead)
            samples = self._decoder.decode(packet.payload)
        except OpusError:
            return Unpacked(packet._replace(payload=b""))
        self._next = packet.ssrc, (packet.sequence + 1) & 0xFFFF
        return Unpacked(packet._replace(payload=samples), restored)

    def _restored(self, packet: RtpPacket, lost: int) -> tuple[RtpPacket, ...]:
        length = samples_in(packet.payload)  # they were most likely of the same length
        if lost > _RESTORED:
            return ()
        made = [self._decoder.conceal(length) for _ in range(lost - 1)]
        made += [self._decoder.restore(packet.payload, length)] if lost else []
        return tuple(
            packet._replace(
                sequence=(packet.sequence - before) & 0xFFFF,
                timestamp=(packet.timestamp - before * length * self._clock // RATE) & 0xFFFFFFFF,
                payload=samples,
            )
            for before, samples in zip(range(lost, 0, -1), made, strict=True)
        )
