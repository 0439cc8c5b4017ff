"""Messages that callers leave: from the beep to the last sample in the file, and what comes after."""

import asyncio
from pathlib import Path

import numpy as np
import pytest

from switchroom.events import catalogue as happened
from switchroom.media.frame import RATE, Samples
from switchroom.media.wav import HEADER_SIZE
from switchroom.ports import CallerSaid, Digit, EndCall, MessageTaken, Say, TakeMessage
from tests.calls.rig import ScriptedEar, ScriptedMind, rig
from tests.scripted import ScriptedLeg, voice
from tests.virtual_time import run

ASKS = "after the tone"  # 0.84 s of speech
GREETED = 1.7  # the greeting is over


def _mind(*, silence: float = 2.0, limit: float = 30.0, beep: bool = True) -> ScriptedMind:
    take = TakeMessage(limit, silence, beep)
    return ScriptedMind(
        {"leave a message": [Say(ASKS, protected=True), take], "MessageTaken": [Say("Thanks."), EndCall()]}
    )


def _leg(*spoken: tuple[float, float], leaves: float | None = None) -> ScriptedLeg:
    """A caller who asks to leave a message, and then speaks at each time for so long."""
    script: list[tuple[float, Samples]] = [(GREETED, voice(0.8)), *((at, voice(length)) for at, length in spoken)]
    return ScriptedLeg(script, leaves=leaves)


def _sound(path: str) -> Samples:
    return np.frombuffer(Path(path).read_bytes()[HEADER_SIZE:], "<i2").astype(np.int16)


def _voiced(samples: Samples, rate: int) -> float:
    frames = samples[: len(samples) // (rate // 50) * (rate // 50)].reshape(-1, rate // 50)
    return float((np.abs(frames).max(axis=1) > 500).sum()) / 50


def test_a_message_is_recorded_understood_and_told(tmp_path: Path) -> None:
    async def main() -> None:
        ear = ScriptedEar(["leave a message", "please call me back", "my number is 4711"])
        async with rig(ear, _mind(), messages=tmp_path) as engine:
            await engine.call(_leg((7.0, 2.0), (10.0, 1.0)))
        [taken] = engine.of(happened.VoicemailTaken)
        assert (taken.text, taken.why) == ("please call me back my number is 4711", "silence")
        prompt = engine.mind.prompts[-1]
        assert isinstance(prompt, MessageTaken)
        assert (prompt.text, prompt.recording) == (taken.text, taken.path)
        assert prompt.seconds == taken.duration == pytest.approx(13.0 - 4.9, abs=1.0)
        samples = _sound(taken.path)
        assert len(samples) / RATE == pytest.approx(taken.duration, abs=0.1)
        assert _voiced(samples, RATE) == pytest.approx(
            3.0, abs=0.1
        )  # all that was said after the beep, and nothing else
        assert engine.of(happened.ReplySpoken)[-1].heard == "Thanks."
        assert engine.of(happened.ReplySpoken)[-1].answers == "message"
        assert [turn.text for turn in engine.of(happened.TurnEnded)] == ["leave a message"]

    run(main())


def test_the_caller_hears_a_beep_before_it_is_recorded(tmp_path: Path) -> None:
    async def main() -> None:
        heard = {}
        for beeps in (True, False):
            async with rig(ScriptedEar(["leave a message"]), _mind(beep=beeps), messages=tmp_path) as engine:
                leg = await engine.call(_leg(leaves=12.0))
            sound = np.concatenate(leg.heard)
            spectrum = np.abs(np.fft.rfft(sound.astype(np.float32)))
            bins = np.fft.rfftfreq(len(sound), 1 / RATE)
            heard[beeps] = float(spectrum[np.abs(bins - 1000) < 5].max())
        assert heard[True] > 20 * heard[False]

    run(main())


def test_the_key_ends_a_message_and_is_no_turn(tmp_path: Path) -> None:
    async def main() -> None:
        ear = ScriptedEar(["leave a message", "call me"])
        async with rig(ear, _mind(silence=20.0), messages=tmp_path) as engine:
            leg = _leg((7.0, 1.0))
            engine.offer(leg)
            await _at(leg, 9.0)
            leg.signal(Digit("#", "rfc4733"))
            await engine.until_idle()
        [taken] = engine.of(happened.VoicemailTaken)
        assert (taken.why, taken.text) == ("key", "call me")
        assert [turn.text for turn in engine.of(happened.TurnEnded)] == ["leave a message"]

    run(main())


async def _at(leg: ScriptedLeg, since: float) -> None:
    while leg.answered is None or asyncio.get_running_loop().time() - leg.answered < since:
        await asyncio.sleep(0.1)


def test_a_message_has_a_limit(tmp_path: Path) -> None:
    async def main() -> None:
        ear = ScriptedEar(["leave a message", "on and on"])
        async with rig(ear, _mind(limit=3.0), messages=tmp_path) as engine:
            await engine.call(_leg((6.0, 20.0)))
        [taken] = engine.of(happened.VoicemailTaken)
        assert (taken.why, taken.text) == ("limit", "on and on")
        assert len(_sound(taken.path)) / RATE == pytest.approx(3.0, abs=0.1)

    run(main())


def test_who_hangs_up_in_mid_sentence_has_left_a_message(tmp_path: Path) -> None:
    async def main() -> None:
        ear = ScriptedEar(["leave a message", "tell them that i"])
        async with rig(ear, _mind(), messages=tmp_path) as engine:
            await engine.call(_leg((7.0, 5.0), leaves=9.0))
        [taken] = engine.of(happened.VoicemailTaken)
        assert (taken.why, taken.text) == ("left", "tell them that i")
        assert _voiced(_sound(taken.path), RATE) == pytest.approx(2.0, abs=0.2)
        assert not any(isinstance(prompt, MessageTaken) for prompt in engine.mind.prompts)
        assert [type(event).__name__ for event in engine.events[-2:]] == ["CallEnded", "CallCompleted"]

    run(main())


def test_who_says_nothing_has_left_no_message_and_no_file(tmp_path: Path) -> None:
    async def main() -> None:
        async with rig(ScriptedEar(["leave a message"]), _mind(), messages=tmp_path) as engine:
            await engine.call(_leg())
        assert engine.of(happened.VoicemailTaken) == []
        assert MessageTaken(0.0) in engine.mind.prompts
        return

    run(main())
    assert list(tmp_path.rglob("*.wav")) == []


def test_a_recogniser_that_dies_leaves_the_sound(tmp_path: Path) -> None:
    async def main() -> None:
        async with rig(ScriptedEar(["leave a message", None]), _mind(), messages=tmp_path) as engine:
            await engine.call(_leg((7.0, 2.0)))
        [taken] = engine.of(happened.VoicemailTaken)
        assert taken.text == ""
        assert _voiced(_sound(taken.path), RATE) == pytest.approx(2.0, abs=0.1)
        assert [failed.code for failed in engine.of(happened.ProviderFailed)] == ["stt_died"]

    run(main())


def test_a_house_without_a_disk_still_takes_the_words() -> None:
    async def main() -> None:
        ear = ScriptedEar(["leave a message", "call me"])
        async with rig(ear, _mind()) as engine:
            await engine.call(_leg((7.0, 2.0)))
        [taken] = engine.of(happened.VoicemailTaken)
        assert (taken.path, taken.text) == ("", "call me")

    run(main())


def test_the_conversation_goes_on_after_a_message(tmp_path: Path) -> None:
    async def main() -> None:
        mind = ScriptedMind({"leave a message": [TakeMessage(30.0, 2.0)], "MessageTaken": [Say("Anything else?")]})
        ear = ScriptedEar(["leave a message", "call me", "goodbye"])
        async with rig(ear, mind, messages=tmp_path) as engine:
            await engine.call(_leg((6.0, 1.0), (13.0, 1.0)))
        said = [prompt.text for prompt in engine.mind.prompts if isinstance(prompt, CallerSaid)]
        assert said == ["leave a message", "goodbye"]

    run(main())
