"""One call as the user agent remembers it, and the index by which messages and commands find it."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import Enum
from typing import Literal

from switchroom.sip.calls.reliable import Hearing, Reliable
from switchroom.sip.commands import Credentials, Refer
from switchroom.sip.messages.headers import Headers
from switchroom.sip.messages.message import NO_HEADERS, Request, Response
from switchroom.sip.peer import Peer
from switchroom.sip.transactions.dialog import Dialog, DialogKey, Numbers
from switchroom.sip.transactions.exchanges import Exchange
from switchroom.sip.transactions.stack import Asking


class Phase(Enum):
    """How far a call is.

    theirs   OFFERED -> ANSWERED -> TALKING -> OVER      ANSWERED: our 2xx waits for its ACK
    ours     INVITING -> TALKING -> OVER                 ACCEPTING between them if the 2xx made the offer
             INVITING -> CANCELLING -> OVER
    LEAVING  we hung up before the ACK came: no BYE may be sent yet (RFC 3261 §15)
    """

    OFFERED = "offered"
    ANSWERED = "answered"
    INVITING = "inviting"
    CANCELLING = "cancelling"
    ACCEPTING = "accepting"
    TALKING = "talking"
    LEAVING = "leaving"
    OVER = "over"


@dataclass(slots=True)
class Okay:
    """Our 2xx to an INVITE, repeated until its ACK comes (RFC 3261 §13.3.1.4)."""

    exchange: Exchange
    response: Response
    interval: float
    until: float
    first: bool
    expects_answer: bool


@dataclass(frozen=True, slots=True)
class Span:
    """How long the session lasts unless somebody refreshes it; ``ours``: we are who does (RFC 4028)."""

    seconds: int
    ours: bool


@dataclass(slots=True)
class Call:
    """What is known of a call. ``pending`` is their INVITE that we have not answered, ``asking`` ours that they have not.

    ``acked`` is our latest ACK to a 2xx, ``invite`` the INVITE that began a call of ours, ``queued`` an
    offer that waits for its turn, ``parting`` what a CANCEL is to carry. ``said`` is our latest
    description, ``updates`` whether they know UPDATE, ``min_se`` the least span that they have asked for,
    ``expires`` the one that we ask for if not the usual,
    ``handing`` is a transfer of ours that waits for the call to stand, ``referring`` how far it is,
    ``refers`` how many they have asked for, ``replaces`` the call whose place it takes.
    ``sought`` is the hop whose name was given to be
    looked up. ``reliable`` is there if our provisional responses must be acknowledged, ``hearing`` knows theirs.
    """

    name: str
    phase: Phase
    peer: Peer
    tag: str
    numbers: Numbers = field(default_factory=Numbers)
    credentials: Credentials | None = None
    dialog: Dialog | None = None
    pending: Exchange | None = None
    asking: Asking | None = None
    okay: Okay | None = None
    acked: Request | None = None
    invite: Request | None = None
    parting: Headers = NO_HEADERS
    queued: str | None = None
    ours: bool = False
    said: str | None = None
    span: Span | None = None
    min_se: int = 0
    expires: int | None = None
    updates: bool = False
    sought: str = ""
    reliable: Reliable | None = None
    hearing: Hearing = field(default_factory=Hearing)
    referring: Literal["asked", "accepted"] | None = None
    handing: Refer | None = None
    refers: int = 0
    replaces: str = ""

    @property
    def is_changing(self) -> bool:
        """Whether an offer is under way, so that another one would collide (RFC 3261 §14.1)."""
        return self.pending is not None or self.asking is not None or self.okay is not None


REMEMBERED = 256
"""Dialogs that are over whose names are kept, the newest: who wants to replace one is told that it is over."""


class Calls:
    """All calls, by name and by dialog."""

    def __init__(self) -> None:
        self._by_name: dict[str, Call] = {}
        self._by_dialog: dict[DialogKey, Call] = {}
        self._former: dict[DialogKey, None] = {}
        self._ids: Counter[str] = Counter()

    def __len__(self) -> int:
        return len(self._by_name)

    def __iter__(self) -> Iterator[Call]:
        return iter(tuple(self._by_name.values()))

    def add(self, call: Call) -> None:
        """Remember a new call."""
        self._by_name[call.name] = call

    def named(self, name: str) -> Call | None:
        """Return the call of that name, None once it is over."""
        return self._by_name.get(name)

    def join(self, call: Call, dialog: Dialog) -> None:
        """Let requests within ``dialog`` find the call."""
        call.dialog = dialog
        self._enter(dialog.key, call)

    def expect(self, call: Call, dialog: Dialog) -> None:
        """Let requests within an early dialog find a call of ours, which has no dialog of its own yet (§12.1)."""
        call.hearing.dialogs.add(dialog.key)
        if dialog.key not in self._by_dialog:
            self._enter(dialog.key, call)

    def choose(self, call: Call) -> None:
        """Forget the early dialogs: one of them, or none, has become the call's."""
        for key in call.hearing.dialogs:
            self._leave(key)
        call.hearing.dialogs.clear()

    def of_request(self, request: Request) -> Call | None:
        """Return the call whose dialog a request is in (RFC 3261 §12.2.2)."""
        return self._by_dialog.get((request.call_id, request.to.tag, request.from_.tag))

    def of_dialog(self, key: DialogKey) -> Call | None:
        """Return the call of this dialog: Call-ID, our tag, their tag."""
        return self._by_dialog.get(key)

    def has(self, call_id: str) -> bool:
        """Whether there is a dialog with this Call-ID."""
        return call_id in self._ids

    def was(self, key: DialogKey) -> bool:
        """Whether there was such a dialog not long ago."""
        return key in self._former

    def of_invite(self, exchange: Exchange) -> Call | None:
        """Return the call that has not answered this INVITE of theirs yet."""
        return next((call for call in self._by_name.values() if call.pending is exchange), None)

    def close(self, call: Call) -> None:
        """The driver has heard the last of the call; its dialog may still have something to settle."""
        self._by_name.pop(call.name, None)

    def forget(self, call: Call) -> None:
        """Nothing is left to settle."""
        self.close(call)
        self.choose(call)
        call.phase = Phase.OVER
        if call.dialog is not None and self._leave(call.dialog.key):
            self._former[call.dialog.key] = None
            if len(self._former) > REMEMBERED:
                del self._former[next(iter(self._former))]

    def _enter(self, key: DialogKey, call: Call) -> None:
        if key not in self._by_dialog:
            self._ids[key[0]] += 1
        self._by_dialog[key] = call

    def _leave(self, key: DialogKey) -> bool:
        if self._by_dialog.pop(key, None) is None:
            return False
        self._ids[key[0]] -= 1
        if not self._ids[key[0]]:
            del self._ids[key[0]]
        return True
