"""What the user agent tells its driver: bytes to send, and what happened, in order.

A call begins with CallOffered (theirs) or Invite (ours) and ends with exactly one of CallCancelled, CallEnded, CallFailed;
after that its name is never heard of again.

    theirs   CallOffered, [Progress], Answer -> CallConfirmed -> ... -> CallEnded
             CallOffered -> CallCancelled                      the caller gave up, or its hop was lost
             CallOffered, Refuse -> CallEnded                  we refused
             CallOffered, HangUp -> CallEnded                  we let go before answering
    ours     Invite -> CallRinging* -> CallAnswered -> ... -> CallEnded
             Invite -> CallRinging* -> CallFailed              refused, timed out, lost, or hung up by us before an answer
    inside   SessionOffered, Accept | RefuseOffer              they changed the session; nothing has changed until Accept
             Offer -> SessionAnswered | OfferRefused           we changed it
             Refer -> ReferProgress* -> ReferEnded             we transferred the far side
"""

from dataclasses import dataclass
from typing import Literal

from switchroom.sip.messages.headers import Headers
from switchroom.sip.messages.uri import NameAddr
from switchroom.sip.peer import Peer


@dataclass(frozen=True, slots=True)
class Transmit:
    """Send these bytes: one datagram, or one message on a stream."""

    data: bytes
    peer: Peer


@dataclass(frozen=True, slots=True)
class CallOffered:
    """Somebody calls us; 100 Trying has been sent. ``dialled`` is the user part of the Request-URI.

    ``from_`` is the caller's own word, ``callee`` the To URI as text.
    ``headers`` holds every header that has no field of its own in a message (not From, To, Via, Contact, Route ...), by any
    case of its name. Without ``sdp`` they expect our offer in Answer. ``user`` is who proved to be calling by digest, and
    in which ``realm``; both empty if nobody was asked to. ``replaces`` is the call of ours whose place this one is to take:
    Answer ends that one.
    """

    call: str
    dialled: str
    target: str
    from_: NameAddr
    callee: str
    call_id: str
    headers: Headers
    sdp: str | None
    peer: Peer
    user: str = ""
    realm: str = ""
    replaces: str = ""


@dataclass(frozen=True, slots=True)
class CallRinging:
    """A provisional response other than 100. ``sdp`` is early media."""

    call: str
    status: int
    reason: str
    sdp: str | None


@dataclass(frozen=True, slots=True)
class CallAnswered:
    """They took our call. ``sdp`` is the answer that stands, be it of this response or of an earlier CallRinging.

    If our Invite had none, it is their offer, and Accept must follow.
    """

    call: str
    sdp: str | None


@dataclass(frozen=True, slots=True)
class CallConfirmed:
    """The ACK to our Answer arrived. ``sdp`` is the answer to an offer that we made in it."""

    call: str
    sdp: str | None


@dataclass(frozen=True, slots=True)
class CallCancelled:
    """The caller gave up before we answered."""

    call: str
    reason: str = ""


@dataclass(frozen=True, slots=True)
class CallEnded:
    """The call is over: their BYE, our HangUp, a refusal of ours, or a far side that fell silent.

    ``status`` is the SIP status that says why, if one does, else 0. ``by`` is who ended it.
    """

    call: str
    by: Literal["them", "us", "loss"]
    status: int = 0
    reason: str = ""


@dataclass(frozen=True, slots=True)
class CallFailed:
    """Our Invite came to nothing. 408: no answer at all; 487: we hung up; 503: the hop was lost.

    ``headers`` are those of the refusal (Contact of a 3xx, Retry-After, Reason), None if it was not a message.
    """

    call: str
    status: int
    reason: str
    headers: Headers | None


@dataclass(frozen=True, slots=True)
class HopNamed:
    """What is said next in this call goes to ``uri``, whose host is but a name: look it up and tell by Reach.

    Until then, and if it leads nowhere, requests go where they went so far.
    """

    call: str
    uri: str


@dataclass(frozen=True, slots=True)
class SessionOffered:
    """They want to change the session. Without ``sdp`` they ask for our offer."""

    call: str
    sdp: str | None


@dataclass(frozen=True, slots=True)
class SessionAnswered:
    """Their answer to our Offer, or, after an Accept that was an offer, the one in their ACK."""

    call: str
    sdp: str


@dataclass(frozen=True, slots=True)
class OfferRefused:
    """Our Offer was refused; the session is as before."""

    call: str
    status: int
    reason: str


@dataclass(frozen=True, slots=True)
class ReferProgress:
    """The far side is calling the target of our Refer and has this provisional status from it."""

    call: str
    status: int


Outcome = Literal["done", "busy", "no_answer", "declined", "unreachable", "not_supported", "failed"]


@dataclass(frozen=True, slots=True)
class ReferEnded:
    """What became of our Refer. The call goes on unless CallEnded follows; if it ends first, by us, nothing is said."""

    call: str
    outcome: Outcome
    status: int


@dataclass(frozen=True, slots=True)
class TransferRequested:
    """They ask us to call ``target`` in their place (REFER): AcceptRefer or RefuseRefer must follow, by its name ``refer``.

    ``replaces`` is the header that the new call is to carry, "" for none; ``referred_by`` who says to have asked, unproved;
    ``ours`` who we are in the call.
    """

    call: str
    refer: str
    target: str
    replaces: str
    referred_by: str
    ours: str


@dataclass(frozen=True, slots=True)
class ReferSettled:
    """They know how the transfer that they asked for ended, or do not want to."""

    call: str
    refer: str


@dataclass(frozen=True, slots=True)
class DigitReceived:
    """A key came by INFO. ``duration`` is in seconds."""

    call: str
    digit: str
    duration: float


@dataclass(frozen=True, slots=True)
class InfoReceived:
    """An INFO with a body other than a digit; it has been answered with 200."""

    call: str
    content_type: str
    body: bytes


@dataclass(frozen=True, slots=True)
class InfoAnswered:
    """The far side answered our SendInfo."""

    call: str
    status: int


@dataclass(frozen=True, slots=True)
class Registered:
    """Our registration stands for ``expires`` seconds; it is refreshed before that."""

    registration: str
    expires: float


@dataclass(frozen=True, slots=True)
class RegistrationFailed:
    """The registrar refused or is silent; tried again after ``retry_after`` seconds."""

    registration: str
    status: int
    reason: str
    retry_after: float


@dataclass(frozen=True, slots=True)
class Unregistered:
    """Our binding is gone, at our own wish."""

    registration: str


@dataclass(frozen=True, slots=True)
class BindingChanged:
    """Somebody registered with us, refreshed, left or expired (``expires`` 0). ``peer`` is how to reach them."""

    record: str
    contact: str
    peer: Peer
    expires: float


@dataclass(frozen=True, slots=True)
class OptionsAnswered:
    """What our probe heard; 408 and 503 mean nothing."""

    probe: str
    status: int
    reason: str


@dataclass(frozen=True, slots=True)
class Dropped:
    """Something was thrown away; count it. ``reason`` is one of a few fixed words."""

    reason: str
    peer: Peer


Output = (
    Transmit
    | CallOffered
    | CallRinging
    | CallAnswered
    | CallConfirmed
    | CallCancelled
    | CallEnded
    | CallFailed
    | HopNamed
    | SessionOffered
    | SessionAnswered
    | OfferRefused
    | ReferProgress
    | ReferEnded
    | TransferRequested
    | ReferSettled
    | DigitReceived
    | InfoReceived
    | InfoAnswered
    | Registered
    | RegistrationFailed
    | Unregistered
    | BindingChanged
    | OptionsAnswered
    | Dropped
)
