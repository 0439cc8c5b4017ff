"""The connections that are open: who may come in, who is found where, and who goes when there are too many.

what                                              what becomes of it
a source that is banned, has MAX_PER_HOST         closed before a byte of it is read
or opens them faster than the guard allows
no message within FIRST_WORD                      closed
silent for LONGEST_SILENCE                        closed
one more than ``most``                            lets in by closing, of those that carry no registration and no call and
                                                  were open for FIRST_WORD, the one longest silent; if all carry something,
                                                  the one longest silent, for IDLE at least; else is not let in
"""

import asyncio
from collections import Counter
from collections.abc import Callable, Container, Iterator
from functools import partial

from switchroom.sip.peer import Peer
from switchroom.transports.sip.wire.connection import Connection
from switchroom.transports.sip.wire.guard import Guard, source_of

MAX_PER_HOST = 100
FIRST_WORD = 10.0
"""Seconds within which a connection must have brought a whole message, however slowly its bytes drip."""
IDLE = 180.0
"""Seconds of silence after which one that carries something may go: longer than Flow-Timer lets telephones be silent."""
LONGEST_SILENCE = 3900.0
"""Seconds that one may be silent: longer than any registration goes without a refresh."""
SWEEP = 5.0
_HOLDS = 1.0
"""Seconds for which it is believed who carries something: asking means going through all registrations."""

Place = tuple[str, str, int]


class Connections:
    """All of them. ``needed`` says which, by number, carry a registration or a call."""

    def __init__(self, guard: Guard, counts: Counter[str], most: int) -> None:
        self.needed: Callable[[], Container[int]] = frozenset
        self.most = most
        self._guard = guard
        self._counts = counts
        self._open: dict[int, Connection] = {}
        self._places: dict[Place, dict[int, Connection]] = {}
        self._inside: Counter[str] = Counter()
        self._carrying: tuple[float, Container[int]] = (float("-inf"), frozenset())
        self._sweeper: asyncio.TimerHandle | None = None

    def __iter__(self) -> Iterator[Connection]:
        return iter(tuple(self._open.values()))

    def admit(self, host: str) -> Callable[[], None] | None:
        """Count somebody who comes in, whatever they will say; return what to call when they left. None: they may not."""
        source, now = source_of(host), asyncio.get_running_loop().time()
        many = self._inside[source] >= MAX_PER_HOST
        if many or not self._guard.lets_in(host, now) or not self.has_room(now):
            self._counts["connection_refused"] += 1
            if not self._inside[source]:
                del self._inside[source]
            return None
        self._inside[source] += 1
        return partial(self._left, source)

    def has_room(self, now: float) -> bool:
        """Return whether there is room for one more; somebody may have to make it."""
        if max(self._inside.total(), len(self._open)) < self.most:
            return True
        leaving = self._dispensable(now)
        if leaving is None:
            return False
        self._counts["made_room"] += 1
        leaving.drop()
        return True

    def add(self, connection: Connection) -> None:
        """Remember one whose handshakes are done."""
        self._open[connection.peer.connection] = connection
        self._places.setdefault(_place(connection.peer), {})[connection.peer.connection] = connection
        self._watch()

    def remove(self, peer: Peer) -> bool:
        """Forget it; False if it was not known."""
        if self._open.pop(peer.connection, None) is None:
            return False
        there = self._places[_place(peer)]
        del there[peer.connection]
        if not there:
            del self._places[_place(peer)]
        return True

    def find(self, peer: Peer) -> Connection | None:
        """Return the connection that ``peer`` names, or else one to the same place."""
        found = self._open.get(peer.connection)
        if found is not None:
            return found
        there = self._places.get(_place(peer), {}).values()
        return next((connection for connection in there if _proved(connection.peer, peer)), None)

    def shut_out(self, source: str) -> None:
        """Close what a source has open."""
        for connection in self:
            if source_of(connection.peer.host) == source:
                connection.drop()

    def close(self) -> None:
        """Close all."""
        for connection in self:
            connection.drop()
        if self._sweeper is not None:
            self._sweeper.cancel()
        self._sweeper = None

    def _left(self, source: str) -> None:
        self._inside[source] -= 1
        if not self._inside[source]:
            del self._inside[source]

    def _dispensable(self, now: float) -> Connection | None:
        if now - self._carrying[0] > _HOLDS:
            self._carrying = now, self.needed()
        staying = [connection for connection in self._open.values() if not connection.is_leaving]
        idle = [connection for connection in staying if connection.peer.connection not in self._carrying[1]]
        able = [connection for connection in idle if now - connection.opened >= FIRST_WORD]
        if not idle:
            able = [connection for connection in staying if now - connection.heard >= IDLE]
        return min(able, key=lambda connection: connection.heard, default=None)

    def _watch(self) -> None:
        if self._sweeper is None and self._open:
            self._sweeper = asyncio.get_running_loop().call_later(SWEEP, self._sweep)

    def _sweep(self) -> None:
        """Close connections that say nothing."""
        self._sweeper = None
        now = asyncio.get_running_loop().time()
        for connection in self:
            late = (
                now - connection.heard > LONGEST_SILENCE if connection.spoke else now - connection.opened > FIRST_WORD
            )
            if late:
                self._counts["idle"] += 1
                connection.drop()
        self._watch()


def _place(peer: Peer) -> Place:
    return peer.transport, peer.host, peer.port


def _proved(there: Peer, wanted: Peer) -> bool:
    """Whether a connection may be used for ``wanted``: one to another name at the same address may not (RFC 5923 §6)."""
    return wanted.transport != "tls" or not wanted.name or there.name == wanted.name
