"""What is seen on the wire to a server, and the SDK does not tell."""

from dataclasses import dataclass

from switchroom.errors import Denied

_REFUSED = (401, 403)


class SessionLostError(Exception):
    """The server does not know our session: what was asked was not done."""


@dataclass(slots=True)
class Noted:
    """The status of the last answer; whether one said that our session is not known, and whether the last one may have.

    The protocol says 404 for it; many servers say 400, and then it is told from other refusals by the error (``client``).
    """

    status: int = 0
    session_lost: bool = False
    session_doubtful: bool = False

    def refusal(self) -> Denied | None:
        """Return what the last status says about our right to be there; None if nothing."""
        if self.status not in _REFUSED:
            return None
        return Denied(f"the server refuses us ({self.status}): see its token and headers", code="tool_server_denied")
