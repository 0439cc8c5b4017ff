"""WAV files, good and bad."""

import io
import struct
import wave

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from switchroom.errors import Invalid
from switchroom.media import g711
from switchroom.media.frame import Samples
from switchroom.media.wav import HEADER_SIZE, Channel, header, parse, read

RAMP: Samples = np.arange(-800, 800, dtype=np.int16)


def chunk(name: bytes, data: bytes) -> bytes:
    return name + struct.pack("<I", len(data)) + data + b"\0" * (len(data) % 2)


def file(*chunks: bytes) -> bytes:
    return b"RIFF" + struct.pack("<I", 4 + sum(map(len, chunks))) + b"WAVE" + b"".join(chunks)


def format_chunk(coding: int = 1, channels: int = 1, rate: int = 16_000, bits: int = 16) -> bytes:
    width = channels * bits // 8
    return chunk(b"fmt ", struct.pack("<HHIIHH", coding, channels, rate, rate * width, width, bits))


def test_the_standard_library_reads_what_we_write() -> None:
    data = header(8000, 2, 8) + bytes(8)
    assert len(data) == HEADER_SIZE + 8
    with wave.open(io.BytesIO(data)) as opened:
        assert opened.getparams()[:4] == (2, 2, 8000, 2)


def test_a_file_beyond_four_gigabytes_still_has_a_header() -> None:
    assert header(8000, 2, 5 << 30)[40:] == b"\xff\xff\xff\xff"


def test_a_clip_at_our_rate_comes_back_untouched() -> None:
    assert read(file(format_chunk(), chunk(b"data", RAMP.tobytes()))).tolist() == RAMP.tolist()


def test_other_rates_are_converted() -> None:
    assert len(read(file(format_chunk(rate=8000), chunk(b"data", RAMP.tobytes())))) == 3200


def test_stereo_is_averaged() -> None:
    both = np.stack([RAMP, -RAMP], axis=1)
    assert not read(file(format_chunk(channels=2), chunk(b"data", both.tobytes()))).any()


@pytest.mark.parametrize("coding", [6, 7])
def test_telephone_codings_are_understood(coding: int) -> None:
    codes = g711.encode_alaw(RAMP) if coding == 6 else g711.encode_ulaw(RAMP)
    decoded = g711.decode_alaw(codes) if coding == 6 else g711.decode_ulaw(codes)
    data = file(format_chunk(coding, bits=8), chunk(b"data", codes.tobytes()))
    assert read(data).tolist() == decoded.tolist()


def test_extensible_headers_and_unknown_chunks_are_understood() -> None:
    guid = (
        struct.pack("<HHIIHH", 0xFFFE, 1, 16_000, 32_000, 2, 16)
        + struct.pack("<HHI", 22, 16, 4)
        + b"\x01\x00"
        + bytes(14)
    )
    data = file(chunk(b"LIST", b"odd"), chunk(b"fmt ", guid), chunk(b"data", RAMP.tobytes()))
    assert read(data).tolist() == RAMP.tolist()


def test_a_file_whose_writer_died_is_read_up_to_its_end() -> None:
    whole = header(16_000, 1, 1 << 20) + RAMP.tobytes()
    assert len(read(whole)) == 1600
    assert len(read(header(16_000, 1, 0) + RAMP.tobytes())) == 1600
    assert len(read(whole[:-1])) == 1599


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"", "not a WAV file"),
        (b"ID3" + bytes(50), "not a WAV file"),
        (file(), "no data"),
        (file(chunk(b"data", b"xx")), "before its format"),
        (file(chunk(b"fmt ", b"short"), chunk(b"data", b"xx")), "cut off"),
        (file(format_chunk(channels=0), chunk(b"data", b"xx")), "0 channels"),
        (file(format_chunk(bits=24), chunk(b"data", bytes(6))), "24-bit"),
        (file(format_chunk(coding=85), chunk(b"data", bytes(6))), "of kind 85"),
        (file(format_chunk(rate=7), chunk(b"data", bytes(6))), "7 samples per second"),
    ],
)
def test_what_cannot_be_used_says_why(data: bytes, message: str) -> None:
    with pytest.raises(Invalid, match=message):
        read(data)


@given(st.binary(max_size=120))
def test_fuzz_any_bytes_are_read_or_refused(tail: bytes) -> None:
    for data in (tail, b"RIFF\0\0\0\0WAVE" + tail, b"RIFF\0\0\0\0WAVE" + format_chunk() + tail):
        try:
            parse(data)
        except Invalid:
            continue


@pytest.mark.parametrize(("channel", "level"), [("left", 1000), ("right", 3000), ("both", 2000)])
def test_one_side_of_a_recording_is_read_alone(channel: Channel, level: int) -> None:
    stereo = np.tile(np.array([1000, 3000], "<i2"), 1600).tobytes()
    assert set(read(header(16_000, 2, len(stereo)) + stereo, channel).tolist()) == {level}
