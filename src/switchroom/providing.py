"""Which providers a call works with: the chains of its agent, made for that call, so that its journal is told of every switch."""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterable, Mapping
from contextlib import aclosing, asynccontextmanager
from dataclasses import dataclass, field
from math import inf
from pathlib import Path
from typing import TypeVar

import structlog

from switchroom.conversation.spoken import numbers
from switchroom.errors import Invalid, SwitchroomError
from switchroom.identity import TenantId
from switchroom.media.frame import Samples
from switchroom.ports import (
    CallDetails,
    CallPlan,
    LanguageModel,
    Models,
    Speech,
    SpeechToText,
    Tell,
    TextToSpeech,
    Voice,
    untold,
)
from switchroom.providers.choices import LOCAL, Choices, Section
from switchroom.providers.chosen_voice import ChosenVoice, voice_at
from switchroom.providers.failover.chain import Chain, Link
from switchroom.providers.failover.model import FailoverModel
from switchroom.providers.failover.recogniser import FailoverRecogniser
from switchroom.providers.failover.standing import Standing
from switchroom.providers.failover.voice import FailoverVoice
from switchroom.providers.kinds import KINDS
from switchroom.providers.mannered import MannerlyModel
from switchroom.providers.opened import Opened, OpenedProviders
from switchroom.providers.several_languages import SeveralLanguages
from switchroom.providers.speech_cache import KeepingVoice, SpeechCache, key_of

log = structlog.get_logger()

P = TypeVar("P")


@dataclass(frozen=True, slots=True)
class Wanted:
    """What an agent wants to hear, think and speak with; see catalogue.service.AgentRecord."""

    tenant: TenantId
    recognisers: tuple[str, ...] = ()
    voices: tuple[str, ...] = ()
    voice_names: Mapping[str, str] = field(default_factory=dict)
    models: tuple[str, ...] = ()
    temperature: float | None = None
    prompt: str = ""
    languages: tuple[str, ...] = ()


class Providers:
    """The providers of this process."""

    def __init__(self, opened: OpenedProviders, tasks: asyncio.TaskGroup, cache: SpeechCache) -> None:
        self.opened = opened
        self._tasks = tasks
        self._standing = Standing()
        self.cache = cache

    async def speech(self, wanted: Wanted) -> Callable[[Tell], Speech]:
        """Return what opens a call's speech (``CallPlan.open_speech``), with every provider of it open. Safe to cancel."""
        recognisers = await self.opened.recognisers(wanted.recognisers)
        if wanted.languages:
            recognisers = [
                Opened(one.choice, SeveralLanguages(one.provider, one.choice.language)) for one in recognisers
            ]
        ears = self._links(wanted.tenant, "recognisers", recognisers)
        voices = await self.opened.voices(wanted.voices)
        names = wanted.voice_names
        if all(one.choice.kind == LOCAL for one in voices):  # it keeps what it says, and nobody could take over
            here = ChosenVoice(voices[0].provider, lambda voice: voice_at(voices[0].choice, voice, names))
            return lambda tell: _hearing(_ear(ears, wanted, tell), here)
        choices = {one.choice.name: one.choice for one in voices}
        links = self._links(wanted.tenant, "voices", [self._spoken(one, names) for one in voices])

        async def kept(name: str, text: str, voice: Voice) -> Samples | None:
            return await self.cache.find(key_of(choices[name], voice_at(choices[name], voice, names), text))

        def open_speech(tell: Tell) -> Speech:
            chain = Chain(links, "tts", tell, shun=inf)
            return _hearing(_ear(ears, wanted, tell), FailoverVoice(chain, self._tasks, kept), lambda: chain.in_use)

        return open_speech

    def _spoken(self, opened: Opened[TextToSpeech], names: Mapping[str, str]) -> Opened[TextToSpeech]:
        """Return a voice that is given words, and what it has said is kept."""
        choice = opened.choice
        normalises = KINDS[choice.kind].normalises if choice.normalises is None else choice.normalises
        voice = ChosenVoice(opened.provider, lambda voice: voice_at(choice, voice, names), normalises)
        return Opened(
            choice, KeepingVoice(voice, lambda text, wanted: key_of(choice, voice.voice_at(wanted), text), self.cache)
        )

    async def prepare(self, plan: CallPlan, sentences: Iterable[str] = ()) -> None:
        """Have ready what the agent's calls begin with, and keep what is said word for word. Safe to cancel.

        A voice that fails now is no reason not to answer: it, or another one, may do it when a call comes.
        """
        first = (plan.greeting, plan.apology, plan.farewell)
        self.cache.fix([*first, *sentences])
        languages = [tag.partition("-")[0].lower() for tag in (plan.voice.language, *plan.languages)]
        await asyncio.to_thread(numbers.prepare, languages)
        tts = plan.open_speech(untold).tts
        try:
            for text in first:
                if text and tts is not None:
                    async with aclosing(tts.speak(text, plan.voice)) as pieces:
                        async for _ in pieces:
                            pass
        except SwitchroomError as error:
            log.warning("what calls begin with was not spoken ahead", agent=plan.agent, problem=str(error))

    def models(self, wanted: Wanted) -> Callable[[CallDetails | None], Models]:
        """Return what gives a call its language models by name; they are opened when they are first asked.

        The agent's chain has the name "". One that is named goes before the chain. An agent without a chain has that of
        the providers file: its models in their order.
        """

        def open_models(call: CallDetails | None) -> Models:
            made: dict[str, LanguageModel] = {}

            def model(name: str) -> LanguageModel:
                if name not in made:
                    made[name] = self._model(wanted, name, call)
                return made[name]

            return model

        return open_models

    async def warm(self, wanted: Wanted) -> None:
        """Open the models now, so that no caller waits for it. Safe to cancel."""
        await self.opened.warm(wanted.models or tuple(self.opened.choices.models))

    @property
    def any_models(self) -> Models | None:
        """The models of the installation, to check a flow against; None if there are none."""
        return self.models(Wanted(TenantId("")))(None) if self.opened.choices.models else None

    def _model(self, wanted: Wanted, name: str, call: CallDetails | None) -> LanguageModel:
        there = self.opened.choices.models
        if name and name not in there:
            raise Invalid(f"there is no model {name!r}; the providers file has {', '.join(there) or 'none'}")
        chain = [one for one in wanted.models or there if one in there and one != name]
        names = [name, *chain] if name else chain
        if not names:
            missing = ", ".join(wanted.models) or "any"
            raise Invalid(f"the agent has no language model: the providers file does not have {missing}")
        links = self._links(wanted.tenant, "models", [self.opened.model(one) for one in names])
        model = FailoverModel(Chain(links, "llm", untold if call is None else call.tell), self._tasks)
        if call is None or not wanted.languages:
            return MannerlyModel(model, wanted.temperature, wanted.prompt)
        return MannerlyModel(model, wanted.temperature, wanted.prompt, call.language)

    def _links(self, tenant: TenantId, section: Section, opened: list[Opened[P]]) -> tuple[Link[P], ...]:
        return tuple(
            Link(
                one.choice.name,
                one.provider,
                self._standing.breaker(tenant, section, one.choice.name),
                self._standing.took(section, one.choice.name),
                one.choice.patience,
            )
            for one in opened
        )


@asynccontextmanager
async def open_providers(
    choices: Choices, stt: SpeechToText, tts: TextToSpeech, kept: Path | None = None
) -> AsyncIterator[Providers]:
    """Yield the providers; ``stt`` and ``tts`` are those of this machine. Leaving the context closes what was opened.

    ``kept`` is a folder for speech that may be kept, so that it need not be made again after a restart.
    """
    cache = SpeechCache(kept)
    await asyncio.to_thread(cache.open)
    async with asyncio.TaskGroup() as tasks:
        opened = OpenedProviders(choices, tasks, stt, tts)
        try:
            yield Providers(opened, tasks, cache)
        finally:
            opened.close()


def _hearing(ear: FailoverRecogniser | None, voice: TextToSpeech, speaks: Callable[[], str] = lambda: LOCAL) -> Speech:
    return Speech(ear, voice, (lambda: LOCAL) if ear is None else (lambda: ear.chain.in_use), speaks)


def _ear(links: tuple[Link[SpeechToText], ...], wanted: Wanted, tell: Tell) -> FailoverRecogniser | None:
    return FailoverRecogniser(Chain(links, "stt", tell)) if wanted.recognisers else None
