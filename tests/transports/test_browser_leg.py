"""A browser's leg: sound in pieces of any size becomes 20 ms a tick, and back; signals once and in order."""

import math

import numpy as np
import pytest

from switchroom.errors import Invalid, Limited
from switchroom.identity import LegId
from switchroom.media.frame import Samples
from switchroom.ports import Digit, HangUp, Left, Party, Refuse, SendDigits, Signal
from switchroom.transports.browser.leg import BrowserLeg
from switchroom.transports.browser.outbox import Message, Outbox, Sound
from tests.virtual_time import run

FRAME = 640
LOUD = np.full(320, 5000, "<i2").tobytes()


def a_leg(rate: int = 16000) -> tuple[BrowserLeg, list[Signal], Outbox]:
    outbox, signals = Outbox(), []  # type: tuple[Outbox, list[Signal]]
    leg = BrowserLeg(LegId("leg_1"), Party("demo@example.com"), outbox, rate)
    leg.attach(signals.append)
    return leg, signals, outbox


def numbered(frames: int, first: int = 1) -> bytes:
    """Return loud frames, each of a value of its own."""
    return b"".join(np.full(320, 1000 + first + index, "<i2").tobytes() for index in range(frames))


def sound(frames: list[bytes | None]) -> bytes:
    return b"".join(frame for frame in frames if frame is not None)


def waiting(outbox: Outbox) -> list[Message | Sound]:
    return run(outbox.take())


def test_before_anything_was_said_there_is_silence() -> None:
    leg, _, _ = a_leg()
    assert [leg.hear(0.0) for _ in range(3)] == [bytes(FRAME)] * 3


def test_a_live_microphone_is_heard_after_a_cushion_and_then_without_a_gap() -> None:
    leg, _, _ = a_leg()
    heard = []
    for index in range(10):
        leg.take(numbered(1, index))
        heard.append(leg.hear(0.0))
    assert heard[:2] == [bytes(FRAME)] * 2
    assert sound(heard[2:]) == numbered(8, 0)


def test_pieces_that_come_unevenly_are_heard_evenly() -> None:
    leg, _, _ = a_leg()
    heard, sent = [], 0
    for tick in range(40):
        if tick % 3 == 0:  # three frames every 60 ms
            leg.take(numbered(3, sent))
            sent += 3
        heard.append(leg.hear(0.0))
    assert None not in heard
    assert sound(heard) == numbered(40, 0)


def test_pieces_of_odd_sizes_lose_nothing() -> None:
    leg, _, _ = a_leg()
    everything = np.arange(1, 20_001, dtype="<i2").tobytes()
    rest, size = everything, 2
    heard: list[bytes | None] = []
    while rest or len(heard) < 90:
        leg.take(rest[:size])
        rest, size = rest[size:], (size * 7 + 2) % 1500 // 2 * 2
        heard.append(leg.hear(0.0))
    heard += [leg.hear(0.0) for _ in range(90)]
    assert np.array_equal(_nonzero(sound(heard)), np.arange(1, 20_001))


def test_an_utterance_sent_at_once_is_heard_to_its_last_sample() -> None:
    leg, _, _ = a_leg()
    utterance = numbered(100) + b"\x07\x00"
    leg.take(utterance)
    heard = [leg.hear(0.0) for _ in range(120)]
    assert sound(heard).rstrip(b"\0") == utterance.rstrip(b"\0")


def test_what_is_missing_for_a_moment_is_missing_and_then_it_is_silence() -> None:
    leg, _, _ = a_leg()
    leg.take(numbered(3))
    heard = [leg.hear(0.0) for _ in range(10)]
    assert heard[3:8] == [None] * 5
    assert heard[8:] == [bytes(FRAME)] * 2
    assert leg.media()["missing"] == pytest.approx(0.1)


def test_a_live_microphone_catches_up_by_leaving_out_silence_only() -> None:
    leg, _, _ = a_leg()
    for _ in range(25):  # half a second late, all at once, in live pieces: words, then a pause
        leg.take(LOUD)
    for _ in range(25):
        leg.take(bytes(FRAME))
    heard = sound([leg.hear(0.0) for _ in range(60)])
    assert heard.count(LOUD) == 25
    assert leg.media()["skipped"] > 0.1


def test_pauses_in_an_utterance_sent_at_once_are_kept() -> None:
    leg, _, _ = a_leg()
    leg.take(numbered(20) + bytes(FRAME * 30) + numbered(20))
    heard = sound([leg.hear(0.0) for _ in range(70)])
    assert heard == numbered(20) + bytes(FRAME * 30) + numbered(20)
    assert leg.media()["skipped"] == 0


def test_a_minute_may_wait_and_not_more() -> None:
    leg, _, _ = a_leg()
    for _ in range(60):
        leg.take(bytes(32000))
    with pytest.raises(Limited):
        leg.take(bytes(32000))
    assert leg.media()["received"] == 60


@pytest.mark.parametrize("rate", [8000, 22050, 24000, 44100, 48000])
def test_sound_of_other_rates_is_converted_both_ways(rate: int) -> None:
    leg, _, outbox = a_leg(rate)
    times = np.arange(rate) / rate
    tone = (8000 * np.sin(2 * math.pi * 440 * times)).astype("<i2").tobytes()
    for start in range(0, len(tone), 1000):
        leg.take(tone[start : start + 1000])
    heard = np.frombuffer(sound([leg.hear(0.0) for _ in range(60)]), "<i2")[1600:14400]
    assert _strongest(heard, 16000) == pytest.approx(440, abs=2)
    assert _purity(heard, 440, 16000) > 0.999

    plane = np.arange(16000) / 16000
    for frame in (8000 * np.sin(2 * math.pi * 440 * plane)).astype("<i2").reshape(-1, 320):
        leg.speak(frame.tobytes(), 0.0)
    pieces = [item.pcm for item in waiting(outbox) if isinstance(item, Sound)]
    said = np.frombuffer(b"".join(pieces), "<i2")
    assert len(said) >= rate * 0.95
    assert _purity(said[rate // 10 : rate * 9 // 10], 440, rate) > 0.999


@pytest.mark.parametrize("rate", [0, -8000, 7999, 11025, 16001, 96000])
def test_a_rate_that_cannot_be_converted_is_refused(rate: int) -> None:
    with pytest.raises(Invalid):
        a_leg(rate)


def test_the_first_sound_goes_out_at_once_and_the_rest_in_pairs() -> None:
    leg, _, outbox = a_leg()
    for _ in range(5):
        leg.speak(LOUD, 0.0)
    assert [len(item.pcm) // FRAME for item in waiting(outbox) if isinstance(item, Sound)] == [1, 2, 2]


def test_long_silence_is_not_sent_and_short_silence_is() -> None:
    leg, _, outbox = a_leg()
    for payload in [bytes(FRAME)] * 50 + [LOUD] * 3 + [bytes(FRAME)] * 10 + [LOUD] * 3 + [bytes(FRAME)] * 100:
        leg.speak(payload, 0.0)
    sent = b"".join(item.pcm for item in waiting(outbox) if isinstance(item, Sound))
    assert sent == LOUD * 3 + bytes(FRAME * 10) + LOUD * 3 + bytes(FRAME * 20)


def test_keys_are_reported_one_by_one() -> None:
    leg, signals, _ = a_leg()
    leg.press("12#")
    assert signals == [Digit("1", "browser"), Digit("2", "browser"), Digit("#", "browser")]


def test_a_party_leaves_once() -> None:
    async def story() -> None:
        leg, signals, _ = a_leg()
        leg.leave("lost")
        leg.leave("hangup")
        await leg.do(HangUp())
        assert signals == [Left("lost")]
        assert leg.over.is_set()

    run(story())


def test_a_refusal_is_kept_for_whoever_tells_it() -> None:
    async def story() -> None:
        leg, signals, _ = a_leg()
        await leg.do(Refuse("over_limit"))
        assert leg.refused == Refuse("over_limit")
        assert signals == []
        with pytest.raises(Invalid):
            await leg.do(SendDigits("1"))

    run(story())


def _nonzero(pcm: bytes) -> Samples:
    samples: Samples = np.frombuffer(pcm, "<i2")
    return np.extract(samples != 0, samples)


def _strongest(samples: Samples, rate: int) -> float:
    spectrum = np.abs(np.fft.rfft(samples * np.hanning(len(samples))))
    return float(np.argmax(spectrum) * rate / len(samples))


def _purity(samples: Samples, hertz: float, rate: int) -> float:
    """Return how much of the power is one tone: clicks at the joints of pieces would show here."""
    power = np.abs(np.fft.rfft(samples * np.hanning(len(samples)))) ** 2
    near = np.abs(np.fft.rfftfreq(len(samples), 1 / rate) - hertz) < 20
    return float(power[near].sum() / power.sum())
