"""Bans as the operator sees them: events of the house in the journal, a list, and a way to lift one."""

import time
from collections.abc import Callable
from functools import partial

import structlog

from switchroom.errors import NotFound
from switchroom.events.catalogue import NO_CALL, THE_HOUSE, Event, SourceBanned, SourceReleased
from switchroom.identity import EventId, new_id
from switchroom.transports.sip.wire.guard import Ban, Guard, source_of

log = structlog.get_logger()


class Bans:
    """Stands between a guard and the rest of the program. ``clock`` is the one that the guard is asked by."""

    def __init__(
        self,
        guard: Guard,
        publish: Callable[[Event], None],
        clock: Callable[[], float],
        wall: Callable[[], float] = time.time,
    ) -> None:
        self._guard = guard
        self._publish = publish
        self._clock = clock
        self._wall = wall
        guard.report = self._banned

    def standing(self) -> list[Ban]:
        """Return the bans there are now, the longest first."""
        return self._guard.bans(self._clock())

    def lift(self, source: str, by: str) -> None:
        """Hear a source, or the one that an address belongs to, again. Raises NotFound."""
        known = source if "/" in source else source_of(source)
        if not self._guard.lift(known, self._clock()):
            raise NotFound(f"{source} is not banned", code="ban_not_found")
        log.warning("sip source heard again", source=known, by=by)
        self._tell(partial(SourceReleased, source=known, by=by))

    def _banned(self, ban: Ban) -> None:
        log.warning("sip source banned", source=ban.source, reason=ban.reason, seconds=ban.seconds)
        until = self._wall() + ban.seconds
        self._tell(partial(SourceBanned, source=ban.source, reason=ban.reason, until=until))

    def _tell(self, make: Callable[..., Event]) -> None:
        who = EventId(new_id("evt"))
        self._publish(make(id=who, tenant=THE_HOUSE, call=NO_CALL, sequence=0, at=self._wall()))
