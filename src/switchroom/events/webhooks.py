"""What became of telling others: events about webhooks, which an endpoint hears only if it names their topics."""

from dataclasses import dataclass
from typing import Literal

from switchroom.events.event import Event

Disabling = Literal["gone", "failing"]
"""Why an endpoint was switched off: it answered 410, or took nothing for as long as we go on trying."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WebhookDeliveryFailed(Event):
    """A delivery was given up: ``event`` of ``event_topic`` did not reach the endpoint, and will not unless it is replayed."""

    topic = "webhook.delivery.failed"
    webhook: str
    delivery: str
    event: str
    event_topic: str
    attempts: int
    status: int | None
    problem: str


@dataclass(frozen=True, slots=True, kw_only=True)
class WebhookDisabled(Event):
    """An endpoint was switched off, since nobody takes anything there."""

    topic = "webhook.disabled"
    webhook: str
    reason: Disabling


@dataclass(frozen=True, slots=True, kw_only=True)
class WebhookTested(Event):
    """Somebody asked to see whether an endpoint takes what we send: this is what it is sent, and no other endpoint."""

    topic = "webhook.tested"
    webhook: str
