"""A recogniser fails while the caller speaks, or after, or never says a word: the turn is not lost."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from switchroom.errors import Unavailable
from switchroom.events.providers import ProviderFailed, ProviderHedged, ProviderSwitched
from switchroom.media.frame import Samples
from switchroom.ports import Heard, HearingFailed, Hints, Listening, SpeechToText
from switchroom.providers.failover.recogniser import FailoverRecogniser
from switchroom.providers.scripted import Line, ScriptedRecogniser, spoken_evenly
from tests.providers.failover.providers import Told
from tests.virtual_time import run

PIECE = np.zeros(1600, np.int16)


@dataclass
class BrittleRecogniser:
    """Fails after so many samples of an utterance, and knows ``speaks`` only; notes what it heard."""

    after: int = 0
    speaks: str = "en"
    name: str = "brittle"
    heard: list[int] = field(default_factory=list)
    closed: int = 0

    def listen(
        self, language: str, hints: Callable[[], Hints], report: Callable[[Heard | HearingFailed], None]
    ) -> Listening:
        if language != self.speaks:
            raise Unavailable(f"{self.name} does not know {language}", retryable=False)
        return _BrittleEar(self, report)


class _BrittleEar:
    def __init__(self, owner: BrittleRecogniser, report: Callable[[Heard | HearingFailed], None]) -> None:
        self._owner = owner
        self._report = report

    def begin(self) -> None:
        self._owner.heard.append(0)

    def hear(self, samples: Samples) -> None:
        self._owner.heard[-1] += len(samples)
        if self._owner.heard[-1] > self._owner.after:
            self._report(HearingFailed(Unavailable("the socket closed", code="dropped")))

    def pause(self) -> None:
        return None

    def close(self) -> None:
        self._owner.closed += 1


@dataclass
class Rig:
    """An ear at a chain."""

    told: Told
    ear: Listening
    reports: list[Heard | HearingFailed]

    async def utter(self, seconds: float, wait: float = 5.0) -> None:
        """Speak so long, then wait."""
        self.ear.begin()
        for _ in range(round(seconds * 10)):
            self.ear.hear(PIECE)
            await asyncio.sleep(0.1)
        self.ear.pause()
        await asyncio.sleep(wait)

    @property
    def finals(self) -> list[str]:
        return [report.text for report in self.reports if isinstance(report, Heard) and report.final]


def _rig(*recognisers: SpeechToText, language: str = "en") -> Rig:
    told, reports = Told(), list[Heard | HearingFailed]()
    stt = FailoverRecogniser(told.chain("stt", *recognisers))
    return Rig(told, stt.listen(language, lambda: Hints(""), reports.append), reports)


def test_an_utterance_is_replayed_to_the_next_recogniser_when_the_first_drops_561() -> None:
    async def main() -> None:
        first = BrittleRecogniser(after=8000)
        second = ScriptedRecogniser([spoken_evenly("it is five five five one two three", 1.5)])
        rig = _rig(first, second)
        await rig.utter(1.5)
        assert rig.finals == ["it is five five five one two three"]
        assert [type(report) for report in rig.reports].count(HearingFailed) == 0
        assert [event.provider for event in rig.told.of(ProviderFailed)] == ["a"]
        assert [(event.to_provider, event.why) for event in rig.told.of(ProviderSwitched)] == [("b", "failed")]
        assert first.closed == 1

    run(main())


@pytest.mark.parametrize("line", [Line("", fails=True), Line("", delay=None)], ids=["fails", "never answers"])
def test_a_recogniser_that_gives_no_transcript_is_replaced_in_time(line: Line) -> None:
    async def main() -> None:
        rig = _rig(ScriptedRecogniser([line]), ScriptedRecogniser([Line("a table for four")]))
        await rig.utter(1.0, wait=3.9)
        assert rig.finals == ["a table for four"]

    run(main())


def test_the_whole_utterance_is_heard_by_who_comes_second() -> None:
    async def main() -> None:
        second = BrittleRecogniser(after=10**9)
        rig = _rig(BrittleRecogniser(after=4000), second)
        await rig.utter(1.0)
        assert second.heard == [16000]

    run(main())


def test_of_two_finals_the_first_counts_and_the_second_is_never_heard_of() -> None:
    async def main() -> None:
        slow, quick = ScriptedRecogniser([Line("late words", delay=2.5)]), ScriptedRecogniser([Line("words")])
        rig = _rig(slow, quick)
        await rig.utter(1.0)
        assert rig.finals == ["words"]
        (hedged,) = rig.told.of(ProviderHedged)
        assert (hedged.provider, hedged.winner, hedged.wasted) == ("a", "b", {"seconds": 1.0})
        assert [event.why for event in rig.told.of(ProviderSwitched)] == ["late"]

    run(main())


def test_when_nobody_understands_that_is_said_once_and_within_the_turns_patience() -> None:
    async def main() -> None:
        never = Line("", delay=None)
        rig = _rig(ScriptedRecogniser([never]), ScriptedRecogniser([never]))
        await rig.utter(1.0, wait=3.9)
        (report,) = rig.reports
        assert isinstance(report, HearingFailed)
        assert report.error.code == "late"

    run(main())


def test_when_everybody_fails_while_the_caller_speaks_it_is_said_when_they_stop() -> None:
    async def main() -> None:
        rig = _rig(BrittleRecogniser(), BrittleRecogniser())
        await rig.utter(1.0, wait=0.1)
        assert [type(report) for report in rig.reports] == [HearingFailed]

    run(main())


def test_the_next_utterance_goes_to_who_understood_the_last() -> None:
    async def main() -> None:
        second = ScriptedRecogniser([Line("one"), Line("two")])
        first = BrittleRecogniser()
        rig = _rig(first, second)
        await rig.utter(0.5, wait=1.0)
        await rig.utter(0.5, wait=1.0)
        assert rig.finals == ["one", "two"]
        assert len(first.heard) == 1

    run(main())


def test_a_caller_who_goes_on_after_a_pause_is_reported_anew() -> None:
    async def main() -> None:
        rig = _rig(ScriptedRecogniser([Line("a table", delay=0.2)]), BrittleRecogniser())
        await rig.utter(0.5, wait=0.1)
        rig.ear.hear(PIECE)
        rig.ear.pause()
        await asyncio.sleep(1.0)
        rig.ear.hear(PIECE)
        rig.ear.pause()
        await asyncio.sleep(1.0)
        assert rig.finals == ["a table", "a table"]
        assert not rig.told.events

    run(main())


def test_after_the_call_nothing_is_reported() -> None:
    async def main() -> None:
        rig = _rig(ScriptedRecogniser([Line("words", delay=None)]), ScriptedRecogniser([Line("words")]))
        await rig.utter(0.5, wait=0.5)
        rig.ear.close()
        await asyncio.sleep(10.0)
        assert not rig.reports

    run(main())


def test_a_language_that_the_first_does_not_know_is_heard_by_the_second() -> None:
    async def main() -> None:
        rig = _rig(BrittleRecogniser(), ScriptedRecogniser([Line("guten tag")]), language="de")
        await rig.utter(0.5, wait=1.0)
        assert rig.finals == ["guten tag"]
        with pytest.raises(Unavailable, match="does not know fr"):
            _rig(BrittleRecogniser(), language="fr")

    run(main())


@dataclass
class FaultyRecogniser:
    """Does with utterance n what script n says: a delay (understood), None (never answers), or after how much sound it drops."""

    script: list[float | int | None]
    name: str = "faulty"
    number: int = -1

    def listen(
        self, language: str, hints: Callable[[], Hints], report: Callable[[Heard | HearingFailed], None]
    ) -> Listening:
        return _FaultyEar(self, report)


class _FaultyEar:
    def __init__(self, owner: FaultyRecogniser, report: Callable[[Heard | HearingFailed], None]) -> None:
        self._owner = owner
        self._report = report
        self._heard = 0
        self._timer: asyncio.TimerHandle | None = None

    def begin(self) -> None:
        self.close()
        self._heard = 0

    def hear(self, samples: Samples) -> None:
        before, self._heard = self._heard, self._heard + len(samples)
        what = self._what()
        if isinstance(what, int) and before <= what < self._heard:
            self._report(HearingFailed(Unavailable("the socket closed", code="dropped")))

    def pause(self) -> None:
        what = self._what()
        if isinstance(what, float):
            heard = Heard(f"words {self._owner.number}", final=True)
            self._timer = asyncio.get_running_loop().call_later(what, self._report, heard)

    def close(self) -> None:
        if self._timer is not None:
            self._timer.cancel()

    def _what(self) -> float | int | None:
        return self._owner.script[self._owner.number]


_FATES = some.sampled_from([0.1, 0.4, 1.0, 3.0, None, 0, 4000, 12000])


@settings(max_examples=60, deadline=None)
@given(some.lists(some.tuples(_FATES, _FATES, _FATES, some.sampled_from([0.3, 1.0])), min_size=1, max_size=5))
def test_whatever_recognisers_do_each_utterance_has_one_end_within_the_turns_patience(
    story: list[tuple[float | int | None, float | int | None, float | int | None, float]],
) -> None:
    async def main() -> None:
        faulty = [FaultyRecogniser([turn[index] for turn in story]) for index in range(3)]
        rig = _rig(*faulty)
        for number, (*fates, seconds) in enumerate(story):
            for one in faulty:
                one.number = number
            before = len(rig.reports)
            await rig.utter(seconds, wait=4.0)
            ends = [report for report in rig.reports[before:] if isinstance(report, HearingFailed) or report.final]
            assert len(ends) == 1
            if any(isinstance(fate, float) and fate <= 0.4 for fate in fates):
                assert ends == [Heard(f"words {number}", final=True)]
            await asyncio.sleep(20.0)
        rig.ear.close()

    run(main())
