"""Offer and answer for one audio stream (RFC 3264): what we propose, what we make of what they propose.

An offer lists every codec we speak. An answer names one, so that nobody switches in mid-call: the first of the offer that we
speak too (§6.1) or the one that we like best, and telephone-event beside it. Every further m-section is refused with port 0 in
its place, and keeps that place in offers of ours that follow (§8).
Whether a section may be plain or must be encrypted is for ``crypto`` to say; of several, an encrypted one comes first.
Hold comes as ``sendonly``, ``inactive`` or, from older peers, as the address 0.0.0.0 (§8.4).
"""

import ipaddress
from dataclasses import dataclass, field, replace
from typing import Literal

from switchroom.sip.description import webrtc
from switchroom.sip.description.crypto import PROFILES, Key, KeyPair, Unsafe, accepted, offered, pair_up
from switchroom.sip.description.formats import EVENTS, FORMATS, KNOWN, Format, events_for, offered_formats
from switchroom.sip.description.policy import Codec, CodecOrder, MediaPolicy, Security
from switchroom.sip.description.sdp import Attributes, Media, SdpFault, SessionDescription, address, parse_sdp

Direction = Literal["sendrecv", "sendonly", "recvonly", "inactive"]

Sections = tuple[Media, ...]

_DIRECTIONS: dict[tuple[bool, bool], Direction] = {
    (True, True): "sendrecv",
    (True, False): "sendonly",
    (False, True): "recvonly",
    (False, False): "inactive",
}
_FLOWS = {direction: flows for flows, direction in _DIRECTIONS.items()}


@dataclass(frozen=True, slots=True)
class LocalAudio:
    """Our side of the session. ``codecs`` in order of preference; ``version`` grows with every changed description.

    ``mux``: control shares the media's port, and offers say so (RFC 5761); answers say it when they are asked.
    ``keys``: one for each suite of SRTP that we offer or take, to send with; none are needed where it is never used.
    ``using``: the one that is in use already. ``around``: refused sections before and after ours; ``protocol``: the profile
    of ours. ``web``: who we are to a browser; with it we offer what browsers take, and only with it we take that.
    """

    host: str
    port: int
    codecs: tuple[Codec, ...] = ("PCMU", "PCMA")
    digits: bool = True
    ptime: int = 20
    direction: Direction = "sendrecv"
    session: int = 1
    version: int = 1
    mux: bool = False
    security: Security = "never"
    keys: tuple[Key, ...] = ()
    using: Key | None = None
    around: tuple[Sections, Sections] = ((), ())
    protocol: str = "RTP/AVP"
    order: CodecOrder = "theirs"
    web: webrtc.WebSide | None = None

    @classmethod
    def by(
        cls, policy: MediaPolicy, host: str, port: int, session: int = 1, keys: tuple[Key, ...] = ()
    ) -> "LocalAudio":
        """Return our side as ``policy`` wants it."""
        digits = policy.digits in ("auto", "rfc4733")
        ours = cls(host, port, policy.codecs, digits, session=session, security=policy.security, keys=keys)
        return replace(ours, order=policy.order)


@dataclass(frozen=True, slots=True)
class Agreement:
    """What both sides now do. ``sdp`` is the answer to send (empty if the answer was theirs).

    Media goes to ``host:port``, its control protocol to ``rtcp_host:rtcp_port`` unless ``mux`` has it there too. ``payload``
    is the RTP payload type of ``codec``; telephone-event (RFC 4733) is sent as ``digits`` and heard as ``digits_heard``, None
    if there is none, and counts by ``digits_clock``.
    ``direction`` is ours. ``held``: they do not listen, so nothing is to be sent. ``ptime`` in milliseconds is their wish.
    ``keys`` are those of SRTP, None for media in the clear. ``around``: refused sections before and after this one,
    which has the profile ``protocol``. ``web``: they are a browser, which brings its keys by DTLS and is where ICE shows it.
    """

    sdp: str = field(repr=False)  # it holds our key
    codec: Codec
    payload: int
    digits: int | None
    digits_heard: int | None
    host: str
    port: int
    rtcp_host: str
    rtcp_port: int
    ptime: int
    direction: Direction
    held: bool
    mux: bool = False
    keys: KeyPair | None = None
    digits_clock: int = 8000
    around: tuple[Sections, Sections] = ((), ())
    protocol: str = "RTP/AVP"
    web: webrtc.WebPeer | None = None


@dataclass(frozen=True, slots=True)
class Unacceptable:
    """No audio stream both can speak; refuse with ``status`` (488, or 400 if it is not SDP at all)."""

    status: int
    reason: str


def make_offer(local: LocalAudio) -> str:
    """Return the SDP that proposes ``local``."""
    if local.web is not None:
        local = replace(local, protocol=webrtc.PROFILE, mux=True, web=replace(local.web, role=None))
    audio = _audio(local, offered_formats(local.codecs, keys=local.digits))
    if local.web is not None:
        return str(_describe(local, audio))
    return str(_describe(local, offered(audio, local.security, local.keys, local.using)))


def answer_offer(offer: str, local: LocalAudio) -> Agreement | Unacceptable:
    """Answer ``offer``; ``Agreement.sdp`` is what to give to Answer or Accept."""
    theirs = parse_sdp(offer)
    if isinstance(theirs, SdpFault):
        return Unacceptable(400, theirs.reason)
    refusal = Unacceptable(488, "Not Acceptable Here")
    for index in _candidates(theirs.media, local):
        media = theirs.media[index]
        terms = _terms(theirs, media, local)
        if isinstance(terms, Unacceptable):
            refusal = terms
            continue
        refused = tuple(other.refused() for other in theirs.media)
        around = refused[:index], refused[index + 1 :]
        web = None if local.web is None or terms.web is None else local.web.agreed(terms.web)
        agreed = replace(
            local, direction=terms.direction, mux=terms.mux, around=around, protocol=terms.protocol, web=web
        )
        ours = accepted(_audio(agreed, _answered(terms)), terms.keys)
        return replace(terms, sdp=str(_describe(agreed, ours, theirs.times)), around=around)
    return refusal


def read_answer(answer: str, local: LocalAudio) -> Agreement | Unacceptable:
    """Read their answer to ``make_offer(local)``."""
    theirs = parse_sdp(answer)
    if isinstance(theirs, SdpFault):
        return Unacceptable(400, theirs.reason)
    media = next(iter(theirs.media[len(local.around[0]) :]), None)
    if media is None or not _is_audio(media, local) or (local.web is not None) != webrtc.is_web(media):
        return Unacceptable(488, "The answer refuses our audio")
    terms = _terms(theirs, media, replace(local, order="theirs"))  # they have chosen
    if isinstance(terms, Unacceptable):
        return terms
    if terms.keys is None and local.keys and media.first("crypto") is not None:
        return Unacceptable(488, "The answer encrypts in a way that we did not offer")
    heard = EVENTS[terms.digits_clock].payload if terms.digits is not None else None
    held = terms.held and _FLOWS[local.direction][0]  # an answer to our own hold holds nobody
    mux = terms.mux and (local.mux or terms.web is not None)
    return replace(terms, digits_heard=heard, held=held, mux=mux, around=local.around)


def _is_audio(media: Media, local: LocalAudio) -> bool:
    if local.protocol.upper() in webrtc.PROFILES or webrtc.is_web(media):
        known = local.web is not None and webrtc.is_web(media)  # and nothing else for who had that before
    else:
        known = media.protocol.upper() in PROFILES
    return media.kind == "audio" and media.port != 0 and known


def _candidates(sections: Sections, local: LocalAudio) -> list[int]:
    """Return the audio sections in the order in which to try them."""
    audio = [index for index, media in enumerate(sections) if _is_audio(media, local)]
    return sorted(audio, key=lambda index: not _is_safe(sections[index], local))


def _is_safe(media: Media, local: LocalAudio) -> bool:
    return webrtc.is_web(media) or isinstance(pair_up(media, local.security, local.keys), KeyPair)


def _terms(theirs: SessionDescription, media: Media, local: LocalAudio) -> Agreement | Unacceptable:
    """Return what ``media`` and ``local`` have in common."""
    spoken = _spoken(media)
    common = [(payload, codec) for payload, name in spoken for codec in local.codecs if name == FORMATS[codec].key]
    if local.order == "ours":
        common.sort(key=lambda found: local.codecs.index(found[1]))
    if not common:
        return Unacceptable(488, "No common codec")
    secured = _secured(theirs, media, local)
    if isinstance(secured, Unacceptable):
        return secured
    web, keys = secured
    host = (media.connection or theirs.connection) if web is None else webrtc.SOMEWHERE
    if host is None or (web is None and not _is_numeric(host)):
        return Unacceptable(488, "No numeric address for audio")
    nowhere = web is None and ipaddress.ip_address(host).is_unspecified
    they_send, they_hear = _FLOWS[_direction(theirs, media)]
    we_send, we_hear = _FLOWS[local.direction]
    they_hear = they_hear and not nowhere
    events = events_for(common[0][1], spoken) if local.digits else None
    rtcp_host, rtcp_port = _control(media, host)
    return Agreement(
        sdp="",
        codec=common[0][1],
        payload=common[0][0],
        digits=events.payload if events else None,
        digits_heard=events.payload if events else None,
        host=host,
        port=media.port,
        rtcp_host=rtcp_host,
        rtcp_port=rtcp_port,
        ptime=_ptime(media, local.ptime),
        direction=_DIRECTIONS[we_send and they_hear, we_hear and they_send],
        held=not they_hear,
        mux=media.first("rtcp-mux") is not None,
        keys=keys,
        web=web,
        protocol=media.protocol,
        digits_clock=events.clock if events else 8000,
    )


def _secured(
    theirs: SessionDescription, media: Media, local: LocalAudio
) -> tuple[webrtc.WebPeer | None, KeyPair | None] | Unacceptable:
    """Return who brings keys by DTLS, or the keys that were brought here."""
    if local.web is not None and webrtc.is_web(media):
        web = webrtc.read_peer(theirs, media, local.web)
        return Unacceptable(488, web.reason) if isinstance(web, webrtc.Unreachable) else (web, None)
    keys = pair_up(media, local.security, local.keys)
    return Unacceptable(488, keys.reason) if isinstance(keys, Unsafe) else (None, keys)


def _spoken(media: Media) -> list[tuple[int, str]]:
    """Return the payload types of a section in its order, each with ``NAME/RATE``."""
    names = dict(KNOWN)
    for name, value in media.attributes:
        if name == "rtpmap" and value:
            number, _, encoding = value.partition(" ")
            if _is_payload(number):
                names[int(number)] = "/".join(encoding.strip().upper().split("/")[:2])
    return [(int(text), names[int(text)]) for text in media.formats if _is_payload(text) and int(text) in names]


def _is_payload(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) <= 3 and int(text) < 128


def _is_numeric(host: str) -> bool:
    # A name would have to be looked up while the caller waits; RFC 8866 §5.7 allows it and nobody sends one.
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True


def _direction(theirs: SessionDescription, media: Media) -> Direction:
    for attributes in (media.attributes, theirs.attributes):
        for name, _ in attributes:
            if name in _FLOWS:
                return _DIRECTIONS[_FLOWS[name]]
    return "sendrecv"


def _control(media: Media, host: str) -> tuple[str, int]:
    """Where RTCP goes (RFC 3605), the port above media if nothing is said."""
    fields = (media.first("rtcp") or "").split()
    port = int(fields[0]) if fields and fields[0].isascii() and fields[0].isdigit() and len(fields[0]) < 6 else 0
    if not 0 < port < 65536:
        return host, min(media.port + 1, 65535)
    elsewhere = fields[3] if len(fields) == 4 and _is_numeric(fields[3]) else host
    return elsewhere, port


def _ptime(media: Media, ours: int) -> int:
    text = media.first("ptime") or ""
    value = int(text) if text.isascii() and text.isdigit() and len(text) < 4 else ours
    return value if 10 <= value <= 200 else ours


def _answered(terms: Agreement) -> tuple[Format, ...]:
    audio = FORMATS[terms.codec]._replace(payload=terms.payload)
    if terms.digits is None:
        return (audio,)
    return audio, EVENTS[terms.digits_clock]._replace(payload=terms.digits)


def _audio(local: LocalAudio, formats: tuple[Format, ...]) -> Media:
    attributes: list[tuple[str, str | None]] = []
    for spoken in formats:
        attributes.append(("rtpmap", f"{spoken.payload} {spoken.name}"))
        if spoken.parameters:
            attributes.append(("fmtp", f"{spoken.payload} {spoken.parameters}"))
    payloads = tuple(str(spoken.payload) for spoken in formats)
    attributes += [("ptime", str(local.ptime)), (local.direction, None)]
    if local.mux:
        attributes.append(("rtcp-mux", None))
    return Media("audio", local.port, local.protocol, payloads, None, tuple(attributes))


def _describe(local: LocalAudio, ours: Media, times: tuple[str, ...] = ("0 0",)) -> SessionDescription:
    origin = f"- {local.session} {local.version} {address(local.host)}"
    before, after = local.around
    above: Attributes = ()
    if local.web is not None:
        ours, above = webrtc.with_web(ours, local.web, local.host), webrtc.session_lines(local.web)
    return SessionDescription(origin, (*before, ours, *after), local.host, times=times, attributes=above)
