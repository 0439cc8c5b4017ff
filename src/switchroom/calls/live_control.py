"""What can be done to a call from outside, and when.

    command      while                                   then
    hang up      any                                     the call ends
    hold         talking                                 held: the caller hears music, the agent nothing
    resume       held by us                              talking
    transfer     talking, and the line can hand over     transferring; blind, or once the target has answered
    conference   talking                                 talking, once the target has answered: everybody hears everybody
    send digits  talking, held; the line can press keys  as it was
    say          talking, nobody has taken over          the agent says it, in the place of what it was saying
    whisper      connected                               the agent knows it from its next reply on
    take over    talking, nobody has taken over          talking, the agent is silent once the person has answered
    give back    taken over                              talking, the agent listens and knows what happened

Anything else is a Conflict that names the state. Whoever is to be called is not waited for.
"""

import asyncio
from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from functools import partial
from typing import assert_never

import structlog

from switchroom.calls.call import Call, CallInput, CallState
from switchroom.calls.chronicle import Chronicle
from switchroom.calls.floor import Floor
from switchroom.calls.guests import Guest, Guests
from switchroom.calls.minutes import Minutes
from switchroom.errors import Conflict, SwitchroomError
from switchroom.events import catalogue as happened
from switchroom.events.control import TakeoverEnd
from switchroom.identity import TenantId
from switchroom.media.frame import Samples
from switchroom.ports import (
    Capability,
    Leg,
    Say,
    SendDigits,
    Transfer,
    TransferOutcome,
    TransferProgress,
    Transferred,
    TransferTo,
    control,
)
from switchroom.ports.control import Destination

log = structlog.get_logger()

Command = (
    control.Hold
    | control.Resume
    | control.Transfer
    | control.Conference
    | control.SendDigits
    | control.Say
    | control.Whisper
    | control.TakeOver
    | control.GiveBack
)


@dataclass(frozen=True, slots=True)
class Stage:
    """The call that is talked in: what a command may touch."""

    tenant: TenantId
    leg: Leg
    state: Call
    floor: Floor
    minutes: Minutes
    guests: Guests
    chronicle: Chronicle
    tasks: asyncio.TaskGroup
    music: Callable[[], Samples]


@dataclass(slots=True)
class _Takeover:
    guest: Guest
    target: str
    since: float


class LiveControl:
    """Carries out the commands of one call that stands."""

    def __init__(self, stage: Stage) -> None:
        self._on = stage
        self._tell = stage.chronicle.tell
        self._held = False  # by us
        self._takeover: _Takeover | None = None
        self._joined: Guest | None = None  # whom the other side is to be handed over to
        self._working: list[asyncio.Task[None]] = []
        self._coming: asyncio.Task[None] | None = None  # a person who is to take over, or to be handed the call
        self._clock = asyncio.get_running_loop().time

    @property
    def state(self) -> str:
        """What the call is now, for people."""
        if self._on.state.state is CallState.TALKING and self._takeover is not None:
            return "taken over by a person"
        return self._on.state.state.value

    async def do(self, command: Command) -> None:
        """Carry out a command. Raises Conflict."""
        match command:
            case control.Hold() | control.Resume():
                self._hold(command)
            case control.Transfer():
                self._transfer(command)
            case control.Conference(target):
                self._must(CallState.TALKING, "brought together with somebody")
                _ = self._start(self._confer(target), "conference")
            case control.SendDigits(digits):
                await self._press(digits)
            case control.Say() | control.Whisper():
                self._prompt(command)
            case control.TakeOver() | control.GiveBack():
                await self._change_hands(command)
            case _:
                assert_never(command)

    async def close(self) -> None:
        """The call is over."""
        for task in self._working:
            task.cancel()
        self._end_takeover("call_ended", "")
        await self._on.guests.close()

    # hold

    def _hold(self, command: control.Hold | control.Resume) -> None:
        now, holds = self._clock(), isinstance(command, control.Hold)
        if holds:
            self._must(CallState.TALKING, "put on hold")
            self._on.state.apply(CallInput.HOLD)
            self._on.guests.hold(self._on.music())
            self._tell(partial(happened.CallHeld, by="us"))
        else:
            self._must(CallState.HELD, "resumed")
            if not self._held:
                raise Conflict("the call is held by the other side: only they can resume it", code="illegal_call_input")
            self._on.state.apply(CallInput.RESUME)
            self._on.guests.stop_music()
            self._tell(partial(happened.CallResumed, by="us"))
        self._held = holds
        self._on.floor.keep_away("hold", now, away=holds)

    # handing over

    def _transfer(self, command: control.Transfer) -> None:
        self._must(CallState.TALKING, "transferred")
        self._untaken("transferred")
        if Capability.REFER not in self._on.leg.can:
            raise Conflict("this line cannot hand calls over: bring them together instead", code="not_supported")
        wanted = TransferTo(command.target)
        if command.mode == "blind":
            self._on.floor.hand_over(wanted, self._clock())
        else:
            self._on.floor.stand_back(wanted, self._clock())
            self._coming = self._start(self._warm(command.target), "transfer")

    async def _warm(self, target: str) -> None:
        """Call the target, and join the two once it has answered; what the leg says of that is its signal."""
        self._on.guests.hold(self._on.music())
        guest = await self._on.guests.invite(Destination(self._on.tenant, target), "transfer", hears_agent=False)
        if guest is None:
            self._untransferred("unreachable")
            return
        self._joined = guest
        try:
            await self._on.leg.do(Transfer(replaces=guest.leg.id))
        except SwitchroomError as error:
            log.warning("transfer not possible", code=error.code, problem=str(error))
            self._untransferred("failed")

    def transferring(self, what: TransferProgress | Transferred) -> None:
        """The leg says what becomes of a transfer: whoever was called for it is not needed any more, or was in vain."""
        if isinstance(what, Transferred) and self._joined is not None:
            guest, self._joined = self._joined, None
            self._on.guests.stop_music()
            _ = self._start(self._on.guests.dismiss(guest), "joined")

    def _untransferred(self, outcome: TransferOutcome) -> None:
        self._on.guests.stop_music()
        self.transferring(Transferred(outcome))
        self._on.floor.transferring(Transferred(outcome), self._clock())

    # together

    async def _confer(self, target: str) -> None:
        whom = Destination(self._on.tenant, target)
        guest = await self._on.guests.invite(whom, "conference", hears_agent=True)
        if guest is not None:
            self._on.minutes.noted("Somebody else was brought into the call: you are three now.", self._clock())
            await guest.gone.wait()
            self._on.minutes.noted("Whoever was brought into the call has left.", self._clock())

    # the agent

    async def _press(self, digits: str) -> None:
        if self._on.state.state not in (CallState.TALKING, CallState.HELD):
            self._must(CallState.TALKING, "pressed keys in")
        if Capability.SEND_DIGITS not in self._on.leg.can:
            raise Conflict("this line cannot press keys", code="not_supported")
        try:
            await self._on.leg.do(SendDigits(digits))
        except SwitchroomError as error:
            raise Conflict(f"the keys could not be pressed: {error}", code=error.code) from error
        self._tell(partial(happened.KeysPressed, digits=digits))

    def _prompt(self, command: control.Say | control.Whisper) -> None:
        if isinstance(command, control.Whisper):
            self._tell(partial(happened.AgentTold, text=command.text))
            self._on.minutes.noted(command.text, self._clock())
            return
        self._must(CallState.TALKING, "spoken in by the agent")
        self._untaken("spoken in by the agent")
        if not self._on.floor.dictate(Say(command.text, protected=command.protected), self._clock()):
            raise Conflict("the agent is saying something that must not be interrupted", code="protected")

    # taking over

    async def _change_hands(self, command: control.TakeOver | control.GiveBack) -> None:
        if isinstance(command, control.TakeOver):
            self._must(CallState.TALKING, "taken over")
            self._untaken("taken over again")
            self._coming = self._start(self._take_over(command), "take over")
            return
        if self._takeover is None:
            raise Conflict(f"the call is {self.state}: nobody has taken it over", code="illegal_call_input")
        guest = self._takeover.guest
        self._end_takeover("given_back", command.note)
        await self._on.guests.dismiss(guest)

    async def _take_over(self, command: control.TakeOver) -> None:
        whom = Destination(self._on.tenant, command.target)
        guest = await self._on.guests.invite(whom, "takeover", hears_agent=False)
        if guest is None:
            return
        now = self._clock()
        self._takeover = _Takeover(guest, command.target, now)
        self._on.floor.keep_away("takeover", now, away=True)
        self._on.guests.mute_agent(muted=True)
        self._tell(partial(happened.TakeoverStarted, leg=guest.leg.id, target=command.target, by=command.by))
        await guest.gone.wait()
        self._end_takeover("left", "")

    def _end_takeover(self, why: TakeoverEnd, note: str) -> None:
        taken, self._takeover = self._takeover, None
        if taken is None:
            return
        now = self._clock()
        seconds = round(now - taken.since, 3)
        make = partial(happened.TakeoverEnded, leg=taken.guest.leg.id, why=why, seconds=seconds, note=note)
        self._tell(make)
        if why != "call_ended":
            told = (
                f"A person talked with the caller in your place for {seconds:.0f} seconds; now it is your turn again."
            )
            self._on.minutes.noted(f"{told} {note}".strip(), now)
            self._on.guests.mute_agent(muted=False)
            self._on.floor.keep_away("takeover", now, away=False)

    # what may be

    def _must(self, wanted: CallState, done: str) -> None:
        if self._on.state.state is not wanted:
            raise Conflict(f"the call is {self.state}: it cannot be {done}", code="illegal_call_input")

    def _untaken(self, done: str) -> None:
        if self._takeover is not None:
            raise Conflict(f"the call is {self.state}: it cannot be {done}", code="illegal_call_input")
        if self._coming is not None and not self._coming.done():
            raise Conflict(f"a person is being called to take it over: it cannot be {done}", code="illegal_call_input")

    def _start(self, work: Coroutine[object, None, None], name: str) -> asyncio.Task[None]:
        task = self._on.tasks.create_task(work, name=name)
        self._working = [*(other for other in self._working if not other.done()), task]
        return task
