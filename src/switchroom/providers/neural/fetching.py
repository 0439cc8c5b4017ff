"""Fetches a published model: goes on where it stopped, keeps nothing that is not what was published, appears as a whole.

Everything arrives in ``NAME.partial`` beside the models; only when each file has its hash does that become ``NAME``, with
a slip that says what is in it. A file that is broken off keeps what came of it, and the next attempt asks for the rest.
"""

import errno
import hashlib
import json
import shutil
import tarfile
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import httpx2

from switchroom.errors import Conflict, Denied, Invalid, SwitchroomError, Unavailable
from switchroom.providers.neural.published import File, Published

SLIP = "switchroom.json"
_PATIENCE = httpx2.Timeout(30.0, connect=10.0)

Progress = Callable[[str, int, int], None]
"""Told (file, bytes there, bytes in all; 0: not known)."""


@dataclass(frozen=True, slots=True)
class Slip:
    """What a fetched model is: hashes by file, as they were when it was unpacked."""

    licence: str = ""
    languages: tuple[str, ...] = ()
    files: dict[str, str] = field(default_factory=dict)


def fetch(model: Published, models: Path, progress: Progress) -> Path:
    """Fetch ``model`` into its folder below ``models`` and return that. Takes minutes; run again, it goes on.

    Raises Conflict if it is there, Unavailable without network or room, Denied if nothing may be written, Invalid for files
    that are not what was published.
    """
    folder, partial = models / model.name, models / f"{model.name}.partial"
    if folder.exists():
        raise Conflict(f"{folder} is there already: `switchroom models verify {model.name}` says whether it is well")
    try:
        partial.mkdir(parents=True, exist_ok=True)
        with httpx2.Client(timeout=_PATIENCE, follow_redirects=True) as http:
            for file in model.files:
                _one(http, file, partial, progress)
        if model.archive:
            _unpack(model, partial)
        _write_slip(model, partial)
        partial.rename(folder)
    except OSError as error:
        raise _trouble(error, partial) from error
    return folder


def read_slip(folder: Path) -> Slip:
    """Return what the slip of a model says; nothing if it has none, as models that one brought oneself."""
    try:
        said = json.loads((folder / SLIP).read_text(encoding="utf-8"))
        return Slip(str(said["licence"]), tuple(said["languages"]), dict(said["files"]))
    except (OSError, ValueError, KeyError, TypeError):
        return Slip()


def changed(folder: Path, slip: Slip) -> list[str]:
    """Return the files that are not as they were when they were fetched. Reads all of them."""
    return [
        name for name, sha256 in slip.files.items() if not (folder / name).is_file() or _hash(folder / name) != sha256
    ]


def _one(http: httpx2.Client, file: File, folder: Path, progress: Progress) -> None:
    done, part = folder / file.name, folder / f"{file.name}.part"
    if done.exists():
        return
    for _ in range(2):
        if _transfer(http, file, part, progress):
            break
    if _hash(part) != file.sha256:
        part.unlink()
        raise Invalid(f"{file.url} is not what was published: its SHA-256 is not {file.sha256}; nothing of it was kept")
    part.rename(done)


def _transfer(http: httpx2.Client, file: File, part: Path, progress: Progress) -> bool:
    """Get the file or the rest of it; return whether it is to be had no further."""
    there = part.stat().st_size if part.exists() else 0
    headers = {"Range": f"bytes={there}-", "Accept-Encoding": "identity"} if there else {"Accept-Encoding": "identity"}
    try:
        with http.stream("GET", file.url, headers=headers) as response:
            if response.status_code == httpx2.codes.RANGE_NOT_SATISFIABLE:
                if _hash(part) == file.sha256:
                    return True
                part.unlink()
                return False
            response.raise_for_status()
            there = there if response.status_code == httpx2.codes.PARTIAL_CONTENT else 0
            whole = there + int(response.headers.get("Content-Length") or 0)
            with part.open("ab" if there else "wb") as out:
                for piece in response.iter_bytes():
                    out.write(piece)
                    there += len(piece)
                    progress(file.name, there, whole)
    except httpx2.HTTPStatusError as error:
        raise Unavailable(f"{file.url} answers with status {error.response.status_code}", code="fetch") from error
    except httpx2.HTTPError as error:
        kept = part.stat().st_size if part.exists() else 0
        raise Unavailable(
            f"{file.url} cannot be fetched ({type(error).__name__}): is there a network? "
            f"{kept} bytes are kept; run it again to go on",
            code="fetch",
        ) from error
    return True


def _unpack(model: Published, folder: Path) -> None:
    """Unpack the archive without its top folder; nothing of it can land elsewhere."""
    [file] = model.files
    archive = folder / file.name
    try:
        with tarfile.open(archive) as tar:
            for member in tar:
                _, _, name = member.name.removeprefix("./").partition("/")
                if name and not name.startswith(model.without):
                    member.name = name
                    tar.extract(member, folder, filter="data")
    except tarfile.TarError as error:
        raise Invalid(f"{archive} cannot be unpacked: {error}") from error
    archive.unlink()


def _write_slip(model: Published, folder: Path) -> None:
    files = {str(path.relative_to(folder)): _hash(path) for path in sorted(folder.rglob("*")) if path.is_file()}
    slip = {"licence": model.licence, "languages": model.languages, "files": files}
    (folder / SLIP).write_text(json.dumps(slip, indent=1), encoding="utf-8")


def _hash(path: Path) -> str:
    if not path.exists():
        return ""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _trouble(error: OSError, folder: Path) -> SwitchroomError:
    if error.errno in {errno.ENOSPC, errno.EDQUOT}:
        free = shutil.disk_usage(folder.parent).free if folder.parent.exists() else 0
        return Unavailable(
            f"there is no room in {folder} ({free} bytes free): make room and run it again to go on", code="disk_full"
        )
    if error.errno in {errno.EACCES, errno.EPERM, errno.EROFS}:
        return Denied(f"{folder} cannot be written: {error.strerror}")
    return Unavailable(f"{folder}: {error}", code="disk")
