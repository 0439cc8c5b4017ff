"""What is seen on the wire to a server, and the SDK does not tell."""

from dataclasses import dataclass

from switchroom.errors import Denied

_REFUSED = (401, 403)


class SessionLostError(Exception):
    """The server does not know our session: what was asked was not done."""


@dataclass(slots=True)
class Noted:
    """The status of the last answer, and whether it said that our session is not known."""

    status: int = 0
    session_lost: bool = False

    def refusal(self) -> Denied | None:
        """Return what the last status says about our right to be there; None if nothing."""
        if self.status not in _REFUSED:
            return None
        return Denied(f"the server refuses us ({self.status}): see its token and headers", code="tool_server_denied")
