"""Our half of a conversation, in virtual time, against a scripted other side."""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import numpy as np
import pytest

from switchroom.caller.conversation import Conversation
from switchroom.caller.far_end import FarEnd
from switchroom.caller.steps import PressKeys, SayText, Step, WaitSeconds
from switchroom.media.frame import RATE, TICK, Samples
from switchroom.media.plane import Plane
from switchroom.ports import Heard, HearingFailed, Hints, Left, Listening, SendDigits
from tests.scripted import EnergyNetwork, ScriptedLeg, voice
from tests.virtual_time import run


@dataclass
class ScriptedEar:
    """Reports the next of its sentences whenever it is asked to understand, again the same until a new utterance begins."""

    sentences: list[str]
    report: Callable[[Heard | HearingFailed], None] = lambda _: None
    begun: int = 0
    heard: int = 0

    @property
    def name(self) -> str:
        return "scripted"

    def listen(
        self, language: str, hints: Callable[[], Hints], report: Callable[[Heard | HearingFailed], None]
    ) -> Listening:
        self.report = report
        return self

    def begin(self) -> None:
        self.begun += 1

    def hear(self, samples: Samples) -> None:
        self.heard += len(samples)

    def pause(self) -> None:
        self.report(Heard(self.sentences[self.begun - 1], final=True))

    def close(self) -> None:
        return None


@dataclass
class Outcome:
    """How a conversation went."""

    conversation: Conversation
    leg: ScriptedLeg
    sounded: bool
    shown: list[str] = field(default_factory=list)

    def said(self, who: str) -> list[str]:
        return [line.text for line in self.conversation.lines if line.who == who]

    def starts(self, who: str) -> list[float]:
        return [line.start for line in self.conversation.lines if line.who == who]


def converse(
    leg: ScriptedLeg,
    steps: Sequence[tuple[Step, Samples]],
    sentences: Sequence[str] = ("hello", "fine", "bye", "x", "y"),
) -> Outcome:
    """Hold the conversation; the other side's ``leg`` was answered at second 0."""

    async def main() -> Outcome:
        plane = Plane(lambda _: EnergyNetwork())
        shown: list[str] = []
        conversations: list[Conversation] = []
        far_end = FarEnd(ScriptedEar(list(sentences)), "en", lambda *told: conversations[0].told(*told))
        row = plane.add(leg, far_end)
        conversation = Conversation(leg, far_end, row.playout, 0.0, shown.append)
        conversations.append(conversation)
        leg.attach(conversation.signalled)
        async with asyncio.TaskGroup() as tasks:
            ticking = tasks.create_task(tick(plane))
            sounded = await conversation.hold(steps)
            await far_end.settle()
            ticking.cancel()
        return Outcome(conversation, leg, sounded, shown)

    return run(main())


async def tick(plane: Plane) -> None:
    while True:
        await asyncio.sleep(TICK)
        plane.tick(asyncio.get_running_loop().time())


NOTHING = np.zeros(0, np.int16)


def test_we_speak_when_the_greeting_is_over_and_measure_the_reply() -> None:
    leg = ScriptedLeg([(0.3, voice(1.0)), (4.0, voice(1.0))])
    outcome = converse(leg, [(SayText("A table, please."), voice(1.0))])
    assert outcome.sounded
    (asked,) = outcome.starts("you")
    assert asked == pytest.approx(2.2, abs=0.15)
    assert outcome.said("you") == ["A table, please."]
    assert outcome.said("agent") == ["hello (as recognised)", "fine (as recognised)"]
    assert outcome.starts("agent") == pytest.approx([0.3, 4.0], abs=0.1)
    assert outcome.conversation.latencies == [pytest.approx(4.0 - asked - 1.0, abs=0.15)]
    assert leg.audible()[0][0] == pytest.approx(asked, abs=0.05)
    assert outcome.shown[0].endswith("agent: hello (as recognised)")


def test_silence_around_what_we_say_is_not_counted_as_ours() -> None:
    padded = np.concatenate([voice(1.0), np.zeros(RATE, np.int16)])
    leg = ScriptedLeg([(0.3, voice(1.0)), (5.0, voice(0.5))])
    outcome = converse(leg, [(SayText("hello"), padded)])
    (start,) = outcome.starts("you")
    assert outcome.conversation.latencies == [pytest.approx(5.0 - start - 1.0, abs=0.15)]


def test_a_breath_inside_a_sentence_is_one_utterance() -> None:
    leg = ScriptedLeg([(0.3, voice(0.8)), (1.5, voice(0.8))])
    outcome = converse(leg, [])
    assert outcome.said("agent") == ["hello (as recognised)"]


def test_we_can_speak_over_the_other_side() -> None:
    leg = ScriptedLeg([(0.3, voice(4.0)), (6.0, voice(0.5))])
    outcome = converse(leg, [(SayText("Stop!", over=True), voice(0.5))])
    assert outcome.starts("you") == [pytest.approx(0.85, abs=0.15)]


def test_keys_are_pressed_in_our_turn() -> None:
    leg = ScriptedLeg([(0.3, voice(1.0)), (3.0, voice(0.5))])
    outcome = converse(leg, [(PressKeys("2"), NOTHING), (WaitSeconds(1.0), NOTHING)])
    assert leg.commands == [SendDigits("2")]
    assert outcome.said("you pressed") == ["2"]
    assert outcome.starts("you pressed") == [pytest.approx(2.2, abs=0.15)]


def test_a_side_that_says_nothing_is_a_failure() -> None:
    assert not converse(ScriptedLeg(), [(SayText("hello"), voice(0.5))]).sounded


def test_a_side_that_never_replies_is_spoken_to_all_the_same() -> None:
    outcome = converse(ScriptedLeg([(0.3, voice(0.5))]), [(SayText("one"), voice(0.5)), (SayText("two"), voice(0.5))])
    assert outcome.said("you") == ["one", "two"]
    assert outcome.conversation.latencies == []


def test_the_conversation_ends_when_they_hang_up() -> None:
    leg = ScriptedLeg([(0.3, voice(1.0))], leaves=2.4)
    outcome = converse(leg, [(SayText("one"), voice(2.0)), (SayText("two"), voice(1.0))])
    assert outcome.conversation.left
    assert outcome.said("you") == ["one"]
    outcome.conversation.signalled(Left("hangup"))
