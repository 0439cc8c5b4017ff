"""A streaming recogniser, as Deepgram is one: utterances in, one final for each, whatever goes wrong on the way."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from switchroom.errors import Denied, Invalid, Limited, SwitchroomError, Unavailable
from switchroom.ports import Heard, HearingFailed, Hints
from switchroom.providers.choices import Choice
from switchroom.providers.vendors.recogniser import VendorRecogniser, open_recogniser
from tests.providers.vendors.deepgram import Deepgram, Line
from tests.providers.vendors.hearing import Caller, caller
from tests.providers.vendors.serving import Faults
from tests.virtual_time import run_real

PATIENCE = 0.6


@asynccontextmanager
async def recogniser(server: Deepgram, key: str = "right", **options: object) -> AsyncIterator[VendorRecogniser]:
    """Yield our recogniser at a server."""
    settings = {"patience": PATIENCE, **options}
    async with (
        server.running() as url,
        open_recogniser(Choice("dg", "deepgram", "nova-3", key, url, options=settings)) as stt,  # type: ignore[arg-type]
    ):
        yield stt


def failure(report: Heard | HearingFailed) -> SwitchroomError:
    """Return why the utterance was not understood."""
    assert isinstance(report, HearingFailed), report
    return report.error


def test_utterances_follow_one_another_over_one_connection() -> None:
    async def main() -> None:
        server = Deepgram(script=[Line(("a table for two",), confidence=0.9), Line(("at seven",))])
        async with recogniser(server) as stt, caller(stt) as guest:
            assert await guest.says(1.0) == Heard("a table for two", final=True, confidence=0.9)
            assert await guest.says(1.0) == Heard("at seven", final=True, confidence=0.97)
            assert "a table" in guest.partials
        assert len(server.requests) == 1
        assert server.requests[0]["model"] == "nova-3"
        assert server.requests[0]["language"] == "en"
        assert server.closed == 1

    run_real(main())


def test_several_finals_of_one_utterance_are_joined() -> None:
    async def main() -> None:
        async with recogniser(Deepgram(script=[Line(("a table", "for two", "please"))])) as stt, caller(stt) as guest:
            assert await guest.says(2.0) == Heard("a table for two please", final=True, confidence=0.97)

    run_real(main())


def test_a_pause_in_an_utterance_reports_it_anew_from_its_beginning() -> None:
    async def main() -> None:
        async with recogniser(Deepgram(script=[Line(("my name is",)), Line(("ada",))])) as stt, caller(stt) as guest:
            assert await guest.says(1.0) == Heard("my name is", final=True, confidence=0.97)
            assert await guest.goes_on(1.0) == Heard("my name is ada", final=True, confidence=0.97)

    run_real(main())


def test_a_late_final_does_not_leak_into_the_next_utterance() -> None:
    async def main() -> None:
        server = Deepgram(script=[Line(("too late",), late=0.2), Line(("in time",))])
        async with recogniser(server) as stt, caller(stt) as guest:
            guest.ear.begin()
            await guest.speaks(1.0)
            guest.ear.pause()
            heard = await guest.says(1.0)
            assert heard == Heard("in time", final=True, confidence=0.97)
            assert not any(report.text == "too late" for report in guest.reports[-3:] if isinstance(report, Heard))

    run_real(main())


def test_a_cough_is_no_words_and_no_failure() -> None:
    async def main() -> None:
        server = Deepgram(script=[Line(("",), marked=False), Line(("yes",))])
        async with recogniser(server) as stt, caller(stt) as guest:
            assert await guest.says(0.4) == Heard("", final=True, confidence=0.0)
            assert await guest.says(1.0) == Heard("yes", final=True, confidence=0.97)

    run_real(main())


def test_a_pause_without_a_sound_is_answered_at_once() -> None:
    async def main() -> None:
        async with recogniser(Deepgram()) as stt, caller(stt) as guest:
            assert await guest.says(0.0) == Heard("", final=True, confidence=0.0)

    run_real(main())


def test_a_vendor_that_does_not_mark_the_end_is_still_understood() -> None:
    async def main() -> None:
        server = Deepgram(script=[Line(("one", "two"), marked=False), Line(("three", ""), marked=False)])
        async with recogniser(server) as stt, caller(stt) as guest:
            assert await guest.says(1.0) == Heard("one two", final=True, confidence=0.97)
            assert await guest.says(1.0) == Heard("three", final=True, confidence=0.97)

    run_real(main())


def test_words_to_expect_are_told_as_key_terms_over_a_new_connection() -> None:
    async def main() -> None:
        server = Deepgram(script=[Line(("ada",)), Line(("lovelace",)), Line(("ada",))])
        words = [("Ada",), ("Lovelace",), ("Ada",)]
        hints = iter([Hints("0"), *(Hints(word[0], words=word) for word in words)])
        async with recogniser(server) as stt, caller(stt, hints=lambda: next(hints)) as guest:
            for _ in words:
                await guest.says(0.5)
        assert [request.get("keyterm") for request in server.requests] == ["Ada", "Lovelace"]

    run_real(main())


def test_sound_goes_out_at_the_rate_of_a_telephone_if_the_entry_says_so() -> None:
    async def main() -> None:
        server = Deepgram(script=[Line(("yes",))])
        async with recogniser(server, sample_rate=8000) as stt, caller(stt) as guest:
            assert await guest.says(1.0) == Heard("yes", final=True, confidence=0.97)
        assert server.requests[0]["sample_rate"] == "8000"
        assert 0.9 < server.audio < 1.1

    run_real(main())


def test_a_connection_that_breaks_in_mid_utterance_loses_no_word() -> None:
    async def main() -> None:
        server = Deepgram(script=[Line(("lost",)), Line(("a table for two",))], faults=Faults(drop=0.5, times=1))
        async with recogniser(server) as stt, caller(stt) as guest:
            assert await guest.says(1.0) == Heard("a table for two", final=True, confidence=0.97)
        assert len(server.requests) == 2

    run_real(main())


def test_a_connection_that_breaks_again_is_a_failure_and_the_next_utterance_reconnects() -> None:
    async def main() -> None:
        server = Deepgram(script=[Line(("gone",)), Line(("gone",)), Line(("here",))], faults=Faults(drop=0.5, times=2))
        async with recogniser(server) as stt, caller(stt) as guest:
            error = failure(await guest.says(1.0))
            assert isinstance(error, Unavailable)
            assert error.code == "connection_lost"
            assert await guest.says(1.0) == Heard("here", final=True, confidence=0.97)

    run_real(main())


def test_a_connection_that_the_vendor_closed_between_utterances_is_not_noticed() -> None:
    async def main() -> None:
        server = Deepgram(script=[Line(("one",)), Line(("two",))])
        async with recogniser(server) as stt, caller(stt) as guest:
            assert await guest.says(1.0) == Heard("one", final=True, confidence=0.97)
            server.hang_up()
            await asyncio.sleep(0.05)
            assert await guest.says(1.0) == Heard("two", final=True, confidence=0.97)

    run_real(main())


def test_a_key_that_is_not_good_is_denied_at_every_pause() -> None:
    async def main() -> None:
        async with recogniser(Deepgram(), key="wrong") as stt, caller(stt) as guest:
            for _ in range(2):
                error = failure(await guest.says(0.5))
                assert isinstance(error, Denied)
                assert "dg refuses our key" in str(error)

    run_real(main())


@pytest.mark.parametrize(("said", "wait"), [("7", 7.0), ("", 1.0), ("Wed, 21 Oct 2015 07:28:00 GMT", 1.0)])
def test_too_many_requests_say_when_to_come_again(said: str, wait: float) -> None:
    async def main() -> None:
        server = Deepgram(faults=Faults(refuse=429, retry_after=said))
        async with recogniser(server) as stt, caller(stt) as guest:
            error = failure(await guest.says(0.5))
            assert isinstance(error, Limited)
            assert error.retry_after == wait

    run_real(main())


def test_a_server_that_breaks_down_says_when_it_is_back_and_nothing_of_its_answer_is_repeated() -> None:
    async def main() -> None:
        server = Deepgram(faults=Faults(refuse=503, retry_after="9"))
        async with recogniser(server) as stt, caller(stt) as guest:
            error = failure(await guest.says(0.5))
            assert isinstance(error, Unavailable)
            assert error.retry_after == 9.0
            assert "canary" not in str(error)

    run_real(main())


@pytest.mark.parametrize(
    "faults", [Faults(silent=True), Faults(garbage=True), Faults(slow=30.0)], ids=lambda f: str(f)[:60]
)
def test_a_vendor_that_says_nothing_sensible_is_given_up(faults: Faults) -> None:
    async def main() -> None:
        async with recogniser(Deepgram(faults=faults)) as stt, caller(stt) as guest:
            error = failure(await guest.says(1.0))
            assert isinstance(error, Unavailable)
            assert error.code == "too_late"

    run_real(main())


def test_a_slow_first_answer_is_waited_for() -> None:
    async def main() -> None:
        server = Deepgram(script=[Line(("slowly",), late=0.3)], faults=Faults(slow=0.1))
        async with recogniser(server) as stt, caller(stt) as guest:
            assert await guest.says(1.0) == Heard("slowly", final=True, confidence=0.97)

    run_real(main())


def test_nobody_there_is_a_failure() -> None:
    async def main() -> None:
        choice = Choice(
            "dg", "deepgram", key="right", url="http://127.0.0.1:9/v1/listen", options={"patience": PATIENCE}
        )
        async with open_recogniser(choice) as stt, caller(stt) as guest:
            assert isinstance(failure(await guest.says(0.5)), Unavailable)

    run_real(main())


def test_nothing_is_reported_after_the_call() -> None:
    async def main() -> None:
        async with recogniser(Deepgram(script=[Line(("late",), late=0.1)])) as stt:
            guest = Caller(stt)
            guest.ear.begin()
            await guest.speaks(0.5)
            guest.ear.pause()
            guest.ear.close()
            known = len(guest.reports)
            async with caller(stt) as other:
                await other.says(0.5)
            assert len(guest.reports) == known

    run_real(main())


@pytest.mark.parametrize(
    ("choice", "said"),
    [
        (Choice("x", "deepgram", key="k", options={"endpointing": 5}), "no option 'endpointing'; did you mean"),
        (Choice("x", "deepgram", key="k", options={"patience": "long"}), "the option patience is a number of seconds"),
        (Choice("x", "deepgram", key="k", options={"class": "Nothing"}), "has no recogniser called Nothing"),
        (Choice("x", "deepgram", voice="nova", key="k"), ""),
        (Choice("x", "livekit", key="k"), "the option plugin names the plugin"),
        (Choice("x", "deepgram", model="nova-2", key="k", options={"keyterm": ["a"]}), "cannot be set up"),
    ],
)
def test_an_entry_that_cannot_be_is_explained(choice: Choice, said: str) -> None:
    async def main() -> None:
        if not said:
            async with open_recogniser(choice):
                return
        with pytest.raises(Invalid, match=r"^x: ") as raised:
            async with open_recogniser(choice):
                pass
        assert said in str(raised.value)

    run_real(main())


def test_a_plugin_that_is_not_installed_says_how_to_install_it() -> None:
    async def main() -> None:
        with pytest.raises(Unavailable, match="pip install livekit-plugins-speechmatics"):
            async with open_recogniser(Choice("x", "livekit", key="k", options={"plugin": "speechmatics"})):
                pass

    run_real(main())
