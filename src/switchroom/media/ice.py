"""The answering half of ICE (the lite agent of RFC 8445 §2.5): we stand at one known address, and they find the way to us.

A check that our password signed shows that whoever sends from there is the party, and is answered. The address of the one
that they nominate is where media goes. Checks that nobody signed get no answer: there is nothing that a stranger could learn.
"""

from collections import Counter

from switchroom.media.stun import (
    CONTROLLED,
    ERROR,
    PRIORITY,
    SUCCESS,
    USE_CANDIDATE,
    USERNAME,
    StunFault,
    StunMessage,
    build_stun,
    error,
    is_indication,
    is_request_to,
    mapped,
    parse_stun,
)

Address = tuple[str, int]

_MOST = 16  # addresses that one party may check from; a browser has a handful
_KNOWN = frozenset({USERNAME, PRIORITY, USE_CANDIDATE})
_OPTIONAL = 0x8000  # types from here on may be passed over (RFC 8489 §14)


class IceLite:
    """Answers the checks of one party. ``peer`` is where it is."""

    def __init__(self, ours: str, theirs: str, password: str) -> None:
        self.refused: Counter[str] = Counter()
        self.peer: Address | None = None
        self._checked: list[Address] = []
        self.restart(ours, theirs, password)

    def restart(self, ours: str, theirs: str, password: str) -> None:
        """Go on with these fragments of names and our password; media goes where it went until another way is nominated."""
        self._user = f"{ours}:{theirs}".encode()
        self._password = password

    def knows(self, source: Address) -> bool:
        """Whether the party has shown that it sends from there."""
        return source in self._checked

    def is_check(self, data: bytes) -> bool:
        """Whether it may be a check for us; whoever cannot name us is told apart for next to nothing."""
        return is_request_to(self._user, data)

    def take(self, data: bytes, source: Address) -> bytes | None:
        """Return the answer to a check, None for what deserves none."""
        if not self.is_check(data):
            if not is_indication(data):  # which keeps a way open (§11); we ask nothing, so nothing answers us
                self.refused["stun_strange"] += 1
            return None
        check = parse_stun(data)
        if isinstance(check, StunFault):
            self.refused[f"stun_{check.value}"] += 1
            return None
        if check.first(USERNAME) != self._user or not check.is_signed_by(self._password):
            self.refused["stun_unsigned"] += 1
            return None
        return self._answered(check, source)

    def _answered(self, check: StunMessage, source: Address) -> bytes:
        password, transaction = self._password, check.transaction
        if any(kind < _OPTIONAL and kind not in _KNOWN for kind, _ in check.attributes):
            return build_stun(ERROR, transaction, [error(420, "Unknown Attribute")], password)
        if check.first(CONTROLLED) is not None:  # the lite side never controls (§6.1.1)
            return build_stun(ERROR, transaction, [error(487, "Role Conflict")], password)
        if source not in self._checked:
            self._checked = [*self._checked[1 - _MOST :], source]
        if self.peer is None or check.first(USE_CANDIDATE) is not None:
            self.peer = source
        return build_stun(SUCCESS, transaction, [mapped(source, transaction)], password)
