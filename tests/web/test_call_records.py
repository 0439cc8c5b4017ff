"""What is kept of a call as sound, who may hear it, and that what is deleted is gone."""

import asyncio
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import select, text

from switchroom.errors import NotFound, Unavailable
from switchroom.events import catalogue as happened
from switchroom.history.deleting import Deletions
from switchroom.history.reader import HistoryReader
from switchroom.history.retention import Retention, Rule
from switchroom.identity import CallId
from switchroom.roles.uploading import Uploading
from switchroom.storage.blob_store import open_blobs
from switchroom.storage.blobs import Blobs
from switchroom.storage.db import Base
from switchroom.storage.revisions import load_models
from switchroom.storage.scope import WHOLE_HOUSE
from switchroom.web.ranges import Unsatisfiable, asked
from tests.servers.s3 import S3
from tests.storage.test_blobs import settings
from tests.virtual_time import run_real
from tests.web.site import NOW, Site, site
from tests.web.story import call

pytestmark = pytest.mark.databases

CALLER = "+442079461111"
CANARIES = ("Anderson", "Bella Vista", CALLER)
SOUND = b"RIFF" + bytes(range(256)) * 40
WHERE = "/api/v1/calls/call_1/recording"
DAY = 86_400.0


async def recorded(here: Site, name: str = "call_1", begin: float = NOW) -> Path:
    """Let a call have happened; return its recording."""
    path = here.services.settings.recordings / here.account.tenant.id / f"{name}.wav"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(SOUND)
    await here.happened(*call(here, name, begin, caller=CALLER))
    return path


def test_a_recording_is_given_in_ranges(tmp_path: Path) -> None:
    async def story() -> None:
        async with site(tmp_path) as here, here.as_user() as client:
            await recorded(here)
            whole = await client.get(WHERE)
            assert (whole.status_code, whole.content) == (200, SOUND)
            assert whole.headers["accept-ranges"] == "bytes"
            part = await client.get(WHERE, headers={"range": "bytes=10-19"})
            assert (part.status_code, part.content) == (206, SOUND[10:20])
            assert part.headers["content-range"] == f"bytes 10-19/{len(SOUND)}"
            assert (await client.get(WHERE, headers={"range": "bytes=-5"})).content == SOUND[-5:]
            beyond = await client.get(WHERE, headers={"range": f"bytes={len(SOUND)}-"})
            assert beyond.status_code == 416 and beyond.headers["content-range"] == f"bytes */{len(SOUND)}"
            head = await client.head(WHERE)
            assert (head.status_code, head.content, head.headers["content-length"]) == (200, b"", str(len(SOUND)))
            changed = {"range": "bytes=0-1", "if-range": '"another"'}
            assert (await client.get(WHERE, headers=changed)).status_code == 200
            assert head.headers["etag"] == whole.headers["etag"]

    run_real(story())


@pytest.mark.databases("sqlite")
def test_a_recording_in_the_store_is_given_by_ranges_and_links_and_deleted_too(s3: S3, tmp_path: Path) -> None:
    async def story() -> None:
        async with site(tmp_path) as here:
            blobs = open_blobs(settings(s3.endpoint, s3.bucket()), tmp_path)
            folder = here.services.settings.recordings
            deletions = Deletions(here.journal, blobs, folder, lambda: NOW)
            archive = replace(here.services.archive, blobs=blobs, deletions=deletions)
            here.services = replace(here.services, archive=archive)
            path = await recorded(here)
            assert await Uploading(blobs, folder, lambda: path.stat().st_mtime + 60.0).move() == 1
            assert not path.exists()
            async with here.as_user() as client, here.client() as anybody:
                whole = await client.get(WHERE)
                assert (whole.status_code, whole.content) == (200, SOUND)
                part = await client.get(WHERE, headers={"range": "bytes=4-7"})
                assert (part.status_code, part.content) == (206, SOUND[4:8])
                assert part.headers["content-range"] == f"bytes 4-7/{len(SOUND)}"
                assert (await client.get(WHERE, headers={"range": "bytes=99999999-"})).status_code == 416
                same = {"if-none-match": whole.headers["etag"]}
                assert (await client.get(WHERE, headers=same)).status_code == 304
                assert (await client.head(WHERE)).headers["content-length"] == str(len(SOUND))
                assert (await client.get("/api/v1/calls/call_1/waveform")).status_code == 200
                url = (await client.post(f"{WHERE}/link", json={})).json()["url"]
                assert (await anybody.get(url)).content == SOUND
                assert (await client.delete("/api/v1/calls/call_1")).status_code == 204
                assert (await anybody.get(url)).status_code == 404
            with pytest.raises(NotFound):
                await blobs.state(f"recordings/{here.account.tenant.id}/call_1.wav")
            assert list(remains(tmp_path)) == []

    run_real(story())


@pytest.mark.parametrize(
    ("header", "span"),
    [
        (None, None), ("bytes=0-3", (0, 4)), ("bytes=5-", (5, 10)), ("bytes=-3", (7, 10)), ("bytes=-30", (0, 10)),
        ("bytes=0-99", (0, 10)), ("bytes=3-1", None), ("bytes=0-1,4-5", None), ("seconds=1-2", None), ("bytes=-", None),
    ],
)  # fmt: skip
def test_a_range_is_read_as_the_rfc_has_it(header: str | None, span: tuple[int, int] | None) -> None:
    assert asked(header, 10) == span


@pytest.mark.parametrize("header", ["bytes=10-", "bytes=10-12", "bytes=-0"])
def test_a_range_of_nothing_cannot_be_answered(header: str) -> None:
    with pytest.raises(Unsatisfiable):
        asked(header, 10)


def test_a_link_gives_the_recording_to_whoever_has_it_until_it_expires(tmp_path: Path) -> None:
    async def story() -> None:
        async with site(tmp_path) as here, here.as_user() as client, here.client() as anybody:
            await recorded(here)
            made = await client.post(f"{WHERE}/link", json={"minutes": 5})
            assert made.status_code == 201
            url = made.json()["url"]
            assert CALLER not in url and "call_1" not in url
            assert (await anybody.get(url)).content == SOUND
            assert (await anybody.head(url)).status_code == 200
            assert (await anybody.get(url, headers={"range": "bytes=0-3"})).content == b"RIFF"
            middle = len(url) - 20
            forged = url[:middle] + ("A" if url[middle] != "A" else "B") + url[middle + 1 :]
            assert (await anybody.get(forged)).status_code == 404
            here.clock[0] = NOW + 300
            assert (await anybody.get(url)).json()["code"] == "link_expired"
            assert (await client.post(f"{WHERE}/link", json={"minutes": 0})).status_code == 422
            async with here.as_user(await here.stranger()) as eve:
                assert (await eve.post(f"{WHERE}/link", json={})).status_code == 404

    run_real(story())


def test_a_link_leads_to_the_tenant_s_own_domain_whatever_the_request_called_us(tmp_path: Path) -> None:
    async def story() -> None:
        async with site(tmp_path) as here, here.as_user() as client:
            await recorded(here)
            said = await client.patch("/api/v1/settings", json={"brand_domain": "voice.acme.example"})
            assert said.status_code == 200
            made = await client.post(f"{WHERE}/link", json={}, headers={"host": "elsewhere.example"})
            assert made.json()["url"].startswith("https://voice.acme.example/api/v1/recordings/")

    run_real(story())


def test_deleting_a_call_ends_its_links(tmp_path: Path) -> None:
    async def story() -> None:
        async with site(tmp_path) as here, here.as_user() as client, here.client() as anybody:
            await recorded(here)
            url = (await client.post(f"{WHERE}/link", json={})).json()["url"]
            assert (await client.delete("/api/v1/calls/call_1")).status_code == 204
            assert (await anybody.get(url)).status_code == 404

    run_real(story())


def remains(folder: Path) -> Iterator[tuple[str, str]]:
    """Yield where a canary is found on the disk."""
    for path in (found for found in folder.rglob("*") if found.is_file()):
        content = path.read_bytes().lower()
        yield from ((path.name, canary) for canary in CANARIES if canary.lower().encode() in content)


async def journal_of(here: Site, name: str) -> list[str]:
    async with here.services.database.snapshot(here.account.tenant.id) as session:
        rows = await session.execute(text("SELECT topic FROM call_events WHERE call_id = :call"), {"call": name})
        return [str(topic) for (topic,) in rows]


async def stored(here: Site) -> set[str]:
    """The canaries that are in any table."""
    load_models()
    found = ""
    async with here.services.database.snapshot(WHOLE_HOUSE) as session:
        for table in Base.metadata.sorted_tables:
            found += str(list(await session.execute(select(table))))
    return {canary for canary in CANARIES if canary in found}


def test_nothing_of_a_deleted_call_remains_in_any_table(tmp_path: Path) -> None:
    async def story() -> None:
        async with site(tmp_path) as here, here.as_user() as client:
            await recorded(here)
            assert await stored(here) == set(CANARIES)
            await client.delete("/api/v1/calls/call_1")
            assert await stored(here) == set()

    run_real(story())


@pytest.mark.databases("sqlite")
def test_nothing_of_a_deleted_call_remains_on_the_disk(tmp_path: Path) -> None:
    async def story() -> None:
        async with site(tmp_path) as here, here.as_user() as client:
            path = await recorded(here)
            assert (await client.get("/api/v1/calls", params={"text": "anderson"})).json()["items"]
            assert set(await asyncio.to_thread(lambda: {canary for _, canary in remains(tmp_path)})) == set(CANARIES)
            assert (await client.delete("/api/v1/calls/call_1")).status_code == 204
            assert not path.exists()
            for what in ("", "/transcript", "/turns", "/events", "/recording"):
                assert (await client.get(f"/api/v1/calls/call_1{what}")).status_code == 404
            assert (await client.get("/api/v1/calls", params={"text": "anderson"})).json()["items"] == []
            assert "call.deleted" in await journal_of(here, "call_1")
            assert (await client.delete("/api/v1/calls/call_1")).status_code == 404
        assert list(remains(tmp_path)) == []

    run_real(story())


def test_a_history_that_is_made_anew_does_not_bring_a_deleted_call_back(tmp_path: Path) -> None:
    async def story() -> None:
        async with site(tmp_path) as here, here.as_user() as client:
            await recorded(here)
            await recorded(here, "call_2")
            await client.delete("/api/v1/calls/call_1")
            async with here.services.database.transaction(None) as session:
                for table in ("voice_calls", "transcripts", "turns", "recordings", "journal_cursors"):
                    await session.execute(text(f"DELETE FROM {table}"))
            await HistoryReader(here.journal, linger=0).catch_up()
            assert [item["id"] for item in (await client.get("/api/v1/calls")).json()["items"]] == ["call_2"]

    run_real(story())


def test_a_call_that_goes_on_and_another_s_call_are_not_deleted(tmp_path: Path) -> None:
    async def story() -> None:
        async with site(tmp_path) as here, here.as_user() as client:
            await here.happened(*call(here, "call_1", NOW, ends=""))
            assert (await client.delete("/api/v1/calls/call_1")).status_code == 409
            await recorded(here, "call_2")
            async with here.as_user(await here.stranger()) as eve:
                assert (await eve.delete("/api/v1/calls/call_2")).status_code == 404
            assert (await client.get("/api/v1/calls/call_2")).status_code == 200

    run_real(story())


class ScriptedStore(Blobs):
    """A store that is away as often as it was told."""

    away = 1

    async def delete(self, key: str) -> None:
        if self.away:
            self.away -= 1
            raise Unavailable("the store is away", code="blobs")


def test_a_deletion_that_was_interrupted_is_finished_later(tmp_path: Path) -> None:
    async def story() -> None:
        async with site(tmp_path) as here, here.as_user() as client:
            path = await recorded(here)
            store = ScriptedStore.__new__(ScriptedStore)
            deletions = Deletions(here.journal, store, here.services.settings.recordings, lambda: NOW)
            with pytest.raises(Unavailable):
                await deletions.delete(CallId("call_1"), here.account.tenant.id, "user_1")
            assert path.exists() and (await client.get("/api/v1/calls/call_1")).status_code == 404
            assert (await client.get("/api/v1/calls")).json()["items"] == []
            assert await deletions.resume() == 1
            assert not path.exists() and await deletions.resume() == 0
            [deleted] = [
                entry for entry in await here.journal.after(0) if isinstance(entry.event, happened.CallDeleted)
            ]
            assert deleted.data["by"] == "user_1"

    run_real(story())


def test_what_is_too_old_goes_and_what_is_not_stays(tmp_path: Path) -> None:
    async def story() -> None:
        async with site(tmp_path) as here, here.as_user() as client:
            sounds = [await recorded(here, f"call_{days}", NOW - days * DAY) for days in (40, 20, 8, 1)]
            rule = {"recordings": 7, "transcripts": 15, "events": 30}
            assert (await client.put("/api/v1/retention", json=rule)).json() == rule
            assert (await client.get("/api/v1/retention")).json() == rule
            retention = here.services.archive.retention
            assert isinstance(retention, Retention)
            assert await retention.rule(here.account.tenant.id) == Rule(7, 15, 30)
            await retention.enforce()
            await HistoryReader(here.journal, linger=0).catch_up()
            calls = [item["id"] for item in (await client.get("/api/v1/calls")).json()["items"]]
            assert sorted(calls) == ["call_1", "call_20", "call_8"]
            assert [path.exists() for path in sounds] == [False, False, False, True]
            lines = {name: (await client.get(f"/api/v1/calls/{name}/transcript")).json() for name in calls}
            assert [bool(lines[name]) for name in ("call_20", "call_8", "call_1")] == [False, True, True]
            said = (await client.get("/api/v1/calls/call_20/events")).text
            assert "Anderson" not in said and CALLER in said
            assert await retention.enforce() == 0

    run_real(story())
