"""The demo tenant and its one user."""

from dataclasses import dataclass

from switchroom.accounts.service import Accounts, Tenant, User
from switchroom.errors import NotFound

SLUG = "demo"
EMAIL = "demo@example.com"


@dataclass(frozen=True, slots=True)
class DemoAccount:
    """What was found or made."""

    tenant: Tenant
    user: User


async def seed_accounts(accounts: Accounts, password: str, pin: str) -> DemoAccount:
    """Make the demo tenant and its user unless they exist, and see that this password and PIN are the user's."""
    try:
        tenant = await accounts.tenant(SLUG)
    except NotFound:
        tenant = await accounts.create_tenant(SLUG, "The Copper Table")
    try:
        user = await accounts.user_with(EMAIL)
        await accounts.set_password(user.id, password)
    except NotFound:
        user = await accounts.create_user(tenant.id, EMAIL, password, name="Demo", role="admin")
    await accounts.set_pin(user.id, pin)
    return DemoAccount(tenant, user)
