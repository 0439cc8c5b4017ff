"""A call of ours as a leg, from before there is one: to answer it is to call, and wait until they do.

So a call that we make lives as one that came: until it stands nothing is heard and nothing can be said, and whoever cancels
the answer hangs up. The ringing of the far side is a signal.
"""

import asyncio
from collections.abc import Awaitable, Callable, Mapping

from switchroom.errors import Unavailable
from switchroom.identity import LegId
from switchroom.media.frame import Encoding
from switchroom.ports import (
    Answer,
    Capability,
    FarEndRings,
    HangUp,
    Leg,
    LegCommand,
    Party,
    Refuse,
    Ring,
    SendDigits,
    Signal,
    Transfer,
)

RINGS = 60.0
"""How long a telephone rings before nobody has answered."""

_RINGING = 180

Dials = Callable[[Callable[[int], None]], Awaitable[Leg]]
"""Calls, tells the status of every provisional response, and returns the leg once it is answered. Cancelling it hangs up."""


class DialledLeg:
    """Implements Leg for ``party``, who is called by ``dial``."""

    def __init__(self, party: Party, dial: Dials, rings: float = RINGS) -> None:
        self._party = party
        self._dial = dial
        self._rings = rings
        self._leg: Leg | None = None
        self._report: Callable[[Signal], None] = lambda _: None

    @property
    def id(self) -> LegId:
        """See Leg; empty before it stands."""
        return LegId("") if self._leg is None else self._leg.id

    @property
    def party(self) -> Party:
        """Whom we call, by the name that we were given."""
        return self._party

    @property
    def encoding(self) -> Encoding:
        """See Leg."""
        return Encoding.PCMU if self._leg is None else self._leg.encoding

    @property
    def codec(self) -> str:
        """See Leg."""
        return "" if self._leg is None else self._leg.codec

    @property
    def can(self) -> frozenset[Capability]:
        """See Leg; nothing before it stands."""
        return frozenset() if self._leg is None else self._leg.can

    @property
    def keys_in_sound(self) -> bool:
        """See Leg."""
        return self._leg is not None and self._leg.keys_in_sound

    @property
    def delay(self) -> float:
        """See Leg."""
        return 0.0 if self._leg is None else self._leg.delay

    def attach(self, report: Callable[[Signal], None]) -> None:
        """See Leg."""
        self._report = report
        if self._leg is not None:
            self._leg.attach(report)

    def hear(self, now: float) -> bytes | None:
        """See Leg."""
        return None if self._leg is None else self._leg.hear(now)

    def speak(self, payload: bytes, now: float) -> None:
        """See Leg."""
        if self._leg is not None:
            self._leg.speak(payload, now)

    def media(self) -> Mapping[str, float]:
        """See Leg."""
        return {} if self._leg is None else self._leg.media()

    async def do(self, command: LegCommand) -> None:
        """See Leg. Raises for Answer what came in place of one, Unavailable ``no_answer`` if it rang for too long."""
        match command:
            case Answer():
                await self._call()
            case Ring():
                pass  # it is they who ring
            case Refuse():
                await self.do(HangUp())  # they took it just when it was over for us
            case HangUp() | SendDigits() | Transfer():
                if self._leg is not None:
                    await self._leg.do(command)

    async def _call(self) -> None:
        try:
            async with asyncio.timeout(self._rings):
                self._leg = await self._dial(self._provisional)
        except TimeoutError:
            raise Unavailable(f"nobody answered for {self._rings:g} seconds", code="no_answer") from None
        self._leg.attach(self._report)

    def _provisional(self, status: int) -> None:
        if status >= _RINGING:
            self._report(FarEndRings())
