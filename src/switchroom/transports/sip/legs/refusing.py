"""Refusals both ways: our reasons as SIP statuses, and theirs as our errors (RFC 3261 §21).

Ours is the table of docs/sip.md. A 503 always says when to try again: without that it means no more than 500 (§21.5.4).
"""

from collections.abc import Mapping

from switchroom.errors import Denied, Invalid, NotFound, SwitchroomError, Unavailable
from switchroom.ports import RefusalReason, Refuse
from switchroom.sip import commands as sip
from switchroom.sip.calls.redirect import FOLLOWED
from switchroom.sip.messages.headers import Headers
from switchroom.sip.messages.message import NO_HEADERS

STATUS: Mapping[RefusalReason, int] = {
    "not_found": 404,
    "no_agent": 480,
    "unavailable": 480,
    "suspended": 403,
    "not_allowed": 403,
    "no_credit": 402,
    "over_limit": 486,  # a 503 would make the carrier think that all of us is down
    "overloaded": 503,
    "draining": 503,
}
RETRY_AFTER = 5

_CODES = {
    "sip_silent": 408,
    "sip_cancelled": 487,
    "sip_unreachable": 503,
    "sip_not_found": 404,
    "sip_busy": 486,
    "sip_declined": 603,
    "sip_no_answer": 480,
    "sip_no_common_audio": 488,
    "no_common_audio": 488,
    "sip_no_service": 503,
    "sip_moved": 480,
    "limited": 503,
    "invalid": 404,
}


def refusing(call: str, refuse: Refuse) -> sip.Refuse:
    """Return the command that refuses ``call``."""
    status = STATUS[refuse.reason]
    after = RETRY_AFTER if refuse.retry_after is None and status == 503 else refuse.retry_after
    return sip.Refuse(call, status, headers={} if after is None else {"Retry-After": str(after)})


def silence(status: int) -> SwitchroomError:
    """Return why a call came to nothing without a word from the other side."""
    match status:
        case 408:
            return Unavailable("nothing came back from that address", code="sip_silent")
        case 487:
            return Unavailable("the call was given up before an answer", code="sip_cancelled")
        case _:
            return Unavailable("nothing listens at that address", code="sip_unreachable")


_MEANINGS: tuple[tuple[frozenset[int], type[SwitchroomError], str, str], ...] = (
    (frozenset({404, 410, 484, 604}), NotFound, "sip_not_found", "nobody there has that address"),
    (frozenset({486, 600}), Unavailable, "sip_busy", "the line is busy"),
    (frozenset({401, 403, 407, 603}), Denied, "sip_declined", "the call was declined"),
    (frozenset({408, 480}), Unavailable, "sip_no_answer", "nobody answered"),
    (frozenset({487}), Unavailable, "sip_cancelled", "the call was cancelled"),
    (frozenset({415, 488, 606}), Invalid, "sip_no_common_audio", "the other side cannot use our audio"),
)
"""What their refusals mean: which error, its code, and what to say."""


class Moved(SwitchroomError):
    """The far side is elsewhere, at one of ``contacts``; who dials decides whether to follow."""

    code = "sip_moved"

    def __init__(self, message: str, status: int, contacts: list[str]) -> None:
        super().__init__(message)
        self.status = status
        self.contacts = contacts


def status_of(error: SwitchroomError) -> int:
    """Return the SIP status that tells somebody else what became of a call of ours."""
    return _CODES.get(error.code, 403 if isinstance(error, Denied) else 500)


def refusal(status: int, reason: str, headers: Headers = NO_HEADERS) -> SwitchroomError:
    """Return a refusal by SIP status as one of our errors (RFC 3261 §21)."""
    message = f"{status} {reason}".strip()
    if status in FOLLOWED:
        return Moved(f"the other side is elsewhere: {message}", status, headers.all("contact"))
    if status in (430, 503):  # 430: that way to the device is lost (RFC 5626 §11.5)
        message = f"there is no service at that address now: {message}"
        return Unavailable(message, code="sip_no_service", retry_after=retry_after(headers))
    for statuses, kind, code, meaning in _MEANINGS:
        if status in statuses:
            return kind(f"{meaning}: {message}", code=code)
    return Unavailable(f"the call failed: {message}", code="sip_failed")


def retry_after(headers: Headers) -> float | None:
    """Return the seconds for which we are asked to wait (RFC 3261 §20.33): ``18000;duration=3600 (in a meeting)``."""
    text = headers.get("retry-after", "").partition(";")[0].partition("(")[0].strip()
    return float(text) if text.isascii() and text.isdigit() and len(text) < 9 else None
