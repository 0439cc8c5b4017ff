"""Concealment, measured: it goes on like the voice did, fades, and gives way without a step."""

import numpy as np
import pytest

from switchroom.media.conceal import Concealer
from switchroom.media.frame import FRAME, Samples
from switchroom.media.recent import Recent

ONLY = np.array([0], np.intp)


def buzz(count: int, hertz: float = 125.0) -> Samples:
    """Something like a vowel: a few harmonics of a pitch."""
    time = np.arange(count) / 16_000
    waves = sum(np.sin(2 * np.pi * hertz * k * time + k) / k for k in (1, 2, 3, 5, 8))
    return np.asarray(4000 * waves, np.float64).astype(np.int16)


def play(sound: Samples, missing: set[int]) -> Samples:
    """Play a row of ticks of which some are missing; return what is heard."""
    recent, concealer = Recent(1), Concealer(1)
    heard = []
    for tick, frame in enumerate(sound.reshape(-1, FRAME)):
        out = recent.advance()
        if tick in missing:
            concealer.fill(recent, ONLY)
        else:
            out[0] = frame
            concealer.welcome(recent, ONLY)
        heard.append(out[0].copy())
    return np.concatenate(heard)


def power(samples: Samples) -> float:
    return float((samples.astype(float) ** 2).mean())


def steepest(samples: Samples) -> int:
    return int(np.abs(np.diff(samples.astype(int))).max())


@pytest.mark.parametrize("hertz", [80.0, 125.0, 210.0, 330.0])
def test_one_missing_tick_sounds_like_what_was_missed(hertz: int) -> None:
    sound = buzz(20 * FRAME, hertz)
    heard = play(sound, {10})
    missed, filled = sound[10 * FRAME : 11 * FRAME], heard[10 * FRAME : 11 * FRAME]
    assert 0.3 * power(missed) < power(filled) < 1.1 * power(missed)
    assert np.corrcoef(missed, filled)[0, 1] > 0.9


def test_neither_the_gap_nor_the_return_clicks() -> None:
    sound = buzz(20 * FRAME)
    for missing in ({10}, {10, 11}, {10, 11, 12, 13}):
        assert steepest(play(sound, missing)[8 * FRAME :]) < 1.5 * steepest(sound)


def test_it_fades_to_silence_within_sixty_milliseconds() -> None:
    heard = play(buzz(20 * FRAME), set(range(10, 20)))
    powers = [power(heard[i * FRAME : (i + 1) * FRAME]) for i in range(9, 15)]
    assert powers[0] > powers[1] > powers[2] > powers[3] > 0
    assert powers[4:] == [0.0, 0.0]


def test_a_row_that_was_never_heard_is_silent() -> None:
    assert not play(buzz(4 * FRAME), {0, 1, 2, 3}).any()


def test_silence_is_concealed_by_silence() -> None:
    assert not play(np.zeros(6 * FRAME, np.int16), {3, 4}).any()


def test_noise_does_not_grow() -> None:
    noise = (np.random.default_rng(3).normal(0, 3000, 20 * FRAME)).astype(np.int16)
    heard = play(noise, {10, 11})
    assert power(heard[10 * FRAME : 12 * FRAME]) < 1.5 * power(noise)


def test_rows_are_concealed_together_as_they_are_alone() -> None:
    sounds = [buzz(12 * FRAME, 90), buzz(12 * FRAME, 240), buzz(12 * FRAME, 150)]
    recent, concealer = Recent(3), Concealer(3)
    heard = []
    for tick in range(12):
        frame = recent.advance()
        missing = np.array([0, 2], np.intp) if tick == 8 else np.empty(0, np.intp)
        present = np.setdiff1d(np.arange(3), missing)
        for row in present:
            frame[row] = sounds[row][tick * FRAME : (tick + 1) * FRAME]
        concealer.fill(recent, missing)
        concealer.welcome(recent, present)
        heard.append(frame.copy())
    together = np.concatenate(heard, axis=1)
    for row, missing_ticks in ((0, {8}), (1, set()), (2, {8})):
        assert together[row].tolist() == play(sounds[row], missing_ticks).tolist()


def test_a_reset_row_has_nothing_to_repeat() -> None:
    recent, concealer = Recent(1), Concealer(1)
    recent.advance()[0] = buzz(FRAME)
    concealer.welcome(recent, ONLY)
    concealer.reset(0)
    recent.reset(0)
    frame = recent.advance()
    concealer.fill(recent, ONLY)
    assert not frame.any()
