"""Blobs: recordings, messages, music and logos, in a folder or in a store that speaks S3, chosen by one setting.

A key is a path of plain names below one of ``AREAS``, so no key leads out of the folder or to the database beside it. What is
put is hashed while it is sent; the hash is the caller's to keep, and ``verify``, ``fetch`` and ``read`` hold what comes back to it.
A blob is there as a whole or not at all.
"""

import asyncio
import hashlib
import re
from collections.abc import AsyncGenerator, Iterator
from contextlib import aclosing, contextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Final

from switchroom.errors import Invalid, NotFound, Unavailable

if TYPE_CHECKING:
    from obstore.store import LocalStore, S3Store

AREAS: Final = ("recordings", "music", "logos", "blobs")
CHUNK: Final = 1024 * 1024
_PART: Final = 8 * CHUNK  # of an upload in parts; a store takes at most 10,000
_PARTS_AT_ONCE: Final = 4
_NAME: Final = re.compile(r"[A-Za-z0-9_-][A-Za-z0-9._-]{0,199}")


@dataclass(frozen=True, slots=True)
class Stored:
    """A blob as it was put: ``size`` in bytes, ``sha256`` in hex digits."""

    key: str
    size: int
    sha256: str


@dataclass(frozen=True, slots=True)
class BlobState:
    """A blob as it is: ``etag`` changes with its content, ``modified`` is in seconds since 1970."""

    key: str
    size: int
    etag: str
    modified: float


class Blobs:
    """One place for blobs. Every method raises Unavailable if that place does not do its part; all are safe to cancel."""

    def __init__(self, store: "LocalStore | S3Store", folder: Path | None = None) -> None:
        self._store = store
        self.folder = folder
        """Where the blobs are files; None if they are elsewhere."""

    async def put(self, key: str, path: Path) -> Stored:
        """Store a file, in place of what was there. A file that lies where the blob belongs stays as it is."""
        here = self.path(_checked(key))
        if here is not None and await asyncio.to_thread(_same, here, path):
            return Stored(key, *await asyncio.to_thread(_hashed, path))
        told = _Reading(path)
        with _translated(key, self._where):
            from obstore import put_async  # noqa: PLC0415 - loaded only where blobs are used

            size = (await asyncio.to_thread(path.stat)).st_size
            if size <= _PART:
                content = b"".join([chunk async for chunk in told.chunks()])
                await put_async(self._store, key, content, use_multipart=False)
            else:
                async with aclosing(told.chunks()) as chunks:
                    await put_async(self._store, key, chunks, chunk_size=_PART, max_concurrency=_PARTS_AT_ONCE)
        state = await self.state(key)
        if state.size != told.size:
            message = f"{key} was stored with {state.size} bytes of {told.size}: store it again"
            raise Unavailable(message, code="blob_corrupt")
        return Stored(key, told.size, told.sha256)

    async def state(self, key: str) -> BlobState:
        """Return how large a blob is. Raises NotFound."""
        with _translated(key, self._where):
            from obstore import head_async  # noqa: PLC0415

            meta = await head_async(self._store, _checked(key))
        return BlobState(key, meta["size"], (meta["e_tag"] or "").strip('"'), meta["last_modified"].timestamp())

    async def read(
        self, key: str, start: int = 0, end: int | None = None, *, sha256: str = ""
    ) -> AsyncGenerator[bytes, None]:
        """Yield the bytes from ``start`` up to, but not with, ``end``. Raises NotFound before the first of them.

        With ``sha256`` the whole blob is held to it after its last byte. Raises Invalid for a range that the blob does not have.
        """
        state = await self.state(key)
        end = state.size if end is None else end
        if not 0 <= start <= end <= state.size:
            raise Invalid(f"{key} has {state.size} bytes, not {start} to {end}", code="range")
        if start == end:
            return
        seen, wanted = hashlib.sha256(), end - start
        with _translated(key, self._where):
            from obstore import get_async  # noqa: PLC0415

            found = await get_async(self._store, key, options={"range": (start, end)})
            async for chunk in found.stream(min_chunk_size=CHUNK):
                part = bytes(chunk)
                wanted -= len(part)
                seen.update(part)
                yield part
        if wanted or (sha256 and seen.hexdigest() != sha256):
            raise Unavailable(f"{key} is not what was stored: restore it from a back-up", code="blob_corrupt")

    async def fetch(self, key: str, path: Path, sha256: str = "") -> Stored:
        """Write a blob to a file, which is there only if the whole of it arrived. Raises NotFound."""
        part = path.with_name(f"{path.name}.part")
        try:
            with part.open("wb") as file:
                async with aclosing(self.read(key, sha256=sha256)) as chunks:
                    async for chunk in chunks:
                        await asyncio.to_thread(file.write, chunk)
            stored = Stored(key, *await asyncio.to_thread(_hashed, part))
            part.replace(path)
        finally:
            part.unlink(missing_ok=True)
        return stored

    async def verify(self, stored: Stored) -> None:
        """Read a blob and hold it to what was put. Raises NotFound, or Unavailable with the code ``blob_corrupt``."""
        async with aclosing(self.read(stored.key, sha256=stored.sha256)) as chunks:
            async for _ in chunks:
                pass

    async def delete(self, key: str) -> None:
        """Remove a blob; one that is not there is fine."""
        with _translated(key, self._where):
            from obstore import delete_async  # noqa: PLC0415

            try:
                await delete_async(self._store, _checked(key))
            except FileNotFoundError:
                return

    async def link(self, key: str, seconds: float) -> str | None:
        """Return an address that gives the blob to whoever has it, for a while; None for files, which the web gives itself."""
        _checked(key)
        with _translated(key, self._where):
            from obstore import sign_async  # noqa: PLC0415
            from obstore.store import LocalStore  # noqa: PLC0415

            if isinstance(self._store, LocalStore):
                return None
            return await sign_async(self._store, "GET", key, timedelta(seconds=seconds))

    async def all(self, area: str) -> AsyncGenerator[BlobState, None]:
        """Yield what is in an area, in no order."""
        with _translated(area, self._where):
            from obstore import list as list_  # noqa: PLC0415

            async for batch in list_(self._store, prefix=area, chunk_size=500):
                for meta in batch:
                    if _plain(meta["path"]):
                        etag = (meta["e_tag"] or "").strip('"')
                        yield BlobState(meta["path"], meta["size"], etag, meta["last_modified"].timestamp())

    def path(self, key: str) -> Path | None:
        """Return the file that is the blob; None if blobs are no files here."""
        return None if self.folder is None else self.folder / _checked(key)

    @property
    def _where(self) -> str:
        return "the S3 store" if self.folder is None else str(self.folder)


class _Reading:
    """A file that is hashed while it is read."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._hash = hashlib.sha256()
        self.size = 0

    async def chunks(self) -> AsyncGenerator[bytes, None]:
        """Yield its bytes."""
        with self._path.open("rb") as file:
            while chunk := await asyncio.to_thread(file.read, CHUNK):
                self._hash.update(chunk)
                self.size += len(chunk)
                yield chunk

    @property
    def sha256(self) -> str:
        """The hash of what was read so far."""
        return self._hash.hexdigest()


def _hashed(path: Path) -> tuple[int, str]:
    with path.open("rb") as file:
        return path.stat().st_size, hashlib.file_digest(file, "sha256").hexdigest()


def _same(one: Path, other: Path) -> bool:
    return one.exists() and one.samefile(other)


def _plain(key: str) -> bool:
    parts = key.split("/")
    return len(parts) > 1 and parts[0] in AREAS and all(_NAME.fullmatch(part) for part in parts)


def _checked(key: str) -> str:
    if not _plain(key):
        raise Invalid(f"{key!r} names no blob: it is a path of plain names below {', '.join(AREAS)}", code="blob_key")
    return key


@contextmanager
def _translated(key: str, where: str) -> Iterator[None]:
    """Make the store's errors ours."""
    from obstore.exceptions import BaseError, PermissionDeniedError, UnauthenticatedError  # noqa: PLC0415

    try:
        yield
    except FileNotFoundError as error:
        raise NotFound(f"there is no blob {key}") from error
    except (PermissionDeniedError, UnauthenticatedError) as error:
        message = f"{where} does not let us at {key}: look at SWITCHROOM_BLOBS__ACCESS_KEY, its secret and its rights"
        raise Unavailable(message, code="blobs_denied", retryable=False) from error
    except (BaseError, OSError) as error:
        reason = str(error).splitlines()[0][:300]
        raise Unavailable(f"{where} does not give or take {key}: {reason}", code="blobs") from error
