"""G.711 against the published reference algorithm, on every input."""

import importlib
import warnings

import numpy as np
import pytest

from switchroom.media import g711

EVERY_SAMPLE = np.arange(-32768, 32768).astype(np.int16)
EVERY_CODE = np.arange(256).astype(np.uint8)


def _segment(value: int, ends: list[int]) -> int:
    return next((i for i, end in enumerate(ends) if value <= end), len(ends))


def reference_ulaw(sample: int) -> int:
    """The reference encoder, one sample at a time: 14 bits, a bias of 33, eight segments of 16 steps."""
    value = sample >> 2
    mask = 0xFF
    if value < 0:
        value, mask = -value, 0x7F
    value = min(value, 8159) + 33
    segment = _segment(value, [0x3F, 0x7F, 0xFF, 0x1FF, 0x3FF, 0x7FF, 0xFFF, 0x1FFF])
    return 0x7F ^ mask if segment >= 8 else ((segment << 4) | ((value >> (segment + 1)) & 0xF)) ^ mask


def reference_alaw(sample: int) -> int:
    value = sample >> 3
    mask = 0xD5
    if value < 0:
        value, mask = -value - 1, 0x55
    segment = _segment(value, [0x1F, 0x3F, 0x7F, 0xFF, 0x1FF, 0x3FF, 0x7FF, 0xFFF])
    if segment >= 8:
        return 0x7F ^ mask
    return ((segment << 4) | ((value >> (1 if segment < 2 else segment)) & 0xF)) ^ mask


def reference_from_ulaw(code: int) -> int:
    code = ~code & 0xFF
    value = (((code & 0xF) << 3) + 0x84) << ((code & 0x70) >> 4)
    return 0x84 - value if code & 0x80 else value - 0x84


def reference_from_alaw(code: int) -> int:
    code ^= 0x55
    value, segment = (code & 0xF) << 4, (code & 0x70) >> 4
    value = value + 8 if segment == 0 else (value + 0x108) << (segment - 1)
    return value if code & 0x80 else -value


def test_every_sample_becomes_the_code_the_law_says() -> None:
    assert g711.encode_ulaw(EVERY_SAMPLE).tolist() == [reference_ulaw(s) for s in EVERY_SAMPLE.tolist()]
    assert g711.encode_alaw(EVERY_SAMPLE).tolist() == [reference_alaw(s) for s in EVERY_SAMPLE.tolist()]


def test_every_code_becomes_the_sample_the_law_says() -> None:
    assert g711.decode_ulaw(EVERY_CODE).tolist() == [reference_from_ulaw(c) for c in range(256)]
    assert g711.decode_alaw(EVERY_CODE).tolist() == [reference_from_alaw(c) for c in range(256)]


def test_silence_is_the_idle_code() -> None:
    silence = np.zeros(3, np.int16)
    assert g711.encode_ulaw(silence).tobytes() == b"\xff\xff\xff"
    assert g711.encode_alaw(silence).tobytes() == b"\xd5\xd5\xd5"


def test_batches_keep_their_shape() -> None:
    batch = EVERY_SAMPLE.reshape(256, 256)
    assert g711.encode_ulaw(batch).shape == g711.decode_alaw(g711.encode_alaw(batch)).shape == (256, 256)


def test_rows_taken_out_of_a_matrix_are_encoded_like_any_other() -> None:
    batch = EVERY_SAMPLE.reshape(256, 256)
    assert g711.encode_ulaw(batch[:, ::2]).tolist() == g711.encode_ulaw(batch)[:, ::2].tolist()


def test_the_standard_library_agrees_where_it_still_has_the_laws() -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        try:
            audioop = importlib.import_module("audioop")
        except ImportError:
            pytest.skip("audioop left the standard library in Python 3.13")
    data = EVERY_SAMPLE.astype("=i2").tobytes()
    assert g711.encode_ulaw(EVERY_SAMPLE).tobytes() == audioop.lin2ulaw(data, 2)
    assert g711.encode_alaw(EVERY_SAMPLE).tobytes() == audioop.lin2alaw(data, 2)
    assert g711.decode_ulaw(EVERY_CODE).tobytes() == audioop.ulaw2lin(bytes(range(256)), 2)
    assert g711.decode_alaw(EVERY_CODE).tobytes() == audioop.alaw2lin(bytes(range(256)), 2)
