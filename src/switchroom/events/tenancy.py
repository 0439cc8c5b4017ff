"""What happens in the tree of tenants; whose the event is says which tenant it happened to."""

from dataclasses import dataclass

from switchroom.events.event import Event


@dataclass(frozen=True, slots=True, kw_only=True)
class TenantCreated(Event):
    """A tenant was added below ``parent``."""

    topic = "tenant.created"
    parent: str
    kind: str
    slug: str


@dataclass(frozen=True, slots=True, kw_only=True)
class TenantChanged(Event):
    """Name, kind, parent or settings of a tenant were changed: what it and those below it inherit may be another thing now."""

    topic = "tenant.changed"


@dataclass(frozen=True, slots=True, kw_only=True)
class TenantSuspended(Event):
    """No more calls are taken or made for a tenant and those below it; what is up goes on."""

    topic = "tenant.suspended"


@dataclass(frozen=True, slots=True, kw_only=True)
class TenantResumed(Event):
    """A suspension was lifted."""

    topic = "tenant.resumed"
