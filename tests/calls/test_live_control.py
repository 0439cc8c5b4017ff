"""What is done to a running call from outside, with scripted telephones."""

import asyncio
from collections.abc import Awaitable, Callable

import numpy as np
import pytest

from switchroom.errors import Conflict, Unavailable
from switchroom.events import catalogue as happened
from switchroom.identity import AgentId, CallId, LegId
from switchroom.ports import (
    Capability,
    HangUp,
    Held,
    LegCommand,
    Party,
    SendDigits,
    Transfer,
    TransferFailed,
    Transferred,
    control,
)
from tests.calls.rig import GREETING, TENANT, Rig, ScriptedEar, ScriptedMind, ScriptedPhones, rig
from tests.scripted import ScriptedLeg, voice
from tests.virtual_time import run

ABLE = frozenset({Capability.REFER, Capability.SEND_DIGITS})


class AbleLeg(ScriptedLeg):
    """A leg that hands over as it is told to answer."""

    outcome: str = "done"

    async def do(self, command: LegCommand) -> None:
        await super().do(command)
        if isinstance(command, Transfer):
            asyncio.get_running_loop().call_later(1.0, self.signal, Transferred(self.outcome))  # type: ignore[arg-type]


def guest(*script: tuple[float, "np.typing.NDArray[np.int16]"], leaves: float | None = None) -> ScriptedLeg:
    return ScriptedLeg(list(script), leaves, LegId("leg_guest"), Party("bert"), can=ABLE)


async def steer(engine: Rig, command: control.CallCommand) -> None:
    [call] = engine.switchboard.calls
    await engine.switchboard.do(call, TENANT, command)


async def refused(engine: Rig, command: control.CallCommand) -> str:
    with pytest.raises(Conflict) as caught:
        await steer(engine, command)
    return str(caught.value)


def talk(
    story: Callable[[Rig, ScriptedLeg], Awaitable[None]],
    leg: ScriptedLeg | None = None,
    *,
    ear: ScriptedEar | None = None,
    mind: ScriptedMind | None = None,
    phones: ScriptedPhones | None = None,
    after: float = 4.0,
) -> Rig:
    """Call, hear the greeting out, and let ``story`` happen; return the engine."""
    leg = leg or ScriptedLeg(can=ABLE)

    async def main() -> Rig:
        async with rig(ear, mind, phones=phones, silence=60.0) as engine:
            engine.offer(leg)
            await asyncio.sleep(after)
            await story(engine, leg)
            if engine.switchboard.count:
                await steer(engine, control.HangUp())
            await engine.until_idle()
        return engine

    return run(main())


def sounds_between(leg: ScriptedLeg, start: float, end: float) -> bool:
    return any(begin < end and stop > start for begin, stop in leg.audible())


def test_a_caller_on_hold_hears_music_and_is_not_heard() -> None:
    leg = ScriptedLeg([(5.0, voice(1.0)), (12.0, voice(1.0))], can=ABLE)

    async def story(engine: Rig, leg: ScriptedLeg) -> None:
        await steer(engine, control.Hold())
        assert "held" in await refused(engine, control.Hold())
        assert "held" in await refused(engine, control.Say("Hello?"))
        await asyncio.sleep(5.0)
        await steer(engine, control.Resume())
        assert "talking" in await refused(engine, control.Resume())
        await asyncio.sleep(6.0)

    engine = talk(story, leg, ear=ScriptedEar(["are you there", "I am back"]))
    assert sounds_between(leg, 4.5, 8.5) and not sounds_between(leg, 9.5, 12.0)
    assert [event.by for event in engine.of(happened.CallHeld)] == ["us"]
    assert [event.by for event in engine.of(happened.CallResumed)] == ["us"]
    [turn] = engine.of(happened.TurnEnded)
    assert "are you there" not in [heard.heard for heard in engine.of(happened.ReplySpoken)]
    assert turn.turn == 1


def test_a_hold_of_theirs_is_not_ours_to_end() -> None:
    async def story(engine: Rig, leg: ScriptedLeg) -> None:
        leg.signal(Held())
        await asyncio.sleep(0.5)
        assert "other side" in await refused(engine, control.Resume())

    assert [event.by for event in talk(story).of(happened.CallHeld)] == ["far_end"]


def test_the_agent_says_what_it_is_told_in_the_place_of_what_it_was_saying() -> None:
    mind = ScriptedMind()

    async def story(engine: Rig, leg: ScriptedLeg) -> None:
        await steer(engine, control.Say("The shop closes in five minutes."))
        await asyncio.sleep(4.0)

    engine = talk(story, mind=mind, after=0.8)
    [cut] = engine.of(happened.ReplyInterrupted)
    assert cut.answers == "opening" and GREETING.startswith(cut.heard)
    [said] = [reply for reply in engine.of(happened.ReplySpoken) if reply.answers == "dictation"]
    assert said.heard == "The shop closes in five minutes."


def test_what_is_told_may_be_interrupted_unless_it_is_protected() -> None:
    for protected in (False, True):
        leg = ScriptedLeg([(5.0, voice(1.0))], can=ABLE)

        async def story(engine: Rig, leg: ScriptedLeg, *, protected: bool = protected) -> None:
            await steer(engine, control.Say("This is long enough to be interrupted by somebody.", protected=protected))
            await asyncio.sleep(1.0)
            if protected:
                assert "must not be interrupted" in await refused(engine, control.Say("Stop."))
            await asyncio.sleep(7.0)

        engine = talk(story, leg, ear=ScriptedEar(["no wait please stop"]))
        spoken = [reply.answers for reply in engine.of(happened.ReplySpoken)]
        assert ("dictation" in spoken) is protected


def test_the_agent_knows_what_was_whispered_and_the_caller_hears_nothing() -> None:
    mind = ScriptedMind()
    leg = ScriptedLeg([(6.0, voice(1.0))], can=ABLE)

    async def story(engine: Rig, leg: ScriptedLeg) -> None:
        await steer(engine, control.Whisper("Offer her a discount."))
        await asyncio.sleep(1.5)
        assert not sounds_between(leg, 4.1, 5.5)
        await asyncio.sleep(4.0)

    engine = talk(story, leg, ear=ScriptedEar(["it is too dear"]), mind=mind)
    notes = [said.text for said in mind.context[-1] if said.who == "note"]
    assert notes == ["Offer her a discount."]
    assert engine.of(happened.AgentTold)[0].text == "Offer her a discount."


def test_keys_are_pressed_where_the_line_can() -> None:
    async def story(engine: Rig, leg: ScriptedLeg) -> None:
        await steer(engine, control.SendDigits("12#"))
        assert leg.commands[-1] == SendDigits("12#")

    assert talk(story).of(happened.KeysPressed)[0].digits == "12#"

    async def cannot(engine: Rig, leg: ScriptedLeg) -> None:
        assert "cannot press keys" in await refused(engine, control.SendDigits("1"))
        assert "cannot hand calls over" in await refused(engine, control.Transfer("bert"))

    talk(cannot, ScriptedLeg())


def test_a_blind_transfer_ends_the_call_once_it_is_done() -> None:
    async def story(engine: Rig, leg: ScriptedLeg) -> None:
        await steer(engine, control.Transfer("sip:bert@test"))
        assert "transferring" in await refused(engine, control.Hold())
        await engine.until_idle()
        assert Transfer("sip:bert@test") in leg.commands

    engine = talk(story, AbleLeg(can=ABLE))
    assert engine.of(happened.TransferCompleted) and engine.of(happened.CallEnded)[0].reason == "transfer"


def test_a_transfer_that_fails_gives_the_caller_back_to_the_agent() -> None:
    leg, mind = AbleLeg(can=ABLE), ScriptedMind()
    leg.outcome = "busy"

    async def story(engine: Rig, leg: ScriptedLeg) -> None:
        await steer(engine, control.Transfer("sip:bert@test"))
        await asyncio.sleep(3.0)

    talk(story, leg, mind=mind)
    assert TransferFailed("busy") in mind.prompts


def test_a_warm_transfer_calls_first_and_joins_then() -> None:
    bert = guest()
    phones = ScriptedPhones({"bert": bert})

    async def story(engine: Rig, leg: ScriptedLeg) -> None:
        await steer(engine, control.Transfer("bert", "warm"))
        await engine.until_idle()
        assert Transfer(replaces=LegId("leg_guest")) in leg.commands

    leg = AbleLeg(can=ABLE)
    engine = talk(story, leg, phones=phones)
    assert sounds_between(leg, 4.5, 6.0)  # music, while bert's telephone rings
    assert engine.of(happened.CallEnded)[0].reason == "transfer"
    assert bert.over


def test_a_warm_transfer_to_somebody_who_does_not_answer_comes_back() -> None:
    mind = ScriptedMind()
    phones = ScriptedPhones({"bert": Unavailable("busy", code="sip_busy")})

    async def story(engine: Rig, leg: ScriptedLeg) -> None:
        await steer(engine, control.Transfer("bert", "warm"))
        await asyncio.sleep(4.0)
        assert not any(isinstance(command, Transfer) for command in leg.commands)

    engine = talk(story, mind=mind, phones=phones)
    [failed] = engine.of(happened.LegFailed)
    assert (failed.purpose, failed.code) == ("transfer", "sip_busy")
    assert any(isinstance(prompt, TransferFailed) for prompt in mind.prompts)


def test_in_a_conference_everybody_hears_everybody() -> None:
    leg = ScriptedLeg([(9.0, voice(0.5))], can=ABLE)
    bert = guest((1.0, voice(0.5)), leaves=8.0)  # from 7.5 of the call on

    async def story(engine: Rig, leg: ScriptedLeg) -> None:
        await steer(engine, control.Conference("bert"))
        await asyncio.sleep(13.0)

    engine = talk(story, leg, ear=ScriptedEar(["hello bert"]), phones=ScriptedPhones({"bert": bert}))
    assert sounds_between(leg, 7.4, 8.2)  # bert
    heard = [begin for begin, _ in bert.audible()]
    assert any(2.0 < begin < 2.8 for begin in heard)  # the caller
    assert any(begin > 2.8 for begin in heard)  # the agent
    assert [event.leg for event in engine.of(happened.LegAdded)] == ["leg_test", "leg_guest"]
    assert [event.leg for event in engine.of(happened.LegLeft)] == ["leg_guest", "leg_test"]


def test_who_is_busy_is_told_of_and_the_call_goes_on() -> None:
    async def story(engine: Rig, leg: ScriptedLeg) -> None:
        await steer(engine, control.Conference("bert"))
        await asyncio.sleep(4.0)
        assert engine.switchboard.count == 1

    engine = talk(story, phones=ScriptedPhones({"bert": Unavailable("busy", code="sip_busy")}))
    assert engine.of(happened.LegFailed)[0].purpose == "conference"


def test_a_person_takes_over_and_gives_back() -> None:
    mind = ScriptedMind()
    leg = ScriptedLeg([(8.0, voice(1.0)), (14.0, voice(1.0))], can=ABLE)
    bert = guest((2.5, voice(0.5)))

    async def story(engine: Rig, leg: ScriptedLeg) -> None:
        await steer(engine, control.TakeOver("bert", "user_1"))
        assert "being called" in await refused(engine, control.TakeOver("carla"))
        await asyncio.sleep(3.0)
        assert "taken over" in await refused(engine, control.Say("Hello"))
        await asyncio.sleep(5.0)
        await steer(engine, control.GiveBack("She gets her money back."))
        assert "nobody has taken it over" in await refused(engine, control.GiveBack())
        await asyncio.sleep(6.0)

    engine = talk(
        story, leg, ear=ScriptedEar(["who are you", "thank you"]), mind=mind, phones=ScriptedPhones({"bert": bert})
    )
    [started], [ended] = engine.of(happened.TakeoverStarted), engine.of(happened.TakeoverEnded)
    assert (started.target, started.by, started.leg) == ("bert", "user_1", "leg_guest")
    assert (ended.why, ended.note) == ("given_back", "She gets her money back.")
    assert ended.seconds == pytest.approx(5.5, abs=0.6)
    assert any(1.0 < begin < 2.2 for begin, _ in bert.audible())  # the caller, at 8 s
    assert sounds_between(leg, 8.9, 9.8)  # bert
    assert [type(command) for command in bert.commands] == [HangUp]
    assert [turn.text for turn in engine.of(happened.TranscriptFinal)] == ["thank you"]
    notes = [said.text for said in mind.context[-1] if said.who == "note"]
    assert len(notes) == 1 and notes[0].endswith("She gets her money back.")


def test_a_person_who_hangs_up_has_given_back() -> None:
    async def story(engine: Rig, leg: ScriptedLeg) -> None:
        await steer(engine, control.TakeOver("bert"))
        await asyncio.sleep(6.0)
        await steer(engine, control.Say("I am back."))
        await asyncio.sleep(2.0)

    engine = talk(story, phones=ScriptedPhones({"bert": guest(leaves=2.0)}))
    assert [event.why for event in engine.of(happened.TakeoverEnded)] == ["left"]
    assert engine.of(happened.ReplySpoken)[-1].heard == "I am back."


def test_when_the_caller_leaves_nobody_stays() -> None:
    bert = guest()

    async def story(engine: Rig, leg: ScriptedLeg) -> None:
        await steer(engine, control.TakeOver("bert"))
        await engine.until_idle()

    engine = talk(story, ScriptedLeg(leaves=10.0, can=ABLE), phones=ScriptedPhones({"bert": bert}))
    assert bert.over
    assert [event.why for event in engine.of(happened.TakeoverEnded)] == ["call_ended"]


def test_a_call_that_is_not_connected_can_only_be_ended() -> None:
    async def main() -> None:
        async with rig(finding=0.1, phones=ScriptedPhones({"anna": None})) as engine:
            wanted = control.NewCall(CallId("call_1"), TENANT, AgentId("agt_test"), "anna")
            await engine.switchboard.make(wanted)
            await asyncio.sleep(1.0)
            assert "ringing" in await refused(engine, control.Hold())
            await steer(engine, control.HangUp())
            await engine.until_idle()

    run(main())
