"""An agent whose own voice comes back: it neither interrupts itself nor answers itself, and still hears who speaks over it."""

from collections.abc import AsyncGenerator, Callable
from dataclasses import dataclass

import numpy as np
import pytest

from switchroom.calls.own_voice import OwnVoice
from switchroom.events import catalogue as happened
from switchroom.media.frame import FRAME, RATE, TICK, Samples
from switchroom.media.playout import Playout
from switchroom.ports import CallerSaid, CallOpened, Heard, Say, Voice
from tests.calls.rig import Rig, ScriptedEar, ScriptedMind, rig
from tests.media.echoes import OURS, THEIRS, Path, filtered, spoken, wide
from tests.media.speech import needs_flite, say
from tests.scripted import ScriptedLeg, voice
from tests.virtual_time import run

pytestmark = [needs_flite, pytest.mark.speech]
AGENT = f"{OURS[0]} {OURS[1]}"
TAKES = 0.02 * (len(say(AGENT)) // FRAME)


class FliteSpeech:
    """A voice that is one."""

    name = "flite"

    async def speak(self, text: str, as_: Voice) -> AsyncGenerator[Samples, None]:
        yield say(text)


@dataclass
class EchoingLeg(ScriptedLeg):
    """A leg whose far end sends back what it hears: so much later, so many dB weaker, filtered."""

    later: float = 0.12
    level: float = -10.0
    path: Path = "hybrid"

    def hear(self, now: float) -> bytes | None:
        own = super().hear(now)
        if own is None:
            return None
        line = np.frombuffer(own, "<i2").astype(np.int32) + self._echo()
        payload: bytes = np.clip(line, -32768, 32767).astype("<i2").tobytes()
        return payload

    def _echo(self) -> Samples:
        place = len(self.heard) - round(self.later / 0.02)
        if not 3 <= place < len(self.heard):
            return np.zeros(FRAME, np.int16)
        recent = np.concatenate(self.heard[place - 3 : place + 1]).astype(np.float64)[::2] / 32768
        return wide(filtered(recent, self.path) * 10 ** (self.level / 20))[-FRAME:]


@dataclass
class KnowingEar(ScriptedEar):
    """A recogniser that understands what ``words`` says is being said."""

    words: Callable[[], str] = lambda: ""

    def begin(self) -> None:
        self._current = ""

    def pause(self) -> None:
        self._current = self.words()
        super().pause()


def said(leg: ScriptedLeg, most: int = 8) -> str:
    """Return the last words that the leg heard, as its far end sends them back."""
    heard = sum(end - start for start, end in leg.audible())
    words = AGENT.replace(".", "").replace(",", "").lower().split()
    return " ".join(words[: max(1, int(len(words) * heard / TAKES))][-most:])


def live(leg: EchoingLeg, texts: Callable[[], str], agent: str = AGENT) -> Rig:
    async def main() -> Rig:
        mind = ScriptedMind({"CallOpened": [Say(agent)]})
        ear = KnowingEar([], words=texts)
        async with rig(ear, mind, speech=FliteSpeech(), greeting="", nudges=0) as engine:
            await engine.call(leg)
        return engine

    return run(main())


@pytest.mark.parametrize("path", ["conference", "hybrid", "loudspeaker"])
@pytest.mark.parametrize(("later", "level"), [(0.06, -6.0), (0.12, -12.0), (0.3, -10.0), (0.5, -8.0)])
def test_livekit_315_the_agent_does_not_interrupt_itself(path: Path, later: float, level: float) -> None:
    leg = EchoingLeg(later=later, level=level, path=path, leaves=TAKES + 3.5)
    engine = live(leg, lambda: said(leg))
    assert engine.of(happened.ReplyInterrupted) == []
    assert engine.of(happened.TranscriptFinal) == []
    assert engine.of(happened.ReplySpoken)[0].heard == AGENT
    assert len(engine.of(happened.ReplyPaused)) <= 2
    audible = leg.audible()
    assert audible[-1][1] - audible[0][0] < TAKES + 0.8  # the pauses for finding out are short, and few


@pytest.mark.parametrize("later", [0.1, 0.4])
def test_agents_4634_the_agent_does_not_answer_its_own_last_words(later: float) -> None:
    leg = EchoingLeg(later=later, leaves=TAKES + 4.0)
    engine = live(leg, lambda: said(leg, 4))
    assert engine.mind.prompts == [CallOpened()]


def test_livekit_3758_words_that_come_back_through_a_vocoder_are_no_turn() -> None:
    leg = EchoingLeg([(3.0, voice(1.5))], level=-90.0, leaves=TAKES + 6.0)
    engine = live(leg, lambda: said(leg, 6))
    assert engine.of(happened.TranscriptFinal) == []
    assert engine.of(happened.ReplySpoken)[0].heard == AGENT


def test_a_caller_who_repeats_a_word_or_two_is_heard() -> None:
    leg = EchoingLeg([(3.0, voice(0.6))], level=-90.0, leaves=8.0)
    engine = live(leg, lambda: "on friday")
    assert [event.text for event in engine.of(happened.TranscriptFinal)] == ["on friday"]


@pytest.mark.parametrize(("remaining", "left"), [(0.4, "a table for four inside"), (3.0, "")])
def test_a_caller_who_chooses_with_the_words_of_the_question_is_heard(remaining: float, left: str) -> None:
    """Only when it is all but over: before that, nobody repeats four words of it."""
    question = "Would you like a table for two outside, or a table for four inside?"
    own = OwnVoice(Playout(), lambda _: question)
    own.started(5.0, np.zeros(25 * FRAME, np.int16), 5.04, remaining)
    own.started(6.0, np.zeros(25 * FRAME, np.int16), 6.04, 0.0, fresh=False)
    assert own.without(Heard("a table for four inside", final=True), 6.5).text == left


@pytest.mark.parametrize("level", [-8.0, -14.0, -20.0])
def test_a_caller_who_speaks_over_the_echo_is_heard(level: float) -> None:
    near = np.clip(np.asarray(wide(spoken(THEIRS[0], "rms")), np.int32) * 2, -32768, 32767).astype(np.int16)
    leg = EchoingLeg([(4.0, near)], later=0.12, level=level, leaves=9.0)

    def words() -> str:
        spoke = len(leg.heard) * FRAME / RATE > 4.5
        return "no half past seven would be perfect for us" if spoke else said(leg)

    engine = live(leg, words)
    cut = engine.of(happened.ReplyInterrupted)[0]
    assert OURS[0].startswith(cut.heard) or cut.heard.startswith(OURS[0])
    assert any(isinstance(p, CallerSaid) and "perfect for us" in p.text for p in engine.mind.prompts)


def test_a_line_without_an_echo_is_compared_a_few_times_and_not_in_every_tick() -> None:
    playout = Playout()
    own = OwnVoice(playout, lambda _: AGENT)
    playout.push(say(AGENT))
    near = wide(spoken(THEIRS[0], "rms"))[: 100 * FRAME].reshape(-1, FRAME)
    silence = np.zeros(25 * FRAME, np.int16)
    for _ in range(30):
        playout.pull()
    assert not own.started(1.0, silence, 1.04)
    told = [own.take(frame, 1.04 + (tick + 1) * TICK) for tick, frame in enumerate(near)]
    assert not own.stopped(3.0, 3.1)
    assert set(told) == {None}
    assert own.checks == 3


def test_nothing_is_compared_while_the_agent_is_silent() -> None:
    own = OwnVoice(Playout(), lambda _: "")
    near = wide(spoken(THEIRS[0], "rms"))[: 50 * FRAME].reshape(-1, FRAME)
    own.started(1.0, np.zeros(25 * FRAME, np.int16), 1.04)
    for tick, frame in enumerate(near):
        own.take(frame, 1.04 + (tick + 1) * TICK)
    assert own.checks == 0
