"""A model of the ends of turns beside a recogniser: what it adds, and that nothing waits for it."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from switchroom.calls.whole_turns import WholeTurns
from switchroom.conversation.turns import Commit, TurnMachine, VoiceStarted, VoiceStopped
from switchroom.errors import Invalid
from switchroom.media.frame import RATE, Samples
from switchroom.ports import Heard, HearingFailed, Hints
from switchroom.providers.smart_turn import SmartTurn, log_mel
from tests.scripted import voice


class ScriptedStt:
    """A recogniser that says what the test tells it to."""

    name = "scripted"

    def listen(
        self, language: str, hints: Callable[[], Hints], report: Callable[[Heard | HearingFailed], None]
    ) -> "ScriptedStt":
        self.report = report
        return self

    def begin(self) -> None: ...
    def hear(self, samples: Samples) -> None: ...
    def pause(self) -> None: ...
    def close(self) -> None: ...


class ScriptedModel:
    """A model that answers when the test does."""

    name = "scripted"

    def __init__(self) -> None:
        self.asked: list[tuple[Samples, Callable[[float], None]]] = []

    def judge(self, samples: Samples, answer: Callable[[float], None]) -> None:
        self.asked.append((samples, answer))


class Scene:
    """An ear, its recogniser and its model, and what it reported."""

    def __init__(self) -> None:
        self.stt, self.model = ScriptedStt(), ScriptedModel()
        self.reports: list[Heard | HearingFailed] = []
        self.ear = WholeTurns(self.stt, self.model).listen("en", lambda: Hints(""), self.reports.append)
        self.ear.begin()

    def says(self, text: str = "a table for two") -> None:
        self.ear.hear(voice(1.0))
        self.ear.pause()

    def understood(self, text: str = "a table for two") -> None:
        self.stt.report(Heard(text, final=True))

    def judged(self, likely: float, which: int = -1) -> None:
        self.model.asked[which][1](likely)

    @property
    def whole(self) -> list[float | None]:
        return [report.whole for report in self.reports if isinstance(report, Heard)]


def test_a_judgement_that_is_there_first_comes_with_the_transcript() -> None:
    scene = Scene()
    scene.says()
    scene.judged(0.9)
    scene.understood()
    assert scene.whole == [0.9]


def test_a_transcript_that_is_there_first_does_not_wait_and_is_told_again() -> None:
    scene = Scene()
    scene.says()
    scene.understood()
    assert scene.whole == [None]
    scene.judged(0.2)
    assert scene.whole == [None, 0.2]


def test_agents_6177_a_judgement_that_comes_after_the_caller_went_on_is_not_heeded() -> None:
    scene = Scene()
    scene.says()
    scene.understood()
    scene.ear.hear(voice(0.1))
    scene.judged(0.9)
    assert scene.whole == [None]
    scene.ear.begin()
    scene.judged(0.9)
    assert scene.whole == [None]


def test_a_transcript_of_the_past_is_not_told_again_for_the_present() -> None:
    scene = Scene()
    scene.says()
    scene.says()
    scene.understood("a table")
    scene.judged(0.9)
    assert [report.text for report in scene.reports if isinstance(report, Heard)] == ["a table"]


def test_the_model_hears_the_whole_utterance_and_eight_seconds_at_most() -> None:
    scene = Scene()
    for _ in range(12):
        scene.says()
    assert [len(samples) for samples, _ in scene.model.asked][:2] == [RATE, 2 * RATE]
    assert max(len(samples) for samples, _ in scene.model.asked) == 8 * RATE


def test_agents_6177_a_model_that_never_answers_delays_nothing() -> None:
    scene = Scene()
    scene.says()
    scene.understood()
    scene.stt.report(HearingFailed(Invalid("no")))
    scene.ear.close()
    assert scene.whole == [None]
    assert isinstance(scene.reports[-1], HearingFailed)


@pytest.mark.parametrize(
    ("language", "text", "whole", "wait"),
    [
        ("en", "a table for two", None, 0.25),
        ("en", "a table for two", 0.9, 0.25),
        ("en", "a table for two", 0.1, 0.525),
        ("en", "a table for", 0.1, 0.8),
        ("en", "a table for", 0.9, 0.8),
        ("hu", "egy asztal kettőre", None, 0.8),
        ("hu", "egy asztal kettőre", 0.9, 0.25),
        ("hu", "egy asztal", 0.1, 0.8),
    ],
)
def test_words_and_sound_decide_together(language: str, text: str, whole: float | None, wait: float) -> None:
    machine = TurnMachine(language=language)
    machine.handle(VoiceStarted(1.0), 1.1)
    machine.handle(VoiceStopped(2.0), 2.1)
    machine.handle(Heard(text, final=True), 2.12)
    machine.handle(Heard(text, final=True, whole=whole), 2.14)
    assert machine.deadline == pytest.approx(2.0 + wait)
    (commit,) = machine.expire(2.9)
    assert isinstance(commit, Commit)
    assert commit.text == text


def test_a_file_that_is_no_model_is_refused_with_a_word_on_what_is(tmp_path: Path) -> None:
    path = tmp_path / "model.onnx"
    path.write_bytes(b"not a model")
    with pytest.raises(Invalid, match="no smart-turn model"):
        SmartTurn(path)
    with pytest.raises(Invalid, match="no smart-turn model"):
        SmartTurn(tmp_path / "absent.onnx")


def test_the_features_are_those_of_whisper() -> None:
    silence = log_mel(np.zeros(RATE, np.int16))
    assert silence.shape == (80, 800)
    tone = log_mel((8000 * np.sin(2 * np.pi * 1000 * np.arange(8 * RATE) / RATE)).astype(np.int16))
    assert int(tone[:, 400].argmax()) in {24, 25, 26}
    assert tone.max() - tone.min() == pytest.approx(2.0, abs=0.01)
    assert log_mel(voice(1.0))[:, :690].std() < 0.01
