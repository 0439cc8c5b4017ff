"""Which providers a call works with: each opened once, when the first call wants it, and closed at the end.

Each lives in a task of its own, in which it is opened and closed. One that cannot be opened is passed over, named in the
log, and tried again by calls half a minute later; where nothing is left of a chain, the speech of this machine does.
"""

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from math import inf
from typing import Generic, TypeVar, cast

import structlog

from switchroom.errors import SwitchroomError, Unavailable
from switchroom.identity import TenantId
from switchroom.ports import LanguageModel, Speech, SpeechToText, Tell, TextToSpeech, usual_speech
from switchroom.providers.choices import LOCAL, Choice, Choices, Section
from switchroom.providers.chosen_voice import ChosenVoice
from switchroom.providers.failover.chain import Chain, Link
from switchroom.providers.failover.model import FailoverModel
from switchroom.providers.failover.recogniser import FailoverRecogniser
from switchroom.providers.failover.standing import Standing
from switchroom.providers.failover.voice import FailoverVoice
from switchroom.providers.kinds import Provider, opener_of

log = structlog.get_logger()

PAUSE = 30.0
"""Seconds for which one that could not be opened is not tried again."""
_START = 20.0

P = TypeVar("P")


@dataclass(frozen=True, slots=True)
class Wanted:
    """What an agent wants to hear and speak with; see catalogue.service.AgentRecord."""

    tenant: TenantId
    recognisers: tuple[str, ...] = ()
    voices: tuple[str, ...] = ()
    voice_names: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Opened(Generic[P]):
    """A provider that works, and how it was chosen."""

    choice: Choice
    provider: P


class _Place:
    """Where one provider lives."""

    def __init__(self, tasks: asyncio.TaskGroup, section: Section, choice: Choice) -> None:
        self._tasks = tasks
        self._section = section
        self._choice = choice
        self._task: asyncio.Task[None] | None = None
        self._decided = asyncio.Event()
        self._provider: Provider | None = None
        self._error: SwitchroomError | None = None
        self._failed = -PAUSE

    async def get(self) -> Provider:
        """Return the provider, opened if need be. Raises what opening it raised. Safe to cancel."""
        now = asyncio.get_running_loop().time()
        if self._task is None and (self._error is None or now - self._failed >= PAUSE):
            self._decided.clear()
            self._task = self._tasks.create_task(self._live(), name=f"provider {self._choice.name}")
        await self._decided.wait()
        if self._provider is None:
            raise self._error or Unavailable(f"{self._choice.name} was closed", code="providers")
        return self._provider

    def close(self) -> None:
        """Let go of the provider; it is gone when its task is."""
        if self._task is not None:
            self._task.cancel()

    async def _live(self) -> None:
        try:
            async with asyncio.timeout(_START) as limit:
                opener = await asyncio.to_thread(opener_of, self._choice, self._section)
                async with opener(self._choice) as provider:
                    limit.reschedule(None)
                    self._provider, self._error = provider, None
                    self._decided.set()
                    await asyncio.Event().wait()
        except TimeoutError:
            self._error = Unavailable(f"{self._choice.name} did not start within {_START:.0f} s", code="providers")
        except SwitchroomError as error:
            self._error = error
        finally:
            self._provider, self._task = None, None
            self._failed = asyncio.get_running_loop().time()
            self._decided.set()


class Providers:
    """The providers of this process."""

    def __init__(self, choices: Choices, tasks: asyncio.TaskGroup, stt: SpeechToText, tts: TextToSpeech) -> None:
        self.choices = choices
        self._tasks = tasks
        self._local: dict[Section, Provider] = {"recognisers": stt, "voices": tts}
        self._places: dict[tuple[Section, str], _Place] = {}
        self._standing = Standing()

    async def speech(self, wanted: Wanted) -> Callable[[Tell], Speech]:
        """Return what opens a call's speech (``CallPlan.open_speech``), with every provider of it open. Safe to cancel."""
        if not wanted.recognisers and not wanted.voices:
            return usual_speech
        ears = self._links(wanted.tenant, "recognisers", await self.recognisers(wanted.recognisers))
        spoken: list[Opened[TextToSpeech]] = [
            Opened(one.choice, ChosenVoice(one.provider, one.choice, wanted.voice_names))
            for one in await self.voices(wanted.voices)
        ]
        voices = self._links(wanted.tenant, "voices", spoken)

        def open_speech(tell: Tell) -> Speech:
            stt = FailoverRecogniser(Chain(ears, "stt", tell))
            return Speech(stt, FailoverVoice(Chain(voices, "tts", tell, shun=inf), self._tasks))

        return open_speech

    async def model(self, tenant: TenantId, names: Sequence[str]) -> Callable[[Tell], LanguageModel] | None:
        """Return what opens a call's language model, every one of the chain being open; None if there is none. Safe to cancel."""
        links = self._links(tenant, "models", await self.models(names))
        if not links:
            return None
        return lambda tell: FailoverModel(Chain(links, "llm", tell), self._tasks)

    def _links(self, tenant: TenantId, section: Section, opened: Sequence[Opened[P]]) -> tuple[Link[P], ...]:
        return tuple(
            Link(
                one.choice.name,
                one.provider,
                self._standing.breaker(tenant, section, one.choice.name),
                self._standing.took(section, one.choice.name),
            )
            for one in opened
        )

    async def recognisers(self, names: Sequence[str]) -> list[Opened[SpeechToText]]:
        """Return those of ``names`` that work, in their order; the local one if none does. Safe to cancel."""
        found = await self._chain("recognisers", names)
        return [Opened(choice, cast("SpeechToText", provider)) for choice, provider in found]

    async def voices(self, names: Sequence[str]) -> list[Opened[TextToSpeech]]:
        """Return those of ``names`` that work, in their order; the local one if none does. Safe to cancel."""
        found = await self._chain("voices", names)
        return [Opened(choice, cast("TextToSpeech", provider)) for choice, provider in found]

    async def models(self, names: Sequence[str]) -> list[Opened[LanguageModel]]:
        """Return those of ``names`` that work, in their order; there may be none. Safe to cancel."""
        found = await self._chain("models", names)
        return [Opened(choice, cast("LanguageModel", provider)) for choice, provider in found]

    def close(self) -> None:
        """Close all of them."""
        for place in self._places.values():
            place.close()

    async def _chain(self, section: Section, names: Sequence[str]) -> list[tuple[Choice, Provider]]:
        there = self.choices.section(section)
        found: list[tuple[Choice, Provider]] = []
        for name in names:
            try:
                if name not in there:
                    known = ", ".join(there) or "none"
                    raise Unavailable(f"there is no {name!r} among the {section} of this installation: {known}")
                found.append((there[name], await self._get(section, there[name])))
            except SwitchroomError as error:
                log.warning("provider cannot be used", section=section, provider=name, problem=str(error))
        if not found and section in self._local:
            return [(there[LOCAL], self._local[section])]
        return found

    async def _get(self, section: Section, choice: Choice) -> Provider:
        if choice.kind == LOCAL and section in self._local:
            return self._local[section]
        place = self._places.get((section, choice.name))
        if place is None:
            place = self._places[section, choice.name] = _Place(self._tasks, section, choice)
        return await place.get()


@asynccontextmanager
async def open_providers(choices: Choices, stt: SpeechToText, tts: TextToSpeech) -> AsyncIterator[Providers]:
    """Yield the providers; ``stt`` and ``tts`` are those of this machine. Leaving the context closes what was opened."""
    async with asyncio.TaskGroup() as tasks:
        providers = Providers(choices, tasks, stt, tts)
        try:
            yield providers
        finally:
            providers.close()
