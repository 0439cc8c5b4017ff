"""One call that takes the place of another (RFC 3891): the Replaces header, where it comes embedded in a URI, and whom it names.

Whoever knows the Call-ID and both tags of a dialog has been told them by one of its two ends; who may use them nevertheless is
the driver's to decide.
"""

from dataclasses import dataclass
from urllib.parse import unquote as unescape

from switchroom.sip.calls.call import Call, Calls, Phase
from switchroom.sip.messages.grammar import Malformed, params
from switchroom.sip.messages.message import Request
from switchroom.sip.messages.replies import Reply
from switchroom.sip.messages.uri import Uri


@dataclass(frozen=True, slots=True)
class Replaces:
    """The dialog to be replaced, as its receiver sees it: ``to_tag`` is the receiver's own."""

    call_id: str
    to_tag: str
    from_tag: str
    early_only: bool = False


def parse_replaces(text: str) -> Replaces:
    """Parse the header. Raises Malformed."""
    call_id, semicolon, tail = text.partition(";")
    given = params(semicolon + tail)
    named = [name.lower() for name, _ in given.pairs]
    to_tag, from_tag = given.get("to-tag"), given.get("from-tag")
    if not call_id.strip() or not to_tag or not from_tag or len(named) != len(set(named)):
        raise Malformed("Bad Replaces")
    return Replaces(call_id.strip(), to_tag, from_tag, "early-only" in named)


def embedded(uri: Uri) -> str:
    """Return the Replaces that a URI wants in its request, "" if it wants none. Raises Malformed.

    Nothing else that a URI asks to be put into a request is done: RFC 3261 §19.1.5 leaves it open, and most of it is dangerous.
    """
    wanted = [part.partition("=") for part in uri.headers.split("&")]
    found = [unescape(value) for name, _, value in wanted if unescape(name).lower() == "replaces"]
    if len(found) > 1:
        raise Malformed("Two Replaces in a URI")
    if found:
        parse_replaces(found[0])
    return found[0] if found else ""


def replaced(request: Request, calls: Calls) -> Call | Reply | None:
    """Return the call that an INVITE is to replace, the refusal it deserves, or None if it replaces nothing (RFC 3891 §3)."""
    values = request.headers.all("replaces")
    if not values:
        return None
    if len(values) > 1 or "join" in request.headers:
        return Reply(400, "One Replaces at most, and no Join")
    try:
        wanted = parse_replaces(values[0])
    except Malformed as malformed:
        return Reply(400, str(malformed))
    key = (wanted.call_id, wanted.to_tag, wanted.from_tag)
    call = calls.of_dialog(key)
    if call is None:
        return Reply(603 if calls.was(key) else 481)
    if call.phase in (Phase.OVER, Phase.LEAVING):
        return Reply(603)
    if call.phase not in (Phase.TALKING, Phase.ANSWERED):
        return Reply(481)  # an early dialog that we did not begin
    return Reply(486) if wanted.early_only else call
