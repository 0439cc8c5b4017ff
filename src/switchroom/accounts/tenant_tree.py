"""The tree of tenants: platform, reseller, tenant, and what may hang below what.

    platform   the installation itself, made with the database; its administrators are the operator
    reseller   sells under its own brand; below the platform
    tenant     a customer; below a reseller or the platform

Who is above sees and may do what those below may; nobody sees upwards or beside. What is above is inherited by what is below.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from switchroom.errors import Conflict, Denied, Invalid
from switchroom.identity import TenantId

Kind = Literal["platform", "reseller", "tenant"]

PLATFORM = TenantId("tnt_platform")
"""The one at the top: its id is the same in every installation."""

BELOW: Mapping[Kind, tuple[Kind, ...]] = {
    "platform": ("reseller", "tenant"),
    "reseller": ("tenant",),
    "tenant": (),
}
"""What each kind may have as its children."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where a tenant stands: ``above`` are its parents, the nearest first."""

    id: TenantId
    kind: Kind
    above: tuple[TenantId, ...] = ()


def may_have(parent: Place, kind: Kind) -> None:
    """Raise Denied unless ``parent`` may have children, Invalid unless they may be of this kind."""
    if not BELOW[parent.kind]:
        raise Denied("a tenant has no tenants below it: a reseller or the operator adds them", code="not_a_reseller")
    if kind not in BELOW[parent.kind]:
        raise Invalid(f"kind: below a {parent.kind} there are only {' and '.join(BELOW[parent.kind])}s, no {kind}")


def may_change(asker: TenantId, moved: Place) -> None:
    """Raise Denied unless ``asker`` is above: nobody moves, suspends or resumes itself."""
    if asker not in moved.above:
        raise Denied("only who is above a tenant may do this: ask your reseller or the operator", code="not_above")


def may_move(asker: TenantId, moved: Place, to: Place) -> None:
    """Raise Denied, Invalid or Conflict unless ``asker`` may hang ``moved`` below ``to``, which they see both."""
    may_change(asker, moved)
    if to.id == moved.id or moved.id in to.above:
        raise Conflict("a tenant cannot be moved below itself: choose another parent", code="tenant_cycle")
    may_have(to, moved.kind)


def may_become(place: Place, kind: Kind, parent: Place, children: Sequence[Kind]) -> None:
    """Raise Invalid or Conflict unless the tenant may be of another kind where it stands."""
    may_have(parent, kind)
    if any(child not in BELOW[kind] for child in children):
        raise Conflict(f"{place.id} has tenants below it: move them first", code="tenant_has_children")
