"""Ghosts: streams of calls that are over, still sent to a port that a new call was given.

A far side that crashed, or never got our BYE, may send for minutes. Whoever sends before anybody can know that a call listens
at the port is such a one, and its stream, known by its SSRC, is not taken for as long as that call lasts.
"""

from switchroom.media.rtp import RtpPacket
from switchroom.transports.sip.media.ports import MediaSockets

_MOST = 500


def ghosts(sockets: MediaSockets) -> frozenset[int]:
    """Empty the sockets and return the SSRCs of the media in them."""
    found: set[int] = set()
    for bound in (sockets.rtp, sockets.rtcp):
        for _ in range(_MOST):
            try:
                packet = RtpPacket.parse(bound.recv(2048))
            except OSError:  # BlockingIOError: nothing is left; else an ICMP error, and nothing was sent yet
                break
            if isinstance(packet, RtpPacket):
                found.add(packet.ssrc)
    return frozenset(found)
