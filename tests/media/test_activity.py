"""From probabilities to voice started and stopped, and what the windows are cut from."""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import pytest

from switchroom.media.activity import Activity
from switchroom.media.frame import FRAME, TICK, Samples
from switchroom.media.recent import Recent
from switchroom.media.silero import SileroNetwork
from switchroom.media.voice_network import WINDOW, Lags, Rows, Windows
from switchroom.media.watch import Watch
from tests.media.speech import LINES, needs_flite, padded, say

STEP = 0.032


def judge(probabilities: Sequence[float], activity: Activity | None = None) -> list[tuple[str, int, float]]:
    """Walk one row through windows; return (what, in which window, since when)."""
    activity = activity or Activity(1)
    told = []
    for i, probability in enumerate(probabilities):
        end = (i + 1) * STEP
        verdict = activity.judge(np.array([probability], np.float32), np.array([0]), np.array([end]))
        told += [("started", i, round(float(activity.at[0]), 3)) for _ in verdict.started]
        told += [("stopped", i, round(float(activity.at[0]), 3)) for _ in verdict.stopped]
        told += [("stale", i, 0.0) for _ in verdict.stale]
    return told


def test_one_window_of_speech_is_a_voice_and_three_of_silence_end_it() -> None:
    told = judge([0.1, 0.2, 0.9, 0.9, 0.9, 0.1, 0.1, 0.1, 0.1])
    assert told == [("started", 2, 0.052), ("stopped", 7, 0.06)]


def test_between_the_thresholds_nothing_changes() -> None:
    assert judge([0.4] * 5) == []
    assert [what for what, _, _ in judge([0.6] + [0.4] * 20)] == ["started"]


def test_two_silent_windows_are_a_breath() -> None:
    assert [what for what, _, _ in judge([0.9, 0.1, 0.1, 0.9, 0.1, 0.1, 0.36, 0.1, 0.1])] == ["started"]


def test_a_click_is_no_voice_where_two_windows_are_asked_for() -> None:
    careful = Activity(1, windows_to_start=2)
    assert judge([0.9, 0.1, 0.9, 0.9], careful) == [("started", 3, 0.052)]


def test_a_quiet_row_is_made_to_forget_every_second_but_not_while_it_speaks() -> None:
    windows = [i for what, i, _ in judge([0.05] * 200) if what == "stale"]
    assert windows[0] == 31
    assert set(np.diff(windows).tolist()) == {32}
    assert not [what for what, _, _ in judge([0.9] + [0.36, 0.05, 0.36] * 100) if what == "stale"]


def test_rows_do_not_disturb_each_other() -> None:
    activity = Activity(3)
    rows, ends = np.array([2, 0]), np.array([1.0, 2.0])
    verdict = activity.judge(np.array([0.9, 0.1], np.float32), rows, ends)
    assert verdict.started.tolist() == [2]
    assert activity.speaking.tolist() == [False, False, True]
    activity.grow(5)
    activity.reset(2)
    assert not activity.speaking.any()


class ScriptedNetwork:
    """Takes down the windows it is asked about."""

    lags = Lags()

    def __init__(self) -> None:
        self.asked: dict[int, list[Windows]] = {}
        self.forgot: list[int] = []

    def probabilities(self, windows: Windows, rows: Rows) -> npt.NDArray[np.float32]:
        for row, window in zip(rows.tolist(), windows, strict=True):
            self.asked.setdefault(row, []).append(window.copy())
        return np.zeros(len(rows), np.float32)

    def reset(self, rows: Rows) -> None:
        self.forgot += rows.tolist()

    def grow(self, rows: int) -> None: ...


def test_windows_follow_each_other_without_gap_or_overlap_in_every_row() -> None:
    network, recent = ScriptedNetwork(), Recent(10)
    watch = Watch(10, network)
    watch.follow(np.arange(10))
    sound = np.arange(1, 40 * FRAME + 1, dtype=np.int16)
    for tick in range(40):
        recent.advance()[:] = sound[tick * FRAME : (tick + 1) * FRAME]
        watch.tick(recent, tick * TICK)
    for row in range(10):
        joined = np.concatenate(network.asked[row]) * 32768
        start = int(np.argmax(joined > 0))
        assert joined[start:].tolist() == sound[: len(joined) - start].tolist()
        assert len(joined) >= 39 * FRAME - WINDOW


def test_every_tick_has_the_same_work() -> None:
    network, recent = ScriptedNetwork(), Recent(16)
    watch = Watch(16, network)
    watch.follow(np.arange(16))
    asked = []
    for tick in range(16):
        recent.advance()
        watch.tick(recent, tick * TICK)
        asked.append(watch.asked)
    assert set(np.diff(asked)) == {10}


def told_by(watch: Watch, *sounds: Samples) -> list[tuple[int, str, float]]:
    """Watch sounds side by side; return (row, what, when)."""
    recent, rows = Recent(len(sounds)), np.arange(len(sounds))
    watch.follow(rows)
    told = []
    for tick in range(max(map(len, sounds)) // FRAME):
        frame = recent.advance()
        for row, sound in enumerate(sounds):
            piece = sound[tick * FRAME : (tick + 1) * FRAME]
            frame[row, : len(piece)] = piece
        verdict = watch.tick(recent, (tick + 1) * TICK)
        told += [(int(row), "started", float(watch.activity.at[row])) for row in verdict.started]
        told += [(int(row), "stopped", float(watch.activity.at[row])) for row in verdict.stopped]
    return told


@needs_flite
@pytest.mark.speech
def test_speech_is_found_where_it_is() -> None:
    speech = say(LINES[0])
    loud = np.flatnonzero(np.abs(speech.astype(int)) > 600)
    told = told_by(Watch(1, SileroNetwork(1)), padded(speech, 1.0, 1.0))
    starts, stops = [at for _, what, at in told if what == "started"], [at for _, what, at in told if what == "stopped"]
    assert abs(starts[0] - (1.0 + loud[0] / 16_000)) < 0.1
    assert abs(stops[-1] - (1.0 + loud[-1] / 16_000)) < 0.15
    assert len(starts) == len(stops)


def music(seconds: float) -> Samples:
    """A tune with a bright sound, as one is put on hold with."""
    time = np.arange(int(seconds * 16_000)) / 16_000
    notes = np.array([262, 330, 392, 523, 220, 262, 330, 440])[(time // 0.4).astype(int) % 8]
    turns = np.cumsum(notes) / 16_000
    sound = sum(np.sin(2 * np.pi * k * turns) / k for k in range(1, 9)) * np.exp(-2 * (time % 0.4))
    return np.asarray(3000 * sound, np.int16)


@needs_flite
@pytest.mark.speech
def test_hold_music_does_not_deafen(monkeypatch: pytest.MonkeyPatch) -> None:
    speech = say(LINES[0])
    sound = np.concatenate([music(30.0), padded(speech, 0.0, 1.0)])
    onset = 30.0 + int(np.flatnonzero(np.abs(speech.astype(int)) > 600)[0]) / 16_000

    def delay() -> float:
        told = told_by(Watch(1, SileroNetwork(1)), sound)
        return next(at for _, what, at in told if what == "started" and at > 29.9) - onset

    assert delay() < 0.1
    monkeypatch.setattr("switchroom.media.activity._RESET_EVERY", 1e9)
    assert delay() > 0.2
