"""Changing rates: what is in the band is kept, what is not does not come back as something else."""

import numpy as np
import pytest

from switchroom.errors import Invalid
from switchroom.media.frame import Samples
from switchroom.media.resample import DELAY, Resampler, resample


def tone(hertz: float, rate: int, seconds: float = 1.0, level: float = 10_000) -> Samples:
    return np.rint(level * np.sin(2 * np.pi * hertz * np.arange(int(rate * seconds)) / rate)).astype(np.int16)


def level(samples: Samples) -> float:
    """The middle half's level against a full tone of 10,000, in dB."""
    middle = samples[len(samples) // 4 : -len(samples) // 4].astype(float)
    return float(20 * np.log10(np.sqrt((middle**2).mean()) / (10_000 / np.sqrt(2)) + 1e-9))


def stream(samples: Samples, rate_in: int, rate_out: int) -> Samples:
    """Convert 20 ms at a time, as row 1 of three."""
    converter = Resampler(rate_in, rate_out, 3)
    ticks = samples.reshape(-1, rate_in // 50)
    return np.concatenate([converter.convert(tick[None, :], np.array([1]))[0] for tick in ticks])


@pytest.mark.parametrize(
    ("rate_in", "rate_out"), [(8000, 16000), (16000, 8000), (24000, 16000), (16000, 48000), (48000, 16000)]
)
@pytest.mark.parametrize("hertz", [300, 1000, 3000])
def test_a_tone_comes_out_as_itself_two_milliseconds_later(rate_in: int, rate_out: int, hertz: int) -> None:
    out = stream(tone(hertz, rate_in), rate_in, rate_out)
    late = int(DELAY * rate_out)
    expected = tone(hertz, rate_out)[: len(out) - late].astype(float)
    error = out[late:].astype(float) - expected
    quarter = len(error) // 4
    assert 10 * np.log10((error[quarter:-quarter] ** 2).mean() / (expected**2).mean() + 1e-12) < -55


@pytest.mark.parametrize("hertz", [4500, 5000, 6000, 7500])
def test_what_the_lower_rate_cannot_hold_is_gone(hertz: int) -> None:
    assert level(stream(tone(hertz, 16000), 16000, 8000)) < -60
    assert level(resample(tone(hertz, 16000), 16000, 8000)) < -60


@pytest.mark.parametrize("hertz", [500, 2000, 3300])
def test_nothing_appears_above_the_old_band(hertz: int) -> None:
    spectrum = np.abs(np.fft.rfft(stream(tone(hertz, 8000), 8000, 16000)[4000:12000].astype(float) * np.hanning(8000)))
    assert 20 * np.log10(spectrum[2250:].max() / spectrum.max()) < -55  # above 4.5 kHz


def test_rows_do_not_hear_each_other() -> None:
    both = np.stack([tone(500, 8000, 0.2), tone(900, 8000, 0.2)]).reshape(2, 10, 160)
    converter = Resampler(8000, 16000, 4)
    rows = np.array([3, 0])
    together = np.concatenate([converter.convert(both[:, i], rows) for i in range(10)], axis=1)
    assert together[0].tolist() == stream(tone(500, 8000, 0.2), 8000, 16000).tolist()
    assert together[1].tolist() == stream(tone(900, 8000, 0.2), 8000, 16000).tolist()


def test_a_reset_row_has_no_past_and_a_grown_one_keeps_it() -> None:
    converter = Resampler(8000, 16000, 1)
    row = np.array([0])
    loud, silent = np.full((1, 160), 20_000, np.int16), np.zeros((1, 160), np.int16)
    converter.convert(loud, row)
    converter.grow(5)
    assert converter.convert(silent, row).any()
    converter.convert(loud, row)
    converter.reset(0)
    assert not converter.convert(silent, row).any()


def test_full_scale_saturates_instead_of_wrapping() -> None:
    square = np.tile(np.repeat(np.array([32767, -32768], np.int16), 8), 100)
    out = stream(square[:1600], 8000, 16000)
    assert np.sign(out[32:][4::16]).tolist() == np.sign(out[32:][5::16]).tolist()
    assert out.max() == 32767


@pytest.mark.parametrize("rate", [8000, 11025, 16000, 22050, 24000, 44100, 48000, 16001])
def test_a_clip_of_any_rate_keeps_its_length_and_its_tone(rate: int) -> None:
    out = resample(tone(1000, rate), rate, 16000)
    assert abs(len(out) - 16000) <= 1
    error = out[1000:15000].astype(float) - tone(1000, 16000)[1000:15000]
    assert 10 * np.log10((error**2).mean() / 5e7 + 1e-12) < (-50 if rate != 16001 else -10)


def test_an_empty_clip_stays_empty() -> None:
    assert len(resample(np.zeros(0, np.int16), 8000, 16000)) == 0


@pytest.mark.parametrize("rate", [0, -1, 1, 1_092_676, 4_000_000_000])
def test_a_rate_at_which_nobody_records_is_refused(rate: int) -> None:
    with pytest.raises(Invalid, match="samples per second"):
        resample(np.zeros(100, np.int16), rate, 16000)


def test_a_rate_that_does_not_fit_the_tick_is_refused_for_live_sound() -> None:
    with pytest.raises(Invalid, match="multiples of 500"):
        Resampler(22050, 16000, 1)
