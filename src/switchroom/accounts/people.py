"""Everything about people and how they prove who they are, joined once for the web and the command line."""

from collections.abc import Callable
from dataclasses import dataclass

from switchroom.accounts.endings import Endings
from switchroom.accounts.invitations import Invitations
from switchroom.accounts.members import Members
from switchroom.accounts.post import BrandOf, Post, own_name
from switchroom.accounts.profile import Profile
from switchroom.accounts.registration import Registration
from switchroom.accounts.resets import Resets
from switchroom.accounts.second_steps import SecondSteps
from switchroom.accounts.service import Accounts
from switchroom.accounts.sessions import Sessions
from switchroom.accounts.teams import Teams
from switchroom.mail.outbox import Outbox
from switchroom.storage.journal import Journal
from switchroom.storage.vault import Vault


@dataclass(frozen=True, slots=True)
class Rules:
    """What an installation allows."""

    registration: bool = False
    home: str = "http://127.0.0.1:8080"


@dataclass(frozen=True, slots=True)
class People:
    """One service for each noun."""

    sessions: Sessions
    registration: Registration
    profile: Profile
    members: Members
    teams: Teams
    invitations: Invitations
    resets: Resets
    second_steps: SecondSteps
    outbox: Outbox


def people(
    journal: Journal,
    accounts: Accounts,
    secret: str,
    wall: Callable[[], float],
    rules: Rules,
    brand_of: BrandOf | None = None,
) -> People:
    """Return the services, which work on the database of ``journal``."""
    database, outbox = journal.database, Outbox(Vault(secret), wall)
    endings = Endings(journal, accounts.revoked, wall)
    post = Post(outbox, brand_of or own_name(rules.home))
    return People(
        Sessions(database, accounts, endings, secret, wall),
        Registration(database, accounts, wall, open=rules.registration),
        Profile(database, accounts, endings, post),
        Members(database, endings),
        Teams(database, wall),
        Invitations(database, accounts, post, secret, wall),
        Resets(database, accounts, endings, post, secret),
        SecondSteps(database, accounts.audit, secret, wall),
        outbox,
    )
