"""What every hosted recogniser does, streaming or not, whatever goes wrong on the way."""

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager

import pytest

from switchroom.errors import Denied, Limited, SwitchroomError, Unavailable
from switchroom.ports import Heard, HearingFailed, Hints
from switchroom.providers.choices import Choice
from switchroom.providers.kinds import KINDS
from switchroom.providers.vendors.recogniser import open_recogniser
from tests.providers.vendors.assemblyai import AssemblyAi
from tests.providers.vendors.deepgram import Deepgram, Line
from tests.providers.vendors.hearing import Caller, caller
from tests.providers.vendors.openai import OpenAi
from tests.providers.vendors.serving import Faults
from tests.virtual_time import run_real

Server = AssemblyAi | Deepgram | OpenAi
Make = Callable[[Sequence[str], Faults], Server]


def _deepgram(script: Sequence[str], faults: Faults) -> Deepgram:
    return Deepgram(script=[Line((text,)) for text in script], faults=faults)


def _assemblyai(script: Sequence[str], faults: Faults) -> AssemblyAi:
    return AssemblyAi(script=list(script), faults=faults)


def _openai(script: Sequence[str], faults: Faults) -> OpenAi:
    return OpenAi(script=list(script), faults=faults)


every_vendor = pytest.mark.parametrize("make", [_assemblyai, _deepgram, _openai])


@asynccontextmanager
async def guest_of(server: Server, key: str = "right") -> AsyncIterator[Caller]:
    """Yield a caller who is heard by our recogniser at a server."""
    async with server.running() as url:
        choice = Choice("us", server.kind, key=key, url=url, options={"patience": 0.6})
        async with open_recogniser(choice) as stt, caller(stt) as guest:
            yield guest


def words(report: Heard | HearingFailed) -> str:
    """Return what was understood."""
    assert isinstance(report, Heard), report
    assert report.final
    return report.text


def failure(report: Heard | HearingFailed) -> SwitchroomError:
    """Return why it was not understood."""
    assert isinstance(report, HearingFailed), report
    return report.error


@every_vendor
def test_utterances_are_understood_one_after_the_other(make: Make) -> None:
    async def main() -> None:
        async with guest_of(make(["a table for two", "at seven"], Faults())) as guest:
            assert words(await guest.says(1.0)) == "a table for two"
            assert words(await guest.says(1.0)) == "at seven"

    run_real(main())


@every_vendor
def test_a_pause_without_a_sound_is_answered_at_once(make: Make) -> None:
    async def main() -> None:
        async with guest_of(make([], Faults())) as guest:
            assert words(await guest.says(0.0)) == ""

    run_real(main())


@every_vendor
def test_a_cough_is_no_words_and_no_failure(make: Make) -> None:
    async def main() -> None:
        async with guest_of(make(["", "yes"], Faults())) as guest:
            assert words(await guest.says(0.4)) == ""
            assert words(await guest.says(1.0)) == "yes"

    run_real(main())


@every_vendor
def test_a_connection_that_breaks_in_mid_utterance_is_heard_of_and_the_next_is_understood(make: Make) -> None:
    async def main() -> None:
        async with guest_of(make(["here"], Faults(drop=0.5, times=2))) as guest:
            assert failure(await guest.says(1.0)).retryable
            assert any([isinstance(await guest.says(1.0), Heard) for _ in range(2)])

    run_real(main())


@every_vendor
def test_a_key_that_is_not_good_is_denied_at_every_pause(make: Make) -> None:
    async def main() -> None:
        async with guest_of(make([], Faults()), key="wrong") as guest:
            for _ in range(2):
                error = failure(await guest.says(0.5))
                assert isinstance(error, Denied)
                assert "us refuses our key" in str(error)

    run_real(main())


@every_vendor
def test_too_many_requests_say_when_to_come_again(make: Make) -> None:
    async def main() -> None:
        async with guest_of(make([], Faults(refuse=429, retry_after="7"))) as guest:
            error = failure(await guest.says(0.5))
            assert isinstance(error, Limited)
            assert error.retry_after == 7.0

    run_real(main())


@every_vendor
def test_a_server_that_breaks_down_says_when_it_is_back(make: Make) -> None:
    async def main() -> None:
        async with guest_of(make([], Faults(refuse=503, retry_after="9"))) as guest:
            error = failure(await guest.says(0.5))
            assert isinstance(error, Unavailable)
            assert error.retry_after == 9.0
            assert "canary" not in str(error)

    run_real(main())


@every_vendor
def test_a_vendor_that_never_answers_is_given_up(make: Make) -> None:
    async def main() -> None:
        async with guest_of(make([], Faults(slow=30.0))) as guest:
            error = failure(await guest.says(1.0))
            assert isinstance(error, Unavailable)
            assert error.code == "too_late"

    run_real(main())


@every_vendor
def test_a_vendor_that_goes_dumb_is_given_up_at_the_second_time(make: Make) -> None:
    async def main() -> None:
        async with guest_of(make([], Faults(silent=True))) as guest:
            await asyncio.sleep(0.1)
            await guest.says(1.0)
            await asyncio.sleep(0.1)
            error = failure(await guest.says(1.0))
            assert isinstance(error, Unavailable)
            assert error.code == "too_late"

    run_real(main())


@every_vendor
def test_garbage_is_a_failure_and_the_next_utterance_is_understood(make: Make) -> None:
    async def main() -> None:
        async with guest_of(make(["here"], Faults(garbage=True, times=1))) as guest:
            await guest.says(1.0)
            heard = await guest.says(1.0)
            assert words(heard) == "here"

    run_real(main())


@pytest.mark.parametrize("make", [_openai, _deepgram])
def test_a_model_that_takes_no_key_terms_hears_without_them(make: Make) -> None:
    async def main() -> None:
        server = make(["ada"], Faults())
        async with server.running() as url:
            model = "nova-2" if server.kind == "deepgram" else "gpt-4o-mini-transcribe"
            async with (
                open_recogniser(Choice("us", server.kind, model, "right", url)) as stt,
                caller(stt, hints=lambda: Hints("names", words=("Ada",))) as guest,
            ):
                assert words(await guest.says(0.5)) == "ada"
        assert "keyterm" not in server.requests[0]

    run_real(main())


def test_a_hundred_and_twenty_calls_are_heard_at_once() -> None:
    async def main() -> None:
        server = _deepgram(["yes"] * 120, Faults())
        async with server.running() as url:
            choice = Choice("us", "deepgram", "nova-3", "right", url)
            async with open_recogniser(choice) as stt:
                guests = [Caller(stt) for _ in range(120)]
                async with asyncio.TaskGroup() as calls:
                    heard = [calls.create_task(guest.says(0.3)) for guest in guests]
                assert {words(task.result()) for task in heard} == {"yes"}
                for guest in guests:
                    guest.ear.close()
        assert len(server.requests) == 120

    run_real(main())


@pytest.mark.parametrize(
    "kind", [name for name, kind in KINDS.items() if "vendors" in kind.recognisers and name != "livekit"]
)
def test_every_kind_of_plugin_opens_and_one_that_nobody_answers_fails(kind: str) -> None:
    async def main() -> None:
        choice = Choice("us", kind, key="right", url="http://127.0.0.1:9", options={"patience": 0.3})
        async with open_recogniser(choice) as stt, caller(stt) as guest:
            assert isinstance(failure(await guest.says(1.0)), Unavailable)

    run_real(main())


def test_the_language_of_the_entry_is_the_vendors_own_word_for_it() -> None:
    async def main() -> None:
        server = _deepgram(["hola"], Faults())
        async with server.running() as url:
            choice = Choice("us", "deepgram", "nova-3", "right", url, language="multi")
            async with open_recogniser(choice) as stt, caller(stt, language="es") as guest:
                heard = await guest.says(0.5)
        assert heard == Heard("hola", final=True, confidence=0.97, language="es")
        assert server.requests[0]["language"] == "multi"

    run_real(main())


def test_a_recording_is_sent_whole_and_anew_when_the_caller_goes_on() -> None:
    async def main() -> None:
        server = OpenAi(script=["my name is", "my name is ada"])
        async with guest_of(server) as guest:
            assert words(await guest.says(1.0)) == "my name is"
            assert words(await guest.goes_on(0.5)) == "my name is ada"
        assert [round(seconds, 1) for seconds in server.heard] == [1.0, 1.5]
        assert server.asked[0]["language"] == "en"

    run_real(main())


def test_a_late_transcript_of_a_recording_does_not_leak_into_the_next_utterance() -> None:
    async def main() -> None:
        async with guest_of(OpenAi(script=["too late", "in time"], late=0.2)) as guest:
            guest.ear.begin()
            await guest.speaks(0.5)
            guest.ear.pause()
            await guest.speaks(0.1)
            assert words(await guest.says(0.5)) in {"in time", "too late"}
            assert len(guest.reports) == 1

    run_real(main())
