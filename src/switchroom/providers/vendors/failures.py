"""What a vendor does wrong, in our words: the one place where a plugin may raise anything at all.

A plugin drops the headers of a refusal on its way, so the status and ``Retry-After`` are looked for along the chain of
causes. Of what a vendor wrote in its answer nothing is repeated: it may hold what a caller said.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

from switchroom.errors import Denied, Limited, SwitchroomError, Unavailable
from switchroom.providers.vendors.shapes import Failure

_DEEPEST = 8
_LONGEST = 300.0
WITHOUT_WORD = 1.0
"""Seconds after which to ask again when the vendor does not say."""

LOST = "connection_lost"
"""The code of an error after which a fresh connection may do at once."""

_DENIED = {401, 402, 403}
_LATE = {408, 504}


@contextmanager
def translated(who: str) -> Iterator[None]:
    """Raise what is raised inside as Denied, Limited or Unavailable. Cancellation passes."""
    try:
        yield
    except SwitchroomError:
        raise
    except Exception as error:  # noqa: BLE001 - a plugin raises what it likes
        raise translate(error, who) from None


def translate(error: BaseException, who: str) -> SwitchroomError:
    """Return the vendor's error as ours. ``who`` names the provider."""
    chain = list(_chain(error))
    status = next((found for link in chain if (found := _status(link))), 0)
    if status in _DENIED:
        return Denied(
            f"{who} refuses our key (status {status}): check the key and what it may do", code="provider_denied"
        )
    if status == 429:
        wait = _retry_after(chain) or WITHOUT_WORD
        return Limited(f"{who} has had too many requests of ours: again in {wait:.0f} s", retry_after=wait)
    if status in _LATE or any(isinstance(link, TimeoutError) or "Timeout" in type(link).__name__ for link in chain):
        return Unavailable(f"{who} did not answer in time", code="too_late", retry_after=_retry_after(chain))
    if 400 <= status < 500:
        message = f"{who} does not take what we ask (status {status}): check model, voice, language and options"
        return Unavailable(message, code="provider_refused", retryable=False)
    if status:
        return Unavailable(f"{who} failed (status {status})", code="provider_failed", retry_after=_retry_after(chain))
    return Unavailable(f"the connection to {who} failed ({type(chain[-1]).__name__})", code=LOST)


def remember(failure: Failure) -> None:
    """Keep the cause of an error that a plugin tells of, before it raises it again and the cause is forgotten."""
    error = failure.error
    if error.__cause__ is None:
        error.__cause__ = error.__context__


def _chain(error: BaseException) -> Iterator[BaseException]:
    link: BaseException | None = error
    for _ in range(_DEEPEST):
        if link is None:
            return
        yield link
        link = link.__cause__ or link.__context__


def _status(error: BaseException) -> int:
    """Return the HTTP status of an error; 0 for none, which the codes of a closed socket are too."""
    for holder in (error, getattr(error, "response", None)):
        for name in ("status_code", "status"):
            status = getattr(holder, name, None)
            if isinstance(status, int) and 100 <= status < 600:
                return status
    return 0


def _retry_after(chain: list[BaseException]) -> float | None:
    for link in chain:
        for holder in (link, getattr(link, "response", None)):
            headers = getattr(holder, "headers", None)
            value = headers.get("Retry-After") if isinstance(headers, Mapping) else None
            if isinstance(value, str) and (seconds := _seconds(value)) is not None:
                return seconds
    return None


def _seconds(value: str) -> float | None:
    try:
        wait = float(value)
    except ValueError:
        try:
            wait = (parsedate_to_datetime(value) - datetime.now(UTC)).total_seconds()
        except (ValueError, TypeError):
            return None
    return min(max(wait, 0.0), _LONGEST)
