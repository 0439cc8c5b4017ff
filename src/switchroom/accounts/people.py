"""Everything about people and how they prove who they are, joined once for the web and the command line."""

from collections.abc import Callable
from dataclasses import dataclass

from switchroom.accounts.endings import Endings
from switchroom.accounts.profile import Profile
from switchroom.accounts.registration import Registration
from switchroom.accounts.service import Accounts
from switchroom.accounts.sessions import Sessions
from switchroom.storage.journal import Journal


@dataclass(frozen=True, slots=True)
class Rules:
    """What an installation allows."""

    registration: bool = False


@dataclass(frozen=True, slots=True)
class People:
    """One service for each noun."""

    sessions: Sessions
    registration: Registration
    profile: Profile


def people(journal: Journal, accounts: Accounts, secret: str, wall: Callable[[], float], rules: Rules) -> People:
    """Return the services, which work on the database of ``journal``."""
    database = journal.database
    endings = Endings(journal, accounts.revoked, wall)
    return People(
        Sessions(database, accounts, endings, secret, wall),
        Registration(database, accounts, wall, open=rules.registration),
        Profile(database, accounts, endings),
    )
