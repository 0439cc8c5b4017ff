"""One rehearsal: the real engine around one call, from the empty books to the findings.

The same stage serves virtual and real time; which it is, and what hears and speaks, comes from whoever opens it (``Sound``).
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Literal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from switchroom.calls.equipment import Equipment
from switchroom.calls.switchboard import Limits, Switchboard
from switchroom.conversation.timing import Timing
from switchroom.domains.restaurant.reception import Reception
from switchroom.errors import Invalid, SwitchroomError
from switchroom.events.catalogue import ProviderFailed
from switchroom.flow.tools import tools_of
from switchroom.identity import AgentId, TenantId
from switchroom.knowledge.library import Library, Shelf
from switchroom.knowledge.reading import kind_of
from switchroom.knowledge.tool import Lookup
from switchroom.media.frame import TICK
from switchroom.media.plane import Plane
from switchroom.ports import CallDetails, CallOffer, CallPlan, LanguageModel, Models, SpeechToText, TextToSpeech, Voice
from switchroom.rehearsal.actor import Actor, Place, Stuck
from switchroom.rehearsal.books import open_books
from switchroom.rehearsal.cast import Part, Role
from switchroom.rehearsal.ear import KnowingRecogniser
from switchroom.rehearsal.expectations import Expectation, RowsStand
from switchroom.rehearsal.faults import faulty
from switchroom.rehearsal.improvising import Improviser, Judge
from switchroom.rehearsal.judging import Evidence, Finding, judge
from switchroom.rehearsal.leg import CallersLeg
from switchroom.rehearsal.lines import Line, Spoken, synthetic
from switchroom.rehearsal.minds import Minds
from switchroom.rehearsal.models import UNSCRIPTED, LineModel, paced
from switchroom.rehearsal.play import Rehearsal
from switchroom.rehearsal.probe import Probe
from switchroom.rehearsal.reading import Piece
from switchroom.rehearsal.reading import Place as Spot
from switchroom.rehearsal.record import ALWAYS, Record
from switchroom.rehearsal.steps import Compare, Expect, MakeSound, SayLine
from switchroom.rehearsal.voice import CallersEar, KeptVoice, MurmuringVoice
from switchroom.virtual_time import at_real_pace

TENANT = TenantId("tnt_rehearsal")
_DRAIN = 8.0


@dataclass(frozen=True, slots=True)
class Sound:
    """What hears and speaks. ``line`` makes the sound of one of the caller's steps."""

    stt: SpeechToText
    tts: TextToSpeech
    spoken: Spoken
    line: Callable[[SayLine | MakeSound], Awaitable[Line]]
    timing: Timing = field(default_factory=Timing)


async def scripted_sound(rehearsal: Rehearsal, _part: Part) -> Sound:
    """Hear and speak without any engine: text mode."""
    spoken = Spoken()

    async def line(step: SayLine | MakeSound) -> Line:
        return synthetic(step)

    return Sound(KnowingRecogniser(spoken), MurmuringVoice(rehearsal.voice), spoken, line)


@dataclass(frozen=True, slots=True)
class Judged:
    """A finding, the place of its expectation in the file, and when it was made, in seconds since the answer."""

    spot: Spot
    at: float
    finding: Finding

    @property
    def soft(self) -> bool:
        """Whether it was only compared."""
        return "compare" in self.spot


@dataclass(frozen=True, slots=True)
class Result:
    """What came of a rehearsal. ``problem`` is why it could not go on, if so."""

    piece: Piece
    record: Record
    findings: tuple[Judged, ...]
    problem: str = ""

    @property
    def passed(self) -> bool:
        """Whether all is as expected."""
        return not self.problem and all(judged.finding.holds or judged.soft for judged in self.findings)


@dataclass(frozen=True, slots=True)
class _Directory:
    plan: CallPlan

    async def find(self, dialled: str, source: Literal["phone_gateway", "browser"]) -> CallPlan:  # noqa: ARG002
        return self.plan

    async def plan_to_call(self, agent: AgentId, tenant: TenantId) -> CallPlan:  # noqa: ARG002
        return self.plan


@dataclass(frozen=True, slots=True)
class Means:
    """What rehearsals are held with: how they sound, and real language models by name, if there are any."""

    sound: Callable[[Rehearsal, Part], Awaitable[Sound]] = scripted_sound
    models: Models | None = None


async def rehearse(piece: Piece, part: Part, means: Means | None = None) -> Result:
    """Hold the rehearsal. Raises Invalid: it cannot be held."""
    rehearsal, means = piece.rehearsal, means or Means()
    async with open_books() as database:
        library = Library(database, rehearsal.now.timestamp)
        lookup = tools_of(Lookup(library))
        staged = part.reception.elsewhere(database, lambda tools: faulty({**tools, **lookup}, rehearsal.tools))
        zone = _zone(rehearsal.zone) if rehearsal.zone else staged.zone
        opens = rehearsal.now if rehearsal.now.tzinfo is not None else rehearsal.now.replace(tzinfo=zone)
        probe = Probe(database, TENANT, zone, opens)
        for table, rows in rehearsal.given.items():
            await probe.fill(table, rows)
        for name in rehearsal.knowledge:
            await _learn(library, piece.path.parent / name)
        for expectation in rehearsal.expectations():
            if isinstance(expectation, RowsStand):
                await probe.rows(expectation.rows)  # to find out now whether there is such a table
        sound = await means.sound(rehearsal, part)
        return await _Stage(piece, _Set(part.role, staged, probe, sound, opens, _models(piece, part, means))).hold()


async def _learn(library: Library, path: Path) -> None:
    """Put a document on the shelf of the tenant. Raises Invalid."""
    content = _bytes_of(path)
    with at_real_pace():  # documents are read in a process of their own
        await library.add(Shelf(TENANT, None), path.stem, content, kind_of(path.name))


def _bytes_of(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise Invalid(f"knowledge: the document cannot be read: {error}") from error


def _zone(name: str) -> ZoneInfo:
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError) as error:
        raise Invalid(f"zone: there is no zone {name!r}: write one like Europe/London") from error


def _models(piece: Piece, part: Part, means: Means) -> Callable[[str], LanguageModel]:
    """Return the models that the call may ask for. Raises Invalid: it needs one that is not there."""
    rehearsal = piece.rehearsal
    real = None if means.models is None else paced(means.models)
    if part.reception.thinks and not rehearsal.model and real is None:
        raise Invalid(
            f"{piece.path}: the agent thinks with a language model: write its answers under `model`, or name one that "
            "the installation has in its providers file"
        )
    for name, what in ((rehearsal.caller.model, "plays the caller"), (rehearsal.judge, "judges")):
        if name and real is None:
            raise Invalid(f"{piece.path}: model {name!r} {what}, and the installation has no models")
    return real or _no_model


def _no_model(name: str) -> LanguageModel:
    raise Invalid(f"there is no model {name!r}")


@dataclass(frozen=True, slots=True)
class _Set:
    """What one rehearsal has been given to work with."""

    role: Role
    reception: Reception
    probe: Probe
    sound: Sound
    opens: datetime
    models: Models


class _Stage:
    def __init__(self, piece: Piece, given: _Set) -> None:
        self._piece = piece
        self._given = given
        self._minds = Minds()
        self._clock = asyncio.get_running_loop().time
        self._voice = KeptVoice(given.sound.tts)
        self._leg = CallersLeg(piece.rehearsal.caller, CallersEar(self._voice))
        self._record = Record(self._clock, self._leg)
        self._findings: list[Judged] = []

    async def hold(self) -> Result:
        """Hold the call, then judge it."""
        rehearsal = self._piece.rehearsal
        lines = {
            number: await self._given.sound.line(step)
            for number, step in enumerate(rehearsal.script)
            if isinstance(step, SayLine | MakeSound)
        }
        sound, improviser = self._given.sound, self._improviser()
        place = Place(self._leg, self._record, sound.spoken, lines, sound.line, improviser, self._judge_step)
        actor = Actor(place, rehearsal.caller.patience)
        async with self._engine() as switchboard:
            caller = rehearsal.caller
            switchboard.offer(CallOffer(self._leg, caller.dialled, caller.transport, "rehearsal"))
            problem = await self._perform(actor)
            actor.leave()
            await switchboard.drain(_DRAIN)
        for index, expectation in enumerate(rehearsal.expect):
            await self._judge(("expect", index), expectation, ALWAYS)
        return Result(self._piece, self._record, tuple(self._findings), problem or self._unscripted())

    def _improviser(self) -> Improviser | None:
        caller = self._piece.rehearsal.caller
        return Improviser(self._given.models(caller.model), caller, self._record) if caller.model else None

    def _unscripted(self) -> str:
        """Return what the agent's model was asked that the rehearsal did not foresee."""
        failed = [event for _, event in self._record.of(ProviderFailed) if event.code == UNSCRIPTED]
        return failed[0].message if failed else ""

    async def _perform(self, actor: Actor) -> str:
        """Follow the script; return why it could not be followed to its end."""
        rehearsal = self._piece.rehearsal
        try:
            async with asyncio.timeout(rehearsal.longest):
                await actor.perform(rehearsal.script)
        except Stuck as stuck:
            return str(stuck)
        except TimeoutError:
            return f"the call took longer than {rehearsal.longest:g} s, as `longest` says"
        return ""

    @asynccontextmanager
    async def _engine(self) -> AsyncIterator[Switchboard]:
        """Run the engine for one call."""
        plane = Plane()
        sound = self._given.sound
        equipment = Equipment(plane, sound.stt, self._voice, self._record.happened, timing=sound.timing)
        switchboard = Switchboard(equipment, _Directory(self._plan()), Limits())
        async with asyncio.TaskGroup() as tasks:
            ticking = tasks.create_task(_tick(plane))
            tasks.create_task(switchboard.run())
            await asyncio.sleep(0)
            yield switchboard
            ticking.cancel()

    def _plan(self) -> CallPlan:
        role, reception, began = self._given.role, self._given.reception, self._clock()
        open_brain = reception.opener(
            TENANT, lambda: self._given.opens + timedelta(seconds=self._clock() - began), "rehearsed", self._thinking
        )
        return CallPlan(
            tenant=TENANT,
            agent=AgentId("agt_rehearsed"),
            open_brain=lambda call: self._minds.watch(open_brain(call)),
            voice=Voice(language=role.language or reception.plan.flow.language),
            language=role.language or reception.plan.flow.language,
            greeting=role.greeting or reception.greeting,
            farewell=role.farewell,
            record=False,
            silence=role.silence,
            nudges=role.nudges,
        )

    def _thinking(self, _call: CallDetails) -> Models:
        lines = self._piece.rehearsal.model
        return (lambda _name: LineModel(lines)) if lines else self._given.models

    async def _judge_step(self, number: int, step: Expect | Compare) -> None:
        word, expectations = ("expect", step.expect) if isinstance(step, Expect) else ("compare", step.compare)
        for index, expectation in enumerate(expectations):
            await self._judge(("script", number, word, index), expectation, self._record.last_act())

    async def _judge(self, spot: Spot, expectation: Expectation, since: float) -> None:
        evidence = Evidence(self._record, since, self._minds.value, self._given.probe.rows, self._asked)
        self._findings.append(Judged(spot, self._record.now, await judge(expectation, evidence)))

    async def _asked(self, question: str) -> tuple[bool, str]:
        """Return what the judge says."""
        name = self._piece.rehearsal.judge
        if not name:
            return False, "the rehearsal names no judge"
        try:
            return await Judge(self._given.models(name), self._record).asked(question)
        except SwitchroomError as error:
            return False, f"the judge failed: {error}"


async def _tick(plane: Plane) -> None:
    """Advance the plane every 20 ms, on time; nothing is measured and nothing made up for."""
    clock = asyncio.get_running_loop().time
    due = clock() + TICK
    while True:
        await asyncio.sleep(due - clock())
        plane.tick(due)
        due += TICK
