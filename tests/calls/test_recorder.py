"""Recordings on a real disk."""

import asyncio
import resource
import signal
import threading
import wave
from pathlib import Path

import numpy as np

from switchroom.calls.recorder import Disk, Recorder
from switchroom.events import catalogue as happened
from switchroom.media.frame import Samples
from tests.calls.rig import ScriptedEar, rig
from tests.scripted import ScriptedLeg, voice
from tests.virtual_time import run, run_real


def _tone(level: int, rate: int = 8000) -> Samples:
    return np.full(rate // 50, level, np.int16)


def _read(path: Path) -> tuple[int, np.ndarray[tuple[int, ...], np.dtype[np.int16]]]:
    with wave.open(str(path)) as file:
        assert (file.getnchannels(), file.getsampwidth()) == (2, 2)
        return file.getframerate(), np.frombuffer(file.readframes(file.getnframes()), "<i2").reshape(-1, 2)


def test_the_caller_is_on_the_left_and_the_agent_on_the_right(tmp_path: Path) -> None:
    async def main() -> None:
        with Disk() as disk:
            recorder = Recorder(tmp_path / "deep" / "call.wav", 8000, disk, lambda _: None)
            for _ in range(130):
                recorder.write(_tone(100), _tone(-200))
            await recorder.close()
        rate, sound = _read(tmp_path / "deep" / "call.wav")
        assert rate == 8000
        assert sound.shape == (130 * 160, 2)
        assert set(sound[:, 0]) == {100}
        assert set(sound[:, 1]) == {-200}
        assert (recorder.duration, recorder.size) == (2.6, 44 + 130 * 160 * 4)

    run_real(main())


def test_a_recording_plays_while_it_is_being_written(tmp_path: Path) -> None:
    async def main() -> None:
        with Disk() as disk:
            recorder = Recorder(tmp_path / "call.wav", 8000, disk, lambda _: None)
            for _ in range(110):
                recorder.write(_tone(100), _tone(-200))
            reached = threading.Event()
            disk.submit(reached.set)
            await asyncio.to_thread(reached.wait)
            _, sound = _read(tmp_path / "call.wav")  # as after a crash: nobody closed it
            assert len(sound) == 100 * 160
            await recorder.close()

    run_real(main())


def test_a_full_disk_ends_the_recording_and_is_told_once(tmp_path: Path) -> None:
    async def main() -> None:
        problems: list[str] = []
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        before = resource.getrlimit(resource.RLIMIT_FSIZE)
        resource.setrlimit(resource.RLIMIT_FSIZE, (40_000, before[1]))
        try:
            with Disk() as disk:
                recorder = Recorder(tmp_path / "call.wav", 8000, disk, problems.append)
                for _ in range(300):
                    recorder.write(_tone(100), _tone(-200))
                await recorder.close()
        finally:
            resource.setrlimit(resource.RLIMIT_FSIZE, before)
        assert recorder.broken
        assert len(problems) == 1
        assert "call.wav" in problems[0]
        _, sound = _read(tmp_path / "call.wav")
        assert len(sound)  # what was written until then plays

    run_real(main())


def test_a_recording_that_cannot_be_opened_does_not_harm_the_call(tmp_path: Path) -> None:
    async def main() -> None:
        (tmp_path / "tnt_test").write_text("a file where the folder should be")
        async with rig(ScriptedEar(["goodbye"]), recordings=tmp_path) as engine:
            await engine.call(ScriptedLeg([(3.0, voice(1.0))]))
        assert len(engine.of(happened.RecordingFailed)) == 1
        assert engine.of(happened.RecordingStored) == []
        assert engine.of(happened.CallCompleted)

    run(main())


def test_a_call_leaves_a_recording_of_both_sides(tmp_path: Path) -> None:
    async def main() -> None:
        async with rig(ScriptedEar(["goodbye"]), recordings=tmp_path) as engine:
            await engine.call(ScriptedLeg([(3.0, voice(1.0))]))
        (stored,) = engine.of(happened.RecordingStored)
        rate, sound = _read(Path(stored.path))
        assert rate == 16000
        assert np.abs(sound[:16000, 1]).max() > 1000  # the greeting
        assert np.abs(sound[:16000, 0]).max() == 0
        assert np.abs(sound[int(3.2 * 16000) : int(3.8 * 16000), 0]).max() > 1000

    run(main())
