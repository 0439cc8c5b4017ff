"""Where people can be reached: the bindings of a registrar (RFC 3261 §10.3), a value store with ``now`` given.

A record is ``user@host`` in lower case, by one of the names of that host. A binding remembers the peer that it came from, which is
how to reach whoever is behind a NAT. A device that names itself and its flow (RFC 5626: +sip.instance, reg-id) has one
binding per flow, whatever its Contact says, and loses it with the connection. Bindings are few per record, where the newest comes
in and the one that was silent for longest goes, and bounded in all.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from sys import intern

from switchroom.sip.messages.message import Request
from switchroom.sip.messages.replies import Reply
from switchroom.sip.messages.uri import NameAddr, Uri
from switchroom.sip.peer import Peer
from switchroom.sip.transactions.outbound import granted, path_of, screen_path

MIN_EXPIRES = 60
MAX_EXPIRES = 3600
MAX_BINDINGS = 50_000

_LONGEST_NAME = 128
_Q = re.compile(r"[01](?:\.[0-9]{0,3})?")


@dataclass(frozen=True, slots=True)
class Binding:
    """One place where a record can be reached until ``until``."""

    record: str
    contact: NameAddr
    peer: Peer
    call_id: str
    number: int
    until: float
    device: str = ""
    """What it calls itself (User-Agent)."""
    path: tuple[str, ...] = ()
    """The proxies on the way there, to be named in Route (RFC 3327)."""

    @property
    def q(self) -> float:
        """How much the device wishes to be called before others (RFC 3261 §20.10): 0 to 1."""
        text = self.contact.params.get("q") or "1"
        return min(float(text), 1.0) if _Q.fullmatch(text) else 1.0

    @property
    def flow(self) -> tuple[str, str] | None:
        """Which flow of which device this is; None for a device that does not say."""
        instance, number = self.contact.params.get("+sip.instance"), self.contact.params.get("reg-id")
        return (instance, number) if instance and number else None

    @property
    def is_tied(self) -> bool:
        """Whether the connection that it came by is the only way there."""
        return bool(self.peer.connection) and (self.flow is not None or self.peer.transport in ("ws", "wss"))


@dataclass(frozen=True, slots=True)
class Place:
    """For whom a REGISTER is, and how many bindings they may have."""

    record: str
    most: int


class Registrar:
    """All bindings. ``apply`` changes them and returns the reply and what changed; removed ones have ``until`` in the past."""

    def __init__(self) -> None:
        self._records: dict[str, list[Binding]] = {}
        self._tied: dict[int, set[str]] = {}
        self._count = 0

    def __len__(self) -> int:
        return self._count

    def bindings(self, record: str, now: float) -> list[Binding]:
        """Return where a record can be reached, the most wished for first, then the freshest."""
        found = [binding for binding in self._records.get(record, ()) if binding.until > now]
        found.reverse()  # they are kept in the order of their refreshes
        return sorted(found, key=lambda binding: -binding.q)

    def everything(self, now: float) -> Iterator[Binding]:
        """Go through all bindings."""
        return (binding for held in self._records.values() for binding in held if binding.until > now)

    def ends(self, record: str) -> float | None:
        """Return when the first binding of a record expires."""
        return min((binding.until for binding in self._records.get(record, ())), default=None)

    def forget(self, record: str, contact: str, now: float) -> list[Binding]:
        """Remove and return the bindings of a record, or only the one at ``contact``; ``until`` is ``now``."""
        gone = [held for held in self._records.get(record, ()) if contact in ("", str(held.contact.uri))]
        for binding in gone:
            self._remove(binding)
        return [replace(binding, until=now) for binding in gone]

    def expire(self, record: str, now: float) -> list[Binding]:
        """Remove and return what has expired."""
        gone = [binding for binding in self._records.get(record, ()) if binding.until <= now]
        for binding in gone:
            self._remove(binding)
        return gone

    def lose(self, peer: Peer, now: float) -> list[Binding]:
        """Remove and return what only the lost connection led to; ``until`` is ``now``."""
        gone = [
            binding
            for record in self._tied.pop(peer.connection, ())
            for binding in self._records.get(record, ())
            if binding.is_tied and binding.peer.connection == peer.connection
        ]
        for binding in gone:
            self._remove(binding)
        return [replace(binding, until=now) for binding in gone]

    def apply(self, request: Request, peer: Peer, place: Place, now: float) -> tuple[Reply, list[Binding]]:
        """Do what a REGISTER asks; all of it or nothing."""
        record = place.record
        if refusal := screen_path(request):
            return refusal, []
        if request.everything:
            return self._clear(request, record, now)
        changed: list[Binding] = []
        for contact in request.contacts:
            wish = self._wish(record, contact, request, peer, now)
            if isinstance(wish, Reply):
                return wish, []
            if wish.until > now or self._find(wish) is not None:
                changed.append(wish)
        if refusal := self._too_many(changed, place.most, now):
            return refusal, []
        for new in changed:
            self._put(new, now)
        changed += self._make_room(record, place.most, now)
        reply = self._listing(record, now)
        more = granted(request, flows=any(new.flow is not None for new in changed))
        return replace(reply, headers=(*more, *reply.headers)), changed

    def _wish(self, record: str, contact: NameAddr, request: Request, peer: Peer, now: float) -> Binding | Reply:
        seconds = _seconds(contact, request)
        if seconds is None:
            return Reply(400, "Bad Expires")
        if 0 < seconds < MIN_EXPIRES:
            return Reply(423, headers=(("Min-Expires", str(MIN_EXPIRES)),))
        until = now + min(seconds, MAX_EXPIRES)
        device = intern(request.headers.get("user-agent", "")[:_LONGEST_NAME])
        new = Binding(record, contact, peer, request.call_id, request.cseq.number, until, device, _path(request))
        old = self._find(new)
        if old is not None and old.call_id == new.call_id and old.number >= new.number:
            return Reply(500, "Out of order")
        return new

    def _clear(self, request: Request, record: str, now: float) -> tuple[Reply, list[Binding]]:
        if request.contacts or request.headers.get("expires", "").strip() != "0":
            return Reply(400, "Contact * needs Expires 0"), []
        gone = list(self._records.get(record, ()))
        if any(old.call_id == request.call_id and old.number >= request.cseq.number for old in gone):
            return Reply(500, "Out of order"), []
        for binding in gone:
            self._remove(binding)
        removed = [Binding(old.record, old.contact, old.peer, old.call_id, old.number, now) for old in gone]
        return self._listing(record, now), removed

    def _find(self, new: Binding) -> Binding | None:
        for old in self._records.get(new.record, ()):
            if old.flow == new.flow if old.flow and new.flow else old.contact.uri.same_as(new.contact.uri):
                return old
        return None

    def _too_many(self, changed: list[Binding], most: int, now: float) -> Reply | None:
        added = sum(new.until > now and self._find(new) is None for new in changed)
        if added > most:
            return Reply(403, "Too many contacts")
        full = added and self._count + added > MAX_BINDINGS
        return Reply(503, headers=(("Retry-After", "60"),)) if full else None

    def _make_room(self, record: str, most: int, now: float) -> list[Binding]:
        """Remove and return what is too much: first what was not refreshed for longest."""
        held = self._records.get(record, [])
        gone = held[: max(0, len(held) - most)]
        for binding in gone:
            self._remove(binding)
        return [replace(binding, until=now) for binding in gone]

    def _put(self, new: Binding, now: float) -> None:
        old = self._find(new)
        if old is not None:
            self._remove(old)
        if new.until > now:
            self._records.setdefault(new.record, []).append(new)
            self._count += 1
            if new.is_tied:
                self._tied.setdefault(new.peer.connection, set()).add(new.record)

    def _remove(self, binding: Binding) -> None:
        bindings = self._records[binding.record]
        bindings.remove(binding)
        self._count -= 1
        if not bindings:
            del self._records[binding.record]

    def _listing(self, record: str, now: float) -> Reply:
        contacts = []
        for binding in self.bindings(record, now):
            params = binding.contact.params.put("expires", str(max(1, round(binding.until - now))))
            contacts.append(("Contact", str(NameAddr(binding.contact.uri, binding.contact.name, params))))
        return Reply(200, headers=tuple(contacts))


def record_of(uri: Uri, host: str = "") -> str:
    """Return the address of record that a To names (RFC 3261 §10.3 step 5), at ``host`` if that has another name."""
    return f"{uri.user_text}@{host or uri.host}".lower()


def _path(request: Request) -> tuple[str, ...]:
    return tuple(intern(str(proxy.uri)) for proxy in path_of(request))


def _seconds(contact: NameAddr, request: Request) -> int | None:
    text = contact.params.get("expires") or request.headers.get("expires", str(MAX_EXPIRES))
    text = text.strip()
    if not (text.isascii() and text.isdigit()):
        return None
    return min(int(text[:10]), 2**31)
