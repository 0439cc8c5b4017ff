"""The tools that flows may call, and the hold music to listen to."""

from pathlib import Path

from switchroom.media.wav import header
from tests.virtual_time import run_real
from tests.web.site import site


def test_the_houses_tools_are_listed_with_their_schema(tmp_path: Path) -> None:
    async def story() -> None:
        async with site(tmp_path) as here, here.as_user() as client:
            listed = (await client.get("/api/v1/tools")).json()["items"]
            (knowledge,) = [one for one in listed if one["name"] == "search_knowledge"]
            assert (knowledge["kind"], knowledge["arguments"]["type"]) == ("house", "object")

    run_real(story())


def test_hold_music_of_ones_own_can_be_listened_to(tmp_path: Path) -> None:
    async def story() -> None:
        async with site(tmp_path) as here, here.as_user() as client:
            assert (await client.get("/api/v1/hold-music/file")).status_code == 404
            music = header(8000, 1, 48_000) + bytes(48_000)
            assert (await client.put("/api/v1/hold-music", content=music)).status_code == 200
            heard = await client.get("/api/v1/hold-music/file")
            assert (heard.headers["content-type"], heard.content) == ("audio/wav", music)
            async with here.as_user(await here.stranger()) as stranger:
                assert (await stranger.get("/api/v1/hold-music/file")).status_code == 404

    run_real(story())
