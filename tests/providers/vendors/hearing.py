"""A caller for tests of recognisers: says something, waits for what was understood."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

import numpy as np

from switchroom.media.frame import RATE, Samples
from switchroom.ports import Heard, HearingFailed, Hints, SpeechToText

ENOUGH = 10.0
"""Seconds after which a test is not waiting but hanging."""


def sound(seconds: float) -> Samples:
    """Return noise as loud as speech."""
    noise: Samples = np.random.default_rng(1).integers(-8000, 8000, round(seconds * RATE)).astype(np.int16)
    return noise


class Caller:
    """Speaks into an ear and notes what is reported."""

    def __init__(self, stt: SpeechToText, language: str = "en", hints: Callable[[], Hints] = lambda: Hints("")) -> None:
        self.reports: list[Heard | HearingFailed] = []
        self._news = asyncio.Event()
        self.ear = stt.listen(language, hints, self._report)

    def _report(self, report: Heard | HearingFailed) -> None:
        self.reports.append(report)
        self._news.set()

    async def says(self, seconds: float) -> Heard | HearingFailed:
        """Say an utterance in pieces of 100 ms, much faster than anybody; return its end."""
        self.ear.begin()
        return await self.goes_on(seconds)

    async def goes_on(self, seconds: float) -> Heard | HearingFailed:
        """Say more of it."""
        await self.speaks(seconds)
        return await self.pauses()

    async def speaks(self, seconds: float) -> None:
        """Say more, without a pause."""
        for _ in range(round(seconds * 10)):
            self.ear.hear(sound(0.1))
            await asyncio.sleep(0.005)

    async def pauses(self) -> Heard | HearingFailed:
        """Fall silent; return what was understood."""
        known = len(self.reports)
        self.ear.pause()
        return await self.hears_after(known)

    async def hears_after(self, known: int) -> Heard | HearingFailed:
        """Wait for a final report beyond the first ``known``."""
        async with asyncio.timeout(ENOUGH):
            while True:
                for report in self.reports[known:]:
                    if isinstance(report, HearingFailed) or report.final:
                        return report
                self._news.clear()
                await self._news.wait()

    @property
    def partials(self) -> list[str]:
        """What was understood in between."""
        return [report.text for report in self.reports if isinstance(report, Heard) and not report.final]


@asynccontextmanager
async def caller(stt: SpeechToText, **how: object) -> AsyncIterator[Caller]:
    """Yield a caller whose ear is closed at the end."""
    one = Caller(stt, **how)  # type: ignore[arg-type]
    try:
        yield one
    finally:
        one.ear.close()
