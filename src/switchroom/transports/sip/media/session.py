"""The media session of one call: what was offered and answered (RFC 3264) becomes a stream between two sockets.

The first agreement fixes what the plane gives and gets; later ones move the stream, hold it, change the law on the wire or
its keys. Our key stays as long as theirs does. When they bring a new one, somebody else may have taken their place who knows
nothing of how far we had counted (RFC 4568 §7.1.4): then we answer with a new one, and go on as a new source in any case.
"""

import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

from switchroom.errors import Unavailable
from switchroom.media import codec as audio
from switchroom.media import opus
from switchroom.media.frame import Encoding
from switchroom.sip.description.offer import Agreement, LocalAudio, Unacceptable, answer_offer, make_offer, read_answer
from switchroom.sip.description.policy import DEFAULT, Codec, MediaPolicy
from switchroom.transports.sip.media.browser import BrowserSocket, fresh_web, renewed
from switchroom.transports.sip.media.ghosts import ghosts
from switchroom.transports.sip.media.latch import Latch
from switchroom.transports.sip.media.ports import RtpPorts
from switchroom.transports.sip.media.srtp import SecuredSockets, fresh_keys
from switchroom.transports.sip.media.stream import RtpStream, Terms

_CODECS: Mapping[Codec, audio.Codec] = {
    "PCMU": audio.Codec.PCMU,
    "PCMA": audio.Codec.PCMA,
    "G722": audio.Codec.G722,
    "opus": audio.Codec.OPUS,
}
_NAMES: Mapping[audio.Codec, Codec] = {codec: name for name, codec in _CODECS.items()}


@dataclass(frozen=True, slots=True)
class MediaPlace:
    """Where a call's media lives: ports to take from, our address as the peer sees it, the peer's own, and how it is to be.

    ``encoding`` is what the plane gives and gets already, if it does. ``browser``: they have ICE and DTLS, and cannot do without.
    """

    ports: RtpPorts
    host: str
    peer_host: str
    policy: MediaPolicy = DEFAULT
    encoding: Encoding | None = None
    browser: bool = False


def speakable(policy: MediaPolicy) -> MediaPolicy:
    """Return the policy without the codecs that this machine has no library for."""
    if "opus" not in policy.codecs or opus.library() is not None:
        return policy
    return replace(policy, codecs=tuple(codec for codec in policy.codecs if codec != "opus"))


class MediaSession:
    """Holds the sockets from ``reserve``, or the first description we give, until ``close``."""

    def __init__(self, place: MediaPlace, clock: Callable[[], float], pressed: Callable[[str], None]) -> None:
        self.stream: RtpStream | None = None
        self.held = False
        """Whether they put us on hold."""
        self._place = place
        self._clock = clock
        self._pressed = pressed
        self._sockets: SecuredSockets | None = None
        self._browser: BrowserSocket | None = None
        web = fresh_web() if place.browser else None
        self._local = replace(LocalAudio.by(place.policy, place.host, 0, secrets.randbits(31)), web=web)
        self._described = False
        self._closed = False
        self._counters: Mapping[str, float] = {}
        self._foreseen: tuple[str, LocalAudio, Agreement | Unacceptable] | None = None

    def reserve(self) -> None:
        """Take the sockets now, whatever comes of the call. Raises Unavailable when no port is free."""
        if self._closed:
            raise Unavailable("the call is over", code="ended")
        if self._sockets is None:
            self._sockets = SecuredSockets(self._place.ports.take(self._clock()))
            self._local = replace(self._local, port=self._sockets.bare.port)
            self._draw_keys()

    def foresee(self, sdp: str) -> Agreement | Unacceptable:
        """Return what ``answer`` will make of their first proposal, and keep it for then. Raises Unavailable as ``reserve``."""
        self.reserve()
        outcome = answer_offer(sdp, self._local)
        self._foreseen = sdp, self._local, outcome
        return outcome

    def offer(self) -> str:
        """Return our proposal. Raises Unavailable when no port is free."""
        self._describe()
        if self._local.using is None:
            self._draw_keys()
        if not self._local.codecs:
            raise Unavailable("none of the codecs that the policy names is on this machine", code="no_codec")
        return make_offer(self._local)

    def answer(self, sdp: str) -> str | Unacceptable:
        """Agree to their proposal and return our answer. Raises Unavailable when no port is free."""
        self._describe()
        outcome = self._same_codec(sdp)
        if isinstance(outcome, Agreement) and self._brings_a_new_key(outcome):
            self._draw_keys()
            outcome = self._same_codec(sdp)
        elif isinstance(outcome, Agreement) and self._restarts(outcome):
            self._local = replace(self._local, web=self._local.web and renewed(self._local.web))
            outcome = self._same_codec(sdp)
        if isinstance(outcome, Agreement):
            self._settle(outcome, answering=True)
            return outcome.sdp
        return outcome

    def settle(self, sdp: str) -> Unacceptable | None:
        """Take their answer to our last offer."""
        outcome = read_answer(sdp, self._local)
        if isinstance(outcome, Agreement):
            self._settle(outcome)
            return None
        return outcome

    def media(self) -> Mapping[str, float]:
        """Return the stream's counters, its last ones after ``close``."""
        if self.stream is None or self._sockets is None:
            return self._counters
        return {**self.stream.media(), **(self._browser or self._sockets).counters()}

    def close(self) -> None:
        """Give the sockets back; nothing is heard or sent any more."""
        self._closed = True
        self._counters = self.media()
        if self.stream is not None:
            self.stream.close()
        if self._sockets is not None:
            self._place.ports.give_back(self._sockets.bare, self._clock())
        self.stream = self._sockets = None

    def _same_codec(self, sdp: str) -> Agreement | Unacceptable:
        """Answer with the codec in use if they offer it, else with what they like best."""
        if self.stream is not None:
            kept = answer_offer(sdp, replace(self._local, codecs=(_NAMES[self.stream.terms.codec],)))
            if isinstance(kept, Agreement):
                return kept
        foreseen, self._foreseen = self._foreseen, None
        if foreseen is not None and foreseen[0] == sdp and foreseen[1] is self._local:
            return foreseen[2]
        return answer_offer(sdp, self._local)

    def _describe(self) -> None:
        self.reserve()
        if self._described:
            self._local = replace(self._local, version=self._local.version + 1)
        self._described = True

    def _draw_keys(self) -> None:
        self._local = replace(self._local, keys=fresh_keys(self._local.security), using=None)

    def _brings_a_new_key(self, agreed: Agreement) -> bool:
        if self.stream is None or self._sockets is None or agreed.keys is None:
            return False
        pair = self._sockets.pair
        return pair is None or pair.theirs != agreed.keys.theirs

    def _restarts(self, agreed: Agreement) -> bool:
        """Whether a browser begins ICE anew, which both sides do or none (RFC 8839 §4.4.1.1.1)."""
        return self._browser is not None and agreed.web is not None and agreed.web.ufrag != self._browser.ufrag

    def _secure(self, agreed: Agreement) -> bool:
        """Have the sockets do as agreed; return whether we must go on as a new source."""
        assert self._sockets is not None
        if agreed.web is None or self._local.web is None:
            return self._sockets.secure(agreed.keys)
        if self._browser is not None:
            return self._browser.agree(self._local.web, agreed.web)
        self._browser = BrowserSocket(self._sockets.bare.rtp, self._local.web, agreed.web)
        self._sockets.divert(self._browser)
        return False

    def _settle(self, agreed: Agreement, *, answering: bool = False) -> None:
        if self._closed or self._sockets is None:
            return
        terms = Terms(
            address=(agreed.host, agreed.port),
            codec=_CODECS[agreed.codec],
            payload=agreed.payload,
            control=(agreed.rtcp_host, agreed.rtcp_port),
            mux=agreed.mux,
            events=agreed.digits,
            events_heard=agreed.digits_heard,
            events_clock=agreed.digits_clock,
            sends=agreed.direction in ("sendrecv", "sendonly"),
            hears=agreed.direction in ("sendrecv", "recvonly"),
        )
        self.held = agreed.held
        using = None if agreed.keys is None else agreed.keys.ours
        self._local = replace(self._local, mux=agreed.mux, around=agreed.around, protocol=agreed.protocol, using=using)
        web = None if agreed.web is None or self._local.web is None else self._local.web.agreed(agreed.web)
        self._local = replace(self._local, web=web)  # who has agreed to do without a browser's way goes on without
        new_keys = self._secure(agreed)
        if self.stream is None:
            before = ghosts(self._sockets.bare)
            latch = Latch(
                self._place.peer_host,
                strict=self._place.policy.sources == "known",
                ghosts=before if answering else frozenset(),  # who was offered our port may send before they answer
            )
            self.stream = RtpStream(self._sockets, self._first(terms), latch, self._pressed)
            self.stream.aim(terms)
        else:
            self.stream.aim(terms)
            if new_keys:
                self.stream.begin_anew()

    def _first(self, terms: Terms) -> Terms:
        """Return terms that give the plane what it has already, for a stream that begins in the middle of a leg."""
        same = (codec for codec in (terms.codec, *_CODECS.values()) if codec.encoding is self._place.encoding)
        return replace(terms, codec=next(same, terms.codec))
