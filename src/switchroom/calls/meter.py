"""What a call uses: seconds, sound that was recognised, letters that were spoken, tokens of language models.

The recogniser and the voice of the call are wrapped, and its events watched, so nothing that is used passes by. Amounts are told
now and then and at the end as increments (``usage.metered``); what was told is never told again.
"""

import asyncio
from collections.abc import AsyncGenerator, Callable
from contextlib import aclosing
from dataclasses import dataclass

from switchroom.events.catalogue import Event, ModelAnswered
from switchroom.media.frame import RATE, Samples
from switchroom.ports import Heard, HearingFailed, Hints, Listening, SpeechToText, TextToSpeech, Voice
from switchroom.ports.credit import Used

Who = Callable[[], str]
"""Returns the name of the provider that does it now."""


class Meter:
    """One call's."""

    def __init__(self) -> None:
        self._used: dict[tuple[str, str], float] = {}
        self._told: dict[tuple[str, str], float] = {}
        self._connected: float | None = None
        self._clock = asyncio.get_running_loop().time

    def begin(self) -> None:
        """The call was connected: its seconds count."""
        self._connected = self._clock()

    def add(self, meter: str, provider: str, amount: float) -> None:
        """So much more was used."""
        key = (meter, provider)
        self._used[key] = self._used.get(key, 0.0) + amount

    def used(self) -> Used:
        """Return what was used until now."""
        if self._connected is not None:
            self._used["call_seconds", ""] = self._clock() - self._connected
        return self._used

    def fresh(self) -> dict[str, dict[str, float]]:
        """Return what was used since the last time, by meter and provider, and take it for told."""
        more: dict[str, dict[str, float]] = {}
        for (meter, provider), amount in self.used().items():
            new = round(amount - self._told.get((meter, provider), 0.0), 3)
            if new > 0:
                more.setdefault(meter, {})[provider] = new
                self._told[meter, provider] = self._told.get((meter, provider), 0.0) + new
        return more

    def pass_by(self, event: Event) -> None:
        """Count what an event of the call says that was used."""
        if isinstance(event, ModelAnswered):
            self.add("llm_tokens_in", event.model, event.tokens_in)
            self.add("llm_tokens_out", event.model, event.tokens_out)


@dataclass(frozen=True, slots=True)
class MeteredRecogniser:
    """``stt``, with the seconds counted that it is given to hear."""

    stt: SpeechToText
    meter: Meter
    who: Who

    @property
    def name(self) -> str:
        """See SpeechToText."""
        return self.stt.name

    def listen(
        self, language: str, hints: Callable[[], Hints], report: Callable[[Heard | HearingFailed], None]
    ) -> Listening:
        """See SpeechToText."""
        return _MeteredEar(self.stt.listen(language, hints, report), self.meter, self.who)


@dataclass(frozen=True, slots=True)
class _MeteredEar:
    ear: Listening
    meter: Meter
    who: Who

    def begin(self) -> None:
        self.ear.begin()

    def hear(self, samples: Samples) -> None:
        self.ear.hear(samples)
        self.meter.add("stt_seconds", self.who(), len(samples) / RATE)

    def pause(self) -> None:
        self.ear.pause()

    def close(self) -> None:
        self.ear.close()


@dataclass(frozen=True, slots=True)
class MeteredVoice:
    """``tts``, with the letters counted of every sentence that it begins to speak."""

    tts: TextToSpeech
    meter: Meter
    who: Who

    @property
    def name(self) -> str:
        """See TextToSpeech."""
        return self.tts.name

    async def speak(self, text: str, voice: Voice) -> AsyncGenerator[Samples, None]:
        """See TextToSpeech."""
        silent = True
        async with aclosing(self.tts.speak(text, voice)) as pieces:
            async for piece in pieces:
                if silent:
                    silent = False
                    self.meter.add("tts_characters", self.who(), len(text))
                yield piece


def unmetered(tts: TextToSpeech) -> TextToSpeech:
    """Return the voice itself, for what is made ready and may never be heard."""
    return tts.tts if isinstance(tts, MeteredVoice) else tts


def heard(tts: TextToSpeech, text: str) -> None:
    """Count what was made ready by the voice itself, and is heard now."""
    if isinstance(tts, MeteredVoice):
        tts.meter.add("tts_characters", tts.who(), len(text))
