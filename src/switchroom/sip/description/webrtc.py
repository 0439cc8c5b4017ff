"""What a browser says beside the audio itself: how it is reached (ICE), who it is (DTLS), and that all shares one port.

We are ICE-lite (RFC 8445 §2.5): one candidate, our media address, and none of theirs matters, since they find the way and
their checks show it. The certificate's fingerprint, which came by the signalling, is what makes the far end of DTLS the
party of the call (RFC 5763 §5). Without rtcp-mux there is no audio: browsers demand it (RFC 8834 §4.5).
"""

import re
from dataclasses import dataclass, field, replace
from typing import Literal

from switchroom.sip.description.sdp import Attributes, Media, SessionDescription, first

PROFILE = "UDP/TLS/RTP/SAVPF"
"""What we offer to browsers."""

PROFILES = frozenset({PROFILE, "TCP/TLS/RTP/SAVPF"})  # which is to be taken like it (RFC 8829 §5.1.2)

SOMEWHERE = "ice"
"""Stands for the address of a party that ICE has yet to show."""

Role = Literal["active", "passive"]

_UFRAG = re.compile(r"[A-Za-z0-9+/]{4,256}")  # RFC 8839 §5.4
_PASSWORD = re.compile(r"[A-Za-z0-9+/]{22,256}")
_SHA256 = re.compile(r"[0-9A-F]{2}(?::[0-9A-F]{2}){31}")
_MID = re.compile(r"[!#$%&'*+\-.0-9A-Z^_`a-z{|}~]{1,64}")
_PRIORITY = 2130706431  # the one host candidate, component 1 (RFC 8445 §5.1.2.1)


@dataclass(frozen=True, slots=True)
class WebSide:
    """Our side: how to sign checks to us, and the SHA-256 of our certificate; ``role`` in DTLS once it is agreed."""

    ufrag: str
    password: str = field(repr=False)
    fingerprint: str
    mid: str = "0"
    role: Role | None = None

    def agreed(self, peer: "WebPeer") -> "WebSide":
        """Return how it goes on."""
        return replace(self, mid=peer.mid, role=peer.role)


@dataclass(frozen=True, slots=True)
class WebPeer:
    """Their side. ``fingerprints`` of SHA-256, in upper case; one must be that of the certificate. ``role`` is ours."""

    ufrag: str
    fingerprints: frozenset[str] = field(repr=False)
    mid: str
    role: Role


@dataclass(frozen=True, slots=True)
class Unreachable:
    """The section lacks what a browser must say; ``reason`` is for the Warning of the refusal."""

    reason: str


def is_web(media: Media) -> bool:
    """Whether a section is one of a browser."""
    return media.protocol.upper() in PROFILES


def read_peer(theirs: SessionDescription, media: Media, ours: WebSide) -> WebPeer | Unreachable:
    """Return what ``media`` says of the browser."""
    ufrag, password = _said(theirs, media, "ice-ufrag"), _said(theirs, media, "ice-pwd")
    if not (_UFRAG.fullmatch(ufrag) and _PASSWORD.fullmatch(password)):
        return Unreachable("No credentials for ICE")
    if first(theirs.attributes, "ice-lite") is not None:
        return Unreachable("Both sides are ICE-lite")
    if media.first("rtcp-mux") is None:
        return Unreachable("RTCP must be multiplexed")
    fingerprints = frozenset(_fingerprints(media.attributes)) or frozenset(_fingerprints(theirs.attributes))
    if not fingerprints:
        return Unreachable("No SHA-256 fingerprint")
    role = _role(_said(theirs, media, "setup").lower(), ours)
    if role is None:
        return Unreachable("No usable role in DTLS")
    mid = media.first("mid") or ""
    return WebPeer(ufrag, fingerprints, mid if _MID.fullmatch(mid) else "", role)


def with_web(audio: Media, ours: WebSide, host: str) -> Media:
    """Return our section with what a browser needs; an offer while no role is agreed (RFC 8842 §5.2)."""
    candidate = f"1 1 udp {_PRIORITY} {host} {audio.port} typ host"
    lines: list[tuple[str, str | None]] = [
        ("msid", "switchroom audio"),  # else it is a track of no stream (RFC 8830)
        ("ice-ufrag", ours.ufrag),
        ("ice-pwd", ours.password),
        ("candidate", candidate),
        ("end-of-candidates", None),
        ("fingerprint", f"sha-256 {ours.fingerprint}"),
        ("setup", ours.role or "actpass"),
    ]
    if ours.mid:
        lines.insert(0, ("mid", ours.mid))
    return replace(audio, attributes=audio.attributes + tuple(lines))


def session_lines(ours: WebSide) -> Attributes:
    """Return what stands above the sections: that we are lite, and that the one section is its own bundle (RFC 9143)."""
    lite = (("ice-lite", None),)
    return (*lite, ("group", f"BUNDLE {ours.mid}")) if ours.mid else lite


def _said(theirs: SessionDescription, media: Media, name: str) -> str:
    return media.first(name) or first(theirs.attributes, name) or ""


def _fingerprints(attributes: Attributes) -> list[str]:
    said = [(value or "").split() for name, value in attributes if name == "fingerprint"]
    pairs = [(words[0].lower(), words[1].upper()) for words in said if len(words) == 2]
    return [digest for algorithm, digest in pairs if algorithm == "sha-256" and _SHA256.fullmatch(digest)]


def _role(setup: str, ours: WebSide) -> Role | None:
    """Return our role: the one that is in use, if they leave the choice to us (RFC 8842 §5.3)."""
    if setup == "actpass":
        return ours.role or "passive"
    return {"active": "passive", "": "passive", "passive": "active"}.get(setup)  # type: ignore[return-value]
