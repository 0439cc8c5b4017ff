"""Which providers a call works with: the chains of its agent, made for that call, so that its journal is told of every switch."""

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from math import inf
from typing import TypeVar

from switchroom.errors import Invalid
from switchroom.identity import TenantId
from switchroom.ports import LanguageModel, Models, Speech, SpeechToText, Tell, TextToSpeech, untold, usual_speech
from switchroom.providers.choices import Choices, Section
from switchroom.providers.chosen_voice import ChosenVoice
from switchroom.providers.failover.chain import Chain, Link
from switchroom.providers.failover.model import FailoverModel
from switchroom.providers.failover.recogniser import FailoverRecogniser
from switchroom.providers.failover.standing import Standing
from switchroom.providers.failover.voice import FailoverVoice
from switchroom.providers.mannered import MannerlyModel
from switchroom.providers.opened import Opened, OpenedProviders

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


class Providers:
    """The providers of this process."""

    def __init__(self, opened: OpenedProviders, tasks: asyncio.TaskGroup) -> None:
        self.opened = opened
        self._tasks = tasks
        self._standing = Standing()

    async def speech(self, wanted: Wanted) -> Callable[[Tell], Speech]:
        """Return what opens a call's speech (``CallPlan.open_speech``), with every provider of it open. Safe to cancel."""
        if not wanted.recognisers and not wanted.voices:
            return usual_speech
        ears = self._links(wanted.tenant, "recognisers", await self.opened.recognisers(wanted.recognisers))
        spoken: list[Opened[TextToSpeech]] = [
            Opened(one.choice, ChosenVoice(one.provider, one.choice, wanted.voice_names))
            for one in await self.opened.voices(wanted.voices)
        ]
        voices = self._links(wanted.tenant, "voices", spoken)

        def open_speech(tell: Tell) -> Speech:
            stt = FailoverRecogniser(Chain(ears, "stt", tell))
            return Speech(stt, FailoverVoice(Chain(voices, "tts", tell, shun=inf), self._tasks))

        return open_speech

    def models(self, wanted: Wanted) -> Callable[[Tell], Models]:
        """Return what gives a call its language models by name; they are opened when they are first asked.

        The agent's chain has the name "". One that is named goes before the chain. An agent without a chain has that of
        the providers file: its models in their order.
        """

        def open_models(tell: Tell) -> Models:
            made: dict[str, LanguageModel] = {}

            def model(name: str) -> LanguageModel:
                if name not in made:
                    made[name] = self._model(wanted, name, tell)
                return made[name]

            return model

        return open_models

    async def warm(self, wanted: Wanted) -> None:
        """Open the models now, so that no caller waits for it. Safe to cancel."""
        await self.opened.warm(wanted.models or tuple(self.opened.choices.models))

    @property
    def any_models(self) -> Models | None:
        """The models of the installation, to check a flow against; None if there are none."""
        return self.models(Wanted(TenantId("")))(untold) if self.opened.choices.models else None

    def _model(self, wanted: Wanted, name: str, tell: Tell) -> LanguageModel:
        there = self.opened.choices.models
        if name and name not in there:
            raise Invalid(f"there is no model {name!r}; the providers file has {', '.join(there) or 'none'}")
        chain = [one for one in wanted.models or there if one in there and one != name]
        names = [name, *chain] if name else chain
        if not names:
            missing = ", ".join(wanted.models) or "any"
            raise Invalid(f"the agent has no language model: the providers file does not have {missing}")
        links = self._links(wanted.tenant, "models", [self.opened.model(one) for one in names])
        model = FailoverModel(Chain(links, "llm", tell), self._tasks)
        return MannerlyModel(model, wanted.temperature, wanted.prompt)

    def _links(self, tenant: TenantId, section: Section, opened: list[Opened[P]]) -> tuple[Link[P], ...]:
        return tuple(
            Link(
                one.choice.name,
                one.provider,
                self._standing.breaker(tenant, section, one.choice.name),
                self._standing.took(section, one.choice.name),
            )
            for one in opened
        )


@asynccontextmanager
async def open_providers(choices: Choices, stt: SpeechToText, tts: TextToSpeech) -> AsyncIterator[Providers]:
    """Yield the providers; ``stt`` and ``tts`` are those of this machine. Leaving the context closes what was opened."""
    async with asyncio.TaskGroup() as tasks:
        opened = OpenedProviders(choices, tasks, stt, tts)
        try:
            yield Providers(opened, tasks)
        finally:
            opened.close()
