"""Finding calls, and reading what was said in them."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from tests.virtual_time import run_real
from tests.web.site import NOW, site
from tests.web.story import call

pytestmark = pytest.mark.databases

ANNA, BERT = "+442079460001", "+442079460002"


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ({}, ["call_3", "call_2", "call_1"]),
        ({"state": "ended"}, ["call_2", "call_1"]),
        ({"direction": "outbound"}, []),
        ({"number": ANNA}, ["call_1"]),
        ({"number": "+4420794600*"}, ["call_3", "call_1"]),
        ({"number": "+4420794_00*"}, []),
        ({"outcome": "agent_hangup"}, ["call_2"]),
        ({"since": datetime.fromtimestamp(NOW + 100, UTC).isoformat()}, ["call_3", "call_2"]),
        ({"until": datetime.fromtimestamp(NOW + 100, UTC).isoformat()}, ["call_1"]),
        ({"min_duration": "1"}, ["call_2", "call_1"]),
        ({"min_duration": "100000"}, []),
        ({"text": "friday anderson"}, ["call_3", "call_2", "call_1"]),
        ({"text": "Bella AND zeppelin"}, []),
        ({"text": 'friday" OR "'}, []),
        ({"text": "?!"}, []),
        ({"text": "FRIDAY", "number": BERT}, ["call_3"]),
    ],
)
def test_calls_are_found_by_what_is_known_of_them(tmp_path: Path, query: dict[str, str], found: list[str]) -> None:
    async def story() -> None:
        async with site(tmp_path) as here, here.as_user() as client:
            await here.happened(*call(here, "call_1", NOW, caller=ANNA))
            await here.happened(*call(here, "call_2", NOW + 200, ends="agent_hangup"))
            await here.happened(*call(here, "call_3", NOW + 400, ends="", caller=BERT))
            answer = await client.get("/api/v1/calls", params=query)
            assert answer.status_code == 200, answer.text
            assert [item["id"] for item in answer.json()["items"]] == found
            async with here.as_user(await here.stranger()) as eve:
                assert (await eve.get("/api/v1/calls", params=query)).json()["items"] == []

    run_real(story())


def test_what_was_said_is_read_in_four_ways(tmp_path: Path) -> None:
    async def story() -> None:
        async with site(tmp_path) as here, here.as_user() as client:
            await here.happened(*call(here, "call_1", NOW))
            where = "/api/v1/calls/call_1/transcript"
            lines = (await client.get(where)).json()
            assert lines[1]["text"] == "I'd like a table for four on Friday at seven"
            vtt = await client.get(where, params={"format": "vtt"})
            assert vtt.headers["content-type"].startswith("text/vtt")
            assert vtt.text.startswith("WEBVTT\n\n00:00:00.200 --> 00:00:03.100\n<v agent>Thank you")
            srt = await client.get(where, headers={"accept": "application/x-subrip"})
            assert srt.text.startswith("1\n00:00:00,200 --> 00:00:03,100\nagent: Thank you")
            text = await client.get(where, headers={"accept": "text/plain, */*"})
            assert text.text.splitlines()[1] == "[00:03] caller: I'd like a table for four on Friday at seven"
            assert (await client.get(where, params={"format": "pdf"})).status_code == 422

    run_real(story())
