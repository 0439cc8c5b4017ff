"""The demo tenant and its one user, made once and found ever after."""

from dataclasses import dataclass

from switchroom.accounts.service import Accounts, Tenant, User
from switchroom.errors import NotFound

SLUG = "demo"
EMAIL = "demo@example.com"


@dataclass(frozen=True, slots=True)
class DemoAccount:
    """What was found or made. ``fresh`` if it was made just now; else password and PIN are what they were."""

    tenant: Tenant
    user: User
    fresh: bool


async def seed_accounts(accounts: Accounts, password: str, pin: str) -> DemoAccount:
    """Make the demo tenant with a user of that password and PIN, unless they exist. Safe to call at every start."""
    try:
        tenant = await accounts.tenant(SLUG)
    except NotFound:
        tenant = await accounts.create_tenant(SLUG, "The Copper Table")
    try:
        return DemoAccount(tenant, await accounts.user_with(EMAIL), fresh=False)
    except NotFound:
        user = await accounts.create_user(tenant.id, EMAIL, password, name="Demo", role="admin")
        await accounts.set_pin(user.id, pin)
        return DemoAccount(tenant, user, fresh=True)
