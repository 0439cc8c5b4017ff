"""The voice socket, spoken to frame by frame: who gets in, what becomes a call, what is refused."""

import base64
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from switchroom.calls.chronicle import Chronicle
from switchroom.errors import Limited
from switchroom.events import catalogue as happened
from switchroom.events.catalogue import Event
from switchroom.identity import CallId, LegId, TenantId
from switchroom.media.frame import FRAME
from switchroom.ports import Digit, HangUp, Interrupted, Left, Refuse, Typed
from switchroom.transports.browser.leg import BrowserLeg
from tests.virtual_time import run_real
from tests.web.browser import ScriptedBrowser, ScriptedEngine, browser
from tests.web.site import PIN, Site, site

TONE = (8000 * np.sin(np.arange(FRAME) * 0.3)).astype("<i2").tobytes()


def chronicle(here: Site, leg: LegId) -> Chronicle:
    """Return the events of a call to which ``leg`` was just added."""
    tells = Chronicle(here.account.tenant.id, CallId("call_1"), here.services.bus.publish)
    tells.tell(partial(happened.LegAdded, leg=leg, party="demo", encoding="L16"))
    return tells


async def talking(here: Site, page: ScriptedBrowser) -> tuple[BrowserLeg, Callable[[Callable[..., Event]], None]]:
    """Place a call and return its leg, and what makes its events."""
    engine = ScriptedEngine(here)
    await page.known(here)
    page.say("start")
    _, leg = await engine.offered()
    return leg, chronicle(here, leg.id).tell


def test_a_call_begins_with_a_greeting_and_its_sound(tmp_path: Path) -> None:
    async def story() -> None:
        async with site(tmp_path) as here, browser(here) as page:
            engine = ScriptedEngine(here)
            await page.known(here)
            page.say("start", rate=16000, format="pcm_s16le")
            offer, leg = await engine.offered()
            assert (offer.dialled, offer.source, offer.peer) == ("demo", "browser", "192.0.2.7")
            assert leg.party.name == "Demo"
            tell = chronicle(here, leg.id).tell
            assert await page.hears("started") == {"type": "started", "call": "call_1"}
            tell(partial(happened.ReplyStarted, turn=0, text="Welcome."))
            assert await page.hears("greeting") == {"type": "greeting", "turn": 0, "text": "Welcome."}
            leg.speak(TONE, 0.0)
            chunk = await page.hears("audio_chunk")
            assert (chunk["sequence"], chunk["rate"], base64.b64decode(chunk["chunk"])) == (1, 16000, TONE)
            tell(partial(happened.ReplySpoken, turn=0, heard="Welcome.", start=0.0, end=1.0))
            assert (await page.hears("agent_final"))["heard"] == "Welcome."

    run_real(story())


def test_a_turn_is_told_as_it_happens(tmp_path: Path) -> None:
    async def story() -> None:
        async with site(tmp_path) as here, browser(here) as page:
            _, tell = await talking(here, page)
            tell(partial(happened.StatusChanged, status="listening"))
            assert (await page.hears("status"))["status"] == "listening"
            tell(partial(happened.TranscriptPartial, turn=1, text="a ta"))
            assert (await page.hears("transcript_partial"))["text"] == "a ta"
            tell(partial(happened.TranscriptFinal, turn=1, text="a table", confidence=0.9, start=2.0, end=3.0))
            assert (await page.hears("transcript_final"))["text"] == "a table"
            tell(partial(happened.ToolStarted, turn=1, tool="book_table", arguments={"party": 2}))
            assert await page.hears("tool") == {"type": "tool", "name": "book_table", "state": "started"}
            tell(partial(happened.ToolFinished, turn=1, tool="book_table", result={}, took=0.25))
            assert (await page.hears("tool"))["state"] == "finished"

    run_real(story())


def test_an_interrupted_reply_is_cleared_and_told_as_it_was_heard(tmp_path: Path) -> None:
    async def story() -> None:
        async with site(tmp_path) as here, browser(here) as page:
            leg, tell = await talking(here, page)
            tell(partial(happened.ReplyStarted, turn=1, text="Certainly, at what time?"))
            assert (await page.hears("agent_partial"))["turn"] == 1
            told = "Certainly,", " at what time?"
            tell(partial(happened.ReplyInterrupted, turn=1, heard=told[0], unheard=told[1], start=4.0, end=5.0))
            await page.hears("clear")
            final = await page.hears("agent_final")
            assert (final["text"], final["heard"]) == ("Certainly, at what time?", "Certainly,")
            assert final["interrupted"]
            tell(partial(happened.CallEnded, reason="agent_hangup"))
            await leg.do(HangUp())
            assert await page.hears("ended") == {"type": "ended", "reason": "agent_hangup"}
            assert await page.closed() == 1000

    run_real(story())


def test_what_the_browser_does_reaches_the_call(tmp_path: Path) -> None:
    async def story() -> None:
        async with site(tmp_path) as here, browser(here) as page:
            engine = ScriptedEngine(here)
            await page.known(here)
            page.say("start")
            _, leg = await engine.offered()
            page.say("digits", digits="4#")
            page.say("text", text="  two people  ")
            page.say("interrupt")
            told = [await engine.signalled() for _ in range(4)]
            assert told == [Digit("4", "browser"), Digit("#", "browser"), Typed("two people"), Interrupted()]
            page.sound(TONE * 3)
            page.say("audio", chunk=base64.b64encode(TONE).decode())
            page.say("digits", digits="1")
            await engine.signalled()  # what was sent before is there
            assert [leg.hear(0.0) for _ in range(4)] == [TONE] * 4
            page.leave(1001)
            assert await engine.signalled() == Left("hangup")

    run_real(story())


def test_a_browser_that_vanishes_is_lost(tmp_path: Path) -> None:
    async def story() -> None:
        async with site(tmp_path) as here, browser(here) as page:
            engine = ScriptedEngine(here)
            await page.known(here)
            page.say("start")
            await engine.offered()
            page.leave(1006)
            assert await engine.signalled() == Left("lost")

    run_real(story())


def test_a_caller_who_ends_hears_why_it_ended(tmp_path: Path) -> None:
    async def story() -> None:
        async with site(tmp_path) as here, browser(here) as page:
            engine = ScriptedEngine(here)
            await page.known(here)
            page.say("start")
            _, leg = await engine.offered()
            tell = chronicle(here, leg.id).tell
            page.say("end")
            assert await engine.signalled() == Left("hangup")
            tell(partial(happened.TranscriptFinal, turn=1, text="bye", confidence=1.0, start=0.0, end=1.0))
            tell(partial(happened.CallEnded, reason="caller_hangup"))
            tell(partial(happened.CallCompleted, reason="caller_hangup", duration=1.0))
            assert (await page.hears("transcript_final"))["text"] == "bye"
            assert (await page.hears("ended"))["reason"] == "caller_hangup"
            assert await page.closed() == 1000
            assert engine.signals == []

    run_real(story())


def test_a_batch_client_sends_utterances_and_waits(tmp_path: Path) -> None:
    """It never says start, and sends each utterance as one message, all of it at once."""

    async def story() -> None:
        async with site(tmp_path) as here, browser(here) as page:
            engine = ScriptedEngine(here)
            page.say("authenticate", pin=PIN)
            await page.hears("authenticated")
            utterance = np.arange(3 * 16000 + 100).astype("<i2").tobytes()
            page.say("audio", chunk=base64.b64encode(utterance).decode())
            _, leg = await engine.offered()
            page.say("digits", digits="1")
            await engine.signalled()
            heard = [leg.hear(0.0) for _ in range(160)]
            sound = b"".join(frame for frame in heard if frame is not None)
            assert sound[: len(utterance)] == utterance
            assert not any(sound[len(utterance) :])
            assert heard[-1] == bytes(640)  # then the caller is silent, not lost
            tell = chronicle(here, leg.id).tell
            tell(partial(happened.TranscriptFinal, turn=1, text="a table", confidence=0.9, start=0.0, end=3.0))
            tell(partial(happened.ReplyStarted, turn=1, text="Yes."))
            leg.speak(TONE, 0.0)
            tell(partial(happened.ReplySpoken, turn=1, heard="Yes.", start=3.5, end=3.6))
            assert (await page.hears("transcript_final"))["text"] == "a table"
            assert (await page.hears("agent_final"))["text"] == "Yes."
            assert any(message["type"] == "audio_chunk" for message in page.passed_over)

    run_real(story())


def test_binary_sound_comes_at_the_rate_that_was_asked_for(tmp_path: Path) -> None:
    async def story() -> None:
        async with site(tmp_path) as here, browser(here) as page:
            engine = ScriptedEngine(here)
            await page.known(here)
            page.say("start", rate=48000, format="binary")
            _, leg = await engine.offered()
            for _ in range(9):
                leg.speak(TONE, 0.0)
            sizes = 0
            while sizes < 6 * 3 * len(TONE):
                frame = await page.frame()
                assert frame["type"] == "websocket.send"
                sizes += len(frame["bytes"])

    run_real(story())


def test_the_third_wrong_pin_closes_and_locks(tmp_path: Path) -> None:
    async def story() -> None:
        async with site(tmp_path) as here:
            async with browser(here) as page:
                for _ in range(3):
                    page.say("authenticate", pin="0000")
                    assert (await page.hears("error"))["code"] == "bad_pin"
                assert await page.closed() == 1008
            async with browser(here) as page:
                page.say("authenticate", pin=PIN)
                error = await page.hears("error")
                assert error["code"] == Limited.code
                assert error["retry_after"] > 0
                assert await page.closed() == 1008
            here.clock[0] += 3600
            async with browser(here) as page:
                page.say("authenticate", pin=int(PIN))
                await page.hears("authenticated")

    run_real(story())


@pytest.mark.parametrize("purpose", ["access", "recording"])
def test_a_token_for_something_else_opens_nothing(tmp_path: Path, purpose: Any) -> None:
    async def story() -> None:
        async with site(tmp_path) as here, browser(here) as page:
            page.say("authenticate", token=here.services.accounts.token(here.account.user, purpose))
            assert (await page.hears("error"))["code"] == "bad_token"

    run_real(story())


BAD: list[tuple[str | bytes, str]] = [
    ("", "bad_json"),
    ("{", "bad_json"),
    ("[" * 100_000, "bad_json"),
    ("null", "unknown_type"),
    ("[]", "unknown_type"),
    ('{"type": 7}', "unknown_type"),
    ('{"type": "shout"}', "unknown_type"),
    ('{"type": "audio"}', "bad_audio"),
    ('{"type": "audio", "chunk": 5}', "bad_audio"),
    ('{"type": "audio", "chunk": "%%%"}', "bad_audio"),
    ('{"type": "audio", "chunk": "é"}', "bad_audio"),
    ('{"type": "audio", "chunk": "AAAA"}', "bad_audio"),
    ('{"type": "digits"}', "bad_digits"),
    ('{"type": "digits", "digits": "x"}', "bad_digits"),
    ('{"type": "digits", "digits": [1]}', "bad_field"),
    ('{"type": "text", "text": " "}', "bad_field"),
    ('{"type": "text", "text": "' + "a" * 1001 + '"}', "bad_field"),
    ('{"type": "start", "rate": "fast"}', "bad_rate"),
    ('{"type": "start", "rate": true}', "bad_rate"),
    ('{"type": "start", "rate": 7}', "bad_rate"),
    ('{"type": "start", "format": "mp3"}', "bad_format"),
    ('{"type": "start", "agent": {}}', "bad_field"),
    ('{"type": "start"}', "calling"),
    ('{"type": "authenticate"}', "bad_field"),
    ('{"type": "authenticate", "pin": "1"}', "authenticated"),
    ('{"type": "audio", "chunk": "' + "A" * 8_000_000 + '"}', "too_large"),
    (b"odd", "bad_audio"),
    (bytes(8_000_002), "too_large"),
]


def test_what_cannot_be_used_is_answered_and_harms_nothing(tmp_path: Path) -> None:
    async def story() -> None:
        async with site(tmp_path) as here, browser(here) as page:
            engine = ScriptedEngine(here)
            await page.known(here)
            page.say("start")
            await engine.offered()
            for sent, code in BAD:
                if isinstance(sent, bytes):
                    page.sound(sent)
                else:
                    page.text(sent)
                error = await page.hears("error")
                assert error["code"] == code, f"{sent[:80]!r}: {error}"
            page.say("digits", digits="5")
            assert await engine.signalled() == Digit("5", "browser")
            assert 'switchroom_browser_errors_total{code="bad_json"} 3' in here.services.metrics.text()

    run_real(story())


@pytest.mark.parametrize("message", ["start", "audio", "digits", "interrupt", "text"])
def test_a_stranger_can_do_nothing(tmp_path: Path, message: str) -> None:
    async def story() -> None:
        async with site(tmp_path) as here, browser(here) as page:
            page.say(message, chunk="AAA=", digits="1", text="hello")
            assert (await page.hears("error"))["code"] in ("unauthenticated", "not_calling")
            assert here.offers == []

    run_real(story())


def test_more_than_a_minute_of_sound_is_refused_and_said_so(tmp_path: Path) -> None:
    async def story() -> None:
        async with site(tmp_path) as here, browser(here) as page:
            engine = ScriptedEngine(here)
            await page.known(here)
            page.say("start")
            _, leg = await engine.offered()
            for _ in range(3):
                page.sound(bytes(2 * 16000 * 25))
            assert (await page.hears("error"))["code"] == "limited"
            assert leg.media()["refused"] == 25.0
            assert leg.media()["received"] == 50.0

    run_real(story())


def test_only_agents_of_ones_own_tenant_can_be_called(tmp_path: Path) -> None:
    async def story() -> None:
        async with site(tmp_path) as here:
            eve = await here.stranger()
            async with browser(here) as page:
                page.say("authenticate", token=here.services.accounts.token(eve, "voice"))
                for agent in ("demo", here.agent.id, "nobody", ""):
                    page.say("start", agent=agent)
                    assert (await page.hears("error"))["code"] == "not_found"
            async with browser(here) as page:
                await page.known(here)
                page.say("start", agent=here.agent.id, language="de")
                offer, _ = await ScriptedEngine(here).offered()
                assert (offer.dialled, offer.context.headers) == (here.agent.id, {"language": "de"})

    run_real(story())


def test_a_call_that_is_refused_says_why(tmp_path: Path) -> None:
    async def story() -> None:
        async with site(tmp_path) as here, browser(here) as page:
            engine = ScriptedEngine(here)
            await page.known(here)
            page.say("start")
            _, leg = await engine.offered()
            await leg.do(Refuse("unavailable", retry_after=5))
            assert (await page.hears("error"))["code"] == "call_unavailable"
            assert (await page.hears("ended"))["reason"] == "rejected"
            assert await page.closed() == 1000

    run_real(story())


def test_events_of_other_calls_are_not_told(tmp_path: Path) -> None:
    async def story() -> None:
        async with site(tmp_path) as here, browser(here) as page:
            engine = ScriptedEngine(here)
            await page.known(here)
            page.say("start")
            _, leg = await engine.offered()
            other = Chronicle(TenantId("tnt_other"), CallId("call_2"), here.services.bus.publish)
            other.tell(partial(happened.LegAdded, leg=LegId("leg_other"), party="x", encoding="PCMU"))
            tell = chronicle(here, leg.id).tell
            other.tell(partial(happened.TranscriptFinal, turn=1, text="secret", confidence=1.0, start=0.0, end=1.0))
            tell(partial(happened.TranscriptFinal, turn=1, text="mine", confidence=1.0, start=0.0, end=1.0))
            assert (await page.hears("transcript_final"))["text"] == "mine"
            assert "secret" not in str(page.passed_over)

    run_real(story())


def test_a_process_without_an_engine_says_where_voices_are_served(tmp_path: Path) -> None:
    async def story() -> None:
        async with site(tmp_path) as made:
            settings = made.services.settings.model_copy(update={"role": "api"})
            here = replace(made, services=replace(made.services, settings=settings))
            async with browser(here) as page:
                complaint = await page.hears("error")
                assert complaint["code"] == "not_running"
                assert "route it to their web ports" in complaint["message"]

    run_real(story())
