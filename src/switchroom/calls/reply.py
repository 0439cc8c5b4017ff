"""One reply of the agent, from the prompt to the last sample heard.

A reply is a task that may be cancelled at any time: before its first sample (then nobody knew of it) or while it is
heard (then the ledger knows how far). A brain or a voice that fails is answered by an apology that was rendered when
the call began: never by silence.
"""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from contextlib import aclosing
from dataclasses import dataclass, field, replace
from functools import partial
from typing import assert_never

import numpy as np
import structlog

from switchroom.calls.chronicle import Chronicle
from switchroom.calls.draft import Draft, Make
from switchroom.calls.mind import Mind
from switchroom.calls.mouth import Mouth
from switchroom.conversation.latency import Latency, latency
from switchroom.conversation.moves import Commit
from switchroom.errors import Bug, SwitchroomError
from switchroom.events import catalogue as happened
from switchroom.events.catalogue import Answered, EndReason
from switchroom.media.frame import Samples
from switchroom.media.tones import beep, repeated
from switchroom.ports import (
    Began,
    CallerSaid,
    CallerSilent,
    CallerTyped,
    CallerUnheard,
    CallOpened,
    EndCall,
    MessageTaken,
    ModelAnswered,
    ModelFailed,
    PlayMusic,
    PressKeys,
    Prompt,
    ReplyPart,
    Say,
    TakeMessage,
    ToolAnswered,
    ToolCalled,
    ToolFinished,
    TransferFailed,
    TransferTo,
    Utterance,
)

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Rendered:
    """A sentence and its sound, ready before it is needed."""

    text: str
    samples: Samples


async def _nothing(_digits: str) -> None:
    return None


@dataclass(frozen=True, slots=True)
class Line:
    """What a reply can do on the line beside speaking: the music there is, and pressing keys."""

    music: Samples
    press: Callable[[str], Awaitable[None]]


UNHEARD = Line(np.zeros(0, np.int16), _nothing)


@dataclass(slots=True)
class Guesses:
    """How often a turn was guessed before it was over, and how many letters were written in vain."""

    made: int = 0
    wasted: int = 0


@dataclass(slots=True)
class Reply:
    """What is known of a reply while it is made and spoken. Times are the event loop's."""

    turn: int
    prompt: Prompt
    since: float
    """The end of the caller's speech, or when the reply became due."""
    stages: dict[str, float] = field(default_factory=dict)
    text: str = ""
    audible: bool = False
    protected: bool = False
    ends_call: bool = False
    transfer: TransferTo | None = None
    message: TakeMessage | None = None
    draft: Draft | None = None
    """It was begun before its turn was committed."""
    began: float = 0.0
    """When the caller began to speak."""
    tools: list[tuple[float, float]] = field(default_factory=list)
    """When tools worked for it."""
    guesses: Guesses = field(default_factory=Guesses)
    awaits: str = "llm"
    """Who is awaited now: ``stt``, ``llm``, ``tts``, ``tool``, its name; ``voice`` while a sentence is made, then ``wire``."""
    short: bool = False
    """It answers a yes, a no or a choice."""
    well: bool = True
    """It was not given up."""
    leaves_for: EndReason = "agent_hangup"
    """Why the call ends, if it does after this."""
    timed: bool = False
    """The wait for it was told."""
    filled_for: str = ""
    """Who was awaited when something else was said first."""
    dictated: Say | None = None
    """It is not the brain's: somebody outside wants this said."""

    @property
    def answers(self) -> Answered:
        """What it answers."""
        if self.dictated is not None:
            return "dictation"
        match self.prompt:
            case CallOpened():
                return "opening"
            case CallerSilent():
                return "silence"
            case TransferFailed():
                return "transfer"
            case MessageTaken():
                return "message"
            case ToolFinished():
                return "tool"
            case _:
                return "turn"

    def answering(self, commit: Commit, noticed: float | None, now: float) -> None:
        """Put down by which stages it came to be owed, now that its turn is committed."""
        self.began = commit.started
        if noticed is not None and noticed >= commit.ended:
            self.reached("noticed", noticed)
        if commit.understood is not None:
            self.reached("transcript", commit.understood)
        self.reached("decision", now)

    def then(self, what: EndCall | TransferTo | TakeMessage) -> None:
        """Note what is to happen once everything has been said."""
        match what:
            case EndCall():
                self.ends_call = True
            case TransferTo():
                self.transfer = what
            case TakeMessage():
                self.message = what

    def reached(self, stage: str, now: float) -> None:
        """Note when a stage was first reached."""
        self.stages.setdefault(stage, now)

    def bridged(self, text: str, owner: str, now: float) -> None:
        """Something is said while ``owner`` is awaited."""
        self.text = f"{self.text} {text}".strip()
        self.filled_for = self.filled_for or owner
        self.reached("filler", now)

    def given_up(self) -> "Reply":
        """Return what is said in its place: owed since then, and still the reply to that turn."""
        stages = {stage: at for stage, at in self.stages.items() if stage != "sent"}
        return replace(
            self,
            stages=stages,
            text="",
            audible=False,
            draft=None,
            well=False,
            awaits="wire",
            timed=self.timed or self.audible,
        )

    def latency(self) -> Latency:
        """Return where the wait for it went; it was heard by now."""
        return latency(self.since, self.began, self.stages, self.tools, self.filled_for)


class Replier:
    """Makes replies for one call, one at a time."""

    def __init__(self, mind: Mind, mouth: Mouth, chronicle: Chronicle, apology: Rendered, line: Line = UNHEARD) -> None:
        self._line = line
        self._mind = mind
        self._mouth = mouth
        self._chronicle = chronicle
        self._apology = apology

    async def speak(self, reply: Reply, heard: Sequence[Utterance]) -> None:
        """Ask the brain, say what it says; return when all of it was heard. Safe to cancel.

        A draft is prepared as far as nobody hears of it, and goes on when it is adopted. One that fails before is over.
        """
        draft = reply.draft
        brain = self._mind.brain if draft is None else self._mind.branch(draft)
        if brain is None:
            return
        try:
            async with aclosing(brain.reply(reply.prompt, heard)) as parts:
                async for part in parts:
                    await self._do(part, reply)
        except SwitchroomError as error:
            self._failed(error, reply)
        except Exception as error:
            log.exception("brain broke")
            self._failed(Bug(repr(error)), reply)
        if draft is not None:
            if draft.failed:
                return
            await draft.adopted.wait()
        reply.awaits = "wire"
        if reply.message is not None and reply.message.beep:
            await self._mouth.drained()
            self._mouth.play("", beep())
        await self._mouth.drained()

    async def recite(self, reply: Reply) -> None:
        """Say what is dictated; return when all of it was heard. Safe to cancel."""
        if reply.dictated is not None:
            try:
                await self._say(reply.dictated, reply)
            except SwitchroomError as error:
                self._apologise(error, reply)
        reply.awaits = "wire"
        await self._mouth.drained()

    def adopt(self, draft: Draft) -> None:
        """The turn that the draft answers was committed: what was kept shows, and its branch is the call's brain."""
        self._mind.adopt(draft)
        draft.adopted.set()
        now = asyncio.get_running_loop().time()
        for make, at in draft.told:
            self._chronicle.tell(make, ago=now - at)
        self._mouth.adopt(draft)

    async def _do(self, part: ReplyPart, reply: Reply) -> None:
        match part:
            case Began():
                reply.reached("token", asyncio.get_running_loop().time())
            case Say():
                await self._say(part, reply)
            case EndCall() | TransferTo() | TakeMessage():
                reply.then(part)
            case PressKeys() | PlayMusic():
                await self._sound_out(part, reply)
            case ToolCalled(tool):
                reply.awaits = f"tool {tool}"
                self._tell(reply, self._chronicle.tools.entry(part, reply.turn))
            case ToolAnswered():
                self._tool_answered(part, reply)
            case ModelAnswered() | ModelFailed():
                self._chronicle.tell(
                    self._chronicle.tools.entry(part, reply.turn)
                )  # at once: it was paid for, or it broke
            case _:
                assert_never(part)

    async def _sound_out(self, part: PressKeys | PlayMusic, reply: Reply) -> None:
        """Do what is heard on the line but is no speech; not before the turn is known to be one."""
        if reply.draft is not None and reply.draft.private:
            await reply.draft.adopted.wait()
        match part:
            case PlayMusic(seconds):
                self._tell(reply, partial(happened.MusicStarted, turn=reply.turn))
                self._mouth.music(repeated(self._line.music, seconds))
            case PressKeys(digits):
                await self._mouth.drained()
                self._tell(reply, partial(happened.KeysPressed, digits=digits))
                reply.awaits = "wire"  # whoever takes the keys is not spoken to meanwhile
                await self._line.press(digits)
                reply.awaits = "llm"

    async def _say(self, say: Say, reply: Reply) -> None:
        reply.reached("brain", asyncio.get_running_loop().time())
        reply.text = f"{reply.text} {say.text}".strip()
        if say.filler:
            self._tell(reply, partial(happened.FillerSpoken, turn=reply.turn, text=say.text))
        await self._sound(say, reply)

    async def _sound(self, say: Say, reply: Reply) -> None:
        """Have a sentence spoken; of a reply that may not be heard yet the first one is kept, and the next waits."""
        draft = reply.draft
        if draft is not None and draft.private:
            draft.letters += len(say.text)
            if not draft.text:
                draft.text, draft.protected = say.text, say.protected
                reply.awaits = "tts"
                await self._mouth.prepare(draft, partial(_sounds, reply))
                reply.awaits = "llm"
                return
            await draft.adopted.wait()
        reply.awaits = "tts"
        await self._mouth.say(say.text, partial(_sounds, reply), protected=say.protected)
        reply.awaits = "llm"

    def _tell(self, reply: Reply, make: Make) -> None:
        if reply.draft is not None and reply.draft.private:
            reply.draft.told.append((make, asyncio.get_running_loop().time()))
        else:
            self._chronicle.tell(make)

    def _tool_answered(self, answer: ToolAnswered, reply: Reply) -> None:
        now = asyncio.get_running_loop().time()
        reply.tools.append((now - answer.took, now))
        reply.awaits = "llm"
        self._tell(reply, self._chronicle.tools.entry(answer, reply.turn))

    def _failed(self, error: SwitchroomError, reply: Reply) -> None:
        if reply.draft is not None and reply.draft.private:
            reply.draft.failed = True  # nobody heard of it: the turn is answered as if it had not been guessed
        else:
            self._apologise(error, reply)

    def _apologise(self, error: SwitchroomError, reply: Reply) -> None:
        capability = "tts" if error.code.startswith("voice") else "brain"
        log.error("reply failed", capability=capability, code=error.code, message=str(error))
        self._chronicle.tell(
            partial(
                happened.ProviderFailed,
                provider=capability,
                capability=capability,
                code=error.code,
                message=str(error),
            )
        )
        reply.text = f"{reply.text} {self._apology.text}".strip()
        self._mouth.play(self._apology.text, self._apology.samples)


def _sounds(reply: Reply) -> None:
    """The first sound of a sentence is there."""
    reply.reached("voice", asyncio.get_running_loop().time())
    reply.awaits = "voice"


def prompted(commit: Commit) -> Prompt:
    """Return what a turn is to the brain."""
    if commit.digits:
        return CallerTyped(commit.digits)
    if commit.missed is not None and not commit.text:
        return CallerUnheard(commit.missed)
    return CallerSaid(commit.text, commit.confidence, commit.carried)
