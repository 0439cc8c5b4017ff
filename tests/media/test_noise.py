"""Comfort noise: how loud it is."""

import numpy as np
import pytest

from switchroom.media.band import decode
from switchroom.media.frame import Encoding
from switchroom.media.noise import ComfortNoise


def level(noise: ComfortNoise, encoding: Encoding) -> float:
    samples = np.concatenate([decode(encoding, noise.next()) for _ in range(50)]).astype(float)
    return float(20 * np.log10(np.sqrt(np.mean(samples**2)) / 32767))


@pytest.mark.parametrize(
    ("said", "heard"), [(b"\x32", -50), (b"\xb2", -50), (b"\x3c\x80\x70", -60), (b"\x00", -40), (b"", -65)]
)
def test_it_is_as_loud_as_it_says_within_reason(said: bytes, heard: float) -> None:
    noise = ComfortNoise(Encoding.L16_16K)
    noise.begin(said)
    assert level(noise, Encoding.L16_16K) == pytest.approx(heard, abs=1)
