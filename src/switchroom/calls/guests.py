"""People who are called into a call, and music: rows beside the caller's, joined to it by gains.

    caller hears   the agent, every guest          unless held: music alone
    guest hears    the caller, every other guest   and the agent, in a conference

Nothing that happens to a guest ends the call; a guest whose line breaks has left.
"""

import asyncio
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import partial
from itertools import chain, repeat

import numpy as np

from switchroom.calls.chronicle import Chronicle
from switchroom.calls.guard import GuardedLeg
from switchroom.errors import SwitchroomError
from switchroom.events import catalogue as happened
from switchroom.events.control import GuestPurpose
from switchroom.media.frame import FRAME, Encoding, Samples
from switchroom.media.plane import Plane, Row
from switchroom.media.tones import repeated
from switchroom.ports import HangUp, Left, Leg, Signal
from switchroom.ports.control import Destination, Reach

_FOR_EVER = 24 * 3600.0
_RINGS = 60.0


class _Unheeded:
    """A row's listener whom nothing concerns."""

    def voice_started(self, at: float, now: float, before: Samples) -> None: ...
    def voice(self, samples: Samples, now: float) -> None: ...
    def voice_stopped(self, at: float, now: float) -> None: ...
    def digit(self, digit: str, now: float) -> None: ...
    def playing(self, playing: bool, now: float) -> None: ...  # noqa: FBT001 - the plane's Listener
    def ticked(self, now: float) -> None: ...


class _MusicWire:
    """A wire at whose far end is nothing but music."""

    encoding, keys_in_sound, delay = Encoding.L16_16K, False, 0.0

    def __init__(self, music: Samples) -> None:
        silence = np.zeros(FRAME, np.int16)
        self._pieces: Iterator[Samples] = chain(repeated(music, _FOR_EVER), repeat(silence))

    def hear(self, now: float) -> bytes:  # noqa: ARG002 - the plane's Wire
        return next(self._pieces).astype("<i2").tobytes()

    def speak(self, payload: bytes, now: float) -> None: ...


@dataclass(eq=False, slots=True)
class Guest:
    """Somebody who came. ``gone`` is set once they left."""

    leg: Leg
    row: Row
    hears_agent: bool
    gone: asyncio.Event = field(default_factory=asyncio.Event)


class Guests:
    """The guests of one call, whose caller has ``row``."""

    def __init__(self, plane: Plane, row: Row, chronicle: Chronicle, reach: Reach) -> None:
        self._plane = plane
        self._row = row
        self._tell = chronicle.tell
        self._reach = reach
        self._music: Row | None = None
        self._muted = False  # the agent is
        self.here: list[Guest] = []

    async def invite(self, whom: Destination, purpose: GuestPurpose, *, hears_agent: bool) -> Guest | None:
        """Call somebody; return them once they are here, None if they do not come. Cancelling it hangs up."""
        try:
            async with asyncio.timeout(_RINGS):
                leg = await self._reach(whom, lambda _: None)
        except TimeoutError:
            self._failed(whom, purpose, "no_answer", "nobody answered")
            return None
        except SwitchroomError as error:
            self._failed(whom, purpose, error.code, str(error))
            return None
        guest = self._seat(leg, hears_agent=hears_agent)
        party, encoding = whom.target, leg.codec
        self._tell(partial(happened.LegAdded, leg=leg.id, party=party, encoding=encoding))
        leg.attach(partial(self._signalled, guest))
        return guest

    async def dismiss(self, guest: Guest) -> None:
        """Hang a guest up."""
        self._leave(guest)
        await guest.leg.do(HangUp())

    async def close(self) -> None:
        """The call is over: nobody stays."""
        self.stop_music()
        for guest in tuple(self.here):
            await self.dismiss(guest)

    def hold(self, music: Samples) -> None:
        """Let the caller hear nothing but music, and nobody hear the caller."""
        self._music = self._plane.add(_MusicWire(music), _Unheeded(), listen=False)
        self._join()

    def stop_music(self) -> None:
        """Let the caller hear everybody again."""
        if self._music is not None:
            self._plane.remove(self._music)
            self._music = None
            self._join()

    def mute_agent(self, *, muted: bool) -> None:
        """Let nobody hear the agent, or everybody again."""
        self._muted = muted
        self._join()

    def _seat(self, leg: Leg, *, hears_agent: bool) -> Guest:
        seated: list[Guest] = []
        wire = GuardedLeg(leg, lambda _: self._leave(seated[0]))
        row = self._plane.add(wire, _Unheeded(), listen=False)
        guest = Guest(leg, row, hears_agent)
        seated.append(guest)
        self.here.append(guest)
        self._join()
        return guest

    def _signalled(self, guest: Guest, signal: Signal) -> None:
        if isinstance(signal, Left):
            self._leave(guest)

    def _leave(self, guest: Guest) -> None:
        if guest.gone.is_set():
            return
        guest.gone.set()
        self.here.remove(guest)
        self._plane.remove(guest.row)
        self._tell(partial(happened.LegLeft, leg=guest.leg.id, media=dict(guest.leg.media())))

    def _failed(self, whom: Destination, purpose: GuestPurpose, code: str, message: str) -> None:
        make = partial(happened.LegFailed, target=whom.target, purpose=purpose, code=code, message=message)
        self._tell(make)

    def _join(self) -> None:
        """Set every gain as it is to be now."""
        caller, gains, held = self._row, self._plane.gains, self._music is not None
        gains.set(caller.number, caller.speech, float(not held and not self._muted))
        if self._music is not None:
            gains.set(caller.number, self._music.voice, 1.0)
        for guest in self.here:
            gains.set(caller.number, guest.row.voice, float(not held))
            gains.set(guest.row.number, caller.voice, float(not held))
            gains.set(guest.row.number, caller.speech, float(guest.hears_agent and not self._muted and not held))
            for other in self.here:
                if other is not guest:
                    gains.set(guest.row.number, other.row.voice, 1.0)
