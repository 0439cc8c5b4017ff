"""What the driver asks the user agent to do.

A call is named by a string. Who starts it chooses the name: ``Invite.call`` is the caller's choice and must be new;
``outputs.CallOffered.call`` is the user agent's. The same holds for registrations and probes. A command for a call that is
over does nothing: the two ends of a queue may disagree for a moment. SDP travels as text; ``offer.py`` makes and reads it.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from switchroom.sip.peer import Peer

NO_HEADERS: Mapping[str, str] = {}


@dataclass(frozen=True, slots=True)
class Credentials:
    """What to answer a digest challenge with. ``realm`` limits it to one realm; empty: whoever asks."""

    user: str
    password: str = field(repr=False)
    realm: str = ""


@dataclass(frozen=True, slots=True)
class Invite:
    """Call ``target`` (a SIP URI) by way of ``peer``.

    Outputs: CallRinging*, then CallAnswered or CallFailed. Without ``sdp`` the far side makes the offer: CallAnswered then
    carries it and ``Accept`` must give our answer. ``routes`` are the URIs of the proxies to pass, ``peer`` being the first.
    ``session_expires`` is the session timer to ask for, 0 for none, None for the user agent's.
    """

    call: str
    target: str
    sender: str
    peer: Peer
    sdp: str | None = None
    name: str = ""
    credentials: Credentials | None = None
    headers: Mapping[str, str] = field(default_factory=dict)
    routes: tuple[str, ...] = ()
    session_expires: int | None = None


@dataclass(frozen=True, slots=True)
class Progress:
    """Tell the caller how far it is: 180 (ringing), 183 with ``sdp`` (early media), 182 (queued)."""

    call: str
    status: int = 180
    sdp: str | None = None
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Answer:
    """Take the call: ``sdp`` answers the offer of CallOffered, or is an offer if that had none.

    ``credentials`` answer whoever challenges what we ask for within the call (REFER, BYE, a re-INVITE).
    """

    call: str
    sdp: str
    headers: Mapping[str, str] = field(default_factory=dict)
    credentials: Credentials | None = None


@dataclass(frozen=True, slots=True)
class Refuse:
    """Do not take the call. ``headers``: Retry-After, Warning, Contact (for 3xx) and the like."""

    call: str
    status: int = 486
    reason: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class HangUp:
    """End the call, whatever state it is in: CANCEL, BYE or a final refusal. CallEnded or CallFailed follows.

    ``headers`` go on the BYE or CANCEL (Reason, X-...).
    """

    call: str
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Offer:
    """Change the session by re-INVITE (hold, resume, new address). SessionAnswered or OfferRefused follows."""

    call: str
    sdp: str


@dataclass(frozen=True, slots=True)
class Accept:
    """Agree to SessionOffered. ``sdp`` is our answer, or our offer if SessionOffered had none."""

    call: str
    sdp: str


@dataclass(frozen=True, slots=True)
class RefuseOffer:
    """Keep the session as it was: SessionOffered is refused with ``status``."""

    call: str
    status: int = 488


@dataclass(frozen=True, slots=True)
class Reach:
    """The host of ``uri``, as HopNamed gave it, is at ``peer``."""

    call: str
    uri: str
    peer: Peer


@dataclass(frozen=True, slots=True)
class SendInfo:
    """Send an INFO inside the call, for example ``application/dtmf-relay``."""

    call: str
    content_type: str
    body: str


@dataclass(frozen=True, slots=True)
class Refer:
    """Transfer the far side to ``target`` (a SIP URI). ReferProgress*, then ReferEnded follow; one at a time per call.

    ``replaces`` names another answered call of ours whose far side is to be taken over by it (attended transfer); its own
    address is the target then, unless one is given.
    """

    call: str
    target: str = ""
    replaces: str = ""


@dataclass(frozen=True, slots=True)
class AcceptRefer:
    """Call the target of TransferRequested: ReferNews must follow until a final status."""

    refer: str


@dataclass(frozen=True, slots=True)
class RefuseRefer:
    """Do not call it. ``status``: 403 not allowed, 603 not wanted, 491 not now."""

    refer: str
    status: int = 603
    reason: str = ""


@dataclass(frozen=True, slots=True)
class ReferNews:
    """The target of TransferRequested answered with this status. ReferSettled follows a final one."""

    refer: str
    status: int


@dataclass(frozen=True, slots=True)
class Register:
    """Keep ``user`` registered at ``registrar`` until Unregister: refreshed before it expires, retried after a failure.

    ``registration`` names it; ``sender`` is the address of record (empty: sip:user@host of the registrar). The contact is
    our own address for ``peer`` with ``contact_user``.
    """

    registration: str
    registrar: str
    user: str
    peer: Peer
    credentials: Credentials | None = None
    sender: str = ""
    contact_user: str = ""
    expires: int = 3600


@dataclass(frozen=True, slots=True)
class Unregister:
    """Remove our binding and stop refreshing it."""

    registration: str


@dataclass(frozen=True, slots=True)
class Forget:
    """Let go of whoever registered with us as ``record`` (``user@realm``), or only of the one at ``contact``."""

    record: str
    contact: str = ""


@dataclass(frozen=True, slots=True)
class Options:
    """Ask whether ``target`` is there. OptionsAnswered with the same ``probe`` follows."""

    probe: str
    target: str
    peer: Peer


Command = (
    Invite
    | Progress
    | Answer
    | Refuse
    | HangUp
    | Offer
    | Accept
    | RefuseOffer
    | Reach
    | SendInfo
    | Refer
    | AcceptRefer
    | RefuseRefer
    | ReferNews
    | Register
    | Unregister
    | Forget
    | Options
)
