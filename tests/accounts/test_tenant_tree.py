"""What may hang below what in the tree of tenants, and who may change it."""

import pytest

from switchroom.accounts.tenant_tree import PLATFORM, Kind, Place, may_become, may_change, may_have, may_move
from switchroom.errors import Conflict, Denied, Invalid
from switchroom.identity import TenantId

HOUSE = Place(PLATFORM, "platform")
NORTH = Place(TenantId("tnt_north"), "reseller", (PLATFORM,))
SOUTH = Place(TenantId("tnt_south"), "reseller", (PLATFORM,))
DENTAL = Place(TenantId("tnt_dental"), "tenant", (NORTH.id, PLATFORM))


@pytest.mark.parametrize(
    ("parent", "kind", "refused"),
    [
        (HOUSE, "reseller", None),
        (HOUSE, "tenant", None),
        (HOUSE, "platform", Invalid),
        (NORTH, "tenant", None),
        (NORTH, "reseller", Invalid),
        (DENTAL, "tenant", Denied),
    ],
)
def test_the_tree_has_three_levels(parent: Place, kind: Kind, refused: type[Exception] | None) -> None:
    if refused is None:
        may_have(parent, kind)
        return
    with pytest.raises(refused):
        may_have(parent, kind)


def test_nobody_changes_where_they_stand_themselves() -> None:
    may_change(PLATFORM, NORTH)
    may_change(NORTH.id, DENTAL)
    for asker, place in ((NORTH.id, NORTH), (PLATFORM, HOUSE), (SOUTH.id, DENTAL), (DENTAL.id, NORTH)):
        with pytest.raises(Denied):
            may_change(asker, place)


def test_a_tenant_moves_to_another_parent_but_never_below_itself() -> None:
    may_move(PLATFORM, DENTAL, SOUTH)
    may_move(PLATFORM, DENTAL, HOUSE)
    with pytest.raises(Conflict) as caught:
        may_move(PLATFORM, NORTH, DENTAL)
    assert caught.value.code == "tenant_cycle"
    with pytest.raises(Conflict):
        may_move(PLATFORM, NORTH, NORTH)
    with pytest.raises(Invalid):
        may_move(PLATFORM, NORTH, SOUTH)


def test_who_has_tenants_below_stays_a_reseller() -> None:
    may_become(NORTH, "tenant", HOUSE, [])
    may_become(DENTAL, "reseller", HOUSE, [])
    with pytest.raises(Conflict):
        may_become(NORTH, "tenant", HOUSE, ["tenant"])
    with pytest.raises(Invalid):
        may_become(DENTAL, "reseller", NORTH, [])
