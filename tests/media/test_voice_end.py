"""When a voice really ended, told from sound: on quiet lines and on noisy ones."""

import numpy as np
import numpy.typing as npt
import pytest

from switchroom.media import g711
from switchroom.media.activity import ALERT
from switchroom.media.frame import FRAME, RATE, TICK, Samples
from switchroom.media.recent import KEPT, Recent
from switchroom.media.resample import resample
from switchroom.media.silero import SileroNetwork
from switchroom.media.voice_end import true_end
from switchroom.media.voice_network import WINDOW, Lags
from switchroom.media.watch import Watch
from tests.media.speech import needs_flite, say

WORDS = (
    "Do you have anything vegetarian on the menu?",
    "No.",
    "For four people on Friday.",
    "Stop, please.",
    "Half past seven.",
)
TAIL = Lags().tail


def noise(seconds: float, level: float, *, pink: bool = False) -> npt.NDArray[np.float64]:
    """Return noise at ``level`` dB below full scale."""
    random = np.random.default_rng(3)
    spectrum = np.fft.rfft(random.standard_normal(round(seconds * 8000)))
    if pink:
        spectrum /= np.sqrt(np.maximum(np.arange(len(spectrum)), 1))
    sound = np.fft.irfft(spectrum, round(seconds * 8000))
    return np.asarray(sound / np.sqrt(np.mean(sound**2)) * 10 ** (level / 20))


def called(text: str, level: float, *, pink: bool, voice: str = "slt") -> tuple[Samples, float]:
    """Return a telephone call in which ``text`` is said after a second, and when its clean sound ends."""
    clean = resample(say(text, voice), RATE, 8000) / 32768.0
    frames = clean[: len(clean) // 40 * 40].reshape(-1, 40)
    loudness = np.sqrt(np.mean(frames**2, axis=1))
    last = int(np.flatnonzero(loudness >= loudness.max() * 10 ** (-30 / 20))[-1] + 1) * 40
    line = noise(len(clean) / 8000 + 2.2, level, pink=pink)
    line[8000 : 8000 + len(clean)] += clean * 0.1 / np.sqrt(np.mean(clean[:last] ** 2))
    wire = g711.decode_ulaw(g711.encode_ulaw(np.clip(line * 32767, -32768, 32767).astype(np.int16)))
    return resample(wire, 8000, RATE), 1.0 + last / 8000


def judged(sound: Samples) -> float:
    """Return when the last voice in ``sound`` is judged to have ended."""
    recent, watch = Recent(1), Watch(1, SileroNetwork(1))
    watch.follow(np.arange(1))
    ended = 0.0
    for tick in range(len(sound) // FRAME):
        recent.advance()[0] = sound[tick * FRAME : (tick + 1) * FRAME]
        now = (tick + 1) * TICK
        if len(watch.tick(recent, now).stopped):
            ended = true_end(recent.all_of(0), now, float(watch.activity.at[0]) + TAIL, TAIL)
    return ended


@needs_flite
@pytest.mark.speech
@pytest.mark.parametrize(("level", "pink", "near"), [(-66.0, False, 0.03), (-50.0, False, 0.04), (-42.0, True, 0.06)])
def test_silence_counts_from_the_true_end_on_a_noisy_line_too(level: float, near: float, *, pink: bool) -> None:
    errors = []
    for text in WORDS:
        for voice in ("slt", "rms"):
            sound, ended = called(text, level, pink=pink, voice=voice)
            errors.append(judged(sound) - ended)
    assert abs(float(np.median(errors))) < near
    assert max(errors) < 0.13


def test_where_sound_says_nothing_the_usual_tail_is_taken_off() -> None:
    hiss = (noise(1.0, -30.0) * 32767).astype(np.int16).repeat(2)[:KEPT]
    assert true_end(hiss, 10.0, 9.9, 0.1) == pytest.approx(9.8)


def test_a_sudden_end_is_found_to_a_hundredth_of_a_second() -> None:
    past = np.zeros(KEPT, np.int16)
    past[: KEPT // 2] = 8000 * np.sin(np.arange(KEPT // 2) / 5)
    assert true_end(past, 10.0, 9.8, 0.1) == pytest.approx(9.75, abs=0.011)


@needs_flite
@pytest.mark.speech
def test_who_is_spoken_to_is_heard_sooner_when_they_speak_up() -> None:
    started = []
    for alert in (False, True):
        sound, _ = called("Stop, please.", -66.0, pink=False)
        recent, watch = Recent(1), Watch(1, SileroNetwork(1))
        watch.follow(np.arange(1))
        watch.activity.alert[0] = alert
        for tick in range(len(sound) // FRAME):
            recent.advance()[0] = sound[tick * FRAME : (tick + 1) * FRAME]
            if len(watch.tick(recent, (tick + 1) * TICK).started):
                started.append(tick)
                break
    assert started[1] < started[0]


@pytest.mark.parametrize(
    ("level", "pink"), [(-66.0, False), (-60.0, False), (-50.0, False), (-50.0, True), (-40.0, True), (-35.0, True)]
)
def test_no_noise_without_a_voice_in_it_pauses_the_agent(level: float, *, pink: bool) -> None:
    wire = g711.decode_ulaw(g711.encode_ulaw((noise(10.0, level, pink=pink) * 32767).astype(np.int16)))
    sound = resample(wire, 8000, RATE)[: 300 * WINDOW].astype(np.float32) / np.float32(32768)
    network, row = SileroNetwork(1), np.zeros(1, np.intp)
    judged = [float(network.probabilities(window[None], row)[0]) for window in sound.reshape(-1, WINDOW)]
    assert max(judged) < ALERT
