"""Who gets in, and how the house closes."""

import asyncio
from dataclasses import replace

import pytest

from switchroom.calls.switchboard import Limits
from switchroom.errors import Conflict, Denied, Limited, NotFound, SwitchroomError, Unavailable
from switchroom.events import catalogue as happened
from switchroom.identity import TenantId
from switchroom.ports import Answer, CallContext, HangUp, Left, LegCommand, Prompt, Refuse, Ring, control
from switchroom.sip.callers.diversion import Diversion
from switchroom.sip.callers.identity import Caller
from tests.calls.rig import TENANT, ScriptedEar, ScriptedMind, rig
from tests.scripted import ScriptedLeg, voice
from tests.virtual_time import run


def test_a_call_rings_before_it_is_answered() -> None:
    async def main() -> None:
        async with rig() as engine:
            leg = await engine.call(ScriptedLeg(leaves=2.0))
        assert leg.commands == [Ring(), Answer()]

    run(main())


def test_the_journal_is_told_how_a_call_came_to_us() -> None:
    async def main() -> None:
        diverted = Diversion("tel:+44100", "busy", "+44100")
        context = CallContext(Caller("tel:+49301", "+49301", verification="TN-Validation-Passed-A"), (diverted,))
        async with rig() as engine:
            engine.offer(ScriptedLeg(leaves=1.0), context=replace(context, headers={"x-case": "7"}))
            await engine.until_idle()
        [started] = engine.of(happened.CallStarted)
        assert (started.diverted_from, started.diverted_why) == ("+44100", "busy")
        assert (started.verification, started.headers) == ("TN-Validation-Passed-A", {"x-case": "7"})

    run(main())


def test_the_journal_is_told_which_version_of_which_flow_answers() -> None:
    async def main() -> None:
        async with rig(flow="reception", flow_version=3) as engine:
            await engine.call(ScriptedLeg(leaves=1.0))
        [started] = engine.of(happened.CallStarted)
        assert (started.flow, started.flow_version) == ("reception", 3)

    run(main())


def test_a_caller_who_leaves_at_the_answer_has_hung_up_and_nothing_failed() -> None:
    class Hasty(ScriptedLeg):
        async def do(self, command: LegCommand) -> None:
            await super().do(command)
            if isinstance(command, Answer):
                self.signal(Left("hangup"))

    async def main() -> None:
        async with rig() as engine:
            leg = await engine.call(Hasty())
        assert leg.commands == [Ring(), Answer()]
        assert [event.reason for event in engine.of(happened.CallCompleted)] == ["caller_hangup"]
        assert not engine.of(happened.CallConnected)
        assert not engine.of(happened.CallFailed)

    run(main())


def test_an_unknown_number_is_refused_as_not_found() -> None:
    async def main() -> None:
        leg = ScriptedLeg()
        async with rig() as engine:
            engine.offer(leg, dialled="nobody")
            await engine.until_idle()
        assert leg.commands == [Refuse("not_found")]
        assert engine.events == []

    run(main())


@pytest.mark.parametrize(
    ("error", "refusal"),
    [
        (Denied("paid nothing", code="tenant_suspended"), Refuse("suspended")),
        (Denied("not from there"), Refuse("not_allowed")),
        (Limited("all lines are in use", retry_after=0.5), Refuse("over_limit", retry_after=1)),
    ],
)
def test_a_call_that_may_not_be_is_refused_with_the_reason(error: SwitchroomError, refusal: Refuse) -> None:
    async def main() -> None:
        leg = ScriptedLeg()
        async with rig(refuses=error) as engine:
            engine.offer(leg)
            await engine.until_idle()
        assert leg.commands == [refusal]
        assert engine.switchboard.refused == {error.code: 1}
        assert engine.events == []

    run(main())


def test_a_call_is_not_swallowed_before_the_switchboard_runs() -> None:
    async def main() -> None:
        async with rig() as engine:
            pass
        with pytest.raises(Unavailable, match="before the switchboard runs"):
            engine.offer(ScriptedLeg())

    run(main())


def test_a_call_beyond_the_limit_is_refused_and_the_others_go_on() -> None:
    async def main() -> None:
        first, second = ScriptedLeg(leaves=5.0), ScriptedLeg()
        async with rig(limits=Limits(calls=1)) as engine:
            engine.offer(first)
            engine.offer(second)
            await engine.until_idle()
        assert second.commands == [Refuse("overloaded", retry_after=5)]
        assert engine.switchboard.refused == {"full": 1}
        assert len(engine.of(happened.CallCompleted)) == 1

    run(main())


def test_a_place_is_free_again_after_a_call() -> None:
    async def main() -> None:
        async with rig(limits=Limits(calls=1)) as engine:
            await engine.call(ScriptedLeg(leaves=2.0))
            await engine.call(ScriptedLeg(leaves=2.0))
        assert len(engine.of(happened.CallCompleted)) == 2

    run(main())


def test_a_drain_takes_no_new_calls_and_lets_running_ones_finish() -> None:
    async def main() -> None:
        running, late = ScriptedLeg(leaves=3.0), ScriptedLeg()
        async with rig() as engine:
            engine.offer(running)
            await asyncio.sleep(1.0)
            async with asyncio.TaskGroup() as tasks:
                tasks.create_task(engine.switchboard.drain(10.0))
                await asyncio.sleep(0.1)
                engine.offer(late)
            assert [event.reason for event in engine.of(happened.CallEnded)] == ["caller_hangup"]
        assert late.commands == [Refuse("draining", retry_after=5)]

    run(main())


def test_a_drain_ends_calls_that_outlive_it() -> None:
    async def main() -> None:
        leg = ScriptedLeg()
        async with rig() as engine:
            engine.offer(leg)
            await asyncio.sleep(1.0)
            await engine.switchboard.drain(2.0)
        assert engine.of(happened.CallEnded)[0].reason == "drained"
        assert isinstance(leg.commands[-1], HangUp)

    run(main())


def test_a_call_can_be_ended_from_outside() -> None:
    async def main() -> None:
        leg = ScriptedLeg()
        async with rig() as engine:
            engine.offer(leg)
            await asyncio.sleep(1.0)
            [call] = engine.switchboard.calls
            with pytest.raises(NotFound):
                await engine.switchboard.do(call, TenantId("somebody_else"), control.HangUp())
            await engine.switchboard.do(call, TENANT, control.HangUp())
            with pytest.raises(Conflict, match="ended"):
                await engine.switchboard.do(call, TENANT, control.HangUp())
            await engine.until_idle()
            with pytest.raises(NotFound):
                await engine.switchboard.do(call, TENANT, control.HangUp())
        assert engine.of(happened.CallEnded)[0].reason == "agent_hangup"

    run(main())


def test_what_breaks_in_one_call_ends_that_call_only() -> None:
    class Broken(ScriptedMind):
        def reply(self, prompt: Prompt, heard: object) -> object:  # type: ignore[override]
            raise ValueError("a bug in a brain")

    async def main() -> None:
        async with rig(ScriptedEar(["goodbye"]), Broken()) as engine:
            await engine.call(ScriptedLeg([(3.0, voice(1.0))], leaves=9.0))
            assert [event.capability for event in engine.of(happened.ProviderFailed)] == ["brain", "brain"]
            assert engine.of(happened.CallCompleted)

    run(main())


def test_an_agent_that_cannot_answer_harms_nobody_else() -> None:
    async def main() -> None:
        running, unusable, breaks = ScriptedLeg(leaves=4.0), ScriptedLeg(), ScriptedLeg()
        async with rig() as engine:
            engine.offer(running)
            await asyncio.sleep(1.0)
            engine.offer(unusable, dialled="unusable")
            engine.offer(breaks, dialled="breaks")
            await engine.until_idle()
        assert unusable.commands == [Refuse("no_agent")]
        assert breaks.commands == [HangUp()]
        assert [event.reason for event in engine.of(happened.CallCompleted)] == ["caller_hangup"]

    run(main())


def test_a_leg_that_cannot_even_be_refused_harms_nobody_else() -> None:
    class Broken(ScriptedLeg):
        async def do(self, command: LegCommand) -> None:
            raise RuntimeError("a bug in a transport")

    async def main() -> None:
        running = ScriptedLeg(leaves=4.0)
        async with rig() as engine:
            engine.offer(running)
            await asyncio.sleep(1.0)
            engine.offer(Broken())
            engine.offer(Broken(), dialled="nobody")
            await engine.until_idle()
        assert [event.reason for event in engine.of(happened.CallCompleted)] == ["caller_hangup"]

    run(main())


def test_no_call_outlives_the_limit_of_the_house() -> None:
    async def main() -> None:
        leg = ScriptedLeg()
        async with rig(limits=Limits(call_seconds=3.0), max_duration=600.0) as engine:
            await engine.call(leg)
        assert [event.reason for event in engine.of(happened.CallCompleted)] == ["timeout"]
        assert engine.of(happened.CallCompleted)[0].duration < 4.0

    run(main())


def test_a_leg_that_breaks_in_the_tick_fails_its_own_call() -> None:
    class Broken(ScriptedLeg):
        def hear(self, now: float) -> bytes | None:
            raise RuntimeError("a bug in a transport")

    async def main() -> None:
        whole, broken = ScriptedLeg(leaves=4.0), Broken()
        async with rig() as engine:
            engine.offer(whole)
            await asyncio.sleep(1.0)
            await engine.call(broken)
        assert [event.code for event in engine.of(happened.CallFailed)] == ["bug"]
        assert isinstance(broken.commands[-1], HangUp)
        assert len(engine.of(happened.CallCompleted)) == 1

    run(main())


def test_a_conversation_that_breaks_in_the_tick_fails_its_own_call() -> None:
    async def main() -> None:
        broken, whole = ScriptedLeg(), ScriptedLeg([(3.0, voice(1.0))], leaves=8.0)
        async with rig(ScriptedEar(["goodbye"])) as engine:
            engine.offer(broken)
            await asyncio.sleep(1.0)
            session = next(iter(engine.switchboard._sessions.values()))
            guard = session._guard
            assert guard is not None
            guard.run(_explode)
            await engine.call(whole)
        assert [event.code for event in engine.of(happened.CallFailed)] == ["bug"]
        assert len(engine.of(happened.CallCompleted)) == 1

    run(main())


def _explode() -> None:
    raise RuntimeError("boom")


def test_a_call_that_is_still_looked_up_when_the_drain_ends_does_not_live_on() -> None:
    async def main() -> None:
        leg = ScriptedLeg([(1.0, voice(30.0))])
        async with rig(finding=3.0) as engine:
            engine.offer(leg)
            await asyncio.sleep(0.5)
            await engine.switchboard.drain(1.0)
            assert engine.of(happened.CallConnected) == []
        assert [event.reason for event in engine.of(happened.CallEnded)] == ["drained"]

    run(main())


def test_no_call_is_taken_that_could_not_be_remembered() -> None:
    async def main() -> None:
        leg = ScriptedLeg()
        async with rig(problem="the journal cannot be written") as engine:
            engine.offer(leg)
            await asyncio.sleep(0.1)
        assert leg.commands == [Refuse("overloaded", retry_after=5)]
        assert engine.switchboard.refused == {"unhealthy": 1}

    run(main())


def test_a_call_is_not_answered_by_an_agent_that_cannot_hear() -> None:
    class Deaf(ScriptedEar):
        def listen(self, *given: object) -> ScriptedEar:
            raise Unavailable("knows English only")

    async def main() -> None:
        leg = ScriptedLeg()
        async with rig(Deaf([])) as engine:
            await engine.call(leg)
        assert leg.commands == [Ring(), Refuse("unavailable")]
        assert engine.of(happened.CallFailed)

    run(main())
