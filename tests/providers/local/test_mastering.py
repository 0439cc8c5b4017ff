import numpy as np

from switchroom.media.frame import RATE, Samples
from switchroom.providers.local.mastering import HEAD, TAIL, Master, gain_of


def _tone(seconds: float, amplitude: float) -> Samples:
    return (amplitude * np.sin(2 * np.pi * 300 * np.arange(int(seconds * RATE)) / RATE)).astype(np.int16)


def _silence(seconds: float) -> Samples:
    return np.zeros(int(seconds * RATE), np.int16)


def _through(master: Master, samples: Samples, step: int) -> Samples:
    pieces = [master.push(samples[at : at + step]) for at in range(0, len(samples), step)]
    return np.concatenate([*pieces, master.finish()])


def test_silence_around_speech_is_cut_and_silence_inside_is_kept() -> None:
    speech = np.concatenate([_tone(0.5, 5000), _silence(0.4), _tone(0.3, 5000)])
    whole = np.concatenate([_silence(0.5), speech, _silence(0.8)])
    for step in (100, 777, len(whole)):
        out = _through(Master(1.0), whole, step)
        assert abs(len(out) - (HEAD + len(speech) + TAIL)) < 20


def test_nothing_but_silence_is_nothing() -> None:
    assert len(_through(Master(1.0), _silence(1.0), 320)) == 0


def test_every_voice_comes_out_equally_loud_and_none_clips() -> None:
    for amplitude in (300, 3000, 30_000):
        voice = _tone(1.0, amplitude)
        out = _through(Master(gain_of(voice)), voice, 320)
        rms = np.sqrt(np.mean(out[2000:12000].astype(float) ** 2))
        assert abs(20 * np.log10(rms / 32768) + 20) < 0.5
    assert np.abs(_through(Master(50.0), _tone(0.5, 20_000), 320).astype(int)).max() < 32_000
