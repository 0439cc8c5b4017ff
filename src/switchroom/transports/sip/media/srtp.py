"""SRTP (RFC 3711, RFC 7714) at the sockets of a call: what is sent is protected, what comes is checked and opened.

The stream and its control channel see two sockets as before. A datagram that fails (forged, replayed, broken, plain) is
counted and shown as an empty one, which is no packet of anybody: so only who holds the key can be latched or keep a call
alive. What is no RTP at all goes through as it is. While there are no keys the sockets are the bare ones, and media in the
clear pays nothing.
"""

import secrets
from collections.abc import Callable, Mapping

from pylibsrtp import Error, Policy, Session

from switchroom.sip.description.crypto import LENGTHS, Key, KeyPair, Suite
from switchroom.sip.description.policy import Security
from switchroom.transports.sip.media.latch import Address
from switchroom.transports.sip.media.ports import MediaSocket, MediaSockets

_PROFILES: Mapping[Suite, int] = {
    "AES_CM_128_HMAC_SHA1_80": Policy.SRTP_PROFILE_AES128_CM_SHA1_80,
    "AES_CM_128_HMAC_SHA1_32": Policy.SRTP_PROFILE_AES128_CM_SHA1_32,
    "AEAD_AES_128_GCM": Policy.SRTP_PROFILE_AEAD_AES_128_GCM,
    "AEAD_AES_256_GCM": Policy.SRTP_PROFILE_AEAD_AES_256_GCM,
}


MEDIA = range(128, 192)
"""First bytes of RTP and RTCP (RFC 7983 §7)."""

_CONTROL = range(192, 224)  # packet types of RTCP, which stand where RTP has marker and payload type (RFC 5761 §4)


def fresh_keys(security: Security) -> tuple[Key, ...]:
    """Draw a key for every suite; none where SRTP is never used."""
    if security == "never":
        return ()
    return tuple(Key(suite, secrets.token_bytes(length)) for suite, length in LENGTHS.items())


class SecuredSockets:
    """The sockets of a call, behind SRTP as soon as ``secure`` is given keys. It closes nothing."""

    def __init__(self, sockets: MediaSockets) -> None:
        self._refused = 0  # forged, replayed, broken or plain
        self.bare = sockets
        self._pair: KeyPair | None = None
        self._rtp: MediaSocket = sockets.rtp
        self._rtcp: MediaSocket = sockets.rtcp
        self._inward: _Inward | None = None
        self._outward: Session | None = None

    @property
    def rtp(self) -> MediaSocket:
        """Where media goes through now."""
        return self._rtp

    @property
    def rtcp(self) -> MediaSocket:
        """Where its control protocol goes through now."""
        return self._rtcp

    @property
    def pair(self) -> KeyPair | None:
        """The keys in use; None for media in the clear."""
        return self._pair

    def secure(self, pair: KeyPair | None) -> bool:
        """Go on with these keys, or without any; return whether we must go on as a new source.

        A key that stays keeps its count of packets. Under another pair the count begins anew, perhaps with a key that was used
        before, and one source may not be encrypted twice alike (RFC 3711 §9.1).
        """
        before, self._pair = self._pair, pair
        if pair is None:
            self._inward = self._outward = None
            self._rtp, self._rtcp = self.bare.rtp, self.bare.rtcp
            return False
        if self._outward is None or before is None or before.ours != pair.ours:
            self._outward = _session(pair.ours, Policy.SSRC_ANY_OUTBOUND)
        if self._inward is None or before is None or before.theirs != pair.theirs:
            self._inward = _Inward(pair.theirs, self._inward)
        self._rtp = _Secured(self.bare.rtp, self._outward, self._inward, self._refuse)
        self._rtcp = _Secured(self.bare.rtcp, self._outward, self._inward, self._refuse)
        return before is None or (before.ours, before.theirs) != (pair.ours, pair.theirs)

    def divert(self, socket: MediaSocket) -> None:
        """Have media and control go through ``socket``, which sees to its keys itself."""
        self._rtp = self._rtcp = socket

    def counters(self) -> Mapping[str, float]:
        """Return whether media is encrypted, and how many datagrams were not what the party sent."""
        return {"encrypted": float(self._pair is not None), "srtp_refused": self._refused}

    def _refuse(self) -> None:
        self._refused += 1


class _Inward:
    """Opens what they send. What was still on its way under the key before is opened too, until the new one is heard."""

    def __init__(self, key: Key, before: "_Inward | None") -> None:
        self._session = _session(key, Policy.SSRC_ANY_INBOUND)
        self._before = None if before is None else before._session

    def open(self, packet: bytes) -> bytes:
        """Return the packet in the clear. Raises Error, or ValueError if it is longer than any packet."""
        try:
            opened = _open(self._session, packet)
        except Error:
            if self._before is None:
                raise
            return _open(self._before, packet)
        self._before = None
        return opened


class Channel:
    """A key each way."""

    def __init__(self, pair: KeyPair) -> None:
        self._outward = _session(pair.ours, Policy.SSRC_ANY_OUTBOUND)
        self._inward = _session(pair.theirs, Policy.SSRC_ANY_INBOUND)

    def protect(self, packet: bytes) -> bytes:
        """Return media or control protected. Raises OSError for what cannot be."""
        return _protect(self._outward, packet)

    def open(self, packet: bytes) -> bytes:
        """Return media or control in the clear. Raises Error, or ValueError if it is longer than any packet."""
        return _open(self._inward, packet)


class _Secured:
    """One socket; what goes through may be media, control, or both (RFC 5761)."""

    def __init__(self, bare: MediaSocket, outward: Session, inward: _Inward, refuse: Callable[[], None]) -> None:
        self._bare = bare
        self._outward = outward
        self._inward = inward
        self._refuse = refuse

    def recvmsg(self, size: int, notes: int, /) -> tuple[bytes, list[tuple[int, int, bytes]], int, Address]:
        """Return what arrived, opened; empty if it is not the party's."""
        data, told, flags, source = self._bare.recvmsg(size, notes)
        return self._open(data), told, flags, source

    def sendto(self, data: bytes, address: Address, /) -> int:
        """Send it protected. Raises OSError, also for what cannot be protected."""
        return self._bare.sendto(_protect(self._outward, data), address)

    def _open(self, data: bytes) -> bytes:
        if not data or data[0] not in MEDIA:  # STUN and the like, which nobody behind this takes for media
            return data
        try:
            return self._inward.open(data)
        except (Error, ValueError):
            self._refuse()
            return b""


def _open(session: Session, packet: bytes) -> bytes:
    return session.unprotect_rtcp(packet) if _is_control(packet) else session.unprotect(packet)


def _protect(session: Session, packet: bytes) -> bytes:
    try:
        return session.protect_rtcp(packet) if _is_control(packet) else session.protect(packet)
    except (Error, ValueError) as error:
        raise OSError(f"not protected: {error}") from error


def _is_control(packet: bytes) -> bool:
    return len(packet) > 1 and packet[1] in _CONTROL


def _session(key: Key, direction: int) -> Session:
    return Session(Policy(key.material, direction, 0, _PROFILES[key.suite]))
