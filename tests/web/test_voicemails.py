"""Messages over the API: listed, read, listened to, and nobody else's."""

from pathlib import Path

from switchroom.events.catalogue import CallStarted, VoicemailTaken
from switchroom.identity import AgentId, CallId, EventId, new_id
from switchroom.media.wav import header
from tests.virtual_time import run_real
from tests.web.site import NOW, Site, site


def _left(here: Site, call: str, text: str, path: str = "") -> tuple[CallStarted, VoicemailTaken]:
    tenant = here.account.tenant.id
    started = CallStarted(
        id=EventId(new_id("evt")), tenant=tenant, call=CallId(call), sequence=1, at=NOW, direction="inbound",
        source="phone_gateway", agent=AgentId("a"), caller="+44123", caller_name="Anna",
    )  # fmt: skip
    taken = VoicemailTaken(
        id=EventId(new_id("evt")), tenant=tenant, call=CallId(call), sequence=2, at=NOW + 9, path=path, duration=7.5,
        text=text, why="key",
    )  # fmt: skip
    return started, taken


def test_messages_are_listed_newest_first_with_who_left_them(tmp_path: Path) -> None:
    async def story() -> None:
        async with site(tmp_path) as here, here.as_user() as client, here.as_user(await here.stranger()) as stranger:
            for call, text in (("call_1", "one"), ("call_2", "two"), ("call_3", "three")):
                await here.happened(*_left(here, call, text))
            first = (await client.get("/api/v1/voicemails", params={"limit": 2})).json()
            assert [message["text"] for message in first["items"]] == ["three", "two"]
            rest = (await client.get("/api/v1/voicemails", params={"cursor": first["next"]})).json()
            assert [(m["text"], m["caller"], m["caller_name"], m["why"]) for m in rest["items"]] == [
                ("one", "+44123", "Anna", "key")
            ]
            assert rest["next"] is None
            of_one = (await client.get("/api/v1/voicemails", params={"call": "call_2"})).json()
            assert [message["call"] for message in of_one["items"]] == ["call_2"]
            where = f"/api/v1/voicemails/{of_one['items'][0]['id']}"
            assert (await client.get(where)).json() == of_one["items"][0]
            assert (await stranger.get("/api/v1/voicemails")).json()["items"] == []
            assert (
                (await stranger.get(where)).status_code == (await stranger.get(f"{where}/recording")).status_code == 404
            )

    run_real(story())


def test_the_sound_of_a_message_is_served_if_it_is_there(tmp_path: Path) -> None:
    async def story() -> None:
        async with site(tmp_path) as here, here.as_user() as client:
            folder = here.services.settings.recordings
            folder.mkdir(parents=True, exist_ok=True)
            (folder / "message.wav").write_bytes(header(8000, 1, 4) + b"\1\0\2\0")
            (tmp_path / "secret.wav").write_bytes(b"secret")
            await here.happened(*_left(here, "call_1", "one", str(folder / "message.wav")))
            await here.happened(*_left(here, "call_2", "two"))
            await here.happened(*_left(here, "call_3", "three", str(tmp_path / "secret.wav")))
            found = {m["call"]: m["id"] for m in (await client.get("/api/v1/voicemails")).json()["items"]}
            sound = await client.get(f"/api/v1/voicemails/{found['call_1']}/recording")
            assert (sound.headers["content-type"], sound.content[-4:]) == ("audio/wav", b"\1\0\2\0")
            for call in ("call_2", "call_3"):
                missing = await client.get(f"/api/v1/voicemails/{found[call]}/recording")
                assert (missing.status_code, missing.json()["code"]) == (404, "not_found")

    run_real(story())
