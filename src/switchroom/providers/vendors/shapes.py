"""What the adapter relies on of LiveKit Agents and its plugins, as far as they promise it in public.

Their types are not imported: the packages are heavy, optional, and none of this process's business until a provider of
theirs is opened.
"""

from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from typing import Protocol


class Alternative(Protocol):
    """One reading of what was said. Times are seconds of the stream; 0.0 where a vendor gives none, as is ``confidence``."""

    text: str
    confidence: float
    end_time: float
    language: str


class SpeechEvent(Protocol):
    """What a recogniser tells. ``type``: ``final_transcript``, ``interim_transcript``, ``end_of_speech`` ..."""

    type: str
    alternatives: Sequence[Alternative]


class AudioFrame(Protocol):
    """16-bit PCM, interleaved."""

    @property
    def data(self) -> memoryview: ...
    @property
    def sample_rate(self) -> int: ...
    @property
    def num_channels(self) -> int: ...


class MakeFrame(Protocol):
    """Makes an AudioFrame."""

    def __call__(self, data: bytes, sample_rate: int, num_channels: int, samples_per_channel: int) -> AudioFrame: ...


class RecogniserStream(Protocol):
    """A recogniser's ear."""

    def push_frame(self, frame: AudioFrame) -> None: ...
    def flush(self) -> None: ...
    def __aiter__(self) -> AsyncIterator[SpeechEvent]: ...
    async def aclose(self) -> None: ...


class RecogniserCapabilities(Protocol):
    """What a recogniser can do."""

    @property
    def streaming(self) -> bool: ...


class Failure(Protocol):
    """What a plugin tells of an error, before it raises it."""

    error: BaseException


class RecogniserPlugin(Protocol):
    """A vendor's recogniser."""

    def on(self, event: str, callback: Callable[[Failure], None]) -> object: ...

    @property
    def capabilities(self) -> RecogniserCapabilities: ...
    def stream(self, **how: object) -> RecogniserStream: ...
    async def recognize(self, buffer: AudioFrame, **how: object) -> SpeechEvent: ...
    async def aclose(self) -> None: ...


class Synthesised(Protocol):
    """A piece of speech."""

    @property
    def frame(self) -> AudioFrame: ...


class VoiceStream(Protocol):
    """One text being spoken; ``push_text`` and ``end_input`` exist on streaming ones only."""

    def __aiter__(self) -> AsyncIterator[Synthesised]: ...
    async def aclose(self) -> None: ...


class TextStream(VoiceStream, Protocol):
    """One that takes its text piece by piece."""

    def push_text(self, token: str) -> None: ...
    def end_input(self) -> None: ...


class VoicePlugin(Protocol):
    """A vendor's voice."""

    def on(self, event: str, callback: Callable[[Failure], None]) -> object: ...

    @property
    def capabilities(self) -> RecogniserCapabilities: ...
    def stream(self, **how: object) -> TextStream: ...
    def synthesize(self, text: str, **how: object) -> VoiceStream: ...
    async def aclose(self) -> None: ...


class Patience(Protocol):
    """Makes the connection options that every call to a plugin takes."""

    def __call__(self, *, max_retry: int, timeout: float) -> object: ...


Settings = Mapping[str, object]
"""What a plugin's class is constructed with."""
