"""A caller who speaks another language is heard, answered and spoken to in it."""

from collections.abc import AsyncGenerator, Callable
from dataclasses import dataclass, field

from switchroom.errors import Unavailable
from switchroom.events import catalogue as happened
from switchroom.media.frame import Samples
from switchroom.ports import Ask, CallDetails, Heard, HearingFailed, Hints, Listening, Voice
from switchroom.providers.mannered import MannerlyModel
from switchroom.providers.scripted import Line, ScriptedRecogniser, ScriptedVoice
from tests.calls.rig import ScriptedMind, rig
from tests.providers.failover.providers import ScriptedModel
from tests.scripted import ScriptedLeg, voice
from tests.virtual_time import run

GERMAN = "Guten Tag, ich hätte gerne einen Tisch für vier Personen am Freitag"


@dataclass
class Polyglot:
    """A recogniser that knows some languages, and notes in which it was asked to listen."""

    lines: ScriptedRecogniser
    knows: frozenset[str] = frozenset({"en", "de"})
    opened: list[str] = field(default_factory=list)
    name: str = "polyglot"

    def listen(
        self, language: str, hints: Callable[[], Hints], report: Callable[[Heard | HearingFailed], None]
    ) -> Listening:
        self.opened.append(language)
        if language not in self.knows:
            raise Unavailable(f"{language} is not known")
        return self.lines.listen(language, hints, report)


@dataclass
class Voices:
    """A voice that notes in which language it said what."""

    tts: ScriptedVoice = field(default_factory=ScriptedVoice)
    languages: dict[str, str] = field(default_factory=dict)
    name: str = "voices"

    async def speak(self, text: str, voice_: Voice) -> AsyncGenerator[Samples, None]:
        self.languages[text] = voice_.language
        async for piece in self.tts.speak(text, voice_):
            yield piece


def test_a_caller_who_changes_language_is_heard_answered_and_spoken_to_in_it() -> None:
    async def main() -> None:
        details: list[CallDetails] = []
        mind, ear, voices = ScriptedMind(), Polyglot(ScriptedRecogniser([Line(GERMAN), Line("ja bitte")])), Voices()

        def open_brain(call: CallDetails) -> ScriptedMind:
            details.append(call)
            return mind

        leg = ScriptedLeg([(3.0, voice(2.0)), (16.0, voice(1.0))], leaves=25.0)
        async with rig(ear, mind, speech=voices, open_brain=open_brain, languages=("de", "fr")) as engine:
            await engine.call(leg)
        (switched,) = engine.of(happened.LanguageSwitched)
        assert (switched.from_language, switched.to_language, switched.why) == ("en", "de", "words")
        assert switched.turn == 1
        assert ear.opened == ["en", "de"]
        assert voices.languages[f"You said {GERMAN}."] == "de"
        assert details[0].language() == "de"

    run(main())


def test_a_recogniser_that_does_not_know_the_other_language_goes_on_as_it_did() -> None:
    async def main() -> None:
        ear = Polyglot(ScriptedRecogniser([Line(GERMAN), Line("goodbye")]), knows=frozenset({"en"}))
        async with rig(ear, languages=("de",)) as engine:
            await engine.call(ScriptedLeg([(3.0, voice(2.0)), (16.0, voice(1.0))]))
        assert ear.opened == ["en", "de"]
        assert [event.reason for event in engine.of(happened.CallCompleted)] == ["agent_hangup"]

    run(main())


def test_an_agent_of_one_language_never_changes_it() -> None:
    async def main() -> None:
        async with rig(ScriptedRecogniser([Line(GERMAN), Line("goodbye")])) as engine:
            await engine.call(ScriptedLeg([(3.0, voice(2.0)), (16.0, voice(1.0))]))
        assert not engine.of(happened.LanguageSwitched)

    run(main())


def test_a_model_is_told_which_language_to_answer_in() -> None:
    async def main() -> None:
        model, spoken = ScriptedModel([[]]), ["en-GB"]
        mannerly = MannerlyModel(model, language=lambda: spoken[-1])
        for language in ("en-GB", "de"):
            spoken.append(language)
            assert [part async for part in mannerly.answer(Ask("Book tables.", ()))] == []
        told = [ask.instructions.splitlines()[-1] for ask in model.asked]
        assert told[0].startswith("The caller speaks English: answer in English")
        assert told[1].startswith("The caller speaks German: answer in German")

    run(main())
