"""The one socket of a browser's call: checks of ICE, a handshake of DTLS and the media itself arrive there side by side.

What the first byte tells apart (RFC 7983) is dealt with where it is read, so that all of it lives in the tick and needs no
task: checks are answered, records go through the handshake, and media is opened with the keys that came of it. Before that
there is no media, in or out. The stream behind sees one party that never moves: SRTP says who speaks and ICE where to send.
"""

import secrets
from collections import Counter
from collections.abc import Mapping
from dataclasses import replace

from pylibsrtp import Error

from switchroom.media import stun
from switchroom.media.ice import IceLite
from switchroom.sip.description.webrtc import SOMEWHERE, WebPeer, WebSide
from switchroom.transports.sip.media import dtls
from switchroom.transports.sip.media.latch import Address
from switchroom.transports.sip.media.ports import MediaSocket
from switchroom.transports.sip.media.srtp import MEDIA, Channel

PARTY: Address = (SOMEWHERE, 9)
"""Where the stream takes a browser to be."""

_PER_TICK = 512  # datagrams that are no media of the party; a flood beyond it waits in the kernel and is lost there
_DEAR = 32  # of these, checks that name us and records of the handshake; more are lost, and both are sent again


def fresh_web() -> WebSide:
    """Return who we are to a browser in a new call."""
    return renewed(WebSide("", "", dtls.identity().fingerprint))


def renewed(ours: WebSide) -> WebSide:
    """Return our side for a new session of ICE."""
    return replace(ours, ufrag=secrets.token_hex(4), password=secrets.token_hex(16))


class BrowserSocket:
    """A media socket that is one of a browser as soon as ``agree`` was called."""

    def __init__(self, bare: MediaSocket, ours: WebSide, theirs: WebPeer) -> None:
        self.ufrag = theirs.ufrag
        """How they name their side of this session of ICE."""
        self._bare = bare
        self._counts: Counter[str] = Counter()
        self._others = self._dear = 0  # datagrams in this tick that were no media of the party
        self._ice = IceLite(ours.ufrag, theirs.ufrag, ours.password)
        self._fingerprints = theirs.fingerprints
        self._handshake = dtls.Handshake(dtls.identity(), theirs.fingerprints, theirs.role)
        self._channel: Channel | None = None

    def agree(self, ours: WebSide, theirs: WebPeer) -> bool:
        """Go on as agreed anew; return whether we must go on as a new source, which is so if it is another party."""
        self.ufrag = theirs.ufrag
        self._ice.restart(ours.ufrag, theirs.ufrag, ours.password)
        same = (theirs.fingerprints, theirs.role) == (self._fingerprints, self._handshake.role)
        if same and self._handshake.state != "failed":
            return False
        self._fingerprints = (
            theirs.fingerprints
        )  # another certificate is another association (RFC 8842 §4); a failed one is tried anew
        self._handshake = dtls.Handshake(dtls.identity(), theirs.fingerprints, theirs.role)
        self._channel = None
        return True

    def recvmsg(self, size: int, notes: int, /) -> tuple[bytes, list[tuple[int, int, bytes]], int, Address]:
        """Return the next media of the party, opened. Raises BlockingIOError if the tick has no more."""
        try:
            while self._others < _PER_TICK:
                data, told, flags, source = self._bare.recvmsg(size, notes)
                if data and data[0] in MEDIA and (opened := self._open(data)):
                    return opened, told, flags, PARTY
                self._others += 1
                self._take(data, source[:2])
        except BlockingIOError:
            pass
        self._others = self._dear = 0
        self._send(self._handshake.expire())
        raise BlockingIOError

    def sendto(self, data: bytes, _: Address, /) -> int:
        """Send it protected to where the party is; nothing before it is there. Raises OSError."""
        if self._channel is None or self._ice.peer is None:
            return 0
        return self._bare.sendto(self._channel.protect(data), self._ice.peer)

    def counters(self) -> Mapping[str, float]:
        """Return whether media is encrypted, and how many datagrams were not what the party sent."""
        refused = sum(self._counts.values()) + sum(self._ice.refused.values())
        return {"encrypted": float(self._channel is not None), "srtp_refused": refused}

    def _take(self, data: bytes, source: Address) -> None:
        first = data[0] if data else 255
        if first in MEDIA:
            self._counts["media"] += 1
        elif self._is_dear(data, source) and not self._may_cost():
            self._counts["flood"] += 1
        elif first in stun.FIRST_BYTES:
            answer = self._ice.take(data, source)
            if answer is not None:
                self._send([answer], source)
                self._begin()
        elif first in dtls.FIRST_BYTES and self._ice.knows(source):
            self._shake(data, source)
        else:
            self._counts["strange"] += 1

    def _is_dear(self, data: bytes, source: Address) -> bool:
        return self._ice.is_check(data) or (data[:1] != b"" and data[0] in dtls.FIRST_BYTES and self._ice.knows(source))

    def _may_cost(self) -> bool:
        self._dear += 1
        return self._dear <= _DEAR

    def _begin(self) -> None:
        """Speak first, if that is our role, once there is somebody to speak to."""
        if self._handshake.role == "active" and self._handshake.state == "shaking":
            self._send(self._handshake.begin())

    def _shake(self, data: bytes, source: Address) -> None:
        self._send(self._handshake.take(data), source)
        if self._channel is None and self._handshake.pair is not None:
            self._channel = Channel(self._handshake.pair)

    def _open(self, data: bytes) -> bytes:
        if self._channel is not None:
            try:
                opened = self._channel.open(data)
            except (Error, ValueError):
                pass
            else:
                self._handshake.let_go()
                return opened
        return b""

    def _send(self, datagrams: list[bytes], target: Address | None = None) -> None:
        target = target or self._ice.peer
        if target is None:
            return
        for datagram in datagrams:
            try:
                self._bare.sendto(datagram, target)
            except OSError:  # it is lost like any other datagram, and both sides try again
                self._counts["not_sent"] += 1
