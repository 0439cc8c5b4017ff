"""Who hears whom."""

import numpy as np

from switchroom.media.frame import FRAME, Samples
from switchroom.media.matrix import GainMatrix


def constant(*values: int) -> Samples:
    """One row per speaker, each saying one value."""
    return np.repeat(np.array(values, np.int16)[:, None], FRAME, axis=1)


def settled(gains: GainMatrix, sources: Samples, listeners: int) -> list[int]:
    """What each listener hears once all gains have arrived."""
    out = np.zeros((listeners, FRAME), np.int16)
    gains.mix(sources, out)
    gains.mix(sources, out)
    assert (out == out[:, :1]).all()
    return [int(value) for value in out[:, 0]]


def test_nobody_hears_anybody_at_first() -> None:
    assert settled(GainMatrix(), constant(1000, 2000), 2) == [0, 0]


def test_a_listener_hears_the_sum_of_its_speakers() -> None:
    gains = GainMatrix()
    gains.set(0, 1, 1.0)
    gains.set(0, 2, 0.5)
    gains.set(2, 0, 1.0)
    assert settled(gains, constant(100, 1000, 2000), 3) == [2000, 0, 100]


def test_too_much_saturates() -> None:
    gains = GainMatrix()
    for speaker in range(3):
        gains.set(0, speaker, 1.0)
    assert settled(gains, constant(30_000, 30_000, -1), 1) == [32767]
    assert settled(gains, constant(-30_000, -30_000, 1), 1) == [-32768]


def test_a_changed_gain_slides_within_one_frame() -> None:
    gains = GainMatrix()
    gains.set(0, 0, 1.0)
    out = np.zeros((1, FRAME), np.int16)
    gains.mix(constant(10_000), out)
    assert out[0, 0] < 50
    assert out[0, -1] == 10_000
    assert np.abs(np.diff(out[0].astype(int))).max() < 50
    gains.set(0, 0, 0.0)
    gains.mix(constant(10_000), out)
    assert out[0, 0] > 9_900
    assert out[0, -1] == 0
    assert settled(gains, constant(10_000), 1) == [0]


def test_a_gain_changed_twice_before_the_mix_slides_from_what_was_heard() -> None:
    gains = GainMatrix()
    gains.set(0, 0, 1.0)
    settled(gains, constant(10_000), 1)
    gains.set(0, 0, 0.2)
    gains.set(0, 0, 1.0)
    out = np.zeros((1, FRAME), np.int16)
    gains.mix(constant(10_000), out)
    assert (out == 10_000).all()


def test_many_mixed_edges_equal_the_dense_product() -> None:
    random = np.random.default_rng(5)
    dense = np.where(random.random((12, 20)) < 0.3, random.random((12, 20)), 0).astype(np.float32)
    gains = GainMatrix()
    for listener, speaker in zip(*np.nonzero(dense), strict=True):
        gains.set(int(listener), int(speaker), float(dense[listener, speaker]))
    sources = random.integers(-3000, 3000, (20, FRAME)).astype(np.int16)
    out = np.zeros((12, FRAME), np.int16)
    gains.mix(sources, out)
    gains.mix(sources, out)
    assert np.abs(out - dense @ sources.astype(np.float32)).max() <= 1


def test_ends_beyond_the_arrays_are_left_out_until_they_exist() -> None:
    gains = GainMatrix()
    gains.set(5, 0, 1.0)
    gains.set(0, 9, 1.0)
    assert settled(gains, constant(100, 200), 2) == [0, 0]
    assert settled(gains, constant(*range(10)), 6) == [9, 0, 0, 0, 0, 0]


def test_what_is_forgotten_is_heard_by_nobody_at_once() -> None:
    gains = GainMatrix()
    gains.set(0, 2, 1.0)
    gains.set(1, 2, 0.5)
    gains.set(1, 0, 1.0)
    settled(gains, constant(10, 20, 30), 2)
    gains.forget({0}, {2})
    out = np.zeros((2, FRAME), np.int16)
    gains.mix(constant(10, 20, 30), out)
    assert out[:, 0].tolist() == [0, 10]


def test_a_cut_listener_hears_nobody() -> None:
    gains = GainMatrix()
    gains.set(0, 0, 1.0)
    gains.set(0, 1, 0.5)
    gains.set(1, 1, 1.0)
    gains.cut(0)
    assert (gains.get(0, 0), gains.get(0, 1), gains.get(1, 1)) == (0.0, 0.0, 1.0)
    assert settled(gains, constant(10, 20), 2) == [0, 20]
