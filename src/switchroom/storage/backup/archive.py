"""The outside of a back-up: a folder, or one tar file, with a manifest that names and hashes everything in it.

It is written under another name and renamed when it is whole, so what bears its name is never half a back-up.
"""

import hashlib
import json
import os
import shutil
import tarfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import IO, Final, Protocol

from switchroom.errors import Conflict, Invalid, NotFound

MANIFEST: Final = "manifest.json"
FORMAT: Final = 1
_CHUNK: Final = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Part:
    """A file of the back-up."""

    size: int
    sha256: str


@dataclass(slots=True)
class Manifest:
    """What a back-up holds. ``revision`` is the migration its rows are of, ``sequences`` the last number given per column."""

    made: str
    program: str
    revision: str
    database: str
    secret: str
    """A mark by which the installation's secret is known again; the secret itself is inside only if ``sealed``."""
    sealed: bool = False
    blobs: str = "included"
    tables: dict[str, int] = field(default_factory=dict)
    sequences: dict[str, int] = field(default_factory=dict)
    parts: dict[str, Part] = field(default_factory=dict)
    missing: list[str] = field(default_factory=list)
    """Blobs that went away while the back-up was made."""
    format: int = FORMAT


class Writer(Protocol):
    """Takes files; each is there under its name afterwards."""

    def add(self, name: str, path: Path) -> None:
        """Put a file in and remove it from where it was."""
        ...


class _Folder:
    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def add(self, name: str, path: Path) -> None:
        place = self._folder / name
        place.parent.mkdir(parents=True, exist_ok=True)
        shutil.move(path, place)


class _Tar:
    def __init__(self, tar: tarfile.TarFile) -> None:
        self._tar = tar

    def add(self, name: str, path: Path) -> None:
        self._tar.add(path, name, recursive=False)
        path.unlink()


@contextmanager
def writing(target: Path) -> Iterator[tuple[Writer, Path]]:
    """Give a back-up to write, and a folder for what is not ready yet. Raises Conflict if the target is there already."""
    if target.exists():
        raise Conflict(f"{target} is there already: name a file or folder that is not", code="backup_exists")
    target.parent.mkdir(parents=True, exist_ok=True)
    part, work = (target.with_name(f".{target.name}.{kind}") for kind in ("part", "work"))
    for old in (part, work):
        _remove(old)
    work.mkdir(mode=0o700)
    try:
        if target.suffix == ".tar":
            part.touch(mode=0o600)
            with tarfile.open(part, "w") as tar:
                yield _Tar(tar), work
        else:
            part.mkdir(mode=0o700)
            yield _Folder(part), work
        part.rename(target)
    finally:
        _remove(part)
        _remove(work)


def _remove(path: Path) -> None:
    if path.is_dir():
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)


class Reader:
    """A back-up to read from."""

    def __init__(self, source: Path, tar: tarfile.TarFile | None) -> None:
        self._source = source
        self._tar = tar
        self.manifest = self._read_manifest()

    @contextmanager
    def open(self, name: str) -> Iterator[IO[bytes]]:
        """Open a file of it. Raises Invalid if it is not there."""
        with self._found(name) as file:
            yield file

    def _found(self, name: str) -> IO[bytes]:
        try:
            file = (self._source / name).open("rb") if self._tar is None else self._tar.extractfile(name)
        except (KeyError, FileNotFoundError) as error:
            raise Invalid(f"{self._source} lacks {name}: it is no whole back-up", code="backup_broken") from error
        if file is None:
            raise Invalid(f"{name} in {self._source} is no file: it is no back-up", code="backup_broken")
        return file

    def copy(self, name: str, path: Path) -> None:
        """Write a file of it to ``path``. Raises Invalid if it is not what was put in."""
        digest = hashlib.sha256()
        with self.open(name) as file, path.open("wb") as out:
            while chunk := file.read(_CHUNK):
                digest.update(chunk)
                out.write(chunk)
        if digest.hexdigest() != self.manifest.parts[name].sha256:
            raise _broken(self._source, name)

    def check(self, name: str) -> None:
        """Read a file of it. Raises Invalid if it is not what was put in."""
        with self.open(name) as file:
            if hashlib.file_digest(file, "sha256").hexdigest() != self.manifest.parts[name].sha256:  # type: ignore[arg-type]
                raise _broken(self._source, name)

    def _read_manifest(self) -> Manifest:
        with self.open(MANIFEST) as file:
            try:
                said = json.load(file)
                parts = {name: Part(**part) for name, part in said.pop("parts").items()}
                manifest = Manifest(**said, parts=parts)
            except (ValueError, TypeError, KeyError) as error:
                message = f"the manifest of {self._source} cannot be read: it is no back-up, or a newer program's"
                raise Invalid(message, code="backup_broken") from error
        if manifest.format != FORMAT:
            message = f"{self._source} is of format {manifest.format}, this program knows {FORMAT}: use a newer one"
            raise Invalid(message, code="backup_format")
        return manifest


@contextmanager
def reading(source: Path) -> Iterator[Reader]:
    """Open a back-up. Raises NotFound, Invalid."""
    if source.is_dir():
        yield Reader(source, None)
        return
    if not source.exists():
        raise NotFound(f"there is no back-up {source}")
    try:
        with tarfile.open(source, "r:") as tar:
            yield Reader(source, tar)
    except tarfile.TarError as error:
        raise Invalid(f"{source} is no back-up, or a broken one: {error}", code="backup_broken") from error


def put_manifest(writer: Writer, work: Path, manifest: Manifest) -> None:
    """Finish a back-up."""
    path = work / MANIFEST
    path.write_text(json.dumps(asdict(manifest), indent=1), encoding="utf-8")
    writer.add(MANIFEST, path)


def put_part(writer: Writer, manifest: Manifest, name: str, path: Path) -> None:
    """Put a file in and remember what it was."""
    with path.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    manifest.parts[name] = Part(os.stat(path).st_size, digest)  # noqa: PTH116 - the file is closed
    writer.add(name, path)


def _broken(source: Path, name: str) -> Invalid:
    return Invalid(f"{name} in {source} is not what was put in: use another back-up", code="backup_broken")


def counted(names: Mapping[str, Part], beginning: str) -> tuple[int, int]:
    """Return how many parts begin so, and their bytes."""
    sizes = [part.size for name, part in names.items() if name.startswith(beginning)]
    return len(sizes), sum(sizes)
