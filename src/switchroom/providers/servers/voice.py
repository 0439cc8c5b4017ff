"""The voice of a server: a sentence is asked for, its WAV file is spoken while it arrives, then the next sentence.

Piper is GPL and Chatterbox needs PyTorch: both are programs of their own that we only talk to. What to ask is a small
function for each kind.
"""

import asyncio
import re
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Mapping
from contextlib import AsyncExitStack, aclosing, asynccontextmanager
from dataclasses import dataclass

import httpx2
import numpy as np

from switchroom.errors import Invalid, SwitchroomError
from switchroom.media.converter import Converter
from switchroom.media.frame import RATE, Samples
from switchroom.ports import Voice
from switchroom.providers.choices import Choice
from switchroom.providers.servers.wav import WavReader
from switchroom.providers.vendors.failures import LOST, translated

CONNECT = 3.0
PATIENCE = 10.0
"""Seconds that a server may be silent in: one without a graphics card takes its time."""

_SENTENCE = re.compile(r"(?<=[.!?。！？])\s+")

Body = Mapping[str, object]


@dataclass(frozen=True, slots=True)
class Way:
    """How a kind of server is asked. ``path`` comes behind the URL; ``others`` are where older ones answer."""

    path: str
    body: Callable[[str, Voice], Body]
    options: frozenset[str]
    others: tuple[str, ...] = ()


def _piper(text: str, voice: Voice) -> Body:
    name, _, speaker = voice.name.partition("#")
    who: dict[str, object] = {"voice": name} if name else {}
    who |= {"speaker": speaker} if speaker else {}
    return {"text": text, **who, "length_scale": round(1 / voice.speed, 3)}


def _chatterbox(text: str, voice: Voice) -> Body:
    who = {"voice_mode": "predefined", "predefined_voice_id": voice.name} if voice.name else {}
    return {"text": text, **who, "output_format": "wav", "split_text": False, "speed_factor": voice.speed}


def _openai(text: str, voice: Voice) -> Body:
    return {"input": text, "voice": voice.name or "default", "response_format": "wav", "speed": voice.speed}


WAYS: Mapping[str, Way] = {
    "piper": Way("/synthesize", _piper, frozenset({"noise_scale", "noise_w_scale", "speaker_id"}), ("/",)),
    "chatterbox": Way(
        "/tts",
        _chatterbox,
        frozenset({"temperature", "exaggeration", "cfg_weight", "seed", "language"}),
        ("/v1/audio/speech",),
    ),
}


@asynccontextmanager
async def open_voice(choice: Choice) -> AsyncIterator["ServerVoice"]:
    """Yield the voice of the server at ``url``. Raises Invalid for a wrong entry; the server need not be there yet."""
    way = WAYS[choice.kind]
    if not choice.url:
        raise Invalid(
            f"{choice.name}: url is where the {choice.kind} server is, such as http://127.0.0.1:5000", code="providers"
        )
    if unknown := set(choice.options) - way.options:
        known = ", ".join(sorted(way.options))
        raise Invalid(
            f"{choice.name}: {choice.kind} has no option {sorted(unknown)[0]!r}; it has {known}", code="providers"
        )
    headers = {"Authorization": f"Bearer {choice.key}"} if choice.key else {}
    limits = httpx2.Timeout(PATIENCE, connect=CONNECT)
    async with httpx2.AsyncClient(
        base_url=choice.url.rstrip("/"), headers=headers, timeout=limits, trust_env=False
    ) as http:
        yield ServerVoice(choice, way, http)


class ServerVoice:
    """Implements ``ports.TextToSpeech``."""

    def __init__(self, choice: Choice, way: Way, http: httpx2.AsyncClient) -> None:
        self.name = choice.name
        self._way = way
        self._http = http
        self._options = dict(choice.options)
        self._path = way.path

    async def speak(self, text: str, voice: Voice) -> AsyncGenerator[Samples, None]:
        """Yield ``text`` as PCM at 16 kHz. Closing abandons the rest. Raises Unavailable, Limited, Denied."""
        for sentence in _SENTENCE.split(text.strip()):
            if not sentence:
                continue
            async with aclosing(self._patiently(sentence, voice)) as pieces:
                async for piece in pieces:
                    yield piece

    async def _patiently(self, sentence: str, voice: Voice) -> AsyncGenerator[Samples, None]:
        """Say a sentence; once more if the connection was lost before its first sound, as idle ones are."""
        for attempt in range(2):
            heard = False
            try:
                async with aclosing(self._once(sentence, voice)) as pieces:
                    async for piece in pieces:
                        heard = True
                        yield piece
            except SwitchroomError as error:
                if heard or attempt or error.code != LOST:
                    raise
            else:
                return

    async def _once(self, sentence: str, voice: Voice) -> AsyncGenerator[Samples, None]:
        reader, converter = WavReader(self.name), None
        async with AsyncExitStack() as stack:
            with translated(self.name):
                response = await self._ask(stack, sentence, voice)
                chunks = response.aiter_bytes()
            while True:
                with translated(self.name):
                    chunk = await anext(chunks, b"")
                if not chunk:
                    break
                pcm = reader.read(chunk)
                if reader.rate and pcm:
                    converter = converter or Converter(reader.rate, RATE)
                    if ready := converter.convert(pcm):
                        yield np.frombuffer(ready, "<i2").astype(np.int16)
        if converter is not None and (rest := converter.flush()):
            yield np.frombuffer(rest, "<i2").astype(np.int16)

    async def _ask(self, stack: AsyncExitStack, sentence: str, voice: Voice) -> httpx2.Response:
        while True:
            body = _openai if self._path == "/v1/audio/speech" else self._way.body
            asked = {**body(sentence, voice), **self._options}
            async with asyncio.timeout(PATIENCE):
                response = await stack.enter_async_context(self._http.stream("POST", self._path, json=asked))
            if response.status_code in {404, 405} and self._older():
                continue
            response.raise_for_status()
            return response

    def _older(self) -> bool:
        """Try where an older server answers; return whether there is such a place."""
        paths = (self._way.path, *self._way.others)
        at = paths.index(self._path) + 1
        self._path = paths[at % len(paths)]
        return at < len(paths)
