"""One engine in virtual time: scripted phone, recogniser, voice and brain around the real plane and switchboard."""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Literal, TypeVar

from switchroom.calls.equipment import Equipment
from switchroom.calls.metronome import Metronome
from switchroom.calls.recorder import Disk
from switchroom.calls.switchboard import Limits, Switchboard
from switchroom.errors import Invalid, NotFound, SwitchroomError, Unavailable
from switchroom.events.catalogue import Event
from switchroom.identity import AgentId, TenantId
from switchroom.media.frame import Samples
from switchroom.media.plane import Plane
from switchroom.ports import (
    CallContext,
    CallerSaid,
    CallOffer,
    CallPlan,
    EndCall,
    Errands,
    Expecting,
    Heard,
    HearingFailed,
    Hints,
    Leg,
    Prompt,
    ReplyPart,
    Say,
    SpeechToText,
    TextToSpeech,
    Utterance,
    Voice,
)
from switchroom.ports.control import Destination
from switchroom.ports.credit import CreditDesk
from tests.scripted import EnergyNetwork, ScriptedLeg, voice

E = TypeVar("E", bound=Event)
TENANT = TenantId("tnt_test")
GREETING = "Hello, how can I help you?"


@dataclass
class ScriptedEar:
    """A recogniser that understands the next text of its script ``delay`` after each utterance; None fails."""

    texts: list[str | None]
    delay: float = 0.1
    name: str = "scripted"
    _report: Callable[[Heard | HearingFailed], None] | None = None
    _current: str | None = ""
    _asked: bool = True

    def listen(
        self, language: str, hints: Callable[[], Hints], report: Callable[[Heard | HearingFailed], None]
    ) -> "ScriptedEar":
        return replace(self, _report=report)  # the texts are of all who listen

    def begin(self) -> None:
        self._current = self.texts.pop(0) if self.texts else ""

    def hear(self, samples: Samples) -> None:
        return None

    def pause(self) -> None:
        asyncio.get_running_loop().call_later(self.delay, self._say, self._current)

    def close(self) -> None:
        self._report = None

    def _say(self, text: str | None) -> None:
        if self._report is not None:
            failed = HearingFailed(Unavailable("the recogniser died", code="stt_died"))
            self._report(failed if text is None else Heard(text, final=True, confidence=0.9))


class ScriptedSpeech:
    """A voice whose sound is 60 ms per letter; ``broken`` texts fail."""

    name = "scripted"

    def __init__(self, broken: Sequence[str] = ()) -> None:
        self._broken = broken

    async def speak(self, text: str, voice_: Voice) -> AsyncGenerator[Samples, None]:
        if text in self._broken:
            raise Unavailable("the voice died", code="voice_died")
        yield voice(0.06 * len(text), 4000)


@dataclass
class ScriptedMind:
    """A brain that repeats what it hears; "goodbye" ends the call. A number among its answers is seconds of thought."""

    answers: Mapping[str, Sequence[ReplyPart | float]] = field(default_factory=dict)
    expecting: Expecting = Expecting(Hints("scripted"))
    prompts: list[Prompt] = field(default_factory=list)
    context: list[list[Utterance]] = field(default_factory=list)
    ahead: bool = False
    """Whether it can think ahead; what it is asked then is among the prompts."""

    async def reply(self, prompt: Prompt, heard: Sequence[Utterance]) -> AsyncGenerator[ReplyPart, None]:
        self.prompts.append(prompt)
        self.context.append(list(heard))
        match prompt:
            case CallerSaid(text) if text in self.answers:
                for part in self.answers[text]:
                    if isinstance(part, float):
                        await asyncio.sleep(part)
                    else:
                        yield part
            case CallerSaid(text):
                yield Say(f"You said {text}.")
                if text == "goodbye":
                    yield EndCall()
            case _:
                for part in self.answers.get(type(prompt).__name__, ()):
                    if not isinstance(part, float):
                        yield part

    def branch(self, errands: Errands) -> "ScriptedMind | None":
        return replace(self) if self.ahead else None


@dataclass
class Rig:
    """A running engine and what it told."""

    switchboard: Switchboard
    metronome: Metronome
    events: list[Event]
    mind: ScriptedMind

    def of(self, kind: type[E]) -> list[E]:
        """Return the events of one kind."""
        return [event for event in self.events if isinstance(event, kind)]

    def offer(self, leg: ScriptedLeg, dialled: str = "demo", context: CallContext | None = None) -> None:
        self.switchboard.offer(CallOffer(leg, dialled, "phone_gateway", "udp:test", context or CallContext()))

    async def until_idle(self) -> None:
        """Wait until no call is left."""
        while self.switchboard.count:
            await asyncio.sleep(0.1)

    async def call(self, leg: ScriptedLeg) -> ScriptedLeg:
        """Offer a call and wait for its end."""
        self.offer(leg)
        await self.until_idle()
        return leg


@dataclass
class ScriptedPhones:
    """Whom the engine may call: they ring after 0.5 s and answer with their leg 2 s later, or say what is theirs to say."""

    people: Mapping[str, ScriptedLeg | SwitchroomError | None]
    called: list[Destination] = field(default_factory=list)
    given_up: int = 0

    async def __call__(self, wanted: Destination, ringing: Callable[[int], None]) -> Leg:
        self.called.append(wanted)
        try:
            await asyncio.sleep(0.5)
            ringing(180)
            await asyncio.sleep(2.0)
            person = self.people[wanted.target]
            if isinstance(person, SwitchroomError):
                raise person
            if person is None:
                await asyncio.Event().wait()
        except asyncio.CancelledError:
            self.given_up += 1
            raise
        assert isinstance(person, ScriptedLeg)
        return person


@dataclass(frozen=True)
class _Directory:
    plan: CallPlan
    takes: float = 0.0
    refuses: SwitchroomError | None = None

    async def find(self, dialled: str, source: Literal["phone_gateway", "browser"]) -> CallPlan:
        await asyncio.sleep(self.takes)
        if self.refuses is not None:
            raise self.refuses
        if dialled == "unusable":
            raise Invalid("the flow of this agent cannot be used")
        if dialled == "breaks":
            raise RuntimeError("a bug in a directory")
        if dialled != "demo":
            raise NotFound(f"nobody answers {dialled!r}")
        return self.plan

    async def plan_to_call(self, agent: AgentId, tenant: TenantId) -> CallPlan:
        if (agent, tenant) != (self.plan.agent, self.plan.tenant):
            raise NotFound(f"there is no agent {agent}")
        return self.plan


@asynccontextmanager
async def rig(
    ear: SpeechToText | None = None,
    mind: ScriptedMind | None = None,
    *,
    speech: TextToSpeech | None = None,
    limits: Limits | None = None,
    recordings: Path | None = None,
    messages: Path | None = None,
    finding: float = 0.0,
    problem: str = "",
    refuses: SwitchroomError | None = None,
    phones: "ScriptedPhones | None" = None,
    credit: CreditDesk | None = None,
    **plan: object,
) -> AsyncIterator[Rig]:
    """Run an engine."""
    mind = mind or ScriptedMind()
    events: list[Event] = []
    plane = Plane(lambda _: EnergyNetwork())
    directory = _Directory(_plan(mind, plan), finding, refuses)
    with Disk() as disk:
        equipment = Equipment(
            plane,
            ear or ScriptedEar([]),
            speech or ScriptedSpeech(),
            events.append,
            disk,
            recordings,
            problem=lambda: problem,
            messages=messages,
            reach=phones or ScriptedPhones({}),
            credit=credit,
        )
        metronome = Metronome(plane)
        switchboard = Switchboard(equipment, directory, limits or Limits())
        async with asyncio.TaskGroup() as tasks:
            ticking = tasks.create_task(metronome.run())
            tasks.create_task(switchboard.run())
            await asyncio.sleep(0.005)
            yield Rig(switchboard, metronome, events, mind)
            await switchboard.drain(5.0)
            ticking.cancel()


def _plan(mind: ScriptedMind, changes: Mapping[str, object]) -> CallPlan:
    given: dict[str, object] = {
        "tenant": TENANT,
        "agent": AgentId("agt_test"),
        "open_brain": lambda _: mind,
        "voice": Voice(),
        "greeting": GREETING,
        **changes,
    }
    return CallPlan(**given)  # type: ignore[arg-type]
