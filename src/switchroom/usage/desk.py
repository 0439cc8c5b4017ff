"""Everything about usage and credits that is joined once for a process."""

from collections.abc import Callable
from dataclasses import dataclass

from switchroom.storage.journal import Journal
from switchroom.usage.credits import Credits
from switchroom.usage.payers import Lineage, Payers
from switchroom.usage.price_lists import PriceLists
from switchroom.usage.statements import Statements


@dataclass(frozen=True, slots=True)
class UsageDesk:
    """What pays for calls, what they cost, and what was used."""

    credits: Credits
    lists: PriceLists
    statements: Statements


def usage_desk(journal: Journal, lineage: Lineage, wall: Callable[[], float]) -> UsageDesk:
    """Return it; ``lineage`` knows the tree of tenants."""
    database = journal.database
    credits_ = Credits(journal, Payers(database, lineage), wall)
    return UsageDesk(credits_, PriceLists(database, wall), Statements(database))
