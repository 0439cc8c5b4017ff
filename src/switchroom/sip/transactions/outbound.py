"""How a registered device wants to be reached: by the flow that it keeps open (RFC 5626), and the proxies in between (RFC 3327).

The proxies write themselves into Path; what goes to the device names them in Route again. A device that promises to keep its flow
open is promised that we use it, unless its first hop would not know what that means.
"""

from switchroom.sip.messages.grammar import Malformed, split_list
from switchroom.sip.messages.message import Request
from switchroom.sip.messages.replies import Reply
from switchroom.sip.messages.uri import NameAddr, parse_address

EXTENSIONS = ("outbound", "path")
"""Option tags of a registrar."""

FLOW_TIMER = 120
"""Seconds within which a device should show that its flow is alive."""

MAX_PATH = 8


def path_of(request: Request) -> tuple[NameAddr, ...]:
    """Return the proxies between us and a device, ours first. Raises Malformed."""
    path = tuple(parse_address(item) for value in request.headers.all("path") for item in split_list(value))
    if len(path) > MAX_PATH:
        raise Malformed("Path too long")
    return path


def screen_path(request: Request) -> Reply | None:
    """Return why a REGISTER is refused for the way that it came."""
    try:
        path = path_of(request)
    except Malformed as malformed:
        return Reply(400, str(malformed))
    hop_knows = len(request.via) == 1 or (path and "ob" in path[-1].uri.params)
    if not hop_knows and _keeps_flows(request):
        return Reply(439)  # RFC 5626 §6: its proxy would not keep the flow
    return None


def granted(request: Request, *, flows: bool) -> tuple[tuple[str, str], ...]:
    """Return what the 200 to a REGISTER says of path and flows; ``flows``: a binding is tied to one."""
    supported = request.headers.listed("supported")
    path = tuple(("Path", value) for value in request.headers.all("path")) if "path" in supported else ()
    kept = (("Require", "outbound"), ("Flow-Timer", str(FLOW_TIMER))) if flows and "outbound" in supported else ()
    return (*kept, *path)


def _keeps_flows(request: Request) -> bool:
    named = any("reg-id" in contact.params and "+sip.instance" in contact.params for contact in request.contacts)
    return named and "outbound" in request.headers.listed("supported")
