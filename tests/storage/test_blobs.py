"""Blobs in a folder and in a real S3 server behave alike; and what a store can do to us."""

import asyncio
import hashlib
import re
import subprocess
import sys
import urllib.request
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from urllib.error import HTTPError

import pytest
from pydantic import SecretStr

from switchroom.errors import Invalid, NotFound, Unavailable
from switchroom.settings import BlobSettings
from switchroom.storage.blob_store import open_blobs
from switchroom.storage.blobs import Blobs, Stored
from tests.servers.s3 import ACCESS_KEY, REGION, S3, SECRET_KEY
from tests.virtual_time import run_real

KEY = "recordings/tnt_1/call_1.wav"
SOUND = bytes(range(256)) * 100


def settings(endpoint: str, bucket: str, **others: object) -> BlobSettings:
    return BlobSettings(
        url=f"s3://{bucket}/some/prefix",
        endpoint=endpoint,
        region=REGION,
        access_key=ACCESS_KEY,
        secret_key=SecretStr(SECRET_KEY),
        allow_http=True,
        **{"retry_for": 0.3, "timeout": 10.0, **others},
    )


@pytest.fixture(params=["folder", "s3"])
def blobs(request: pytest.FixtureRequest, tmp_path: Path) -> Blobs:
    if request.param == "folder":
        return open_blobs(BlobSettings(), tmp_path / "data")
    server: S3 = request.getfixturevalue("s3")
    return open_blobs(settings(server.endpoint, server.bucket()), tmp_path / "data")


def file(folder: Path, content: bytes = SOUND) -> Path:
    path = folder / "sound.wav"
    path.write_bytes(content)
    return path


async def whole(blobs: Blobs, key: str, start: int = 0, end: int | None = None) -> bytes:
    return b"".join([chunk async for chunk in blobs.read(key, start, end)])


def test_what_is_put_is_read_by_the_byte(blobs: Blobs, tmp_path: Path) -> None:
    async def main() -> None:
        stored = await blobs.put(KEY, file(tmp_path))
        assert stored == Stored(KEY, len(SOUND), hashlib.sha256(SOUND).hexdigest())
        assert await whole(blobs, KEY) == SOUND
        assert await whole(blobs, KEY, 10, 300) == SOUND[10:300]
        assert await whole(blobs, KEY, 25_000) == SOUND[25_000:]
        assert await whole(blobs, KEY, 5, 5) == b""
        with pytest.raises(Invalid):
            await whole(blobs, KEY, 0, len(SOUND) + 1)
        state = await blobs.state(KEY)
        assert (state.key, state.size) == (KEY, len(SOUND)) and state.etag
        assert [found.key async for found in blobs.all("recordings")] == [KEY]
        await blobs.verify(stored)

    run_real(main())


def test_a_large_file_goes_in_parts_and_an_empty_one_too(blobs: Blobs, tmp_path: Path) -> None:
    async def main() -> None:
        large = bytes(range(251)) * 90_000
        stored = await blobs.put(KEY, file(tmp_path, large))
        assert (stored.size, stored.sha256) == (len(large), hashlib.sha256(large).hexdigest())
        await blobs.verify(stored)
        empty = await blobs.put("music/tnt_1/none", file(tmp_path, b""))
        assert empty.size == 0
        await blobs.verify(empty)

    run_real(main())


def test_deleting_is_done_once_and_said_as_often_as_one_likes(blobs: Blobs, tmp_path: Path) -> None:
    async def main() -> None:
        await blobs.put(KEY, file(tmp_path))
        await blobs.delete(KEY)
        await blobs.delete(KEY)
        for ask in (blobs.state(KEY), whole(blobs, KEY), blobs.fetch(KEY, tmp_path / "back")):
            with pytest.raises(NotFound):
                await ask

    run_real(main())


def test_putting_again_replaces(blobs: Blobs, tmp_path: Path) -> None:
    async def main() -> None:
        first = await blobs.put(KEY, file(tmp_path))
        etag = (await blobs.state(KEY)).etag
        await blobs.put(KEY, file(tmp_path, b"other"))
        assert await whole(blobs, KEY) == b"other"
        assert (await blobs.state(KEY)).etag != etag
        with pytest.raises(Unavailable) as changed:
            await blobs.verify(first)
        assert changed.value.code == "blob_corrupt"

    run_real(main())


def test_what_comes_back_changed_is_not_kept(blobs: Blobs, tmp_path: Path) -> None:
    async def main() -> None:
        stored = await blobs.put(KEY, file(tmp_path))
        back = tmp_path / "back.wav"
        assert await blobs.fetch(KEY, back, stored.sha256) == stored
        assert back.read_bytes() == SOUND
        await blobs.put(KEY, file(tmp_path, SOUND[:-1] + b"x"))
        with pytest.raises(Unavailable):
            await blobs.fetch(KEY, tmp_path / "again.wav", stored.sha256)

    run_real(main())
    assert not list(tmp_path.glob("again*"))


@pytest.mark.parametrize(
    "key",
    [
        "",
        "call.wav",
        "switchroom.db",
        "../secret",
        "recordings/../switchroom.db",
        "/etc/passwd",
        "recordings/a b",
        "recordings//a",
        "recordings/.s",
    ],
)
def test_a_key_that_leads_elsewhere_names_nothing(blobs: Blobs, tmp_path: Path, key: str) -> None:
    async def main() -> None:
        for ask in (blobs.put(key, file(tmp_path)), blobs.state(key), blobs.delete(key), blobs.link(key, 60.0)):
            with pytest.raises(Invalid):
                await ask

    run_real(main())


def test_a_file_that_is_where_its_blob_belongs_is_left_there(tmp_path: Path) -> None:
    async def main() -> None:
        blobs = open_blobs(BlobSettings(), tmp_path)
        place = tmp_path / KEY
        place.parent.mkdir(parents=True)
        place.write_bytes(SOUND)
        inode = place.stat().st_ino
        assert (await blobs.put(KEY, place)).size == len(SOUND)
        assert place.stat().st_ino == inode and place.read_bytes() == SOUND
        assert await blobs.link(KEY, 60.0) is None

    run_real(main())


def test_a_signed_link_gives_the_blob_to_whoever_has_it(s3: S3, tmp_path: Path) -> None:
    links: list[str] = []

    async def main() -> None:
        blobs = open_blobs(settings(s3.endpoint, s3.bucket()), tmp_path)
        await blobs.put(KEY, file(tmp_path))
        link = await blobs.link(KEY, 60.0)
        assert link is not None and SECRET_KEY not in link
        assert re.search("X-Amz-Expires=60", link)
        links.append(link)

    run_real(main())
    assert urllib.request.urlopen(links[0], timeout=10).read() == SOUND
    with pytest.raises(HTTPError):
        urllib.request.urlopen(links[0].partition("?")[0], timeout=10)


# --- stores that fail ---------------------------------------------------------------------------------------------


@asynccontextmanager
async def store_that(answer: Callable[[bytes], bytes | None]) -> AsyncIterator[str]:
    """A server that gives ``answer(head)`` to every request, or hangs up for None before it has read it all."""

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            head = await reader.readuntil(b"\r\n\r\n")
            answered = answer(head)
            if answered is not None:
                length = re.search(rb"(?i)content-length: (\d+)", head)
                await reader.readexactly(int(length.group(1)) if length else 0)
                writer.write(answered)
                await writer.drain()
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    async with server:
        yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"


def reply(status: str, body: bytes = b"", *headers: str, length: int | None = None) -> bytes:
    said = [
        f"HTTP/1.1 {status}",
        f"Content-Length: {len(body) if length is None else length}",
        "Connection: close",
        *headers,
    ]
    return "\r\n".join([*said, "", ""]).encode() + body


@pytest.mark.parametrize("size", [1000, 20_000_000], ids=["at once", "in parts"])
def test_a_store_that_dies_in_mid_upload_is_unavailable(tmp_path: Path, size: int) -> None:
    async def main() -> None:
        async with store_that(lambda head: None) as endpoint:
            blobs = open_blobs(settings(endpoint, "b"), tmp_path)
            with pytest.raises(Unavailable) as gone:
                await blobs.put(KEY, file(tmp_path, bytes(size)))
            assert gone.value.code == "blobs" and gone.value.retryable

    run_real(main())


def test_a_store_that_fails_is_asked_again_for_a_while(tmp_path: Path) -> None:
    async def main() -> None:
        asked: list[bytes] = []

        def fails_twice(head: bytes) -> bytes:
            asked.append(head.split()[0])
            return reply("500 Oh") if len(asked) < 3 else reply("200 OK", b"", 'ETag: "e"', length=0)

        async with store_that(fails_twice) as endpoint:
            blobs = open_blobs(settings(endpoint, "b", retry_for=20.0), tmp_path)
            with pytest.raises(Unavailable):  # it keeps nothing: the size is looked at
                await blobs.put(KEY, file(tmp_path))
            assert asked[:3] == [b"PUT"] * 3
        async with store_that(lambda head: reply("500 Oh")) as endpoint:
            with pytest.raises(Unavailable, match="recordings/tnt_1"):
                await open_blobs(settings(endpoint, "b"), tmp_path).state(KEY)

    run_real(main())


def test_wrong_keys_are_said_to_be_wrong_and_not_tried_again(tmp_path: Path) -> None:
    async def main() -> None:
        body = b"<Error><Code>SignatureDoesNotMatch</Code></Error>"
        async with store_that(lambda head: reply("403 Forbidden", body)) as endpoint:
            blobs = open_blobs(settings(endpoint, "b"), tmp_path)
            with pytest.raises(Unavailable, match="SWITCHROOM_BLOBS__ACCESS_KEY") as denied:
                await blobs.put(KEY, file(tmp_path))
            assert denied.value.code == "blobs_denied" and not denied.value.retryable
            assert SECRET_KEY not in str(denied.value)

    run_real(main())


def test_a_blob_that_breaks_off_is_not_taken_for_whole(tmp_path: Path) -> None:
    async def main() -> None:
        dated = "Last-Modified: Sat, 21 Nov 2026 20:00:00 GMT"

        def breaks_off(head: bytes) -> bytes:
            if head.startswith(b"HEAD"):
                return reply("200 OK", b"", 'ETag: "e"', dated, length=1000)
            content = "Content-Range: bytes 0-999/1000"
            return reply("206 Partial Content", b"x" * 400, 'ETag: "e"', dated, content, length=1000)

        async with store_that(breaks_off) as endpoint:
            blobs = open_blobs(settings(endpoint, "b"), tmp_path)
            with pytest.raises(Unavailable):
                await whole(blobs, KEY)
            with pytest.raises(Unavailable):
                await blobs.fetch(KEY, tmp_path / "back")
            assert not (tmp_path / "back").exists()

    run_real(main())


def test_nobody_there_is_unavailable(s3: S3, tmp_path: Path) -> None:
    async def main() -> None:
        blobs = open_blobs(settings(s3.endpoint, s3.bucket()), tmp_path)
        await blobs.put(KEY, file(tmp_path))
        s3.kill()
        try:
            with pytest.raises(Unavailable):
                await blobs.state(KEY)
        finally:
            s3.start()
        with pytest.raises(NotFound):  # it forgot
            await blobs.state(KEY)

    run_real(main())


def test_what_is_put_carries_a_checksum_that_the_store_holds_it_to(tmp_path: Path) -> None:
    async def main() -> None:
        heads: list[bytes] = []

        def listens(head: bytes) -> bytes:
            heads.append(head)
            return reply("200 OK", b"", 'ETag: "e"')

        async with store_that(listens) as endpoint:
            with pytest.raises(Unavailable):
                await open_blobs(settings(endpoint, "b"), tmp_path).put(KEY, file(tmp_path))
        assert b"x-amz-checksum-sha256:" in heads[0].lower()
        assert heads[0].startswith(f"PUT /b/some/prefix/{KEY} ".encode())

    run_real(main())


def test_the_library_is_loaded_only_where_blobs_are_used() -> None:
    asked = "import sys, switchroom.main, switchroom.storage.blobs; print([n for n in ('obstore', 'asyncpg') if n in sys.modules])"
    said = subprocess.run([sys.executable, "-c", asked], capture_output=True, text=True, check=True)
    assert said.stdout.strip() == "[]"
