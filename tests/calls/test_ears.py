"""What reaches the recogniser."""

from collections.abc import Callable

import numpy as np

from switchroom.calls.ears import Ears
from switchroom.conversation.moves import VoiceStarted, VoiceStopped
from switchroom.media.frame import FRAME, RATE, TICK, Samples
from switchroom.ports import Heard, HearingFailed, Hints


class ScriptedListening:
    """Keeps what it is given."""

    name = "scripted"

    def __init__(self) -> None:
        self.log: list[str] = []
        self.heard = np.zeros(0, np.int16)

    def listen(
        self, language: str, hints: Callable[[], Hints], report: Callable[[Heard | HearingFailed], None]
    ) -> "ScriptedListening":
        return self

    def begin(self) -> None:
        self.log.append("begin")

    def hear(self, samples: Samples) -> None:
        self.heard = np.concatenate((self.heard, samples))

    def pause(self) -> None:
        self.log.append("pause")

    def close(self) -> None:
        self.log.append("close")


def _clip(seconds: float) -> Samples:
    """Every sample differs from all others, so that a repetition shows."""
    return np.arange(int(seconds * RATE), dtype=np.int16)


def _speak(ears: Ears, clip: Samples, first: int, last: int) -> None:
    """Let voice start in tick ``first`` and stop after tick ``last``."""
    heard = clip[: first * FRAME]
    ears.start(heard[-RATE // 2 :], first * TICK)
    for tick in range(first, last):
        ears.take(clip[tick * FRAME : (tick + 1) * FRAME], (tick + 1) * TICK)
    ears.pause()


def test_an_utterance_is_handed_over_with_what_led_up_to_it() -> None:
    ear = ScriptedListening()
    ears = Ears(ear, "en", lambda: Hints("x"), lambda _: None)
    clip = _clip(2.0)
    _speak(ears, clip, 30, 60)
    assert ear.log == ["begin", "pause"]
    assert np.array_equal(ear.heard, clip[30 * FRAME - RATE // 2 : 60 * FRAME])


def test_a_voice_that_goes_on_after_a_short_pause_repeats_nothing() -> None:
    ear = ScriptedListening()
    ears = Ears(ear, "en", lambda: Hints("x"), lambda _: None)
    clip = _clip(2.0)
    _speak(ears, clip, 30, 60)
    _speak(ears, clip, 70, 90)
    assert ear.log == ["begin", "pause", "pause"]
    assert np.array_equal(ear.heard, clip[30 * FRAME - RATE // 2 : 90 * FRAME])


def test_the_voice_after_a_turn_is_a_new_utterance() -> None:
    ear = ScriptedListening()
    ears = Ears(ear, "en", lambda: Hints("x"), lambda _: None)
    _speak(ears, _clip(2.0), 30, 40)
    ears.committed(goes_on=True)
    _speak(ears, _clip(2.0), 60, 70)
    assert ear.log == ["begin", "pause", "begin", "pause"]


def test_what_follows_a_cut_is_the_beginning_of_the_next_utterance_and_nothing_is_lost() -> None:
    ear = ScriptedListening()
    ears = Ears(ear, "en", lambda: Hints("x"), lambda _: None)
    clip = _clip(2.0)
    ears.start(clip[:FRAME], TICK)
    for tick in range(1, 90):
        if tick == 53:
            ears.cut(tick * TICK)
        if tick == 72:
            assert np.array_equal(ear.heard, clip[: 53 * FRAME])
            assert ears.committed(goes_on=True) == [VoiceStarted(53 * TICK)]
        ears.take(clip[tick * FRAME : (tick + 1) * FRAME], (tick + 1) * TICK)
    ears.pause()
    assert ear.log == ["begin", "pause", "begin", "pause"]
    assert np.array_equal(ear.heard, clip[: 90 * FRAME])


def test_a_voice_that_ended_behind_the_cut_is_asked_for_at_once() -> None:
    ear = ScriptedListening()
    ears = Ears(ear, "en", lambda: Hints("x"), lambda _: None)
    ears.start(_clip(0.1), 0.1)
    ears.cut(0.1)
    ears.take(_clip(TICK), 0.12)
    ears.pause()
    assert ears.keep(VoiceStopped(0.12))
    assert ears.committed(goes_on=True) == [VoiceStarted(0.1), VoiceStopped(0.12)]
    assert ear.log == ["begin", "pause", "begin", "pause"]


def test_noise_that_was_cut_is_not_listened_on_to() -> None:
    ear = ScriptedListening()
    ears = Ears(ear, "en", lambda: Hints("x"), lambda _: None)
    ears.start(_clip(0.1), 0.1)
    ears.cut(0.1)
    assert ears.committed(goes_on=False) == []
    assert ear.log == ["begin", "pause"]
