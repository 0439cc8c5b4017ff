"""G.722 and Opus: packets to the plane's samples and back, and streams that change from one encoding to another."""

import shutil
import subprocess
from collections.abc import Iterable
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from switchroom.errors import Invalid
from switchroom.media import opus
from switchroom.media.band import decode, encode
from switchroom.media.codec import Codec
from switchroom.media.convert import converter
from switchroom.media.frame import FRAME, RATE, Encoding, Samples
from switchroom.media.jitter import JitterBuffer
from switchroom.media.pack import Pack, packer
from switchroom.media.rtp import RtpPacket
from switchroom.media.unpack import Unpack, Unpacked, unpacker
from tests.media.speech import LINES, needs_flite, say

WIDE = (Codec.G722, Codec.OPUS)
needs_opus = pytest.mark.skipif(opus.library() is None, reason="libopus is not installed")
needs_ffmpeg = pytest.mark.skipif(shutil.which("ffmpeg") is None, reason="ffmpeg is not installed")


def tone(hertz: float, seconds: float = 1.0, rate: int = RATE) -> Samples:
    return np.asarray(9000 * np.sin(2 * np.pi * hertz * np.arange(int(seconds * rate)) / rate), np.int16)


def hardship() -> Samples:
    """Noise, squares and full scale, made of whole numbers only."""
    numbers = np.zeros(3 * RATE, np.int64)
    state = 12345
    for i in range(len(numbers)):
        state = (1103515245 * state + 12345) % (1 << 31)
        numbers[i] = state >> 15
    numbers -= 1 << 15
    numbers[RATE : 2 * RATE] = np.where(np.arange(RATE) // 9 % 2, 32767, -32768)
    numbers[2 * RATE :] //= 64
    return numbers.astype(np.int16)


def frames(samples: Samples, encoding: Encoding = Encoding.L16_16K) -> list[bytes]:
    length = encoding.rate // 50
    return [encode(encoding, frame) for frame in samples[: len(samples) // length * length].reshape(-1, length)]


def sent(pack: Pack | None, payloads: Iterable[bytes], codec: Codec, start: int = 0) -> list[RtpPacket]:
    step = codec.clock // 50
    return [
        RtpPacket(96, i & 0xFFFF, (start + i * step) & 0xFFFFFFFF, 7, pack(payload) if pack else payload)
        for i, payload in enumerate(payloads)
    ]


def unpacked(unpack: Unpack | None, packets: Iterable[RtpPacket]) -> bytes:
    assert unpack is not None
    return b"".join(unpack(packet).packet.payload for packet in packets)


def needed(unpack: Unpack | None) -> Unpack:
    assert unpack is not None
    return unpack


def pitch(samples: Samples, rate: int = RATE) -> float:
    spectrum = np.abs(np.fft.rfft(samples * np.hanning(len(samples))))
    return float(np.argmax(spectrum) * rate / len(samples))


def ffmpeg(arguments: str, data: bytes) -> bytes:
    return subprocess.run(
        ["ffmpeg", "-v", "error", *arguments.split()], input=data, capture_output=True, check=True
    ).stdout


@pytest.mark.parametrize("codec", [pytest.param(Codec.G722), pytest.param(Codec.OPUS, marks=needs_opus)])
@pytest.mark.parametrize("hertz", [440, 3000, 6000])
def test_wideband_codecs_carry_what_the_telephone_band_does_not(codec: Codec, hertz: int) -> None:
    packets = sent(packer(Encoding.L16_16K, codec), frames(tone(hertz)), codec)
    samples = decode(Encoding.L16_16K, unpacked(unpacker(codec, Encoding.L16_16K), packets))
    assert len(samples) == RATE
    assert pitch(samples[RATE // 4 :]) == pytest.approx(hertz, abs=3)
    assert np.abs(samples[RATE // 4 :]).max() == pytest.approx(9000, rel=0.25)


@needs_ffmpeg
def test_g722_is_bit_for_bit_that_of_another_implementation() -> None:
    samples = hardship().astype("<i2").tobytes()
    coded = ffmpeg("-f s16le -ar 16000 -ac 1 -i - -c:a g722 -f g722 -", samples)
    ours = b"".join(
        packet.payload for packet in sent(packer(Encoding.L16_16K, Codec.G722), frames(hardship()), Codec.G722)
    )
    assert ours == coded
    packets = [RtpPacket(9, i, 160 * i, 7, coded[160 * i : 160 * i + 160]) for i in range(len(coded) // 160)]
    decoded = ffmpeg("-f g722 -i - -f s16le -ar 16000 -", coded)
    assert unpacked(unpacker(Codec.G722, Encoding.L16_16K), packets) == decoded


@pytest.mark.parametrize("codec", [pytest.param(Codec.G722), pytest.param(Codec.OPUS, marks=needs_opus)])
@pytest.mark.parametrize("start", [0, 0xFFFFFFFF - 5000])
def test_time_runs_on_the_planes_clock_whatever_the_wires(codec: Codec, start: int) -> None:
    packets = sent(packer(Encoding.L16_16K, codec), frames(tone(440, 0.4)), codec, start)
    unpack = needed(unpacker(codec, Encoding.L16_16K))
    stamps = [unpack(packet).packet.timestamp for packet in packets]
    assert {(later - earlier) & 0xFFFFFFFF for earlier, later in pairwise(stamps)} == {FRAME}


def test_g711_in_its_own_encoding_is_left_as_it_is() -> None:
    assert unpacker(Codec.PCMU, Encoding.PCMU) is None
    assert packer(Encoding.PCMA, Codec.PCMA) is None


@pytest.mark.parametrize("encoding", [Encoding.PCMU, Encoding.PCMA, Encoding.L16_16K])
@pytest.mark.parametrize("codec", [Codec.PCMU, Codec.PCMA, Codec.G722, pytest.param(Codec.OPUS, marks=needs_opus)])
def test_any_codec_serves_any_encoding_of_the_plane(codec: Codec, encoding: Encoding) -> None:
    if unpacker(codec, encoding) is None:
        return
    spoken = frames(tone(1000, rate=encoding.rate), encoding)
    packets = sent(packer(encoding, codec), spoken, codec)
    heard = unpacked(unpacker(codec, encoding), packets)
    assert len(heard) == 50 * encoding.payload_size
    assert pitch(decode(encoding, heard)[encoding.rate // 4 :], encoding.rate) == pytest.approx(1000, abs=3)


@pytest.mark.parametrize("payload", [b"", b"\x01", bytes(159)])
def test_a_converter_takes_any_number_of_bytes(payload: bytes) -> None:
    convert = converter(Encoding.L16_16K, Encoding.PCMU)
    assert convert is not None
    assert convert(payload) == b""


@needs_opus
@needs_flite
def test_a_lost_opus_packet_is_restored_from_the_one_after_it() -> None:
    packets = sent(packer(Encoding.L16_16K, Codec.OPUS), frames(say(LINES[0])), Codec.OPUS)
    whole = decode(Encoding.L16_16K, unpacked(unpacker(Codec.OPUS, Encoding.L16_16K), packets)).reshape(-1, FRAME)
    errors = []
    for gone in [place for place in range(20, len(packets) - 1, 7) if np.abs(whole[place]).max() > 1000]:
        unpack = needed(unpacker(Codec.OPUS, Encoding.L16_16K))
        for packet in packets[:gone]:
            unpack(packet)
        (lost,) = unpack(packets[gone + 1]).restored
        assert (lost.sequence, lost.timestamp) == (gone, gone * FRAME)
        difference = decode(Encoding.L16_16K, lost.payload).astype(float) - whole[gone]
        errors.append(np.mean(difference**2) / np.mean(whole[gone].astype(float) ** 2))
    assert np.median(errors) < 0.1  # concealing from what was before comes to 0.2


@needs_opus
def test_an_opus_packet_that_was_restored_already_is_of_no_more_use() -> None:
    packets = sent(packer(Encoding.L16_16K, Codec.OPUS), frames(tone(300)), Codec.OPUS)
    unpack = needed(unpacker(Codec.OPUS, Encoding.L16_16K))
    for packet in (*packets[:5], packets[6]):
        unpack(packet)
    assert unpack(packets[5]) == Unpacked(packets[5]._replace(timestamp=5 * FRAME, payload=b""))
    assert len(unpack(packets[7]).packet.payload) == 2 * FRAME


@needs_opus
def test_what_is_missing_further_back_is_concealed_and_a_long_gap_is_left_alone() -> None:
    packets = sent(packer(Encoding.L16_16K, Codec.OPUS), frames(tone(300)), Codec.OPUS)
    unpack = needed(unpacker(Codec.OPUS, Encoding.L16_16K))
    unpack(packets[0])
    assert [lost.sequence for lost in unpack(packets[4]).restored] == [1, 2, 3]
    assert unpack(packets[20]).restored == ()


@needs_opus
def test_another_source_begins_anew() -> None:
    packets = sent(packer(Encoding.L16_16K, Codec.OPUS), frames(tone(300)), Codec.OPUS)
    unpack = needed(unpacker(Codec.OPUS, Encoding.L16_16K))
    unpack(packets[9])
    found = unpack(packets[2]._replace(ssrc=8))
    assert len(found.packet.payload) == 2 * FRAME
    assert found.restored == ()


@needs_opus
def test_a_restored_packet_is_heard_and_still_counts_as_lost() -> None:
    packets = sent(packer(Encoding.L16_16K, Codec.OPUS), frames(tone(300, 2.0)), Codec.OPUS)
    unpack, buffer = needed(unpacker(Codec.OPUS, Encoding.L16_16K)), JitterBuffer(Encoding.L16_16K)
    heard = []
    for i, packet in enumerate(packets):
        if i % 10 != 5:
            found = unpack(packet)
            for lost in found.restored:
                buffer.restore(lost)
            buffer.push(found.packet, i * 0.02)
        heard.append(buffer.pop(i * 0.02 + 0.01))
    assert buffer.counters.lost == 10
    concealed = heard[20:].count(None)
    assert concealed <= 2, "a second packet of reserve, and every gap is filled from the packet after it"


@needs_opus
@given(st.lists(st.tuples(st.binary(max_size=300), st.integers(0, 0xFFFF), st.integers(0, 3)), max_size=20))
def test_fuzz_any_bytes_as_opus_are_audio_or_nothing(packets: list[tuple[bytes, int, int]]) -> None:
    unpack = needed(unpacker(Codec.OPUS, Encoding.L16_16K))
    for payload, sequence, ssrc in packets:
        found = unpack(RtpPacket(96, sequence, 960 * sequence, ssrc, payload))
        assert len(found.packet.payload) % 2 == 0


@given(st.binary(max_size=700))
def test_fuzz_any_bytes_as_g722_are_audio(payload: bytes) -> None:
    unpack = needed(unpacker(Codec.G722, Encoding.L16_16K))
    assert len(unpack(RtpPacket(9, 0, 0, 7, payload)).packet.payload) == 4 * len(payload)


@needs_opus
@pytest.mark.parametrize("milliseconds", [10, 40, 60])
def test_opus_packets_of_other_lengths_fill_the_same_time(milliseconds: int) -> None:
    length = RATE * milliseconds // 1000
    coder, buffer = opus.OpusEncoder(), JitterBuffer(Encoding.L16_16K)
    unpack = needed(unpacker(Codec.OPUS, Encoding.L16_16K))
    heard = 0
    for i, piece in enumerate(tone(440, 1.2).reshape(-1, length)):
        packet = RtpPacket(96, i, 3 * length * i, 7, coder.encode(piece.astype("<i2").tobytes()))
        now = i * milliseconds / 1000
        buffer.push(unpack(packet).packet, now)
        ticks = (i + 1) * milliseconds // 20 - i * milliseconds // 20
        heard += sum(buffer.pop(now) is not None for _ in range(ticks))
    assert heard >= 53


@needs_opus
def test_samples_that_no_packet_can_hold_are_refused() -> None:
    with pytest.raises(Invalid, match="cannot be one Opus packet"):
        opus.OpusEncoder().encode(bytes(10))
