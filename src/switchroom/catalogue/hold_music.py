"""What callers of a tenant hear while they wait: a WAV file of its choice, read once and again when it changed.

Without one there is the house's own. Nothing of it is in the database: it is a file below the data directory, named after the
tenant, so that an operator may put one there, too.
"""

import asyncio
from pathlib import Path

import structlog

from switchroom.errors import Invalid, NotFound
from switchroom.identity import TenantId, new_id
from switchroom.media.frame import RATE, Samples
from switchroom.media.wav import read

log = structlog.get_logger()

LARGEST = 20_000_000
"""Bytes of a file, at most."""

SHORTEST, LONGEST = 2.0, 600.0
"""Seconds that it may last; it is played over and over."""


class HoldMusic:
    """The music of all tenants, below ``folder``; None: there is none."""

    def __init__(self, folder: Path | None = None) -> None:
        self._folder = folder
        self._known: dict[TenantId, tuple[float, Samples]] = {}

    async def of(self, tenant: TenantId) -> Samples | None:
        """Return the tenant's music, at 16 kHz; None for the house's. A file that cannot be used is named in the log."""
        return None if self._folder is None else await asyncio.to_thread(self._read, self._path(tenant), tenant)

    def holds(self, tenant: TenantId, music: Samples | None) -> bool:
        """Return whether that is still what ``of`` would return; as quick as a look at the file's date."""
        if self._folder is None:
            return music is None
        try:
            known = self._known.get(tenant)
            return known is not None and known[1] is music and known[0] == self._path(tenant).stat().st_mtime
        except OSError:
            return music is None

    def file(self, tenant: TenantId) -> Path:
        """Return the tenant's file. Raises NotFound if there is none."""
        path = self._path(tenant)
        if not path.is_file():
            raise NotFound("there is no hold music of your own")
        return path

    async def put(self, tenant: TenantId, data: bytes) -> float:
        """Keep a WAV file as the tenant's music; return its seconds. Raises Invalid."""
        if len(data) > LARGEST:
            raise Invalid(f"the music has {len(data)} bytes; {LARGEST} are the most")
        seconds = len(await asyncio.to_thread(read, data)) / RATE
        if not SHORTEST <= seconds <= LONGEST:
            raise Invalid(f"the music lasts {seconds:.1f} seconds; it must be {SHORTEST:g} to {LONGEST:g}")
        await asyncio.to_thread(_write, self._path(tenant), data)
        return seconds

    async def remove(self, tenant: TenantId) -> None:
        """Let the tenant's callers hear the house's music again. Raises NotFound if they do already."""
        try:
            await asyncio.to_thread(self._path(tenant).unlink)
        except OSError as error:
            raise NotFound("there is no hold music of your own") from error

    def _path(self, tenant: TenantId) -> Path:
        if self._folder is None:
            raise NotFound("this house keeps no hold music")
        return self._folder / f"{Path(tenant).name}.wav"

    def _read(self, path: Path, tenant: TenantId) -> Samples | None:
        try:
            changed = path.stat().st_mtime
            known = self._known.get(tenant)
            if known is None or known[0] != changed:
                known = self._known[tenant] = (changed, read(path.read_bytes()))
            return known[1]
        except OSError:
            return None
        except Invalid as error:
            log.warning("hold music cannot be used", file=str(path), problem=str(error))
            return None


def _write(path: Path, data: bytes) -> None:
    """Put the file there whole: a call that begins meanwhile reads the one before."""
    path.parent.mkdir(parents=True, exist_ok=True)
    fresh = path.with_suffix(f".{new_id('new')}")  # two may choose at once
    fresh.write_bytes(data)
    fresh.replace(path)
