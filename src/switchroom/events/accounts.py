"""What happens to people and their sessions, as far as other processes have to know it."""

from dataclasses import dataclass
from typing import Literal

from switchroom.events.event import Event

SessionEnd = Literal["logout", "reuse"]
"""Why one session was over before its time: somebody signed out, or a refresh token was used a second time."""

SignOut = Literal["everywhere", "password", "role", "deactivated"]
"""Why all access tokens of a user are refused: they signed out everywhere, have another password, another role, or no account."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionEnded(Event):
    """A session is over; access tokens that were made for it are refused."""

    topic = "session.ended"
    session: str
    user: str
    why: SessionEnd


@dataclass(frozen=True, slots=True, kw_only=True)
class UserSignedOut(Event):
    """Access tokens of this user are refused unless they are of this ``generation`` or a later one."""

    topic = "user.signed_out"
    user: str
    generation: int
    why: SignOut
