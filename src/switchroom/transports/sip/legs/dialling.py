"""How to make an outbound call over SIP."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from switchroom.media.frame import Encoding
from switchroom.sip.callers.context import NO_PRESENTATION, Presentation
from switchroom.sip.calls.redirect import NO_REDIRECTS, Redirects
from switchroom.sip.commands import Credentials
from switchroom.sip.description.policy import DEFAULT, MediaPolicy
from switchroom.sip.registration.registrar import Binding


@dataclass(frozen=True, slots=True)
class Dialling:
    """How to make an outbound call. ``ringing`` is told the status of every provisional response.

    A ``target`` that is registered with us is called at all its devices, each by the flow that it came over; ``binding``
    says which of them to call instead. ``proxies`` are SIP URIs to send the call to in place of ``target``'s own host,
    and named in a Route as well if they are loose routers (``;lr``). It counts as a call of ``trunk``, and once it was
    answered and has ended, ``over`` is told. ``encoding`` is what the plane is to give and get whatever is agreed, if that
    cannot be left open. ``redirects`` says whether it follows a 3xx, and
    ``session_expires`` which session timer it asks for (0: none), if not the usual.
    """

    target: str
    sender: str = ""
    name: str = ""
    credentials: Credentials | None = None
    headers: Mapping[str, str] = field(default_factory=dict)
    ringing: Callable[[int], None] = lambda _: None
    binding: Binding | None = None
    policy: MediaPolicy = DEFAULT
    presents: Presentation = NO_PRESENTATION
    proxies: tuple[str, ...] = ()
    trunk: str = ""
    over: Callable[[], None] = lambda: None
    encoding: Encoding | None = None
    redirects: Redirects = NO_REDIRECTS
    session_expires: int | None = None
