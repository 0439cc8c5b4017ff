"""The demo: a tenant with one user, and the operator above it."""

from dataclasses import dataclass

from switchroom.accounts.service import Accounts, Tenant, User
from switchroom.accounts.tenant_tree import PLATFORM
from switchroom.errors import NotFound
from switchroom.identity import TenantId

SLUG = "demo"
EMAIL = "demo@example.com"
OPERATOR = "operator@example.com"


@dataclass(frozen=True, slots=True)
class DemoAccount:
    """What was found or made."""

    tenant: Tenant
    user: User
    operator: User


async def seed_accounts(accounts: Accounts, password: str, pin: str) -> DemoAccount:
    """Make the demo tenant, its user and an operator unless they exist, and see that this password and PIN are theirs."""
    try:
        tenant = await accounts.tenant(SLUG)
    except NotFound:
        tenant = await accounts.create_tenant(SLUG, "The Copper Table")
    user = await _user(accounts, tenant.id, EMAIL, password, "Demo")
    await accounts.set_pin(user.id, pin)
    return DemoAccount(tenant, user, await _user(accounts, PLATFORM, OPERATOR, password, "Operator"))


async def _user(accounts: Accounts, tenant: TenantId, email: str, password: str, name: str) -> User:
    try:
        user = await accounts.user_with(email)
        await accounts.set_password(user.id, password)
    except NotFound:
        user = await accounts.create_user(tenant, email, password, name=name, role="admin")
    return user
