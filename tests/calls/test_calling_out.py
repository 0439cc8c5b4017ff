"""Calls that we make: from dialling to the last event."""

import asyncio
from dataclasses import replace

import pytest

from switchroom.calls.dialled_leg import RINGS
from switchroom.calls.switchboard import Limits
from switchroom.errors import Denied, NotFound, SwitchroomError, Unavailable
from switchroom.events import catalogue as happened
from switchroom.identity import AgentId, CallId
from switchroom.ports import CallDetails, HangUp, Left, control
from switchroom.ports.control import Destination, NewCall
from tests.calls.rig import GREETING, TENANT, Rig, ScriptedEar, ScriptedMind, ScriptedPhones, rig
from tests.scripted import ScriptedLeg, voice
from tests.virtual_time import run

ANNA = "+442079460009"
CALL = CallId("call_ours")
WANTED = NewCall(CALL, TENANT, AgentId("agt_test"), ANNA, "+442079460000", metadata={"ticket": "7"})


async def made(engine: Rig, wanted: NewCall = WANTED) -> None:
    await engine.switchboard.make(wanted)
    await engine.until_idle()


def test_whom_we_call_is_greeted_and_talks_with_the_agent() -> None:
    async def main() -> None:
        leg = ScriptedLeg([(3.0, voice(1.0))], leaves=9.0)
        phones = ScriptedPhones({ANNA: leg})
        async with rig(ScriptedEar(["I want a table"]), phones=phones) as engine:
            await made(engine)
        assert phones.called == [Destination(TENANT, ANNA, "+442079460000")]
        [started] = engine.of(happened.CallStarted)
        assert (started.call, started.direction) == (CALL, "outbound")
        assert (started.caller, started.dialled, started.metadata) == ("+442079460000", ANNA, {"ticket": "7"})
        kinds = [type(event) for event in engine.events]
        order = [happened.CallStarted, happened.CallRinging, happened.CallConnected, happened.CallCompleted]
        assert [kind for kind in kinds if kind in order] == order
        assert [reply.heard for reply in engine.of(happened.ReplySpoken)] == [GREETING, "You said I want a table."]
        assert engine.of(happened.CallEnded)[0].reason == "caller_hangup"

    run(main())


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        (Unavailable("busy", code="sip_busy"), "busy"),
        (Unavailable("nobody", code="sip_no_answer"), "no_answer"),
        (Denied("no", code="sip_declined"), "rejected"),
    ],
)
def test_who_does_not_take_our_call_has_not_broken_it(answer: SwitchroomError, reason: str) -> None:
    async def main() -> None:
        async with rig(phones=ScriptedPhones({ANNA: answer})) as engine:
            await made(engine)
        assert engine.of(happened.CallConnected) == []
        [completed] = engine.of(happened.CallCompleted)
        assert (completed.reason, completed.duration) == (reason, 0.0)
        assert engine.of(happened.CallFailed) == []

    run(main())


def test_a_guard_s_refusal_is_a_failure_with_its_code() -> None:
    async def main() -> None:
        refused = Denied("not there", code="destination_not_allowed")
        async with rig(phones=ScriptedPhones({ANNA: refused})) as engine:
            await made(engine)
        [failed] = engine.of(happened.CallFailed)
        assert failed.code == "destination_not_allowed"

    run(main())


def test_a_telephone_does_not_ring_for_ever() -> None:
    async def main() -> None:
        phones = ScriptedPhones({ANNA: None})
        async with rig(phones=phones) as engine:
            before = asyncio.get_running_loop().time()
            await made(engine)
            assert asyncio.get_running_loop().time() - before == pytest.approx(RINGS, abs=1.0)
        assert phones.given_up == 1
        assert engine.of(happened.CallEnded)[0].reason == "no_answer"

    run(main())


def test_a_call_of_ours_can_be_given_up_while_it_rings() -> None:
    async def main() -> None:
        phones = ScriptedPhones({ANNA: None})
        async with rig(phones=phones) as engine:
            await engine.switchboard.make(WANTED)
            await asyncio.sleep(1.0)
            await engine.switchboard.do(CALL, TENANT, control.HangUp())
            await engine.until_idle()
        assert phones.given_up == 1
        assert engine.of(happened.CallEnded)[0].reason == "agent_hangup"

    run(main())


def test_a_call_lasts_no_longer_than_was_asked_for() -> None:
    async def main() -> None:
        leg = ScriptedLeg()
        async with rig(phones=ScriptedPhones({ANNA: leg}), max_duration=600.0) as engine:
            await made(engine, replace(WANTED, max_duration=5.0))
        assert engine.of(happened.CallEnded)[0].reason == "timeout"
        assert engine.of(happened.CallCompleted)[0].duration == pytest.approx(5.0, abs=0.5)
        assert leg.commands == [HangUp()]

    run(main())


def test_the_agent_knows_the_variables_that_were_given_along() -> None:
    async def main() -> None:
        opened: list[CallDetails] = []

        def open_brain(details: CallDetails) -> ScriptedMind:
            opened.append(details)
            return ScriptedMind()

        leg = ScriptedLeg(leaves=1.0)
        async with rig(phones=ScriptedPhones({ANNA: leg}), open_brain=open_brain) as engine:
            await made(engine, replace(WANTED, variables={"name": "Anna"}))
        assert opened[0].context.facts["variables.name"] == "Anna"
        assert opened[0].party.address == ANNA

    run(main())


def test_no_call_is_made_without_an_agent_or_a_place() -> None:
    async def main() -> None:
        async with rig(phones=ScriptedPhones({ANNA: None}), limits=Limits(calls=1)) as engine:
            with pytest.raises(NotFound):
                await engine.switchboard.make(replace(WANTED, agent=AgentId("agt_gone")))
            await engine.switchboard.make(WANTED)
            with pytest.raises(Unavailable, match="full"):
                await engine.switchboard.make(replace(WANTED, call=CallId("call_two")))
            await engine.switchboard.do(CALL, TENANT, control.HangUp())
            await engine.until_idle()

    run(main())


def test_who_answers_and_hangs_up_at_once_is_not_left_connected() -> None:
    class Hasty(ScriptedLeg):
        def attach(self, report: object) -> None:
            super().attach(report)  # type: ignore[arg-type]
            self.signal(Left("hangup"))

    async def main() -> None:
        async with rig(phones=ScriptedPhones({ANNA: Hasty()})) as engine:
            await made(engine)
        assert engine.of(happened.CallEnded)[0].reason == "caller_hangup"

    run(main())
