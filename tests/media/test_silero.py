"""The network written out in numpy against the published one, on speech."""

from collections.abc import Callable

import numpy as np
import pytest

from switchroom.media.silero import SileroNetwork
from switchroom.media.silero_onnx import SileroOnnxNetwork
from switchroom.media.voice_network import WINDOW, VoiceNetwork, Windows
from tests.media.speech import LINES, needs_flite, padded, say

NETWORKS = (SileroNetwork, SileroOnnxNetwork)


def windows_of(*, rows: int, voice: str = "slt") -> Windows:
    """``[time, rows, WINDOW]`` of speech, each row beginning elsewhere in it."""
    sound = np.concatenate([padded(say(line, voice)) for line in LINES])[: 400 * WINDOW]
    whole = np.stack([np.roll(sound, -1013 * row) for row in range(rows)])
    count = whole.shape[1] // WINDOW
    return (whole[:, : count * WINDOW].reshape(rows, count, WINDOW).transpose(1, 0, 2) / 32768).astype(np.float32)


@needs_flite
@pytest.mark.speech
@pytest.mark.parametrize("voice", ["slt", "rms"])
def test_both_networks_say_the_same_of_speech(voice: str) -> None:
    ours, theirs = SileroNetwork(7), SileroOnnxNetwork(7)
    rows = np.arange(7)
    seen = []
    for windows in windows_of(rows=7, voice=voice):
        said = ours.probabilities(windows, rows)
        np.testing.assert_allclose(said, theirs.probabilities(windows, rows), atol=1e-4)
        seen.append(said)
    assert np.mean(np.array(seen) > 0.5) > 0.3
    assert np.mean(np.array(seen) < 0.1) > 0.1


def test_both_networks_say_the_same_of_noise_music_and_extremes() -> None:
    random = np.random.default_rng(9)
    time = np.arange(60 * WINDOW) / 16_000
    music = 0.3 * np.sin(2 * np.pi * 262 * time) + 0.2 * np.sin(2 * np.pi * 330 * time)
    sounds = np.stack([random.normal(0, 0.1, len(time)), music, np.sign(music), np.zeros(len(time))]).astype(np.float32)
    ours, theirs = SileroNetwork(4), SileroOnnxNetwork(4)
    rows = np.arange(4)
    for windows in sounds.reshape(4, -1, WINDOW).transpose(1, 0, 2):
        np.testing.assert_allclose(ours.probabilities(windows, rows), theirs.probabilities(windows, rows), atol=1e-4)


@needs_flite
@pytest.mark.speech
@pytest.mark.parametrize("network", NETWORKS)
def test_a_row_is_judged_alike_alone_and_among_others(network: Callable[[int], VoiceNetwork]) -> None:
    speech = windows_of(rows=3)[:60]
    many, one = network(3), network(1)
    order = np.array([2, 0, 1])
    for windows in speech:
        among = many.probabilities(windows[order], order)
        assert one.probabilities(windows[:1], np.array([0]))[0] == pytest.approx(float(among[1]), abs=1e-5)


@needs_flite
@pytest.mark.speech
@pytest.mark.parametrize("network", NETWORKS)
def test_a_row_survives_growth_and_forgets_on_reset(network: Callable[[int], VoiceNetwork]) -> None:
    speech = windows_of(rows=1)[:40]
    grown, plain = network(1), network(8)
    only = np.array([0])
    for i, windows in enumerate(speech):
        if i == 20:
            grown.grow(8)
        if i == 30:
            grown.reset(only)
            plain.reset(only)
        said = grown.probabilities(windows, only)
        assert said[0] == pytest.approx(float(plain.probabilities(windows, only)[0]), abs=1e-5)


@pytest.mark.parametrize("network", NETWORKS)
def test_each_window_follows_the_one_before_even_after_a_reset(network: Callable[[int], VoiceNetwork]) -> None:
    random = np.random.default_rng(4)
    first, second = random.normal(0, 0.1, (2, 1, WINDOW)).astype(np.float32)
    only = np.array([0])
    later, fresh = network(1), network(1)
    later.probabilities(first, only)
    later.reset(only)
    assert later.probabilities(second, only)[0] != fresh.probabilities(second, only)[0]
