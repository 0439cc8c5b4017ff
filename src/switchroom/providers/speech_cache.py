"""Speech that was made before: greetings, apologies and whatever is said often is there at once, and costs nothing again.

In memory it is bounded by bytes, the least recently used going first. A sentence is kept there from its second use on, as most are
said once; until then only a hash of it is remembered. What may hold something personal never reaches the disk: only sentences
are written there that were registered as fixed, because they stand word for word in an agent's record or a flow.
"""

import asyncio
from collections import OrderedDict
from collections.abc import AsyncGenerator, Callable, Iterable
from contextlib import aclosing, suppress
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

import numpy as np

from switchroom.media.frame import Samples
from switchroom.ports import TextToSpeech, Voice
from switchroom.providers.choices import Choice

MEMORY = 64 * 1024 * 1024
"""Bytes in memory: half an hour of speech."""

DISK = 256 * 1024 * 1024
"""Bytes on disk."""

_SEEN = 20_000


def key_of(choice: Choice, voice: Voice, text: str) -> str:
    """Return the name under which a sentence is kept: the same words by another model or voice are another one."""
    parts = (
        choice.kind,
        choice.model,
        choice.url,
        voice.name,
        voice.language,
        f"{voice.speed:.3f}",
        " ".join(text.split()),
    )
    return sha256("\0".join(parts).encode()).hexdigest()


class SpeechCache:
    """All of it. ``folder`` is where fixed sentences are kept beyond this process; None: nowhere."""

    def __init__(self, folder: Path | None = None, memory: int = MEMORY, disk: int = DISK) -> None:
        self._folder = folder
        self._most = memory
        self._most_on_disk = disk
        self._size = 0
        self._kept: OrderedDict[str, Samples] = OrderedDict()
        self._seen: OrderedDict[str, None] = OrderedDict()
        self._fixed: set[str] = set()
        self._on_disk: set[str] = set()

    def open(self) -> None:
        """Look at what is on disk, and forget the oldest of it that is too much. Not for the event loop."""
        if self._folder is None:
            return
        self._folder.mkdir(parents=True, exist_ok=True)
        files = sorted(self._folder.glob("*.pcm"), key=lambda path: path.stat().st_mtime, reverse=True)
        size = 0
        for path in files:
            size += path.stat().st_size
            if size > self._most_on_disk:
                path.unlink(missing_ok=True)
            else:
                self._on_disk.add(path.stem)

    def fix(self, texts: Iterable[str]) -> None:
        """These sentences are nobody's: they may be kept from the first time on, and on disk."""
        self._fixed.update(" ".join(text.split()) for text in texts if text)

    def peek(self, key: str) -> Samples | None:
        """Return what is in memory, to be read only."""
        if key in self._kept:
            self._kept.move_to_end(key)
        return self._kept.get(key)

    async def find(self, key: str) -> Samples | None:
        """Return what is kept, to be read only; None if nothing is. Safe to cancel."""
        if (known := self.peek(key)) is not None or key not in self._on_disk:
            return known
        samples = await asyncio.to_thread(self._read, key)
        if samples is None:
            self._on_disk.discard(key)
        else:
            self._keep(key, samples)
        return samples

    async def offer(self, key: str, text: str, samples: Samples) -> None:
        """A sentence was made: keep it, if it is fixed or was made before. Safe to cancel."""
        fixed = " ".join(text.split()) in self._fixed
        if not fixed and key not in self._seen:
            self._seen[key] = None
            if len(self._seen) > _SEEN:
                self._seen.popitem(last=False)
            return
        self._keep(key, samples)
        if fixed and self._folder is not None and key not in self._on_disk:
            self._on_disk.add(key)
            await asyncio.to_thread(self._write, key, samples)

    def _keep(self, key: str, samples: Samples) -> None:
        samples.flags.writeable = False
        self._size += samples.nbytes - (self._kept[key].nbytes if key in self._kept else 0)
        self._kept[key] = samples
        while self._size > self._most:
            _, forgotten = self._kept.popitem(last=False)
            self._size -= forgotten.nbytes

    def _read(self, key: str) -> Samples | None:
        try:
            return np.frombuffer(self._path(key).read_bytes(), "<i2").astype(np.int16)
        except (OSError, ValueError):
            return None

    def _write(self, key: str, samples: Samples) -> None:
        path = self._path(key)
        with suppress(OSError):  # a full disk costs a request next time, no more
            part = path.with_suffix(".part")
            part.write_bytes(samples.astype("<i2").tobytes())
            part.replace(path)

    def _path(self, key: str) -> Path:
        assert self._folder is not None
        return self._folder / f"{key}.pcm"


@dataclass(frozen=True, slots=True)
class KeepingVoice:
    """Speaks, and offers the cache what it has spoken to its end. Implements ports.TextToSpeech."""

    tts: TextToSpeech
    key: Callable[[str, Voice], str]
    cache: SpeechCache

    @property
    def name(self) -> str:
        """The voice's."""
        return self.tts.name

    async def speak(self, text: str, voice: Voice) -> AsyncGenerator[Samples, None]:
        """Yield ``text``. Closing abandons the rest. Raises Unavailable."""
        made: list[Samples] = []
        async with aclosing(self.tts.speak(text, voice)) as pieces:
            async for piece in pieces:
                made.append(piece)
                yield piece
        if made:
            await self.cache.offer(self.key(text, voice), text, np.concatenate(made))
