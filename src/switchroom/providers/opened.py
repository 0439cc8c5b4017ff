"""The providers that are open: each is opened once, when somebody first wants it, and closed at the end.

Each lives in a task of its own, in which it is opened and closed. One that cannot be opened is passed over, named in the
log, and tried again half a minute later; where nothing is left of a chain of speech, that of this machine does.
"""

import asyncio
from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing
from dataclasses import dataclass
from typing import Generic, Literal, TypeVar, cast

import structlog

from switchroom.errors import SwitchroomError, Unavailable
from switchroom.ports import Ask, Embedder, LanguageModel, ModelPart, SpeechToText, TextToSpeech, Vectors
from switchroom.providers.choices import LOCAL, Choice, Choices, Section
from switchroom.providers.kinds import Provider, opener_of

log = structlog.get_logger()

PAUSE = 30.0
"""Seconds for which one that could not be opened is not tried again."""
_START = 20.0

P = TypeVar("P")


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
        """Return the provider, opened if need be. Raises what opening it raised. Safe to cancel.

        Only the first opening is waited for: while one that failed is tried again, calls go on without it.
        """
        now = asyncio.get_running_loop().time()
        if self._task is None and (self._error is None or now - self._failed >= PAUSE):
            if self._error is None:
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
        except Exception as error:  # a vendor's library may raise anything: it must not take the other providers along
            log.exception("provider broke", provider=self._choice.name)
            self._error = Unavailable(f"{self._choice.name} broke: {error!r}", code="providers")
        finally:
            self._provider, self._task = None, None
            self._failed = asyncio.get_running_loop().time()
            self._decided.set()


@dataclass(frozen=True, slots=True)
class _LazyModel:
    """A model that is opened by its first request."""

    choice: Choice
    place: _Place

    @property
    def name(self) -> str:
        return self.choice.name

    async def answer(self, ask: Ask) -> AsyncGenerator[ModelPart, None]:
        model = cast("LanguageModel", await self.place.get())
        async with aclosing(model.answer(ask)) as parts:
            async for part in parts:
                yield part


@dataclass(frozen=True, slots=True)
class _LazyEmbedder:
    """An embedder that is opened by its first request."""

    choice: Choice
    place: _Place

    @property
    def name(self) -> str:
        return self.choice.model

    async def embed(self, texts: Sequence[str], role: Literal["question", "passage"]) -> Vectors:
        return await cast("Embedder", await self.place.get()).embed(texts, role)


class OpenedProviders:
    """All of them. ``stt`` and ``tts`` are those of this machine."""

    def __init__(self, choices: Choices, tasks: asyncio.TaskGroup, stt: SpeechToText, tts: TextToSpeech) -> None:
        self.choices = choices
        self._tasks = tasks
        self._local: dict[Section, Provider] = {"recognisers": stt, "voices": tts}
        self._places: dict[tuple[Section, str], _Place] = {}

    async def recognisers(self, names: Sequence[str]) -> list[Opened[SpeechToText]]:
        """Return those of ``names`` that work, in their order; the local one if none does. Safe to cancel."""
        found = await self._chain("recognisers", names)
        return [Opened(choice, cast("SpeechToText", provider)) for choice, provider in found]

    async def voices(self, names: Sequence[str]) -> list[Opened[TextToSpeech]]:
        """Return those of ``names`` that work, in their order; the local one if none does. Safe to cancel."""
        found = await self._chain("voices", names)
        return [Opened(choice, cast("TextToSpeech", provider)) for choice, provider in found]

    async def warm(self, names: Sequence[str]) -> None:
        """Open those models now, so that no caller waits for it. Safe to cancel."""
        await self._chain("models", names)

    def model(self, name: str) -> Opened[LanguageModel]:
        """Return a model of the providers file, which is opened when it is first asked."""
        choice = self.choices.models[name]
        return Opened(choice, _LazyModel(choice, self._place("models", choice)))

    def embedder(self) -> Embedder | None:
        """Return the first model of the providers file that embeds, which is opened when it is first asked; None without one."""
        for choice in self.choices.embedders.values():
            return _LazyEmbedder(choice, self._place("embedders", choice))
        return None

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
        return await self._place(section, choice).get()

    def _place(self, section: Section, choice: Choice) -> _Place:
        return self._places.setdefault((section, choice.name), _Place(self._tasks, section, choice))
