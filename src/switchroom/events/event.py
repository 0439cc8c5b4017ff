"""What every event is: a frozen dataclass in the past tense, which says when and in which call it happened.

``topic`` is the public name (journal, webhooks, sockets); ``version`` grows when the meaning of a field changes.
``ephemeral`` events reach live listeners but not the journal. ``sequence`` counts within a call; ``at`` is seconds since the
epoch. Fields in ``personal`` hold what a person said, typed or is called: logs drop them.
"""

from dataclasses import dataclass
from typing import ClassVar

from switchroom.identity import CallId, EventId, TenantId


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """What all events share. ``id`` is unique for ever; consumers use it to stay idempotent."""

    topic: ClassVar[str] = ""
    version: ClassVar[int] = 1
    ephemeral: ClassVar[bool] = False
    personal: ClassVar[frozenset[str]] = frozenset()

    id: EventId
    tenant: TenantId
    call: CallId
    sequence: int
    at: float
