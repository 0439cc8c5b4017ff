"""Calls in the API: lists, details, recordings, and the stream of changes."""

import asyncio
from contextlib import aclosing
from dataclasses import replace
from pathlib import Path

import pytest

from switchroom.events.bus import Bus
from switchroom.events.catalogue import RecordingStarted, VoiceActivity
from switchroom.identity import CallId, EventId, TenantId
from switchroom.rehearsal.reading import parse
from switchroom.rehearsal.steps import SayLine
from switchroom.web.api.calls import follow
from tests.virtual_time import run, run_real
from tests.web.site import NOW, site
from tests.web.story import call, record


def test_calls_are_listed_newest_first_page_by_page(tmp_path: Path) -> None:
    async def story() -> None:
        async with site(tmp_path) as here:
            for number in range(5):
                await here.happened(*call(here, f"call_{number}", NOW + number))
            async with here.as_user() as client:
                first = (await client.get("/api/v1/calls", params={"limit": 3})).json()
                rest = (await client.get("/api/v1/calls", params={"limit": 3, "cursor": first["next"]})).json()
            assert [one["id"] for one in first["items"]] == ["call_4", "call_3", "call_2"]
            assert [one["id"] for one in rest["items"]] == ["call_1", "call_0"]
            assert rest["next"] is None
            assert first["items"][0]["started"] == "2027-01-15T08:00:04Z"

    run_real(story())


def test_lists_are_narrowed(tmp_path: Path) -> None:
    async def story() -> None:
        async with site(tmp_path) as here:
            await here.happened(*call(here, "call_1", NOW), *call(here, "call_2", NOW, ends=""))
            await here.happened(*call(here, "call_3", NOW, ends="error"))
            async with here.as_user() as client:

                async def ids(**wanted: str) -> list[str]:
                    return [one["id"] for one in (await client.get("/api/v1/calls", params=wanted)).json()["items"]]

                assert await ids(live="true") == ["call_2"]
                assert await ids(failed="true") == ["call_3"]
                assert await ids(source="phone_gateway") == []

    run_real(story())


@pytest.mark.parametrize("params", [{"limit": "0"}, {"limit": "many"}, {"live": "perhaps"}, {"cursor": "x" * 65}])
def test_a_list_that_cannot_be_understood_says_which_part(tmp_path: Path, params: dict[str, str]) -> None:
    async def story() -> None:
        async with site(tmp_path) as here, here.as_user() as client:
            answer = await client.get("/api/v1/calls", params=params)
            assert answer.status_code == 422
            problem = answer.json()
            assert problem["code"] == "invalid"
            assert problem["errors"][0]["where"] == f"query.{next(iter(params))}"

    run_real(story())


def test_a_call_has_transcript_turns_and_events(tmp_path: Path) -> None:
    async def story() -> None:
        async with site(tmp_path) as here:
            await here.happened(*call(here, "call_1", NOW))
            async with here.as_user() as client:
                one = (await client.get("/api/v1/calls/call_1")).json()
                lines = (await client.get("/api/v1/calls/call_1/transcript")).json()
                turns = (await client.get("/api/v1/calls/call_1/turns")).json()
                events = (await client.get("/api/v1/calls/call_1/events", params={"after": 3})).json()
            assert (one["state"], one["reason"], one["duration"]) == ("ended", "caller_hangup", 17.0)
            assert [line["who"] for line in lines] == ["agent", "caller", "agent", "caller", "agent"]
            assert lines[2]["interrupted"]
            assert turns[1]["timings"]["sent"] == pytest.approx(0.51)
            assert (events[0]["sequence"], events[0]["topic"]) == (4, "leg.added")

    run_real(story())


def test_a_recording_is_served_whole_and_in_ranges(tmp_path: Path) -> None:
    async def story() -> None:
        async with site(tmp_path) as here:
            await here.happened(*call(here, "call_1", NOW))
            data = record(here.services.settings.recordings, "call_1").read_bytes()
            async with here.as_user() as client:
                address = "/api/v1/calls/call_1/recording"
                whole = await client.get(address)
                part = await client.get(address, headers={"range": "bytes=100-199"})
                tail = await client.get(address, headers={"range": "bytes=-10"})
                beyond = await client.get(address, headers={"range": f"bytes={len(data)}-"})
            assert (whole.status_code, whole.headers["content-type"]) == (200, "audio/wav")
            assert whole.content == data
            assert (part.status_code, part.content) == (206, data[100:200])
            assert part.headers["content-range"] == f"bytes 100-199/{len(data)}"
            assert (tail.status_code, tail.content) == (206, data[-10:])
            assert beyond.status_code == 416

    run_real(story())


def test_a_recording_has_a_shape(tmp_path: Path) -> None:
    async def story() -> None:
        async with site(tmp_path) as here:
            await here.happened(*call(here, "call_1", NOW))
            record(here.services.settings.recordings, "call_1")
            async with here.as_user() as client:
                shape = (await client.get("/api/v1/calls/call_1/waveform", params={"points": 170})).json()
            assert shape["duration"] == pytest.approx(17.0)
            assert len(shape["caller"]) == len(shape["agent"]) == 170
            assert max(shape["caller"][40:68]) > 0.2  # the caller speaks from 3.9 s to 6.8 s
            assert max(shape["agent"][40:68]) == 0

    run_real(story())


def test_a_recording_that_is_missing_or_outside_its_folder_is_not_found(tmp_path: Path) -> None:
    async def story() -> None:
        async with site(tmp_path) as here:
            secret = tmp_path / "secret.wav"
            secret.write_bytes(b"RIFF")
            for number, path in enumerate(("../secret.wav", str(secret), "gone.wav")):
                events = call(here, f"call_{number}", NOW)
                await here.happened(
                    *(replace(one, path=path) if isinstance(one, RecordingStarted) else one for one in events[:4])
                )
            async with here.as_user() as client:
                for number in range(3):
                    assert (await client.get(f"/api/v1/calls/call_{number}/recording")).status_code == 404

    run_real(story())


def test_a_recording_without_sound_has_an_empty_shape(tmp_path: Path) -> None:
    async def story() -> None:
        async with site(tmp_path) as here:
            await here.happened(*call(here, "call_1", NOW))
            path = record(here.services.settings.recordings, "call_1", 0.0)
            async with here.as_user() as client:
                for content in (path.read_bytes(), b"RIFF", b""):
                    path.write_bytes(content)
                    shape = (await client.get("/api/v1/calls/call_1/waveform")).json()
                    assert shape == {"duration": 0.0, "caller": [], "agent": []}

    run_real(story())


def test_changes_tell_of_the_tenants_own_calls_only(tmp_path: Path) -> None:
    async def story() -> None:
        async with site(tmp_path) as here:
            mine = call(here, "call_1", NOW)
            breath = VoiceActivity(
                id=EventId("e"), tenant=here.account.tenant.id, call=CallId("call_1"), sequence=1, at=NOW, speaking=True
            )
            async with aclosing(follow(here.services.bus, here.account.tenant.id, None)) as stream:
                assert await anext(stream) == ": following\n\n"
                for event in (breath, replace(mine[0], tenant=TenantId("tnt_other")), mine[0]):
                    here.services.bus.publish(event)
                assert (
                    await anext(stream) == 'event: change\ndata: {"call": "call_1", "topic": "voice.call.started"}\n\n'
                )

    run_real(story())


def test_a_quiet_stream_of_changes_shows_that_it_lives() -> None:
    async def story() -> None:
        async with aclosing(follow(Bus(), TenantId("tnt"), None)) as stream:
            await anext(stream)
            began = asyncio.get_running_loop().time()
            assert (await anext(stream)).startswith(":")
            assert asyncio.get_running_loop().time() - began == 15

    run(story())


def test_a_call_is_given_as_a_rehearsal_to_its_tenant_only(tmp_path: Path) -> None:
    async def story() -> None:
        async with site(tmp_path) as here:
            await here.happened(*call(here, "call_1", NOW, caller="+441632960456"), *call(here, "call_2", NOW, ends=""))
            async with here.as_user() as client:
                given = await client.get("/api/v1/calls/call_1/rehearsal")
                assert given.headers["content-type"].startswith("application/yaml")
                script = parse(given.text, Path("call.yaml")).rehearsal
                assert [step.say for step in script.script if isinstance(step, SayLine)] == [
                    "I'd like a table for four on Friday at seven",
                    "Anderson",
                ]
                assert script.caller.number == "+441632960456"
                anonymous = (await client.get("/api/v1/calls/call_1/rehearsal", params={"anonymise": "true"})).text
                assert "960456" not in anonymous
                assert (await client.get("/api/v1/calls/call_2/rehearsal")).status_code == 422
                assert (await client.get("/api/v1/calls/call_9/rehearsal")).status_code == 404

    run_real(story())
