"""Keys in the sound: all of them, short ones, faint ones, uneven ones; and none where there are none."""

import numpy as np
import pytest

from switchroom.errors import Invalid
from switchroom.media import g711
from switchroom.media.dtmf import KEYS, DigitDetector, tones
from switchroom.media.frame import FRAME, Samples
from switchroom.media.recent import Recent
from switchroom.media.resample import resample
from tests.media.speech import LINES, needs_flite, padded, say


def listen(*sounds: Samples) -> list[str]:
    """Return the keys found in each of some sounds, listened to at the same time."""
    recent, detector = Recent(len(sounds)), DigitDetector(len(sounds))
    rows = np.arange(len(sounds))
    found = [""] * len(sounds)
    for start in range(0, max(len(sound) for sound in sounds) + FRAME, FRAME):
        frame = recent.advance()
        for row, sound in enumerate(sounds):
            piece = sound[start : start + FRAME]
            frame[row, : len(piece)] = piece
        for row, key in detector.tick(recent, rows):
            found[row] += key
    return found


def shifted(sound: Samples, by: int) -> Samples:
    return np.concatenate([np.zeros(by, np.int16), sound])


def noisy(sound: Samples, decibels: float, level: float = 0.2) -> Samples:
    """Add noise at a distance below the two tones' power."""
    deviation = 32767 * level * 10 ** (-decibels / 20)
    noise = np.random.default_rng(2).normal(0, deviation, len(sound))
    return np.clip(sound + noise, -32768, 32767).astype(np.int16)


def test_every_key_is_found_once() -> None:
    assert listen(tones(KEYS)) == [KEYS]


def test_forty_milliseconds_are_enough_wherever_they_fall() -> None:
    sound = tones("1592D#7*0", duration=0.04, pause=0.04)
    assert listen(*[shifted(sound, by) for by in range(0, 320, 20)]) == ["1592D#7*0"] * 16


def test_the_same_key_twice_is_two_keys_and_a_long_one_is_one() -> None:
    assert listen(tones("77", duration=0.05, pause=0.04), tones("7", duration=2.0)) == ["77", "7"]


def test_keys_come_through_noise_and_the_telephone() -> None:
    sound = noisy(tones("0123456789", duration=0.06, pause=0.06), 15)
    wire = g711.decode_ulaw(g711.encode_ulaw(resample(sound, 16000, 8000)))
    assert listen(resample(wire, 8000, 16000)) == ["0123456789"]


def test_faint_keys_are_found_and_whispers_of_them_are_not() -> None:
    assert listen(tones("42", level=0.02), tones("42", level=0.004)) == ["42", ""]


@pytest.mark.parametrize(("high_over_low", "found"), [(-8, "5"), (-4, "5"), (4, "5"), (-14, ""), (12, "")])
def test_tones_may_be_uneven_within_limits(high_over_low: float, found: str) -> None:
    time = np.arange(1600) / 16000
    low, high = np.sin(2 * np.pi * 770 * time), np.sin(2 * np.pi * 1336 * time)
    sound = 4000 * low + 4000 * 10 ** (high_over_low / 20) * high
    assert listen(sound.astype(np.int16)) == [found]


@pytest.mark.parametrize("off", [0.985, 1.015])
def test_tones_a_little_off_are_still_keys(off: float) -> None:
    time = np.arange(1600) / 16000
    sound = 4000 * (np.sin(2 * np.pi * 852 * off * time) + np.sin(2 * np.pi * 1477 * off * time))
    assert listen(sound.astype(np.int16)) == ["9"]


def test_other_tones_are_no_keys() -> None:
    time = np.arange(16000) / 16000
    dial = 4000 * (np.sin(2 * np.pi * 350 * time) + np.sin(2 * np.pi * 440 * time))
    one = 8000 * np.sin(2 * np.pi * 697 * time)
    assert listen(dial.astype(np.int16), one.astype(np.int16)) == ["", ""]


def test_noise_is_no_key() -> None:
    noise = np.random.default_rng(1).normal(0, 5000, (4, 160_000)).astype(np.int16)
    assert listen(*noise) == [""] * 4


@needs_flite
@pytest.mark.speech
def test_speech_is_no_key() -> None:
    assert listen(*[padded(say(line, voice)) for line in LINES for voice in ("slt", "rms", "kal16")]) == [""] * 9


@needs_flite
@pytest.mark.speech
def test_a_key_pressed_after_speech_is_found() -> None:
    assert listen(np.concatenate([say(LINES[0]), tones("3")])) == ["3"]


def test_a_letter_that_is_no_key_makes_no_sound() -> None:
    with pytest.raises(Invalid, match="telephone key"):
        tones("12x")
    assert len(tones("")) == 0
