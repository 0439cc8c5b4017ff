"""What a vendor's failure means to us.

    vendor                                              ours           code
    401, 403                                            Denied         model_denied
    402, 429 with a quota used up                       Unavailable    model_quota, no use in trying again
    429                                                 Unavailable    model_limited, retry_after from Retry-After
    404, 400, 413, 422: it does not like what we sent   Unavailable    model_refused, no use in trying again
    5xx, 529, no connection                             Unavailable    model_down, retry_after if they say
    no byte within the time allowed                     Unavailable    model_silent
    the stream breaks, ends without an end, is garbage  Unavailable    model_broke_off

A limit is Unavailable and not Limited, because it is the vendor that refuses, not we; whoever asks goes to the next model
either way.
"""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

from pydantic_ai.exceptions import (
    ModelAPIError,
    ModelConnectionError,
    ModelHTTPError,
    ModelQuotaExceededError,
    ModelRateLimitError,
    ModelRequestTimeout,
    ModelTimeoutError,
    UnexpectedModelBehavior,
)

from switchroom.errors import Denied, SwitchroomError, Unavailable

_LONGEST = 300  # of what a vendor says about it


def ours(error: Exception, name: str, *, begun: bool) -> SwitchroomError:
    """Return what ``error`` of the model called ``name`` is; ``begun``: a part of the answer was there."""
    said = f"{name}: {str(error)[:_LONGEST]}"
    match error:
        case ModelHTTPError() if not begun:
            return _refused(error, name)
        case ModelTimeoutError() | ModelRequestTimeout():
            return Unavailable(f"{name} sent nothing for too long", code="model_silent")
        case ModelRateLimitError():
            return Unavailable(said, code="model_limited")
        case ModelConnectionError() if not begun:
            return Unavailable(said, code="model_down")
        case ModelAPIError() | UnexpectedModelBehavior():
            return Unavailable(said, code="model_broke_off")
        case _:
            return Unavailable(f"{name}: {type(error).__name__}: {str(error)[:_LONGEST]}", code="model_broke_off")


def _refused(error: ModelHTTPError, name: str) -> SwitchroomError:
    status = error.status_code
    said = f"{name} answered {status}: {_detail(error.body)}"
    wait = retry_after(error.headers or {}, lambda: datetime.now(UTC))
    if status in {401, 403}:
        return Denied(f"{said}; look at its key in the providers file", code="model_denied")
    if status == 402 or isinstance(error, ModelQuotaExceededError):
        return Unavailable(said, code="model_quota", retryable=False, retry_after=wait)
    if status == 429:
        return Unavailable(said, code="model_limited", retry_after=wait)
    if status == 408:
        return Unavailable(said, code="model_silent", retry_after=wait)
    if status < 500:
        return Unavailable(said, code="model_refused", retryable=False)
    return Unavailable(said, code="model_down", retry_after=wait)


def _detail(body: object) -> str:
    """Return the sentence in an error's body; all vendors put it at ``error.message``."""
    inner = body.get("error", body) if isinstance(body, Mapping) else body
    message = inner.get("message", inner) if isinstance(inner, Mapping) else inner
    return str(message)[:_LONGEST]


def retry_after(headers: Mapping[str, str], now: Callable[[], datetime]) -> float | None:
    """Return the seconds that Retry-After names, as a number or as a date (RFC 9110, 10.2.3); None without one."""
    told = headers.get("retry-after", "").strip()
    try:
        return max(float(told), 0.0)
    except ValueError:
        pass
    try:
        return max((parsedate_to_datetime(told) - now()).total_seconds(), 0.0)
    except (ValueError, TypeError):
        return None
