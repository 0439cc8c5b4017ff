"""Refusals both ways: our reasons as SIP statuses, and theirs as our errors (RFC 3261 §21).

Ours is the table of docs/sip.md. A 503 always says when to try again: without that it means no more than 500 (§21.5.4).
"""

from collections.abc import Mapping

from switchroom.errors import Denied, Invalid, NotFound, SwitchroomError, Unavailable
from switchroom.ports import RefusalReason, Refuse
from switchroom.sip import commands as sip

STATUS: Mapping[RefusalReason, int] = {
    "not_found": 404,
    "busy": 486,
    "no_agent": 480,
    "unavailable": 480,
    "rejected": 603,
    "suspended": 403,
    "not_allowed": 403,
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


def status_of(error: SwitchroomError) -> int:
    """Return the SIP status that tells somebody else what became of a call of ours."""
    return _CODES.get(error.code, 403 if isinstance(error, Denied) else 500)


def refusal(status: int, reason: str) -> SwitchroomError:
    """Return a refusal by SIP status as one of our errors (RFC 3261 §21)."""
    message = f"{status} {reason}".strip()
    match status:
        case 404 | 410 | 484 | 604:
            return NotFound(f"nobody there has that address: {message}", code="sip_not_found")
        case 486 | 600:
            return Unavailable(f"the line is busy: {message}", code="sip_busy")
        case 401 | 403 | 407 | 603:
            return Denied(f"the call was declined: {message}", code="sip_declined")
        case 408 | 480:
            return Unavailable(f"nobody answered: {message}", code="sip_no_answer")
        case 487:
            return Unavailable(f"the call was cancelled: {message}", code="sip_cancelled")
        case 415 | 488 | 606:
            return Invalid(f"the other side cannot use our audio: {message}", code="sip_no_common_audio")
        case 430 | 503:  # 430: that way to the device is lost (RFC 5626 §11.5)
            return Unavailable(f"there is no service at that address now: {message}", code="sip_no_service")
        case _:
            return Unavailable(f"the call failed: {message}", code="sip_failed")
