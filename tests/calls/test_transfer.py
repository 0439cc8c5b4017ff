"""Handing callers over, as a call sees it: what people complained about elsewhere must not happen here."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field

import pytest

from switchroom.events import catalogue as happened
from switchroom.media.frame import Samples
from switchroom.ports import (
    CallerSaid,
    CallOpened,
    Capability,
    Digit,
    HangUp,
    Held,
    Left,
    LegCommand,
    Party,
    PartyChanged,
    Resumed,
    Say,
    Signal,
    Transfer,
    TransferFailed,
    TransferOutcome,
    TransferProgress,
    Transferred,
    TransferTo,
)
from tests.calls.rig import Rig, ScriptedEar, ScriptedMind, rig
from tests.scripted import ScriptedLeg, voice
from tests.virtual_time import run

ANNA = "sip:anna@192.0.2.10"
THROUGH = "I'll put you through."

Script = Sequence[tuple[float, Signal]]


@dataclass
class HandingLeg(ScriptedLeg):
    """A leg that can hand over; ``then`` is what it reports so long after it was asked."""

    can: frozenset[Capability] = frozenset({Capability.REFER})
    then: Script = ()
    asked: list[str] = field(default_factory=list)

    async def do(self, command: LegCommand) -> None:
        await super().do(command)
        if isinstance(command, Transfer):
            self.asked.append(command.target)
            for after, signal in self.then:
                asyncio.get_running_loop().call_later(after, self._happen, signal)

    def _happen(self, signal: Signal) -> None:
        self.over = self.over or isinstance(signal, Left)
        self.signal(signal)


def mind() -> ScriptedMind:
    return ScriptedMind(
        {
            "a person please": [Say(THROUGH, protected=True), TransferTo(ANNA)],
            "TransferFailed": [Say("Nobody is there.")],
        }
    )


def call(
    then: Script, texts: Sequence[str], script: list[tuple[float, Samples]], **more: object
) -> tuple[Rig, HandingLeg]:
    """Live a call in which the caller says ``texts`` when ``script`` says; return what became of it."""
    leg = HandingLeg(script, then=then, **more)  # type: ignore[arg-type]

    async def main() -> Rig:
        async with rig(ScriptedEar(list(texts)), mind()) as engine:
            await engine.call(leg)
        return engine

    return run(main()), leg


def told(engine: Rig) -> list[str]:
    """Return the topics that tell of the transfer and of the end."""
    return [e.topic for e in engine.events if e.topic.startswith(("transfer.", "call.transferred", "call.ended"))]


def reasons(engine: Rig) -> list[str]:
    return [event.reason for event in engine.of(happened.CallCompleted)]


ASKING: list[tuple[float, Samples]] = [(3.0, voice(1.0))]


@pytest.mark.parametrize(
    "then",
    [
        [(1.0, TransferProgress()), (3.0, Transferred("done", 200))],
        [(3.0, Transferred("done", 200)), (3.001, Left("hangup"))],
        [(1.0, TransferProgress()), (1.1, TransferProgress()), (3.0, Transferred("done", 200)), (3.2, Left("hangup"))],
    ],
    ids=["they never say goodbye", "goodbye with the news", "goodbye after the news"],
)
def test_a_caller_who_was_handed_over_leaves_by_transfer(then: Script) -> None:
    engine, leg = call(then, ["a person please"], ASKING)
    assert leg.asked == [ANNA]
    ringing = ["transfer.ringing"] if TransferProgress() in [signal for _, signal in then] else []
    assert told(engine) == ["transfer.requested", *ringing, "transfer.completed", "call.ended"]
    assert reasons(engine) == ["transfer"]
    assert isinstance(leg.commands[-1], HangUp), "whoever has not gone is let go"


def test_nothing_is_handed_over_before_the_sentence_was_heard() -> None:
    engine, _ = call([(1.0, Transferred("done", 200))], ["a person please"], ASKING)
    (spoken,) = [event for event in engine.of(happened.ReplySpoken) if event.heard == THROUGH]
    (requested,) = engine.of(happened.TransferRequested)
    assert requested.sequence > spoken.sequence
    assert requested.target == ANNA


@pytest.mark.parametrize("outcome", ["busy", "no_answer", "declined", "unreachable", "not_supported", "failed"])
def test_the_brain_hears_why_nobody_took_the_caller_and_the_call_goes_on(outcome: TransferOutcome) -> None:
    engine, _ = call([(2.0, Transferred(outcome, 486))], ["a person please", "goodbye"], [*ASKING, (12.0, voice(1.0))])
    assert engine.mind.prompts[-2:] == [TransferFailed(outcome), CallerSaid("goodbye", 0.9)]
    (failed,) = engine.of(happened.TransferFailed)
    assert (failed.reason, failed.status) == (outcome, 486)
    (reply,) = [event for event in engine.of(happened.ReplySpoken) if event.answers == "transfer"]
    assert reply.heard == "Nobody is there."
    assert reasons(engine) == ["agent_hangup"]


def test_hello_while_it_rings_starts_no_second_transfer() -> None:
    engine, leg = call(
        [(1.0, TransferProgress()), (12.0, Transferred("done", 200))],
        ["a person please", "hello", "a person please"],
        [*ASKING, (8.0, voice(1.0)), (11.0, voice(1.0))],
    )
    assert leg.asked == [ANNA]
    assert engine.mind.prompts == [CallOpened(), CallerSaid("a person please", 0.9)]
    assert reasons(engine) == ["transfer"]


def test_silence_while_it_rings_is_no_silence_of_the_caller() -> None:
    engine, _ = call([(60.0, Transferred("done", 200))], ["a person please"], ASKING)
    assert len(engine.mind.prompts) == 2, "nobody is asked whether they are still there"
    assert reasons(engine) == ["transfer"]


def test_keys_and_hold_music_while_it_rings_change_nothing() -> None:
    then: Script = [
        (1.0, Held()),
        (2.0, Digit("5", "rfc4733")),
        (3.0, Resumed()),
        (5.0, Transferred("no_answer", 480)),
    ]
    engine, leg = call(then, ["a person please", "music", "goodbye"], [*ASKING, (9.0, voice(0.5)), (14.0, voice(1.0))])
    assert leg.asked == [ANNA]
    assert [type(prompt).__name__ for prompt in engine.mind.prompts][2] == "TransferFailed"


def test_a_caller_who_is_still_on_hold_hears_why_once_they_are_back() -> None:
    then: Script = [(1.0, Held()), (2.0, Transferred("busy", 486)), (8.0, Resumed())]
    engine, _ = call(then, ["a person please", "goodbye"], [*ASKING, (20.0, voice(1.0))])
    (reply,) = [event for event in engine.of(happened.ReplySpoken) if event.answers == "transfer"]
    assert reply.heard == "Nobody is there."
    assert reply.end - reply.start > 6.0, "it waits in the middle of its first word"
    assert reasons(engine) == ["agent_hangup"]


def test_a_caller_who_hangs_up_while_it_rings_leaves_nothing_behind() -> None:
    engine, _ = call([(1.0, TransferProgress()), (2.0, Left("hangup"))], ["a person please"], ASKING)
    assert told(engine) == ["transfer.requested", "transfer.ringing", "transfer.failed", "call.ended"]
    assert [event.reason for event in engine.of(happened.TransferFailed)] == ["abandoned"]
    assert reasons(engine) == ["caller_hangup"]


def test_a_line_that_cannot_hand_over_says_so_at_once() -> None:
    engine, leg = call([], ["a person please", "goodbye"], [*ASKING, (10.0, voice(1.0))], can=frozenset())
    assert leg.asked == []
    assert [event.reason for event in engine.of(happened.TransferFailed)] == ["not_supported"]
    assert TransferFailed("not_supported") in engine.mind.prompts
    assert reasons(engine) == ["agent_hangup"]


def test_a_second_transfer_may_follow_one_that_failed() -> None:
    engine, leg = call(
        [(1.0, Transferred("busy", 486))],
        ["a person please", "a person please", "goodbye"],
        [*ASKING, (11.0, voice(1.0)), (20.0, voice(1.0))],
    )
    assert leg.asked == [ANNA, ANNA]
    assert [event.reason for event in engine.of(happened.TransferFailed)] == ["busy", "busy"]


def test_a_call_that_was_handed_to_us_says_who_talks_now() -> None:
    leg = HandingLeg([(6.0, voice(1.0))])

    async def main() -> Rig:
        async with rig(ScriptedEar(["goodbye"]), mind()) as engine:
            engine.offer(leg)
            await asyncio.sleep(4.0)
            leg.signal(PartyChanged(Party("sip:carol@192.0.2.3"), {"packets": 200}))
            await engine.until_idle()
        return engine

    engine = run(main())
    (moved,) = engine.of(happened.CallTransferred)
    assert (moved.party, moved.media) == ("sip:carol@192.0.2.3", {"packets": 200})
    assert CallerSaid("goodbye", 0.9) in engine.mind.prompts
