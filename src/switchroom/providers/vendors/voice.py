"""A hosted voice: a plugin's, one instance for each way of speaking, and a stream of it for each text.

A text is sent as a whole and its audio comes in pieces; what a plugin gives at another rate is converted. Instances keep
their connections open between texts, and one that the vendor closed meanwhile is the usual reason of a failure: so a
text of which nothing was heard yet is asked for once more at once.
"""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import AsyncExitStack, aclosing, asynccontextmanager
from typing import cast

import numpy as np

from switchroom.errors import SwitchroomError, Unavailable
from switchroom.media.converter import Converter
from switchroom.media.frame import RATE, Samples
from switchroom.ports import Voice
from switchroom.providers.choices import Choice
from switchroom.providers.vendors.failures import LOST, remember, translated
from switchroom.providers.vendors.plugins import Plugin, construct, load, seconds, settings
from switchroom.providers.vendors.shapes import AudioFrame, Settings, Synthesised, TextStream, VoicePlugin, VoiceStream

PATIENCE = 5.0
"""Seconds a piece may take."""

_CONNECT = 5.0


@asynccontextmanager
async def open_voice(choice: Choice) -> AsyncIterator["VendorVoice"]:
    """Yield the voice of a provider's entry. Raises Unavailable if its plugin is not installed, Invalid for a wrong entry."""
    plugin = await load(choice, "TTS")
    async with plugin.connected(plugin.parameters, settings(plugin, choice, "TTS")) as values:
        voice = VendorVoice(plugin, choice, values)
        async with AsyncExitStack() as stack:
            stack.push_async_callback(voice.aclose)
            yield voice


class VendorVoice:
    """Implements ``ports.TextToSpeech``."""

    def __init__(self, plugin: Plugin, choice: Choice, values: Settings) -> None:
        self.name = choice.name
        self._plugin = plugin
        self._values = values
        self._patience = seconds(choice, "patience", PATIENCE)
        self._instances: dict[Voice, VoicePlugin] = {}
        self._instance(Voice(language=""))

    async def speak(self, text: str, voice: Voice) -> AsyncGenerator[Samples, None]:
        """Yield ``text`` as PCM at 16 kHz. Closing abandons the rest. Raises Unavailable, Limited, Denied."""
        if not text.strip():
            return
        for attempt in range(2):
            heard = False
            try:
                async with aclosing(self._once(text, voice)) as pieces:
                    async for piece in pieces:
                        heard = True
                        yield piece
            except SwitchroomError as error:
                if heard or attempt or error.code != LOST:
                    raise
            else:
                return

    async def aclose(self) -> None:
        """Close what the plugin holds."""
        for instance in self._instances.values():
            await instance.aclose()

    async def _once(self, text: str, voice: Voice) -> AsyncGenerator[Samples, None]:
        converter: Converter | None = None
        async with aclosing(self._stream(text, voice)) as stream:
            pieces = aiter(stream)
            while (frame := await self._next(pieces)) is not None:
                converter = converter or Converter(frame.sample_rate, RATE)
                if pcm := converter.convert(_mono(frame)):
                    yield np.frombuffer(pcm, "<i2").astype(np.int16)
        if converter is None:
            raise Unavailable(f"{self.name} spoke without a sound", code="no_audio")
        if pcm := converter.flush():
            yield np.frombuffer(pcm, "<i2").astype(np.int16)

    def _stream(self, text: str, voice: Voice) -> VoiceStream:
        limits = self._plugin.patience(max_retry=0, timeout=_CONNECT)
        with translated(self.name):
            instance = self._instance(voice)
            if not instance.capabilities.streaming:
                return instance.synthesize(text, conn_options=limits)
            stream: TextStream = instance.stream(conn_options=limits)
            stream.push_text(text)
            stream.end_input()
            return stream

    async def _next(self, pieces: AsyncIterator[Synthesised]) -> AudioFrame | None:
        with translated(self.name):
            try:
                async with asyncio.timeout(self._patience):
                    return (await anext(pieces)).frame
            except StopAsyncIteration:
                return None

    def _instance(self, voice: Voice) -> VoicePlugin:
        if voice not in self._instances:
            values = {**self._values, **self._manner(voice)}
            instance = cast("VoicePlugin", construct(self._plugin, values, self.name))
            instance.on("error", remember)
            self._instances[voice] = instance
        return self._instances[voice]

    def _manner(self, voice: Voice) -> Settings:
        """Return what the class takes of a way of speaking; what it does not know stays as it is."""
        manner: dict[str, object] = {}
        if voice.name and (name := self._plugin.called("voice")):
            manner[name] = voice.name
        if voice.language and (name := self._plugin.called("language")) and name not in self._values:
            manner[name] = voice.language
        if voice.speed != 1.0 and "speed" in self._plugin.parameters:
            manner["speed"] = voice.speed
        return manner


def _mono(frame: AudioFrame) -> bytes:
    samples = np.frombuffer(frame.data, np.int16)
    if frame.num_channels > 1:
        samples = samples.reshape(-1, frame.num_channels).mean(axis=1).astype(np.int16)
    return samples.astype("<i2").tobytes()
