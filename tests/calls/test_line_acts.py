"""Music and keys in a call: what is heard of them, and what ends them."""

import numpy as np
import pytest

from switchroom.events import catalogue as happened
from switchroom.media.frame import FRAME, RATE
from switchroom.media.tones import beep, gentle, repeated
from switchroom.ports import Capability, EndCall, PlayMusic, PressKeys, ReplyPart, Say, SendDigits
from tests.calls.rig import ScriptedEar, ScriptedMind, rig
from tests.scripted import ScriptedLeg, voice
from tests.virtual_time import run

MUSIC = voice(1.0, 2000)


def _mind(*parts: ReplyPart | float) -> ScriptedMind:
    return ScriptedMind({"hold on": parts})


def test_music_is_heard_for_its_time_and_then_the_caller_is_listened_to() -> None:
    async def main() -> None:
        ear = ScriptedEar(["hold on", "goodbye"])
        async with rig(ear, _mind(PlayMusic(5.0)), music=MUSIC) as engine:
            leg = await engine.call(ScriptedLeg([(1.7, voice(0.5)), (12.0, voice(0.5))]))
        start, end = leg.audible()[1]
        assert end - start == pytest.approx(5.0, abs=0.1)
        assert len(engine.of(happened.MusicStarted)) == 1
        assert [turn.text for turn in engine.of(happened.TurnEnded)] == ["hold on", "goodbye"]
        assert "" not in [reply.heard for reply in engine.of(happened.ReplySpoken)][2:]

    run(main())


def test_music_ends_as_soon_as_something_is_said() -> None:
    async def main() -> None:
        ear = ScriptedEar(["hold on", "goodbye"])
        async with rig(ear, _mind(PlayMusic(60.0), 3.0, Say("Here I am.")), music=MUSIC) as engine:
            leg = await engine.call(ScriptedLeg([(1.7, voice(0.5)), (12.0, voice(0.5))]))
        heard = np.concatenate(leg.heard).astype(np.int32)
        loud = np.abs(heard).reshape(-1, FRAME).max(axis=1)
        music = (loud > 1000) & (loud < 3000)
        assert music.sum() * FRAME / RATE == pytest.approx(3.0, abs=0.2)
        assert engine.of(happened.ReplySpoken)[1].heard == "Here I am."

    run(main())


def test_a_caller_who_speaks_ends_the_music() -> None:
    async def main() -> None:
        ear = ScriptedEar(["hold on", "goodbye"])
        async with rig(ear, _mind(Say("Please hold."), PlayMusic(60.0)), music=MUSIC) as engine:
            await engine.call(ScriptedLeg([(1.7, voice(0.5)), (7.0, voice(1.0))]))
        [interrupted] = engine.of(happened.ReplyInterrupted)
        assert (interrupted.heard, interrupted.unheard) == ("Please hold.", "")
        assert [turn.text for turn in engine.of(happened.TurnEnded)] == ["hold on", "goodbye"]

    run(main())


def test_keys_are_pressed_once_everything_before_was_said() -> None:
    async def main() -> None:
        leg = ScriptedLeg([(1.7, voice(0.5))], leaves=8.0)
        leg.can = frozenset({Capability.SEND_DIGITS})
        async with rig(ScriptedEar(["hold on"]), _mind(Say("One moment."), PressKeys("12#"), Say("Done."))) as engine:
            await engine.call(leg)
        assert SendDigits("12#") in leg.commands
        [pressed] = engine.of(happened.KeysPressed)
        assert pressed.digits == "12#"
        assert engine.of(happened.ReplySpoken)[-1].heard == "One moment. Done."

    run(main())


def test_a_line_without_keys_is_no_reason_to_fall_silent() -> None:
    async def main() -> None:
        async with rig(ScriptedEar(["hold on"]), _mind(PressKeys("1"), Say("Well."), EndCall())) as engine:
            leg = await engine.call(ScriptedLeg([(1.7, voice(0.5))]))
        assert not any(isinstance(command, SendDigits) for command in leg.commands)
        assert engine.of(happened.ReplySpoken)[-1].heard == "Well."

    run(main())


def test_the_sounds_of_the_house_are_soft_and_without_clicks() -> None:
    music, tone = gentle().astype(np.int32), beep().astype(np.int32)
    assert 1000 < np.abs(music).max() < 4000
    assert abs(int(music[0]) - int(music[-1])) < 50  # where it begins anew
    assert np.abs(np.diff(music)).max() < 400
    assert abs(int(tone[0])) < 50 and abs(int(tone[-1])) < 500 and np.abs(tone).max() > 6000
    pieces = list(repeated(MUSIC, 2.5))
    assert len(pieces) == 125 and all(len(piece) == FRAME for piece in pieces)
    assert abs(int(pieces[-1][-1])) == 0
