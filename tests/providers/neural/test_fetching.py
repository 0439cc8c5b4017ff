"""Models from a server on loopback: whole or not at all, and on from where it stopped."""

import asyncio
import hashlib
import io
import tarfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path

import pytest
from aiohttp import web

from switchroom.errors import Conflict, Denied, Invalid, Unavailable
from switchroom.providers.neural.fetching import SLIP, changed, fetch, read_slip
from switchroom.providers.neural.folders import recognise
from switchroom.providers.neural.published import PUBLISHED, File, Published
from tests.providers.neural import small_models
from tests.providers.vendors.serving import cut, serving
from tests.virtual_time import run_real

WEIGHTS = bytes(range(256)) * 8192
"""Two megabytes."""


@dataclass
class Hub:
    """Serves files; breaks the connection after ``breaks`` bytes, so many ``times``."""

    files: dict[str, bytes]
    breaks: int = 0
    times: int = 0
    ranges: bool = True
    asked: list[str] = field(default_factory=list)

    @asynccontextmanager
    async def running(self) -> AsyncIterator[str]:
        """Yield the URL."""
        async with serving([web.get("/{name}", self._give)]) as address:
            yield f"http://{address}"

    async def _give(self, request: web.Request) -> web.StreamResponse:
        data = self.files.get(request.match_info["name"])
        if data is None:
            raise web.HTTPNotFound
        span = request.headers.get("Range", "") if self.ranges else ""
        self.asked.append(request.headers.get("Range", ""))
        start = int(span.removeprefix("bytes=").rstrip("-")) if span else 0
        if span and start >= len(data):
            raise web.HTTPRequestRangeNotSatisfiable
        response = web.StreamResponse(status=206 if span else 200, headers={"Content-Length": str(len(data) - start)})
        await response.prepare(request)
        if self.times > 0:
            self.times -= 1
            await response.write(data[start : start + self.breaks])
            await asyncio.sleep(0.05)
            cut(request)
            return response
        await response.write(data[start:])
        return response


def published(url: str, files: dict[str, bytes], *, archive: bool = False) -> Published:
    """Return what is published at a hub."""
    listed = tuple(
        File(name, f"{url}/{name}", hashlib.sha256(data).hexdigest(), len(data)) for name, data in files.items()
    )
    return Published("small", "recogniser", "sherpa", "Apache-2.0", ("en",), listed, archive, ("espeak-ng-data",))


async def fetched(model: Published, models: Path) -> tuple[Path, list[tuple[str, int, int]]]:
    """Fetch beside the loop that serves; return where it is and what was told."""
    told: list[tuple[str, int, int]] = []
    return await asyncio.to_thread(fetch, model, models, lambda *step: told.append(step)), told


def ctc() -> dict[str, bytes]:
    """Return the files of a model."""
    return {"ctc.onnx": WEIGHTS, "tokens.txt": b"a 0\n"}


def test_a_model_is_there_with_a_slip_of_its_hashes(tmp_path: Path) -> None:
    async def main() -> None:
        hub = Hub(ctc())
        async with hub.running() as url:
            folder, told = await fetched(published(url, hub.files), tmp_path)
            assert recognise(folder).kind == "ctc"
            assert told[-1] == ("tokens.txt", 4, 4)
            slip = read_slip(folder)
            assert slip.licence == "Apache-2.0"
            assert changed(folder, slip) == []
            (folder / "ctc.onnx").write_bytes(b"other")
            assert changed(folder, slip) == ["ctc.onnx"]
            with pytest.raises(Conflict, match="is there already"):
                await fetched(published(url, hub.files), tmp_path)

    run_real(main())


def test_it_goes_on_where_the_connection_broke(tmp_path: Path) -> None:
    async def main() -> None:
        hub = Hub(ctc(), breaks=1_000_000, times=1)
        async with hub.running() as url:
            with pytest.raises(Unavailable, match=r"is there a network. 1000000 bytes are kept; run it again"):
                await fetched(published(url, hub.files), tmp_path)
            assert not (tmp_path / "small").exists()
            folder, _ = await fetched(published(url, hub.files), tmp_path)
            assert hub.asked[1] == "bytes=1000000-"
            assert (folder / "ctc.onnx").read_bytes() == WEIGHTS

    run_real(main())


def test_a_server_that_knows_no_ranges_gives_it_anew(tmp_path: Path) -> None:
    async def main() -> None:
        hub = Hub(ctc(), breaks=1_000_000, times=1, ranges=False)
        async with hub.running() as url:
            with pytest.raises(Unavailable):
                await fetched(published(url, hub.files), tmp_path)
            folder, _ = await fetched(published(url, hub.files), tmp_path)
            assert (folder / "ctc.onnx").read_bytes() == WEIGHTS

    run_real(main())


def test_what_is_longer_than_the_file_is_begun_anew(tmp_path: Path) -> None:
    async def main() -> None:
        hub = Hub(ctc())
        (tmp_path / "small.partial").mkdir()
        (tmp_path / "small.partial" / "ctc.onnx.part").write_bytes(WEIGHTS + b"x")
        (tmp_path / "small.partial" / "tokens.txt.part").write_bytes(b"a 0\n")
        async with hub.running() as url:
            folder, _ = await fetched(published(url, hub.files), tmp_path)
            assert (folder / "ctc.onnx").read_bytes() == WEIGHTS

    run_real(main())


def test_what_is_not_what_was_published_is_not_kept(tmp_path: Path) -> None:
    async def main() -> None:
        hub = Hub(ctc())
        async with hub.running() as url:
            model = published(url, hub.files)
            wrong = replace(model, files=(replace(model.files[0], sha256="0" * 64), *model.files[1:]))
            with pytest.raises(Invalid, match="is not what was published"):
                await fetched(wrong, tmp_path)
            assert not (tmp_path / "small").exists()
            assert list((tmp_path / "small.partial").iterdir()) == []

    run_real(main())


def test_a_file_that_is_gone_and_a_server_that_is_not_there_are_told(tmp_path: Path) -> None:
    async def main() -> None:
        hub = Hub(ctc())
        async with hub.running() as url:
            model = published(url, hub.files)
            hub.files = {}
            with pytest.raises(Unavailable, match="answers with status 404"):
                await fetched(model, tmp_path)
        with pytest.raises(Unavailable, match="is there a network"):
            await fetched(published("http://127.0.0.1:9", ctc()), tmp_path)

    run_real(main())


def test_a_full_disk_is_told_and_nothing_half_is_taken_for_a_model(tmp_path: Path) -> None:
    async def main() -> None:
        hub = Hub(ctc())
        (tmp_path / "small.partial").mkdir()
        (tmp_path / "small.partial" / "ctc.onnx.part").symlink_to("/dev/full")
        async with hub.running() as url:
            with pytest.raises(Unavailable, match=r"there is no room in .* make room and run it again"):
                await fetched(published(url, hub.files), tmp_path)
        assert not (tmp_path / "small").exists()

    run_real(main())


def test_a_folder_that_may_not_be_written_is_told() -> None:
    async def main() -> None:
        with pytest.raises((Denied, Unavailable), match="/proc/models"):
            await fetched(published("http://127.0.0.1:9", ctc()), Path("/proc/models"))

    run_real(main())


def test_an_archive_is_unpacked_without_its_top_and_without_what_is_gpl(tmp_path: Path) -> None:
    source = small_models.recogniser(tmp_path / "source")
    (source / "espeak-ng-data").mkdir()
    (source / "espeak-ng-data" / "phontab").write_bytes(b"x")
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w:bz2") as tar:
        tar.add(source, "./sherpa-onnx-small")

    async def main() -> None:
        hub = Hub({"small.tar.bz2": packed.getvalue()})
        async with hub.running() as url:
            folder, _ = await fetched(published(url, hub.files, archive=True), tmp_path)
        assert recognise(folder).kind == "transducer"
        assert {path.name for path in folder.iterdir()} == {
            "encoder.onnx", "decoder.onnx", "joiner.onnx", "tokens.txt", SLIP,
        }  # fmt: skip

    run_real(main())


def test_an_archive_cannot_write_elsewhere(tmp_path: Path) -> None:
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w:bz2") as tar:
        entry = tarfile.TarInfo("top/../../escaped")
        entry.size = 1
        tar.addfile(entry, io.BytesIO(b"x"))

    async def main() -> None:
        hub = Hub({"small.tar.bz2": packed.getvalue()})
        async with hub.running() as url:
            with pytest.raises(Invalid, match="cannot be unpacked"):
                await fetched(published(url, hub.files, archive=True), tmp_path / "models")
        assert not (tmp_path / "escaped").exists()

    run_real(main())


def test_the_table_of_published_models_is_whole() -> None:
    for name, model in PUBLISHED.items():
        assert model.name == name
        assert model.licence
        assert model.languages
        for file in model.files:
            assert file.url.startswith("https://")
            assert len(bytes.fromhex(file.sha256)) == 32
