"""What goes wrong with turns elsewhere, by its symptom: interruptions, resumption, double replies, protected sentences."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pytest

from switchroom.events import catalogue as happened
from switchroom.identity import LegId
from switchroom.media.frame import Encoding
from switchroom.media.g711 import encode_alaw, encode_ulaw
from switchroom.ports import CallerSaid, CallOffer, Digit, Heard, Interrupted, Leg, Party, Say, Typed
from switchroom.transports.browser.leg import BrowserLeg
from switchroom.transports.browser.outbox import Outbox
from tests.calls.rig import GREETING, Rig, ScriptedEar, ScriptedMind, rig
from tests.scripted import ScriptedLeg, voice
from tests.virtual_time import run

LONG = "This is a rather long sentence about the opening hours of our restaurant."
NOTICE = "This call is recorded for training purposes, as the law asks us to tell you."


def called(texts: list[str | None], leg: ScriptedLeg, mind: ScriptedMind | None = None, language: str = "en") -> Rig:
    async def main() -> Rig:
        async with rig(ScriptedEar(texts), mind or ScriptedMind({"hours": [Say(LONG)]}), language=language) as engine:
            await engine.call(leg)
        return engine

    return run(main())


def heard(engine: Rig) -> list[str]:
    return [event.heard for event in engine.of(happened.ReplySpoken)]


@pytest.mark.parametrize(
    ("language", "texts"),
    [
        ("en", ["mhm", "yeah", "ok", "uh huh", "I see", "yes, ok"]),
        ("de", ["mhm", "ja", "okay", "genau", "ach so", "ja, gut"]),
        ("fr", ["mhm", "oui", "d'accord", "ok", "voilà", "oui, très bien"]),
        ("es", ["mhm", "sí", "vale", "claro", "ajá", "sí, muy bien"]),
    ],
)
def test_agents_3984_listening_noises_do_not_stop_the_agent(language: str, texts: list[str]) -> None:
    for text in texts:
        engine = called(
            ["hours", text], ScriptedLeg([(3.0, voice(1.0)), (6.0, voice(0.4))], leaves=12.0), language=language
        )
        assert engine.of(happened.ReplyInterrupted) == [], text
        assert LONG in heard(engine)
        assert len(engine.of(happened.TurnEnded)) == 1


@pytest.mark.parametrize(
    ("language", "texts"),
    [
        ("en", ["no", "wait, listen", "stop", "yes but not today"]),
        ("de", ["nein", "warten Sie", "stopp", "ja aber nicht heute"]),
        ("fr", ["non", "attendez", "stop", "oui mais pas aujourd'hui"]),
        ("es", ["no", "espere", "oiga", "sí pero hoy no"]),
    ],
)
def test_bolna_223_objections_stop_the_agent_however_short(language: str, texts: list[str]) -> None:
    for text in texts:
        engine = called(
            ["hours", text], ScriptedLeg([(3.0, voice(1.0)), (6.0, voice(0.4))], leaves=12.0), language=language
        )
        assert len(engine.of(happened.ReplyInterrupted)) == 1, text
        assert CallerSaid(text, 0.9) in engine.mind.prompts


def test_agents_4039_the_agent_goes_on_after_a_false_interruption_each_time() -> None:
    coughs = [(5.0 + 1.5 * number, voice(0.2)) for number in range(3)]
    leg = ScriptedLeg([(3.0, voice(1.0)), *coughs], leaves=16.0)
    engine = called(["hours", "", "mhm", ""], leg)
    assert len(engine.of(happened.ReplyPaused)) == len(engine.of(happened.ReplyResumed)) == 3
    assert LONG in heard(engine)
    sounding = sum(min(end, 16.0) - max(start, 4.2) for start, end in leg.audible() if start < 16.0 and end > 4.2)
    assert sounding == pytest.approx(0.06 * len(LONG), abs=0.12)


def test_agents_1229_a_cough_before_the_answer_does_not_leave_the_agent_mute() -> None:
    mind = ScriptedMind({"hours": [1.0, Say(LONG)]})
    engine = called(["hours", ""], ScriptedLeg([(3.0, voice(1.0)), (4.5, voice(0.2))], leaves=12.0), mind)
    assert LONG in heard(engine)
    assert len(engine.of(happened.TurnEnded)) == 1


def test_pipecat_2941_the_agent_does_not_wait_for_the_caller_after_its_first_sentence() -> None:
    mind = ScriptedMind(
        {"hours": [Say("One moment please."), 1.5, Say("We open at nine."), 0.5, Say("We close at five.")]}
    )
    engine = called(["hours", ""], ScriptedLeg([(3.0, voice(1.0)), (4.7, voice(0.2))], leaves=14.0), mind)
    assert "One moment please. We open at nine. We close at five." in heard(engine)


def test_jambonz_676_interrupting_works_the_twentieth_time_as_the_first() -> None:
    times = 20
    script = [(3.0 + 3.0 * number, voice(0.6)) for number in range(times + 1)]
    mind = ScriptedMind({f"hours {number}": [Say(f"{number} {LONG}")] for number in range(times + 1)})
    leg = ScriptedLeg(script, leaves=3.0 * (times + 3))
    engine = called([f"hours {number}" for number in range(times + 1)], leg, mind)
    assert [event.turn for event in engine.of(happened.ReplyInterrupted)][:times] == list(range(1, times + 1))
    assert [event.text for event in engine.of(happened.TranscriptFinal)] == [f"hours {n}" for n in range(times + 1)]
    for start, _ in script[1:]:
        assert not any(begin < start + 0.12 < end for begin, end in leg.audible()), f"still speaking at {start}"


@dataclass
class Chattering(ScriptedEar):
    """A recogniser that reports each final text several times over, with a late one behind."""

    def _say(self, text: str | None) -> None:
        for _ in range(3):
            super()._say(text)
        if self._report is not None and text:
            report = self._report
            asyncio.get_running_loop().call_later(1.5, lambda: report(Heard(text, final=True, confidence=0.9)))


@pytest.mark.parametrize("thinks", [0.0, 0.8, 2.0])
def test_pipecat_4707_one_turn_of_the_caller_gets_one_reply(thinks: float) -> None:
    async def main() -> Rig:
        mind = ScriptedMind({"hours": [thinks, Say("From nine to five.")]})
        async with rig(Chattering(["hours", "thanks for that"]), mind) as engine:
            await engine.call(ScriptedLeg([(3.0, voice(1.0)), (10.0, voice(1.0))], leaves=16.0))
        return engine

    engine = run(main())
    assert [event.turn for event in engine.of(happened.TurnEnded)] == [1, 2]
    assert [event.turn for event in engine.of(happened.ReplyStarted) if event.answers == "turn"] == [1, 2]
    assert heard(engine) == [GREETING, "From nine to five.", "You said thanks for that."]
    assert [event.text for event in engine.of(happened.TranscriptFinal)] == ["hours", "thanks for that"]


def test_livekit_4219_the_brain_is_asked_once_per_turn() -> None:
    engine = called(["hours", "goodbye"], ScriptedLeg([(3.0, voice(1.0)), (11.0, voice(1.0))]))
    assert [prompt.text for prompt in engine.mind.prompts if isinstance(prompt, CallerSaid)] == ["hours", "goodbye"]


def test_agents_3701_a_number_that_is_dictated_with_pauses_is_one_turn() -> None:
    mind = ScriptedMind({"book": [Say("And your phone number?")]})
    groups = [(7.0, voice(0.6)), (8.4, voice(0.6)), (9.8, voice(0.8))]
    engine = called(
        ["book", "five five five oh one two three four five six"],
        ScriptedLeg([(3.0, voice(1.0)), *groups], leaves=16.0),
        mind,
    )
    assert [event.text for event in engine.of(happened.TranscriptFinal)][1:] == [
        "five five five oh one two three four five six"
    ]


# Protected sentences: agents#5001, where a greeting that cannot be interrupted could be on telephones.


class WiredLeg(ScriptedLeg):
    """A leg whose sound travels in its own encoding."""

    def hear(self, now: float) -> bytes | None:
        frame = super().hear(now)
        if frame is None or self.encoding is Encoding.L16_16K:
            return frame
        narrow = np.frombuffer(frame, "<i2")[::2].astype(np.int16)
        return (encode_ulaw if self.encoding is Encoding.PCMU else encode_alaw)(narrow).tobytes()

    def speak(self, payload: bytes, now: float) -> None:
        return None


Signalled = Callable[[ScriptedLeg], None]
TRIES: dict[str, Signalled] = {
    "a key by RFC 4733": lambda leg: leg.signal(Digit("1", "rfc4733")),
    "a key by INFO": lambda leg: leg.signal(Digit("1", "info")),
    "a key in the sound": lambda leg: leg.signal(Digit("1", "inband")),
    "a key in a browser": lambda leg: leg.signal(Digit("1", "browser")),
    "the interrupt button": lambda leg: leg.signal(Interrupted()),
    "writing": lambda leg: leg.signal(Typed("stop it")),
}


@pytest.mark.parametrize("encoding", [Encoding.PCMU, Encoding.PCMA, Encoding.L16_16K])
@pytest.mark.parametrize("what", ["a voice", *TRIES])
def test_agents_5001_a_protected_sentence_is_heard_to_its_end_on_every_transport(what: str, encoding: Encoding) -> None:
    async def main() -> None:
        mind = ScriptedMind({"CallOpened": [Say(NOTICE, protected=True)]})
        async with rig(ScriptedEar(["stop it"]), mind, greeting="") as engine:
            leg = WiredLeg([(2.0, voice(0.6))] if what == "a voice" else [], leaves=9.0, encoding=encoding)
            engine.offer(leg)
            await asyncio.sleep(2.0)
            if what in TRIES:
                TRIES[what](leg)
            await engine.until_idle()
        assert heard(engine)[0] == NOTICE
        assert [event.turn for event in engine.of(happened.ReplyInterrupted) if event.turn == 0] == []
        kept = 0 if what == "the interrupt button" else 1
        assert len(engine.of(happened.TurnEnded)) == kept, "what was said meanwhile is answered afterwards"

    run(main())


def test_agents_5001_a_browser_cannot_interrupt_a_protected_sentence_by_button_key_or_voice() -> None:
    async def main() -> None:
        mind = ScriptedMind({"CallOpened": [Say(NOTICE, protected=True)]})
        async with rig(ScriptedEar(["stop it"]), mind, greeting="") as engine:
            leg = BrowserLeg(LegId("leg_browser"), Party("demo@example.com"), Outbox())
            offered: Leg = leg
            engine.switchboard.offer(CallOffer(offered, "demo", "browser", "ws:test"))
            await asyncio.sleep(2.0)
            leg.interrupt()
            leg.take(np.concatenate([voice(0.6), np.zeros(8000, np.int16)]).astype("<i2").tobytes())
            await asyncio.sleep(7.0)
            leg.leave("hangup")
            await engine.until_idle()
        assert heard(engine)[0] == NOTICE
        assert [event.text for event in engine.of(happened.TranscriptFinal)] == ["stop it"]

    run(main())
