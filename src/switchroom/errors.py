"""What can go wrong, as one small tree.

    SwitchroomError          code, retryable
    ├── NotFound             404
    ├── Conflict             409
    ├── Denied               403
    ├── Invalid              422   somebody gave us something we cannot use
    ├── Limited              429   retry_after
    ├── Unavailable          503   a provider, a peer or a disk; names it
    └── Bug                  500   we broke our own rule

Vendor errors become one of these at the vendor's edge and nowhere else; ``web/app.py`` maps them to HTTP once.
A message says what happened, to what, and what to do.
"""


class SwitchroomError(Exception):
    """The root: a stable machine ``code`` beside the message for people."""

    code = "error"
    retryable = False

    def __init__(self, message: str, *, code: str | None = None, retryable: bool | None = None) -> None:
        super().__init__(message)
        if code is not None:
            self.code = code
        if retryable is not None:
            self.retryable = retryable


class NotFound(SwitchroomError):
    """There is no such thing, or it belongs to somebody else."""

    code = "not_found"


class Conflict(SwitchroomError):
    """The thing is not in a state that allows this."""

    code = "conflict"


class Denied(SwitchroomError):
    """The asker may not do this."""

    code = "denied"


class Invalid(SwitchroomError):
    """The input cannot be used; the message says which part and why."""

    code = "invalid"


class Limited(SwitchroomError):
    """A limit was reached; ask again after ``retry_after`` seconds."""

    code = "limited"
    retryable = True

    def __init__(self, message: str, *, retry_after: float) -> None:
        super().__init__(message)
        self.retry_after = retry_after


class Unavailable(SwitchroomError):
    """A provider, peer or disk does not do its part now; ask again after ``retry_after`` seconds if it says so."""

    code = "unavailable"
    retryable = True

    def __init__(
        self,
        message: str,
        *,
        code: str | None = None,
        retryable: bool | None = None,
        retry_after: float | None = None,
    ) -> None:
        super().__init__(message, code=code, retryable=retryable)
        self.retry_after = retry_after


class Bug(SwitchroomError):
    """We broke a rule of our own."""

    code = "bug"
